// The door of seq: nucleotides, pairs, dot-bracket, FASTA. Knows nothing of energies.
#pragma once

#include "seq/contigs.h"
#include "seq/fasta.h"
#include "seq/nucleotides.h"
#include "seq/tally.h"
