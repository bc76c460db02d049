// Labelled hairpins for the commands that learn from them or are measured on them.
#pragma once

#include <string>
#include <vector>

#include "data/picture_data.h"
#include "fold/fold.h"
#include "seq/seq.h"
#include "util/util.h"

namespace stemloop {

struct DatasetOptions {
  std::string bars;       // safetensors: colour, height, label
  std::string tsv;        // table with columns sequence, label, and id
  std::string positives;  // FASTA
  std::string negatives;  // FASTA
  std::string splits;     // table with one line a record of `bars`, or a column of `tsv`
  std::string split;      // the column that says train, valid or test
};

/// Which part a record belongs to; all are kTrain without a split.
enum class Part : std::uint8_t { kTrain, kValid, kTest };
inline constexpr const char* kPartNames[] = {"train", "valid", "test"};

struct Dataset {
  PictureData pictures;
  std::vector<std::string> ids;
  std::vector<Part> parts;  // empty without a split
  std::string md5;          // of all bars and labels in their order
  Tally tally;

  /// The records of a part.
  [[nodiscard]] PictureData select(Part part) const;
};

/// The part called `text`, the label 0 or 1; Error naming `place` for anything else.
Part part_of(std::string_view text, const std::string& place);
int label_of(std::string_view text, const std::string& place);

/// Error if no source, or more than one, is named.
void check_dataset(const DatasetOptions& options);

/// The files named, for check_files().
std::vector<std::string> dataset_files(const DatasetOptions& options);

/// Reads (and folds, where there are sequences) all records. Rejected ones are listed and counted.
Dataset load_dataset(const DatasetOptions& options, const CommonOptions& common, const FoldingOptions& folding);

/// Records to learn from and to validate on: as the split says, or one in twenty drawn by the seed, the same for every
/// command.
std::pair<PictureData, PictureData> train_and_valid(const Dataset& dataset, std::uint64_t seed);

}  // namespace stemloop
