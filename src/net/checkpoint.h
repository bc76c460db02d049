// Checkpoints of training: tensors and a state, sealed with what run they are of and a checksum of everything.
#pragma once

#include <string>

#include "data/data.h"

namespace stemloop {

/// What a run is: network, objective, options and data of its run.json (JSON text), but not where files lie, on which
/// device and with how many threads it is trained. Runs that would end in the same model have one identity.
std::string run_identity(const std::string& run_json);

/// The bytes of a checkpoint of the run `identity`.
std::string seal_checkpoint(TensorFile file, const std::string& identity);

/// What was sealed. Error if the file is no checkpoint of this version, if a bit of it was changed, if it is of another
/// run, or holds a number that is none.
TensorFile open_checkpoint(const std::string& path, const std::string& identity);
/// The same from the file's bytes.
TensorFile parse_checkpoint(std::span<const std::byte> bytes, const std::string& path, const std::string& identity);

}  // namespace stemloop
