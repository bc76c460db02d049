// The door of study: how like real sequences synthetic ones are, and which draws to keep.
#pragma once

#include "study/selector.h"
#include "study/sequence_measures.h"
#include "study/sequence_quality.h"
