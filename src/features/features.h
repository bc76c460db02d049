// The door of features: hairpins as tables of named, typed columns and as rows of numbers.
#pragma once

#include "features/evidence.h"
#include "features/hairpin_columns.h"
#include "features/sequence_rows.h"
#include "features/table.h"
#include "features/words.h"
