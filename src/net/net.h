// The door of net: what networks are (config), and the neural library that trains and runs them. Free of libtorch.
#pragma once

#include "net/config.h"
#include "net/find_model.h"
#include "net/inference.h"
#include "net/latents.h"
#include "net/model_directory.h"
#include "net/neural.h"
#include "net/peer_environment.h"
