// The door of arms: where Drosha and Dicer cut a precursor, and so where its mature miRNAs lie.
#pragma once

#include "arms/cut_model.h"  // IWYU pragma: export
#include "arms/cuts.h"       // IWYU pragma: export
