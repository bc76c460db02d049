// Where the arms of a drawing or a report come from: predicted, known matures placed, a table of the user's, or
// nowhere.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "arms/arms.h"
#include "report/record.h"

namespace stemloop {

/// Arms of one hairpin and what is known of them.
struct FoundArms {
  HairpinMarks marks;
  std::array<std::optional<double>, 4> cut_certainty;  // within 1 nt
  std::string guide;                                   // "5p", "3p" or empty
  bool matured = false;                                // a known mature lies on it
  std::vector<std::string> notes;
};

class ArmSource {
 public:
  /// "none"; "predicted"; or a file: a table as ArmTable reads it, or known matures as FASTA or GFF3.
  /// Error if the file, or the model of cut sites, cannot be read.
  explicit ArmSource(const std::string& what);

  [[nodiscard]] bool any() const { return model_ || table_; }
  /// For a caption: "predicted", "from FILE".
  [[nodiscard]] const std::string& words() const { return words_; }

  /// The table that is joined by id, "" if there is none.
  [[nodiscard]] std::string table() const { return table_ ? path_ : ""; }

  /// To be called when all hairpins were seen: warns if there are known matures and none of them lay on one.
  void tell_unplaced(bool any_matured) const;

  /// Memory of one worker.
  using Scratch = std::optional<CutModel::Scratch>;
  [[nodiscard]] Scratch scratch() const;

  /// Arms that cannot be are told in a note and not marked. Error if a table's arm lies outside the sequence.
  [[nodiscard]] FoundArms of(const std::string& id, const std::string& sequence, const std::string& structure,
                             Scratch& scratch) const;

 private:
  std::string words_, path_;
  std::optional<CutModel> model_;
  std::optional<KnownMatures> matures_;
  std::optional<ArmTable> table_;
};

}  // namespace stemloop
