// The door of eval: how good reconstructions, classifications and synthetic sequences are; classical classifiers;
// points of many dimensions in the plane.
#pragma once

#include "eval/calibration.h"
#include "eval/classification.h"
#include "eval/learner.h"
#include "eval/paired.h"
#include "eval/projection.h"
#include "eval/reconstruction.h"
#include "eval/selector.h"
#include "eval/sequence_measures.h"
#include "eval/sequence_quality.h"
