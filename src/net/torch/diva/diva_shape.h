// Sizes of pictures as DIVA's layers count them.
#pragma once

#include "net/torch/diva/diva.h"

namespace stemloop {

inline constexpr std::int64_t kColumns = kPictureColumns;
inline constexpr std::int64_t kColours = 5;         // gap, G, C, U, A
inline constexpr std::int64_t kHeightClasses = 13;  // picture: none, 2 to 13 pixels

inline bool is_columns(const DivaConfig& config) { return config.backbone == "columns"; }

}  // namespace stemloop
