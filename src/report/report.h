// The door of report: figures of runs, latent spaces and sets of sequences.
#pragma once

#include "report/plots.h"
#include "report/quality_sheet.h"
