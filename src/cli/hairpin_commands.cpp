// features, show: hairpins as tables and text; signature: whether results have changed.
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "arms/arms.h"
#include "cli/command.h"
#include "hairpin/hairpin.h"
#include "hairpin/signature.h"
#include "judge/judge.h"
#include "seq/record_stream.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

// --- features --------------------------------------------------------------------------------------------------------

struct FeaturesCommand {
  CommonOptions common;
  FoldingOptions folding;
  InputFiles input;
  std::string format = "tsv";
};

std::string features_as_tsv(const std::string& id, const std::array<std::string, kFeatureCount>& cells) {
  return fmt::format("{}\t{}\n", table_cell(id), fmt::join(cells, "\t"));
}

std::string features_as_json(const std::string& id, const std::array<std::string, kFeatureCount>& cells) {
  Json object = {{"id", id}};
  for (std::size_t k = 0; k < cells.size(); ++k) {
    Json& value = object[kFeatureNames[k]];
    if (cells[k] == "True" || cells[k] == "False") {
      value = cells[k] == "True";
    } else if (!cells[k].empty()) {
      Json number = Json::parse(cells[k], nullptr, false);
      value = number.is_discarded() ? Json(cells[k]) : std::move(number);
    }
  }
  return object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

int run_features(FeaturesCommand& c) {
  begin_run(c.common);
  check_run_files(input_files(c.input, c.folding), {c.common.output});
  const auto state = hairpin_state(c.folding);
  TextWriter out(c.common.output);
  if (c.format == "tsv") out.write(fmt::format("id\t{}\n", fmt::join(kFeatureNames, "\t")));
  const auto print = c.format == "tsv" ? features_as_tsv : features_as_json;
  const Tally tally = run_records<std::string>(
      c.input.all(), c.common, c.folding.max_length, state,
      [print](Hairpins& hairpins, const Record& record) {
        return print(record.id, feature_cells(hairpin_features(picture_of(record, structure_of(hairpins, record)))));
      },
      [&](const std::string& text) { out.write(text); });
  close_outputs(tally, {&out});
  return finish(tally, c.common);
}

// --- show ------------------------------------------------------------------------------------------------------------

struct ShowCommand {
  CommonOptions common;
  FoldingOptions folding;
  InputFiles input;
  bool arms = false;
  std::string matures;
};

int run_show(ShowCommand& c) {
  begin_run(c.common);
  std::vector<std::string> inputs = input_files(c.input, c.folding);
  if (!c.matures.empty()) inputs.push_back(c.matures);
  check_run_files(inputs, {c.common.output});
  const auto hairpins = hairpin_state(c.folding);
  std::optional<CutModel> model;
  std::optional<KnownMatures> matures;
  if (c.arms || !c.matures.empty()) model = CutModel::open(find_model("arms"));
  if (!c.matures.empty()) matures = KnownMatures::read(c.matures);
  struct State {
    Hairpins hairpins;
    std::optional<CutModel::Scratch> scratch;
  };
  struct Shown {
    std::string text;
    bool matured = false;  // a known mature lies on it
  };
  bool matured = false;
  TextWriter out(c.common.output);
  const Tally tally = run_records<Shown>(
      c.input.all(), c.common, c.folding.max_length,
      [&] {
        return State{hairpins(), model ? std::optional(model->scratch()) : std::nullopt};
      },
      [&](State& state, const Record& record) {
        const std::string structure = structure_of(state.hairpins, record);
        std::string letters = record.sequence, told;
        Shown shown;
        if (model) {
          const ArmRow row =
              arm_row(record.id, record.sequence, structure, *model, *state.scratch, {}, matures ? &*matures : nullptr);
          told = arm_text(row);
          shown.matured = !row.names[0].empty() || !row.names[1].empty();
          // Arms in capitals, the rest in lower case, as miRBase prints them.
          letters = mark_arms(letters, row.call && row.call->plausible() ? row.call->cuts : Cuts{});
        }
        const std::string text = text_hairpin(letters, structure);
        require(!text.empty(), "there is no hairpin loop in its structure");
        const int count = lay_out(record.sequence, structure).hairpins;
        const std::string note =
            count > 1 ? fmt::format(", {} hairpins, the one nearest the middle is shown", count) : "";
        shown.text = fmt::format("{}  {}{}\n{}{}\n", record.id,
                                 size_and_energy(*state.hairpins.model, record, structure), note, text, told);
        return shown;
      },
      [&](const Shown& item) {
        matured = matured || item.matured;
        out.write(item.text);
      });
  if (matures && !matured && tally.out > 0)
    say(Loud::kWarning, "{}: none of its {} matures lies on a record; all arms are predicted", c.matures,
        matures->size());
  close_outputs(tally, {&out});
  return finish(tally, c.common);
}

}  // namespace

std::function<int()> add_features(CLI::App& app) {
  auto c = std::make_shared<FeaturesCommand>();
  app.description(
      "The 20 features of each hairpin's picture, named and printed as in the published table: loop, bulge, stem, "
      "pairs,\n"
      "motifs. A cell is empty where a feature does not apply (no terminal loop, no large bulge).");
  add_format(app, c->format, {"tsv", "json"}, "tsv: a table; json: one object a line");
  add_hairpin_options(app, *c, kTextOutputHelp);
  app.footer(
      "Examples:\n"
      "  stemloop features hairpins.fa > features.tsv\n"
      "  stemloop features hairpins.fa.gz --params turner2004-vienna2.1 --format json");
  return [c] { return run_features(*c); };
}

std::function<int()> add_show(CLI::App& app) {
  auto c = std::make_shared<ShowCommand>();
  app.description(
      "Prints each hairpin as text, as miRBase does: five lines, pairs in the middle (GU pairs as a colon).");
  app.add_flag("--arms", c->arms, "Arms of the mature miRNA in capitals, and what is known of them in words");
  app.add_option("--mature", c->matures, "The same with known mature miRNAs, FASTA or GFF3, instead of predicted ones")
      ->type_name("FILE");
  add_hairpin_options(app, *c, kTextOutputHelp);
  app.footer(
      "Examples:\n"
      "  stemloop show hairpins.fa | less\n"
      "  stemloop show hairpins.fa --arms\n"
      "  echo '>x\\nGGGGAAAACCCC' | stemloop show");
  return [c] { return run_show(*c); };
}

std::function<int()> add_signature(CLI::App& app) {
  auto common = std::make_shared<CommonOptions>();
  app.description(
      "Folds and encodes a fixed list of 500 sequences with both built-in parameter sets and prints two integers:\n"
      "one of the structures and energies, one of the pictures, bonds and features. Equal integers, equal results.");
  add_output(app, *common, "Where to write; - is stdout");
  app.footer("Examples:\n  stemloop signature");
  return [common] {
    begin_run(*common);
    TextWriter out(common->output);
    const auto [folds, pictures] = signature();
    out.write(fmt::format("{} {}\n", folds, pictures));
    out.close();
    return kExitOk;
  };
}

}  // namespace stemloop
