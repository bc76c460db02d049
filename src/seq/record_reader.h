// Records of any number of files, each in any format of seq/formats.h, plain or packed, one after the other.
// Every record of a file comes out exactly once, as a Record or as a Rejection, in file order; a record with several
// structures comes out once for each (Record::alternative) unless only sequences are asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "seq/formats.h"

namespace stemloop {

/// What a command takes of a record: its structures without crossing pairs, all pairs, or the sequence alone.
enum class Wanted { kStructures, kKnots, kSequencesOnly };

/// Files to be read as one; a single name will do.
struct RecordFiles {
  RecordFiles(std::vector<std::string> all, Wanted what = Wanted::kStructures) : paths(std::move(all)), wanted(what) {}
  RecordFiles(const std::string& path, Wanted what = Wanted::kStructures) : paths{path}, wanted(what) {}
  std::vector<std::string> paths;  // "-" is stdin; at least one
  Wanted wanted;
};

class RecordReader {
 public:
  /// Opens the first file. Error if it cannot be opened.
  explicit RecordReader(RecordFiles files);

  /// The next record or rejection, nothing at the end. Error if a file is empty, of a format that is not read, or cut.
  std::optional<RecordOrRejection> next();

  /// What should be said once all is read: repeated ids, several structures, pseudoknots. Sentences without a full
  /// stop.
  [[nodiscard]] std::vector<std::string> notes() const;
  /// Ids that occurred more than once so far (each counted when repeated).
  [[nodiscard]] std::int64_t duplicate_ids() const { return repeated_ids_.count; }
  /// Part of the files read, 0 to 1; negative when unknown.
  [[nodiscard]] double fraction_read() const;

 private:
  // How often something was met, and where first.
  struct Counted {
    std::int64_t count = 0;
    std::string first_file, first_id;
    void note(const std::string& file, const std::string& id);
  };

  void open();
  void refuse_protein(RecordOrRejection& item);
  void observe(const RecordOrRejection& item);

  RecordFiles files_;
  std::size_t at_ = 0;
  std::unique_ptr<PeekableLines> lines_;
  std::unique_ptr<FormatReader> reader_;
  std::int64_t count_ = 0;
  bool first_of_file_ = true;
  std::unordered_set<std::uint64_t> seen_;  // 64-bit hashes of the ids: flat memory per record, whatever their length
  Counted repeated_ids_, alternatives_, knots_;
  std::int64_t knotted_pairs_ = 0;
};

}  // namespace stemloop
