// The door of nn: what networks are (config), and the neural library that trains and runs them. Free of libtorch.
#pragma once

#include "nn/booster.h"
#include "nn/config.h"
#include "nn/inference.h"
#include "nn/kernels.h"
#include "nn/model_directory.h"
#include "nn/neural.h"
#include "nn/peer_environment.h"
