// The door of report: hairpins and what was found out about them as a page, a table, FASTA, GFF3; verdicts and scores
// as tables; figures of runs, latent spaces and sets of sequences.
#pragma once

#include "report/arm_source.h"
#include "report/assemble.h"
#include "report/drawing_file.h"
#include "report/figures.h"
#include "report/folds.h"
#include "report/html.h"
#include "report/ladder_svg.h"
#include "report/latents.h"
#include "report/loci.h"
#include "report/methods.h"
#include "report/multiqc.h"
#include "report/plots.h"
#include "report/provenance.h"
#include "report/quality_sheet.h"
#include "report/record.h"
#include "report/reference_hairpins.h"
#include "report/tables.h"
#include "report/verdict_record.h"
#include "report/verdict_table.h"
