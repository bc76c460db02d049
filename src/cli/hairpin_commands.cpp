// features, draw, show: hairpins as tables, drawings and text.
#include <fmt/ranges.h>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/hairpin_input.h"
#include "seq/record_stream.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

// "72 nt, -34.60 kcal/mol": a structure given by the user may have pairs that the energy model does not know.
std::string size_and_energy(const Hairpins& state, const Record& record, const std::string& structure) {
  try {
    const Energy energy = evaluate(state.model->energy, record.sequence, structure).energy;
    return fmt::format("{} nt, {:.2f} kcal/mol", record.sequence.size(), energy / 100.0);
  } catch (const Error& error) {
    return fmt::format("{} nt, no energy: {}", record.sequence.size(), error.what());
  }
}

// --- features --------------------------------------------------------------------------------------------------------

struct FeaturesCommand {
  CommonOptions common;
  FoldingOptions folding;
  std::string input = "-";
  std::string format = "tsv";
};

std::string features_as_tsv(const std::string& id, const std::array<std::string, kFeatureCount>& cells) {
  return fmt::format("{}\t{}\n", id, fmt::join(cells, "\t"));
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
  check_files(input_files(c.input, c.folding), {c.common.output});
  const auto state = hairpin_state(c.folding);
  TextWriter out(c.common.output);
  if (c.format == "tsv") out.write(fmt::format("id\t{}\n", fmt::join(kFeatureNames, "\t")));
  const auto print = c.format == "tsv" ? features_as_tsv : features_as_json;
  const Tally tally = run_records<std::string>(
      c.input, c.common, c.folding.max_length, state,
      [print](Hairpins& hairpins, const Record& record) {
        return print(record.id, feature_cells(hairpin_features(picture_of(record, structure_of(hairpins, record)))));
      },
      [&](const std::string& text) { out.write(text); });
  out.close();
  return finish(tally, c.common);
}

// --- draw ------------------------------------------------------------------------------------------------------------

struct DrawCommand {
  CommonOptions common;
  FoldingOptions folding;
  std::string input = "-";
  std::string id;
  std::string folder;
};

Drawing draw_record(Hairpins& state, const Record& record) {
  const std::string structure = structure_of(state, record);
  const char* origin = record.structure.empty() ? " (minimum free energy)" : " (structure as given)";
  return draw_hairpin(record.sequence, structure, record.id, size_and_energy(state, record, structure) + origin);
}

// A drawing as files: in the folder of --dir both kinds, else the one kind asked for.
struct Rendered {
  std::string id;
  std::string svg;
  std::string png;
};

int run_draw(DrawCommand& c) {
  begin_run(c.common);
  const bool all = !c.folder.empty();
  const bool png = is_png(c.common.output);
  check_files(input_files(c.input, c.folding), {all ? "" : c.common.output});
  require(all || c.common.output == "-" || png || std::filesystem::path(c.common.output).extension() == ".svg",
          "{}: name the picture .svg or .png", c.common.output);
  std::optional<FileNames> names;
  if (all) names.emplace(c.folder);
  std::optional<Rendered> single;
  std::int64_t drawn = 0;
  const Tally tally = run_records<std::optional<Rendered>>(
      c.input, c.common, c.folding.max_length, hairpin_state(c.folding),
      [&](Hairpins& state, const Record& record) -> std::optional<Rendered> {
        if (!c.id.empty() && record.id != c.id) return std::nullopt;
        const Drawing drawing = draw_record(state, record);
        return Rendered{record.id, all || !png ? to_svg(drawing) : "",
                        all || png ? encode_png(to_pixels(drawing)) : ""};
      },
      [&](std::optional<Rendered>&& item) {
        if (!item) return;
        if (all) {
          const std::string path = names->next(item->id, "");
          write_bytes(path + ".svg", item->svg);
          write_bytes(path + ".png", item->png);
        } else {
          require(drawn == 0, "the input has more than one record{}; choose one with --id or draw all with --dir",
                  c.id.empty() ? "" : " called " + c.id);
          single = std::move(item);
        }
        ++drawn;
      });
  if (single) write_bytes(c.common.output, png ? single->png : single->svg);
  const int code = finish(tally, c.common);
  require(drawn > 0 || c.id.empty(), "{}: no record '{}' was drawn", c.input, c.id);
  return code;
}

// --- show ------------------------------------------------------------------------------------------------------------

struct ShowCommand {
  CommonOptions common;
  FoldingOptions folding;
  std::string input = "-";
};

int run_show(ShowCommand& c) {
  begin_run(c.common);
  check_files(input_files(c.input, c.folding), {c.common.output});
  const auto state = hairpin_state(c.folding);
  TextWriter out(c.common.output);
  const Tally tally = run_records<std::string>(
      c.input, c.common, c.folding.max_length, state,
      [](Hairpins& hairpins, const Record& record) {
        const std::string structure = structure_of(hairpins, record);
        const std::string text = text_hairpin(record.sequence, structure);
        require(!text.empty(), "there is no hairpin loop in its structure");
        const int count = lay_out(record.sequence, structure).hairpins;
        const std::string note =
            count > 1 ? fmt::format(", {} hairpins, the one nearest the middle is shown", count) : "";
        return fmt::format("{}  {}{}\n{}\n", record.id, size_and_energy(hairpins, record, structure), note, text);
      },
      [&](const std::string& text) { out.write(text); });
  out.close();
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

std::function<int()> add_draw(CLI::App& app) {
  auto c = std::make_shared<DrawCommand>();
  app.description(
      "Draws a hairpin: its secondary structure coloured by nucleotide and its 100 x 25 picture under it.\n"
      "The end of the output's name says what it is: .svg or .png; stdout gets SVG.");
  app.add_option("--id", c->id, "Draw this record of the input")->type_name("ID");
  add_hairpin_options(app, *c, "The picture, .svg or .png; - is stdout");
  app.add_option("--dir", c->folder, "Draw all records, ID.svg and ID.png, into DIR")
      ->excludes("--output")
      ->type_name("DIR");
  app.footer(
      "Examples:\n"
      "  stemloop draw hairpins.fa --id hsa-let-7a-1 -o let-7a-1.png\n"
      "  stemloop draw hairpins.fa --dir drawings");
  return [c] { return run_draw(*c); };
}

std::function<int()> add_show(CLI::App& app) {
  auto c = std::make_shared<ShowCommand>();
  app.description(
      "Prints each hairpin as text, as miRBase does: five lines, pairs in the middle (GU pairs as a colon).");
  add_hairpin_options(app, *c, kTextOutputHelp);
  app.footer(
      "Examples:\n"
      "  stemloop show hairpins.fa | less\n"
      "  echo '>x\\nGGGGAAAACCCC' | stemloop show");
  return [c] { return run_show(*c); };
}

}  // namespace stemloop
