// The door of data: tensors on disk and sets of hairpin pictures.
#pragma once

#include "data/pictures.h"
#include "data/safetensors.h"
