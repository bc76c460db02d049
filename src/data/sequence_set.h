// Sequences with labels and structures, for the commands that learn from sequences and not from pictures.
#pragma once

#include <oneapi/tbb/enumerable_thread_specific.h>

#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "data/dataset.h"

namespace stemloop {

struct SequenceSet {
  std::vector<std::string> ids, sequences, structures;  // RNA, A C G U only; MFE structures unless the file had its own
  std::vector<std::uint8_t> labels;                     // 1 for --positives or label 1
  std::vector<std::vector<std::string>> parents;        // named by the header or the column `parents`; real: none
  Tally tally;

  [[nodiscard]] std::size_t size() const { return sequences.size(); }
  /// Some of the records.
  [[nodiscard]] SequenceSet select(std::span<const std::size_t> records) const;
};

/// The records of a FASTA file, folded; those with letters outside A C G U T or a structure that does not balance are
/// rejected, listed and counted.
SequenceSet read_sequences(const std::string& path, int label, const CommonOptions& common,
                           const FoldingOptions& folding);

/// The same of --tsv (columns sequence and `label_column`, id or name if there) or of --positives and, if named,
/// --negatives. Error if no source, or both, are named.
SequenceSet load_sequences(const DatasetOptions& options, const std::string& label_column, const CommonOptions& common,
                           const FoldingOptions& folding);

/// The sequences of a table with a column `sequence`, or of a file of records, as RNA; nothing is folded and nothing
/// but unreadable records left out. For comparing with.
std::vector<std::string> read_bare_sequences(const std::string& path);

/// Folds for a generator that learns: see TrainWatcher::fold().
class SequenceFolder {
 public:
  explicit SequenceFolder(const std::shared_ptr<const Model>& model) : folders_([model] { return Folder(model); }) {}
  std::vector<std::string> structures(const std::vector<std::string>& sequences);

 private:
  tbb::enumerable_thread_specific<Folder> folders_;
};

/// MD5 of all sequences and labels in their order.
std::string md5_of(const SequenceSet& set);

/// The sequences of a file of records, for those that must differ from them; records that cannot be read are listed.
std::unordered_set<std::string> known_sequences(const std::string& path);

}  // namespace stemloop
