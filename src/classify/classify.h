// The door of classify: what a classifier sees of a hairpin, the classifier of pre-miRNAs and that of mirtrons as model
// directories.
#pragma once

#include "classify/classifier.h"
#include "classify/evidence.h"
#include "classify/mirtron.h"
