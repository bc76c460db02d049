// Families of classifiers. A family is one entry of the list families(): its name, how a model directory of it is
// opened, and through the opened model everything the commands do with one: see a record, judge what was seen, put the
// verdict into a table, JSON, words or a page, evaluate on labelled records. A new family is one file that implements
// Judge and Verdict, and one line in family.cpp; no command mentions a family.
//
//   const auto judge = open_judge(find_model("premirna"), {});
//   auto seen = judge->see(hairpins, record);                  // a worker's thread, a record
//   auto verdicts = judge->judge(std::move(batch_of_seen));    // a worker's thread, some records
//   verdicts[0]->cells();                                      // as judge->columns() names them
//
// Nothing here depends on the number of threads or on which records are judged together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "canvas/canvas.h"
#include "data/dataset.h"
#include "fold/fold.h"
#include "hairpin/hairpin.h"
#include "seq/seq.h"
#include "util/typed_cell.h"
#include "util/util.h"

namespace stemloop {

/// A column of a family's table, the id before them left out.
struct VerdictColumn {
  std::string name;
  int digits = 0;       // behind the point, of numbers that are no integers
  std::string meaning;  // for formats.md and `##` lines, one clause
};

/// What a judge has seen of a record. Each family has its own.
class Seen {
 public:
  virtual ~Seen() = default;
};

/// What a judge says of a record.
class Verdict {
 public:
  virtual ~Verdict() = default;
  [[nodiscard]] virtual const std::string& id() const = 0;
  /// The class in words, as the column "label" has it.
  [[nodiscard]] virtual std::string label() const = 0;
  /// Unlike what the model was trained on; false of families that do not tell.
  [[nodiscard]] virtual bool outside() const { return false; }
  /// One a column of Judge::columns().
  [[nodiscard]] virtual std::vector<TypedCell> cells() const = 0;
  /// Everything, as one JSON object without a line end.
  [[nodiscard]] virtual std::string json() const = 0;
  /// For reading: heading, the hairpin as text, the reasons; ends with an empty line.
  [[nodiscard]] virtual std::string text() const = 0;
  /// The page of --explain.
  [[nodiscard]] virtual Drawing page() const = 0;
};

/// Scores of `evaluate classifier`.
struct JudgeScores {
  std::vector<NamedRow> rows;
  // Of the calls and the calibration curve: as the model means them, in the order of the records.
  std::vector<VerdictColumn> call_columns;    // behind id and label
  std::vector<std::vector<TypedCell>> calls;  // one a record
  std::vector<std::string> ids;
  std::vector<std::uint8_t> labels;
  std::vector<float> probability;
  std::vector<std::string> sequences;             // empty where records came as pictures
  std::vector<std::vector<std::string>> parents;  // that records name; empty as above
  bool knows_training = false;                    // rows tell apart what the model was trained on
  Tally tally;
  std::string warning;  // empty: none
};

/// Where labelled records come from, and how they are folded and spread over threads.
struct EvaluateData {
  DatasetOptions data;
  std::string label_column = "label";
  std::string part;  // empty: all
  CommonOptions common;
  FoldingOptions folding;
};

/// How many verdicts have which label().
using LabelCounts = std::map<std::string, std::int64_t>;

/// An opened model. All functions may be called by several threads at once.
class Judge {
 public:
  virtual ~Judge() = default;
  /// Energy parameters its training hairpins were folded with.
  [[nodiscard]] virtual const std::string& parameters() const = 0;
  /// Of the table, behind the id.
  [[nodiscard]] virtual std::vector<VerdictColumn> columns() const = 0;
  /// Error if the record cannot be judged: it is rejected.
  [[nodiscard]] virtual std::unique_ptr<Seen> see(Hairpins& hairpins, const Record& record) const = 0;
  /// One verdict a record, in their order. REQUIRES: all were seen by this judge.
  [[nodiscard]] virtual std::vector<std::unique_ptr<Verdict>> judge(std::vector<std::unique_ptr<Seen>> batch) const = 0;
  /// The last sentence of a run: how many were called what.
  [[nodiscard]] virtual std::string summary(const LabelCounts& labels, std::int64_t records,
                                            std::int64_t outside) const = 0;
  /// What `model info` prints of it, lines of name TAB value.
  [[nodiscard]] virtual std::string info() const = 0;
  /// The picture of `model info --plot`. Error if the family has none.
  [[nodiscard]] virtual Drawing plot(const std::string& title) const = 0;
  /// Error naming an option that the family has no use for.
  virtual void check_use(const EvaluateData& data) const = 0;
  [[nodiscard]] virtual JudgeScores evaluate(const EvaluateData& data) const = 0;
};

struct OpenOptions {
  std::string device = "auto";
  int threads = 1;            // of one call of judge(); a pipeline has its own
  double prior = 0;           // probability that a record is a precursor; 0: the model's own
  bool all_hairpins = false;  // tell the other hairpins of a record too
  bool reasons = true;        // of every call; they cost more than the call
};

struct Family {
  const char* name;     // in config.json
  const char* summary;  // one clause for help texts
  std::unique_ptr<Judge> (*open)(const std::string& directory, const OpenOptions& options);
};

/// All families of classifiers.
const std::vector<Family>& families();

/// nullptr if there is none of that name.
const Family* find_family(const std::string& name);

/// Opens a model directory by the family its config.json names; everything in it is checked. Error naming the file and
/// what is wrong, or the families there are.
std::unique_ptr<Judge> open_judge(const std::string& directory, const OpenOptions& options);

/// Judges by two models: what the first (of pre-miRNAs) rules out stays out, the second (of mirtrons) names the rest.
/// Error if they know hairpins folded otherwise.
std::unique_ptr<Judge> open_three_way(const std::string& premirna, const std::string& mirtron,
                                      const OpenOptions& options);

}  // namespace stemloop
