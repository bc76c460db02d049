// The door of eval: how good reconstructions and classifications are; points of many dimensions in the plane.
#pragma once

#include "eval/calibration.h"
#include "eval/classification.h"
#include "eval/projection.h"
#include "eval/reconstruction.h"
