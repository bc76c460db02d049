// What a report tells of one hairpin, and of the run: plain values, whoever measured them. Positions count from 0,
// spans are [begin, end); probabilities are shares; energies kcal/mol.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hairpin/hairpin.h"

namespace stemloop {

/// One thing that spoke for or against the call.
struct ReportReason {
  std::string name;                                          // of the feature, in words
  std::string value;                                         // as printed
  std::optional<double> contribution;                        // log odds; > 0 speaks for the first class
  std::optional<double> percentile_for, percentile_against;  // among training hairpins of the two classes, 0 to 100
};

struct ReportPlace {
  std::string contig;
  std::int64_t begin = 0, end = 0;
  char strand = '+';
};

struct ReportRecord {
  std::string source;  // the sample it came from
  std::string id;
  std::string description;
  std::string sequence;
  std::string structure;
  std::optional<double> energy_kcal;
  std::string label;  // empty: not classified
  std::optional<double> probability;
  std::optional<double> q_value;
  bool outside = false;               // unlike what the model knows
  std::vector<ReportReason> reasons;  // strongest first
  std::vector<std::string> words;     // the reasons as sentences
  std::vector<double> support;        // structure_support(), one a base; empty: not computed
  std::optional<double> ensemble_kcal, mfe_frequency, ensemble_diversity;
  HairpinMarks marks;
  std::string marks_source;                            // "predicted", a file's name
  std::array<std::optional<double>, 4> cut_certainty;  // probability that a cut is within 1 nt
  std::string guide;                                   // "5p", "3p" or empty
  std::optional<std::string> nearest;                  // the nearest known hairpin, in words
  std::vector<std::string> notes;
  std::optional<ReportPlace> place;
};

/// A record that did not make it, and why.
struct ReportLeftOut {
  std::string source;
  std::string id;
  std::string reason;
};

struct Report {
  std::string title = "stemloop report";
  std::vector<ReportRecord> records;
  std::vector<ReportLeftOut> left_out;
  std::pair<std::string, std::string> classes = {"pre-miRNA", "other"};
  std::vector<std::pair<std::string, std::string>> provenance;  // name, value: program, date, input, model, options
  std::string methods;                                          // a paragraph ready to paste
  std::vector<std::string> citations;
};

}  // namespace stemloop
