// The door of design: sequences that fold into a structure asked for and look like natural precursors.
#pragma once

#include "design/backbone.h"
#include "design/boosted.h"
#include "design/edit.h"
#include "design/explain.h"
#include "design/letters.h"
#include "design/make_designs.h"
#include "design/mend.h"
#include "design/natural_files.h"
#include "design/natural_fit.h"
#include "design/natural_model.h"
#include "design/rivals.h"
#include "design/search.h"
#include "design/target.h"
