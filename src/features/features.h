// The door of features: hairpins as tables of named, typed columns and as rows of numbers.
#pragma once

#include "features/evidence.h"
#include "features/mirtron_columns.h"
#include "features/table.h"
