// The door of judge: the classifiers of pre-miRNAs and of mirtrons as model directories.
#pragma once

#include "judge/classifier.h"
#include "judge/mirtron.h"
