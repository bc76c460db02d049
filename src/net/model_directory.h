// A model on disk, as users know it from model hubs:
//   config.json         what the network is, format version, checksum of the weights
//   model.safetensors   its weights by name
//   README.md           the card
// Nothing in it is ever executed.
#pragma once

#include <string>

#include "data/data.h"
#include "net/config.h"

namespace stemloop {

inline constexpr int kModelFormat = 1;
inline constexpr const char* kDivaFamily = "diva";
inline constexpr const char* kGanFamily = "gan";  // a generator of sequences
inline constexpr const char* kCnnFamily = "cnn";  // a classifier of sequences

/// A model of any family as it lies on disk.
struct StoredModel {
  std::string network;   // JSON text of its configuration
  std::string training;  // JSON text: metrics and origin, as the trainer wrote them
  TensorFile weights;
};

/// Error naming the file and what is wrong: missing, truncated, another family, a newer format, a wrong checksum.
StoredModel read_stored_model(const std::string& directory, const std::string& family);

/// Writes config.json and model.safetensors, each in place of the old one at once.
void write_stored_model(const std::string& directory, const std::string& family, const StoredModel& model);

struct ModelDirectory {
  DivaConfig config;
  std::string training;  // JSON text: metrics and origin, as the trainer wrote them
  TensorFile weights;
};

/// A DIVA model; errors as read_stored_model().
ModelDirectory read_model_directory(const std::string& directory);

/// The same from the files' contents, which may be hostile; `directory` is for messages.
ModelDirectory parse_model(std::string_view config_text, std::span<const std::byte> weights,
                           const std::string& directory);

/// `training` is a JSON object.
void write_model_directory(const std::string& directory, const DivaConfig& config, const std::string& training,
                           const TensorFile& weights);

/// A copy of a model with its matrices as 16-bit floats ("F16"), half the size; reading widens them again.
void pack_model(const std::string& from, const std::string& to);

}  // namespace stemloop
