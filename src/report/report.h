// The door of report: hairpins and what was found out about them as a page, a table, FASTA, GFF3.
#pragma once

#include "report/html.h"
#include "report/record.h"
#include "report/tables.h"
