// What numbers of a tensor may be asked for before they are used.
#pragma once

#include "data/safetensors.h"

namespace stemloop {

/// False if a number of a floating type (F16, BF16, F32, F64) is infinite or none.
bool all_finite(const StoredTensor& tensor);
/// False if a number of a floating type is below zero.
bool none_negative(const StoredTensor& tensor);

}  // namespace stemloop
