// The door of eval: how good reconstructions and classifications are.
#pragma once

#include "eval/classification.h"
#include "eval/reconstruction.h"
