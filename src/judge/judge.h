// The door of judge: families of classifiers, those of pre-miRNAs and of mirtrons as model directories.
#pragma once

#include "judge/breakdown.h"
#include "judge/class_question.h"
#include "judge/classifier.h"
#include "judge/family.h"
#include "judge/first_look.h"
#include "judge/mirtron.h"
#include "judge/precursor.h"
#include "judge/scores.h"
#include "judge/training_records.h"
