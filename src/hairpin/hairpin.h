// The door of hairpin: from a folded sequence to its columns, picture, bonds and features, back again, and to drawings.
#pragma once

#include "hairpin/columns.h"
#include "hairpin/drawings.h"
#include "hairpin/features.h"
#include "hairpin/picture.h"
#include "hairpin/reading.h"
