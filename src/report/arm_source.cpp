#include "report/arm_source.h"

#include "judge/judge.h"
#include "util/util.h"

namespace stemloop {

namespace {

constexpr const char* kArmModel = "arms";

// FASTA and GFF3 begin with what no table begins with.
bool holds_matures(const std::string& path) {
  LineReader lines(path);
  std::string line;
  while (lines.next(line)) {
    if (!trim(line).empty()) return line[0] == '>' || line[0] == '#';
  }
  return false;
}

BaseSpan span_of(int begin, int end) { return begin >= 0 && end > begin ? BaseSpan{begin, end} : BaseSpan{}; }

}  // namespace

ArmSource::ArmSource(const std::string& what) : path_(what) {
  if (what == "none") return;
  if (what != "predicted" && !holds_matures(what)) {
    table_ = ArmTable::read(what);
    words_ = "from " + what;
    return;
  }
  model_ = CutModel::open(find_model(kArmModel));
  if (what != "predicted") matures_ = KnownMatures::read(what);
  words_ = what == "predicted" ? "predicted" : "from " + what + ", the rest predicted";
}

void ArmSource::tell_unplaced(bool any_matured) const {
  if (matures_ && !any_matured)
    say(Loud::kWarning, "{}: none of its {} matures lies on a record; all arms are predicted", path_, matures_->size());
}

ArmSource::Scratch ArmSource::scratch() const { return model_ ? Scratch(model_->scratch()) : std::nullopt; }

FoundArms ArmSource::of(const std::string& id, const std::string& sequence, const std::string& structure,
                        Scratch& scratch) const {
  FoundArms found;
  if (table_) {
    found.marks = table_->of(id, sequence.size());
    if (found.marks.seed.known()) found.guide = found.marks.five_prime.holds(found.marks.seed.begin) ? "5p" : "3p";
  }
  if (!model_) return found;
  const ArmRow row = arm_row(id, sequence, structure, *model_, *scratch, {}, matures_ ? &*matures_ : nullptr);
  found.notes = row.notes;
  found.matured = !row.names[0].empty() || !row.names[1].empty();
  if (!row.call || !row.call->plausible()) return found;
  const ArmCall& call = *row.call;
  const GuideArm guide = call.guide == Guide::k5p   ? GuideArm::kFivePrime
                         : call.guide == Guide::k3p ? GuideArm::kThreePrime
                                                    : GuideArm::kNotTold;
  found.marks =
      marks_of_arms(span_of(call.cuts.drosha5, call.cuts.dicer5), span_of(call.cuts.dicer3, call.cuts.drosha3), guide);
  found.guide = guide == GuideArm::kFivePrime ? "5p" : guide == GuideArm::kThreePrime ? "3p" : "";
  for (std::size_t k = 0; k < 4; ++k) {
    if (call.given[k] < 0) found.cut_certainty[k] = static_cast<double>(call.within[k][1]);
  }
  return found;
}

}  // namespace stemloop
