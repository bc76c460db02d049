// The folder of an experiment: run.json tells what its cells depend on, cells.tsv holds those that are done.
#pragma once

#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "study/experiment.h"
#include "util/append_file.h"

namespace stemloop {

/// True if RUN holds an experiment of these options and data; false if it is empty or not there. Error if it holds
/// anything else. `blind` is the second test set, empty if there is none.
bool run_has_begun(const ExperimentOptions& options, const SequenceSet& set, const SequenceSet& blind);

/// Makes the folder and writes run.json.
void start_run(const ExperimentOptions& options, const SequenceSet& set, const SequenceSet& blind);

/// cells.tsv. Each line is on the disk's way before the next cell begins; one that a killed run left half-written is
/// taken off the file.
class CellFile {
 public:
  explicit CellFile(const std::string& run);
  [[nodiscard]] bool has(const Cell& cell) const { return known_.count(key(cell)) > 0; }
  [[nodiscard]] const std::vector<Cell>& cells() const { return cells_; }
  /// May be called by several threads.
  void add(const Cell& cell);
  /// Lines stand in the order of their folds, whatever the order the cells were done in. The last call.
  void put_in_order();

 private:
  using Key = std::tuple<int, int, std::string, std::string, std::string, std::string>;
  static Key key(const Cell& cell);

  std::string path_;
  std::vector<Cell> cells_;
  std::set<Key> known_;
  std::optional<AppendFile> out_;
  std::mutex mutex_;
};

}  // namespace stemloop
