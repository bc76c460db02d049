// arms: the cut sites of hairpins, predicted or placed from known matures.
#include <spdlog/spdlog.h>

#include <filesystem>
#include <optional>

#include "arms/arms.h"
#include "cli/command.h"
#include "hairpin/hairpin.h"
#include "judge/judge.h"
#include "seq/record_stream.h"

namespace stemloop {

namespace {

struct ArmsCommand {
  CommonOptions common;
  FoldingOptions folding;
  InputFiles input;
  std::string format = "tsv";
  std::string model = "arms";
  std::string matures;
  std::string track;
  CutContext context;
  std::string convention = "mirbase";
};

struct ArmsState {
  Hairpins hairpins;
  CutModel::Scratch scratch;
};

struct ArmsText {
  bool matured = false;  // a known mature lies on it
  std::string text, track;
};

int run_arms(ArmsCommand& c) {
  begin_run(c.common);
  std::vector<std::string> inputs = input_files(c.input, c.folding);
  if (!c.matures.empty()) inputs.push_back(c.matures);
  check_run_files(inputs, {c.common.output, c.track}, {c.model});
  c.context.convention = c.convention == "mirbase" ? Convention::kMirbase : Convention::kMirgenedb;
  const CutModel model = CutModel::open(find_model(c.model));
  std::optional<KnownMatures> matures;
  if (!c.matures.empty()) matures = KnownMatures::read(c.matures);
  std::string (*print)(const ArmRow&) = c.format == "tsv"     ? arm_table_line
                                        : c.format == "fasta" ? arm_fasta
                                        : c.format == "gff3"  ? arm_gff
                                                              : arm_json;
  TextWriter out(c.common.output);
  std::optional<TextWriter> track;
  if (c.format == "tsv") out.write(arm_table_header());
  if (c.format == "gff3") out.write(kGffHeader);
  if (!c.track.empty()) track.emplace(c.track).write(arm_track_header());
  const auto hairpins = hairpin_state(c.folding);
  bool placed = false;
  const Tally tally = run_records<ArmsText>(
      c.input.all(), c.common, c.folding.max_length,
      [&] {
        return ArmsState{hairpins(), model.scratch()};
      },
      [&](ArmsState& state, const Record& record) {
        const ArmRow row = arm_row(record.id, record.sequence, structure_of(state.hairpins, record), model,
                                   state.scratch, c.context, matures ? &*matures : nullptr);
        const bool matured = !row.names[0].empty() || !row.names[1].empty();
        return ArmsText{matured, print(row), track ? arm_track(row) : ""};
      },
      [&](const ArmsText& item) {
        placed = placed || item.matured;
        out.write(item.text);
        if (track) track->write(item.track);
      });
  if (matures && !placed && tally.out > 0)
    spdlog::warn("{}: none of its {} matures lies on a record; all arms are predicted", c.matures, matures->size());
  close_outputs(tally, {&out, track ? &*track : nullptr});
  return finish(tally, c.common);
}

}  // namespace

std::function<int()> add_arms(CLI::App& app) {
  auto c = std::make_shared<ArmsCommand>();
  app.description(
      "Where Drosha and Dicer cut each hairpin, and so its two arms: positions (from 1, both ends included), letters,\n"
      "seeds, overhangs, the probability that each cut is right within 0, 1 and 2 letters, and which arm is likelier\n"
      "the guide. Flanks matter little; a record without a hairpin is a row that says so.");
  add_format(app, c->format, {"tsv", "fasta", "gff3", "json"},
             "tsv: a table; fasta: both arms; gff3: pre_miRNA with miRNA children; json: one object a line");
  app.add_option("--mature", c->matures, "Known mature miRNAs, FASTA or GFF3: placed and checked instead of predicted")
      ->type_name("FILE");
  app.add_option("--track", c->track, "Also write the probability of each cut at every boundary, as a table")
      ->type_name("FILE");
  app.add_option("--flank", c->context.flank,
                 "About how many letters records have outside Drosha's cuts, where that is known")
      ->check(CLI::Range(0.0, 1000.0));
  app.add_option("--flank-error", c->context.flank_error, "How far off that usually is, in letters")
      ->needs("--flank")
      ->check(CLI::Range(0.5, 1000.0))
      ->capture_default_str();
  app.add_option("--convention", c->convention, "Ends as this database annotates them")
      ->check(CLI::IsMember({"mirbase", "mirgenedb"}))
      ->capture_default_str();
  app.add_option("-m,--model", c->model, "Model directory, or the name of one that ships")
      ->capture_default_str()
      ->type_name("DIR");
  add_hairpin_options(app, *c, kTextOutputHelp);
  app.footer(
      "Examples:\n"
      "  stemloop arms hairpins.fa -o arms.tsv\n"
      "  stemloop arms hairpins.fa --format fasta > matures.fa\n"
      "  stemloop arms hairpins.fa --mature known.gff3 --format gff3");
  return [c] { return run_arms(*c); };
}

}  // namespace stemloop
