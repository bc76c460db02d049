// The door of report: verdicts and scores as tables, figures of runs, latent spaces and sets of sequences.
#pragma once

#include "report/drawing_file.h"
#include "report/plots.h"
#include "report/quality_sheet.h"
#include "report/verdict_table.h"
