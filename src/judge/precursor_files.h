// Files of a classifier of precursors; for the files of this folder.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "data/data.h"

namespace stemloop {

inline constexpr int kPrecursorFormat = 3;
inline constexpr const char* kFirstBooster = "first.ubj";
inline constexpr const char* kPercentilesFile = "percentiles.safetensors";
inline constexpr int kPercentiles = 101;

/// Rows of kPercentiles rising values.
std::string encode_percentiles(const Matrix& percentiles);
/// Error naming `name` if there are not `rows` of them, or values fall.
Matrix decode_percentiles(const std::vector<std::byte>& bytes, const std::string& name, std::int64_t rows);

}  // namespace stemloop
