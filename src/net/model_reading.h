// The one place where files of a model are opened, and what strangers may have written there is checked.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/data.h"

namespace stemloop {

/// No file of a model is larger, no config.json.
inline constexpr std::uint64_t kMostModelBytes = std::uint64_t{512} << 20U;
inline constexpr std::uint64_t kMostConfigBytes = std::uint64_t{1} << 20U;

/// A file of a model directory, which anyone may have made: Error if it is a link, a pipe, a device or too large.
std::vector<std::byte> read_model_file(const std::string& directory, const std::string& file,
                                       std::uint64_t most_bytes = kMostModelBytes);

/// DIRECTORY/part, a directory inside a model's. Error if it is a link or none.
std::string model_part(const std::string& directory, const std::string& part);

/// A JSON object of a model, at most eight values deep. Error otherwise.
nlohmann::ordered_json parse_model_json(std::string_view text, const std::string& name);

/// Tensors of a model: as decode_safetensors(); Error too if a number is infinite or none, or a variance negative.
TensorFile decode_model_tensors(std::span<const std::byte> bytes, const std::string& name);

}  // namespace stemloop
