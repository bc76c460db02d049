// Folds and evaluated energies as RNAfold and RNAeval print them, as tables and as JSON, an object a line.
#pragma once

#include <string>
#include <vector>

#include "fold/fold.h"

namespace stemloop {

/// What is told of a fold.
struct FoldWanted {
  bool ensemble = false;
  int samples = 0;  // structures drawn, told instead of the MFE structure; 0: none
};

struct Folded {
  Fold mfe;
  Ensemble ensemble;
  std::vector<std::string> samples;
};

/// What a format is written by; `format` is rnafold, tsv or json.
using FoldWriter = std::string (*)(const FoldWanted&, const Model&, const Record&, const Folded&);
FoldWriter fold_writer(const std::string& format);
/// The first line of the table.
std::string fold_header(const FoldWanted& wanted);
/// Base-pair probabilities of a record, lines of id, i, j (from 1), probability; and their first line.
std::string pair_lines(const Record& record, const Ensemble& ensemble);
inline constexpr const char* kPairHeader = "id\ti\tj\tprobability\n";

/// The same of evaluated structures; `format` is rnaeval, tsv or json; `summary`: without the loops.
using EvaluationWriter = std::string (*)(bool summary, const Record&, const Evaluation&);
EvaluationWriter evaluation_writer(const std::string& format);
std::string evaluation_header(bool summary);

}  // namespace stemloop
