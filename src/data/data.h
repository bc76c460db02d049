// The door of data: numbers in rows, tensors on disk, sets of hairpin pictures, sequences as symbols. Side doors:
// labelled sets (dataset.h, sequence_set.h), near-duplicates (similarity.h), shuffles (shuffle.h), SMOTE (smote.h).
#pragma once

#include "data/matrix.h"
#include "data/picture_data.h"
#include "data/pictures.h"
#include "data/safetensors.h"
#include "data/sequence_code.h"
