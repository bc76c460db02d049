// What is told of the arms of one record, and the formats it is told in: a table, FASTA, GFF3, JSON lines.
// Positions in all of them count from 1 and include both ends.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "arms/cut_model.h"
#include "arms/known_matures.h"

namespace stemloop {

struct ArmRow {
  std::string id, sequence;
  std::optional<ArmCall> call;       // nothing: no hairpin
  std::array<std::string, 2> names;  // of the matures, where known ones were placed
  std::vector<std::string> notes;    // sentences: what could not be placed, what cannot be
};

/// The row of one record; `structure` is its fold, `context` what is known of it beside `matures`, which may be null.
ArmRow arm_row(std::string id, std::string sequence, const std::string& structure, const CutModel& model,
               CutModel::Scratch& scratch, CutContext context, const KnownMatures* matures);

/// One line for each record, those without a hairpin too.
std::string arm_table_header();
std::string arm_table_line(const ArmRow& row);
/// ID-5p and ID-3p; nothing for a record without a hairpin or with arms that cannot be.
std::string arm_fasta(const ArmRow& row);
/// A pre_miRNA from Drosha's cut to Drosha's cut and its miRNA children, as miRBase lays them out; the first column is
/// the record's id. A record without a hairpin or with arms that cannot be is a comment.
inline constexpr const char* kGffHeader = "##gff-version 3\n";
std::string arm_gff(const ArmRow& row);
std::string arm_json(const ArmRow& row);
/// id, boundary (letters before it) and the probability of each cut there, for boundaries with one of at least 0.001.
std::string arm_track_header();
std::string arm_track(const ArmRow& row);

/// A few lines for a reader: both arms with seed and how sure their cuts are, overhangs, the guide and why, notes.
std::string arm_text(const ArmRow& row);

/// The sequence in lower case but for the letters of the arms, as miRBase marks them.
std::string mark_arms(std::string_view sequence, const Cuts& cuts);

}  // namespace stemloop
