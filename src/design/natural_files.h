// Models of natural precursors where they lie: a directory as of any other family, the name of an installed one, or the
// file of the tables alone (JSON); and that file, read and written.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "design/natural_model.h"

namespace stemloop {

/// As a model directory: its family in config.json, and the file beside it.
inline constexpr const char* kNaturalFamily = "natural";
inline constexpr const char* kNaturalFile = "model.json";

/// Reads a model file (JSON). Error with the path if it is damaged.
std::shared_ptr<const NaturalModel> read_natural_model(const std::string& path);
/// The same from the file's content, which may be hostile.
std::shared_ptr<const NaturalModel> parse_natural_model(std::span<const std::byte> bytes, const std::string& path);
/// As read_natural_model() reads it.
std::string natural_model_text(const NaturalModel& model);

/// The model that scores the letters of designs and mended draws, by name.
inline constexpr const char* kNaturalPrecursors = "natural-precursors";

/// Error if the directory holds a model of another family, or its file is not the one config.json has the checksum of.
std::shared_ptr<const NaturalModel> open_natural_directory(const std::string& directory);

/// A directory, a name or a file.
std::shared_ptr<const NaturalModel> open_natural_model(const std::string& name);

}  // namespace stemloop
