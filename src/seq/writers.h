// Records as text in the formats that hold sequences and structures; read again they are the same records.
#pragma once

#include <string>

#include "seq/formats.h"

namespace stemloop {

/// The record in the format; crossing pairs are kept (levels of brackets, of letters in Stockholm). FASTA has no
/// structure. Error (a sentence) if the format needs a structure and there is none, or cannot hold the id.
/// REQUIRES: format is not kFastq.
std::string written(const Record& record, RecordFormat format);

}  // namespace stemloop
