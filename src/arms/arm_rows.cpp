#include "arms/arm_rows.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kSeedBegin = 1, kSeedLetters = 7;  // positions 2 to 8
constexpr std::array<const char*, 2> kArmNames = {"5p", "3p"};

struct Arm {
  int begin, end;
};
std::array<Arm, 2> arms_of(const Cuts& cuts) { return {{{cuts.drosha5, cuts.dicer5}, {cuts.dicer3, cuts.drosha3}}}; }

std::string letters_of(const ArmRow& row, const Arm& arm) {
  if (arm.begin < 0 || arm.end > static_cast<int>(row.sequence.size()) || arm.begin >= arm.end) return "";
  return row.sequence.substr(static_cast<std::size_t>(arm.begin), static_cast<std::size_t>(arm.end - arm.begin));
}

std::string seed_of(const std::string& mature) {
  return mature.size() < kSeedBegin + kSeedLetters ? "" : mature.substr(kSeedBegin, kSeedLetters);
}

const char* guide_name(Guide guide) { return guide == Guide::k5p ? "5p" : guide == Guide::k3p ? "3p" : "not told"; }

bool arms_told(const ArmRow& row) { return row.call && row.call->plausible(); }

std::string notes_of(const ArmRow& row) { return fmt::format("{}", fmt::join(row.notes, "; ")); }

// "hsa-mir-21" and its arm: "hsa-mir-21-5p", or the name of the known mature.
std::string arm_name(const ArmRow& row, int arm) {
  return row.names[arm].empty() ? fmt::format("{}-{}", row.id, kArmNames[arm]) : row.names[arm];
}

// GFF3 reserves a few characters.
std::string escaped_gff(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const bool reserved = c == ';' || c == '=' || c == '&' || c == ',' || c == '%' || c == '\t' || c < ' ';
    result += reserved ? fmt::format("%{:02X}", static_cast<unsigned char>(c)) : std::string(1, c);
  }
  return result;
}

}  // namespace

ArmRow arm_row(std::string id, std::string sequence, const std::string& structure, const CutModel& model,
               CutModel::Scratch& scratch, CutContext context, const KnownMatures* matures) {
  ArmRow row;
  row.id = std::move(id);
  row.sequence = std::move(sequence);
  const std::vector<StemLoop> stems = stem_loops(structure);
  if (matures != nullptr) {
    PlacedMatures placed = matures->place(row.id, row.sequence);
    if (placed.matures.empty() && placed.faults.empty()) row.notes.emplace_back("no known mature: predicted");
    if (!stems.empty()) {
      // The stem-loop with most pairs that lies beside the matures, not under them.
      StemLoop stem = stems.front();
      std::size_t least = placed.matures.size() + 1;
      for (const StemLoop& candidate : stems) {
        PlacedMatures trial{placed.matures, {}};
        std::array<std::string, 2> names;
        known_cuts(trial, candidate, names);
        if (trial.faults.size() < least) {
          least = trial.faults.size();
          stem = candidate;
        }
      }
      context.known = known_cuts(placed, stem, row.names);
    }
    row.notes.insert(row.notes.end(), placed.faults.begin(), placed.faults.end());
  }
  row.call = model.predict(row.sequence, structure, context, scratch);
  if (!row.call && context.known != kNothingKnown) row.call = model.predict(row.sequence, structure, scratch);
  if (!row.call) {
    row.notes.emplace_back("no hairpin");
  } else if (!row.call->plausible()) {
    row.notes.push_back(row.call->fault);
  }
  return row;
}

std::string arm_table_header() {
  std::string header =
      "id\t5p_start\t5p_end\t3p_start\t3p_end\t5p_sequence\t3p_sequence\t5p_seed\t3p_seed\tdrosha_overhang\t"
      "dicer_overhang";
  for (const char* cut : kCutNames) {
    for (int off = 0; off < 3; ++off) header += fmt::format("\t{}_within_{}", cut, off);
  }
  return header + "\tlog_odds\tprobability\tguide\tguide_5p\tguide_why\tsource\tnotes\n";
}

std::string arm_table_line(const ArmRow& row) {
  if (!arms_told(row)) {
    // What cannot be is said, not printed as fact.
    return row.id + std::string(10 + 3 * kCuts, '\t') +
           fmt::format("\t{}\t\t\t\t\t\t{}\n", row.call ? fmt::format("{:.3f}", row.call->log_odds) : "",
                       notes_of(row));
  }
  const ArmCall& call = *row.call;
  const auto arms = arms_of(call.cuts);
  const std::array<std::string, 2> letters = {letters_of(row, arms[0]), letters_of(row, arms[1])};
  std::string line = fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}", row.id, arms[0].begin + 1, arms[0].end,
                                 arms[1].begin + 1, arms[1].end, letters[0], letters[1], seed_of(letters[0]),
                                 seed_of(letters[1]), call.overhang.drosha, call.overhang.dicer);
  for (const auto& cut : call.within) {
    for (const float p : cut) line += fmt::format("\t{:.3f}", p);
  }
  const bool given5 = call.given[0] >= 0, given3 = call.given[2] >= 0;
  const char* source = given5 && given3 ? "known" : given5 ? "5p known" : given3 ? "3p known" : "predicted";
  const std::string guide_5p = fmt::format("{:.3f}", call.guide_5p);
  return line + fmt::format("\t{:.3f}\t{:.3g}\t{}\t{}\t{}\t{}\t{}\n", call.log_odds, std::exp(call.log_probability),
                            guide_name(call.guide), guide_5p, call.guide_why, source, notes_of(row));
}

std::string arm_fasta(const ArmRow& row) {
  if (!arms_told(row)) return "";
  std::string text;
  const auto arms = arms_of(row.call->cuts);
  for (int arm = 0; arm < 2; ++arm) {
    text += fmt::format(">{} {}:{}-{}\n{}\n", arm_name(row, arm), row.id, arms[arm].begin + 1, arms[arm].end,
                        letters_of(row, arms[arm]));
  }
  return text;
}

std::string arm_gff(const ArmRow& row) {
  if (!arms_told(row)) return fmt::format("# {}: {}\n", row.id, notes_of(row));
  const ArmCall& call = *row.call;
  const std::string id = escaped_gff(row.id);
  std::string text = fmt::format("{0}\tstemloop\tpre_miRNA\t{1}\t{2}\t{3:.3f}\t+\t.\tID={0}-pre;Name={0}\n", id,
                                 call.cuts.drosha5 + 1, call.cuts.drosha3, call.log_odds);
  const auto arms = arms_of(call.cuts);
  for (int arm = 0; arm < 2; ++arm) {
    const std::string name = escaped_gff(arm_name(row, arm));
    const float sure = call.within[2 * arm][1] * call.within[2 * arm + 1][1];
    text += fmt::format("{0}\tstemloop\tmiRNA\t{1}\t{2}\t{3:.3f}\t+\t.\tID={0}-{4};Name={5};Derives_from={0}-pre\n", id,
                        arms[arm].begin + 1, arms[arm].end, sure, kArmNames[arm], name);
  }
  return text;
}

std::string arm_json(const ArmRow& row) {
  Json object = {{"id", row.id}};
  if (arms_told(row)) {
    const ArmCall& call = *row.call;
    const auto arms = arms_of(call.cuts);
    for (int arm = 0; arm < 2; ++arm) {
      const std::string letters = letters_of(row, arms[arm]);
      object[kArmNames[arm]] = {{"name", arm_name(row, arm)}, {"start", arms[arm].begin + 1},
                                {"end", arms[arm].end},       {"sequence", letters},
                                {"seed", seed_of(letters)},   {"known", call.given[2 * arm] >= 0}};
    }
    for (int cut = 0; cut < kCuts; ++cut) {
      object["cuts"][kCutNames[cut]] = {
          {"after", call.cuts.all()[cut]}, {"within", call.within[cut]}, {"entropy_bits", call.entropy[cut]}};
    }
    object["overhang"] = {{"drosha", call.overhang.drosha}, {"dicer", call.overhang.dicer}};
    object["log_odds"] = call.log_odds;
    object["probability"] = std::exp(call.log_probability);
    object["guide"] = guide_name(call.guide);
    object["guide_5p"] = call.guide_5p;
    object["guide_why"] = call.guide_why;
    object["structure"] = call.structure;
  } else if (row.call) {
    object["log_odds"] = row.call->log_odds;
  }
  object["notes"] = row.notes;
  return object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string arm_track_header() {
  std::string header = "id\tafter";
  for (const char* cut : kCutNames) header += fmt::format("\t{}", cut);
  return header + "\n";
}

std::string arm_track(const ArmRow& row) {
  constexpr float kLeast = 0.001F;
  std::string text;
  if (!row.call) return text;
  const std::vector<float>& track = row.call->track;
  for (std::size_t k = 0; k + kCuts <= track.size(); k += kCuts) {
    const auto at = track.begin() + static_cast<std::ptrdiff_t>(k);
    if (*std::max_element(at, at + kCuts) < kLeast) continue;
    text += fmt::format("{}\t{}", row.id, row.call->track_begin + static_cast<int>(k) / kCuts);
    for (int cut = 0; cut < kCuts; ++cut) text += fmt::format("\t{:.4f}", at[cut]);
    text += "\n";
  }
  return text;
}

std::string arm_text(const ArmRow& row) {
  std::string text;
  if (arms_told(row)) {
    const ArmCall& call = *row.call;
    const auto arms = arms_of(call.cuts);
    for (int arm = 0; arm < 2; ++arm) {
      const std::string letters = letters_of(row, arms[arm]);
      const auto& begin = call.within[2 * arm];
      const auto& end = call.within[2 * arm + 1];
      text += fmt::format("  {} {} to {}  {}  seed {}", kArmNames[arm], arms[arm].begin + 1, arms[arm].end, letters,
                          seed_of(letters));
      text +=
          call.given[2 * arm] >= 0
              ? fmt::format(", known{}\n", row.names[arm].empty() ? "" : " as " + row.names[arm])
              : fmt::format(", ends exact {:.2f} {:.2f}, within 1 {:.2f} {:.2f}\n", begin[0], end[0], begin[1], end[1]);
    }
    text += fmt::format("  3' overhangs {} (Drosha) and {} (Dicer)", call.overhang.drosha, call.overhang.dicer);
    text += call.guide == Guide::kNotTold
                ? "; guide not told\n"
                : fmt::format("; guide likelier {} ({:.2f}: {})\n", guide_name(call.guide),
                              call.guide == Guide::k5p ? call.guide_5p : 1 - call.guide_5p, call.guide_why);
  }
  for (const std::string& note : row.notes) text += fmt::format("  {}\n", note);
  return text;
}

std::string mark_arms(std::string_view sequence, const Cuts& cuts) {
  std::string marked(sequence);
  for (int i = 0; i < static_cast<int>(marked.size()); ++i) {
    const bool in_arm = (i >= cuts.drosha5 && i < cuts.dicer5) || (i >= cuts.dicer3 && i < cuts.drosha3);
    const auto letter = static_cast<unsigned char>(marked[i]);
    marked[i] = static_cast<char>(in_arm ? std::toupper(letter) : std::tolower(letter));
  }
  return marked;
}

}  // namespace stemloop
