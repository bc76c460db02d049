// The door of study: how like real sequences synthetic ones are, which draws to keep, analyzers. Side doors:
// experiments (experiment_folds.h).
#pragma once

#include "study/analyzer.h"
#include "study/baselines.h"
#include "study/network_scores.h"
#include "study/selector.h"
#include "study/sequence_measures.h"
#include "study/sequence_quality.h"
