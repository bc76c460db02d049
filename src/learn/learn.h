// The door of learn: boosted trees and classical classifiers, calibration, errors of reconstruction and classification,
// intervals, points of many dimensions in the plane. Free of libtorch.
#pragma once

#include "learn/booster.h"
#include "learn/calibration.h"
#include "learn/classification.h"
#include "learn/learner.h"
#include "learn/paired.h"
#include "learn/projection.h"
#include "learn/reconstruction.h"
