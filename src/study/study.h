// The door of study: how like real sequences synthetic ones are, which draws to keep, and whether they help.
#pragma once

#include "study/analyzer.h"
#include "study/experiment.h"
#include "study/experiment_folds.h"
#include "study/selector.h"
#include "study/sequence_measures.h"
#include "study/sequence_quality.h"
