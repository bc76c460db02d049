// The door of seq: nucleotides, pairs, structures, records of sequence files, contigs. Knows nothing of energies.
#pragma once

#include "seq/contigs.h"
#include "seq/nucleotides.h"
#include "seq/record.h"
#include "seq/record_reader.h"
#include "seq/structure.h"
#include "seq/tally.h"
#include "seq/writers.h"
