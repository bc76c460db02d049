// The door of arms: where Drosha and Dicer cut a precursor, and so where its mature miRNAs lie.
#pragma once

#include "arms/arm_rows.h"
#include "arms/cut_guide.h"
#include "arms/cut_measures.h"
#include "arms/cut_model.h"
#include "arms/cut_training.h"
#include "arms/cuts.h"
#include "arms/known_matures.h"
