// The door of data: numbers in rows, tensors on disk, sets of hairpin pictures, sequences as symbols, near-duplicates,
// shuffles and SMOTE.
#pragma once

#include "data/matrix.h"
#include "data/pictures.h"
#include "data/safetensors.h"
#include "data/sequence_code.h"
#include "data/shuffle.h"
#include "data/similarity.h"
#include "data/smote.h"
