// The door of classify: what a classifier sees of a hairpin, and the classifier of pre-miRNAs as a model directory.
#pragma once

#include "classify/classifier.h"
#include "classify/evidence.h"
