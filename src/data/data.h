// The door of data: numbers in rows, tensors on disk, sets of hairpin pictures.
#pragma once

#include "data/matrix.h"
#include "data/pictures.h"
#include "data/safetensors.h"
#include "data/similarity.h"
