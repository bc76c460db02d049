// draw: hairpins as figures.
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "cli/choices.h"
#include "cli/command.h"
#include "hairpin/hairpin.h"
#include "report/report.h"
#include "seq/record_stream.h"
#include "util/table_joins.h"

namespace stemloop {

namespace {

struct DrawCommand {
  CommonOptions common;
  FoldingOptions folding;
  InputFiles input;
  std::vector<std::string> ids;
  std::string folder;
  FigureOptions figure;
};

// A drawing as files: in the folder of --dir both kinds, else kept as a drawing.
struct Drawn {
  std::string id;
  bool alternative = false;
  bool matured = false;  // a known mature lies on it
  Drawing drawing;
  std::string svg;
  std::string png;
};

Drawn drawn_record(const DrawCommand& c, const FigureSources& sources, FigureState& state, const Record& record) {
  Drawn item;
  item.id = record.id;
  item.alternative = record.alternative > 0;
  item.drawing = draw_figure(figure_of(c.figure, sources, state, record, item.matured));
  if (!c.folder.empty()) {
    item.svg = to_svg(item.drawing, c.figure.width_mm);
    item.png = png_bytes(c.figure, item.drawing);
  }
  return item;
}

int run_draw(DrawCommand& c) {
  begin_run(c.common);
  const bool all = !c.folder.empty();
  const std::string kind = extension_of(c.common.output);
  std::vector<std::string> inputs = input_files(c.input, c.folding);
  for (const std::string& file : figure_inputs(c.figure)) inputs.push_back(file);
  check_run_files(inputs, {all ? "" : c.common.output});
  require(all || c.common.output == "-" || kind == ".png" || kind == ".svg" || kind == ".pdf",
          "{}: name the picture .svg, .pdf or .png", c.common.output);
  const bool several = kind == ".pdf" || !c.figure.grid.empty();
  check_page(c.figure);
  const FigureSources sources = open_sources(c.figure);
  IdsOfTable ids(!c.figure.values.empty() ? c.figure.values : sources.arms->table());
  std::optional<FileNames> names;
  if (all) names.emplace(c.folder);
  const auto hairpins = hairpin_state(c.folding);
  std::vector<Drawing> drawings;
  std::int64_t drawn = 0;
  bool matured = false;
  const Tally tally = run_records<std::optional<Drawn>>(
      c.input.all(), c.common, c.folding.max_length,
      [&] {
        return FigureState{hairpins(), sources.arms->scratch()};
      },
      [&](FigureState& state, const Record& record) -> std::optional<Drawn> {
        if (!c.ids.empty() && std::find(c.ids.begin(), c.ids.end(), record.id) == c.ids.end()) return std::nullopt;
        return drawn_record(c, sources, state, record);
      },
      [&](std::optional<Drawn>&& item) {
        if (!item) return;
        if (!item->alternative) ids.see(item->id);
        matured = matured || item->matured;
        if (all) {
          const std::string path = names->next(item->id, "");
          write_bytes(path + ".svg", item->svg, Durable::kLater);
          write_bytes(path + ".png", item->png, Durable::kLater);
        } else {
          require(drawn == 0 || several,
                  "the input has more than one record{}; choose one with --id, put all on one sheet with --grid, name "
                  "a PDF, or draw all with --dir",
                  c.ids.empty() ? "" : " of these ids");
          drawings.push_back(std::move(item->drawing));
        }
        ++drawn;
      });
  if (drawn > 0) sources.arms->tell_unplaced(matured);
  if (all) sync_folder(c.folder);
  if (!drawings.empty() && !tally.broken) write_figures(c.figure, std::move(drawings), c.common.output);
  const int code = finish(tally, c.common);
  require(drawn > 0 || c.ids.empty(), "{}: no record '{}' was drawn", fmt::join(c.input.all(), ", "),
          fmt::join(c.ids, "', '"));
  return code;
}

void add_figure_options(CLI::App& app, FigureOptions& c) {
  app.add_option("--shape", c.shape, "structure, or ladder: miRBase's five lines")
      ->check(CLI::IsMember({"structure", "ladder"}))
      ->capture_default_str();
  app.add_option("--colour-by,--color-by", c.colour_by,
                 "letter, arm, pair-probability (of the pair drawn, or of being unpaired), conservation (--alignment), "
                 "values (--values) or none")
      ->check(CLI::IsMember({"letter", "arm", "pair-probability", "conservation", "values", "none"}))
      ->capture_default_str();
  app.add_option("--values", c.values, "Table with the columns id, position (from 1) and a value: reads, SHAPE, ...")
      ->type_name("TSV");
  app.add_option("--range", c.range, "Ends of the colour scale of --values (default: 0 or the smallest, the largest)")
      ->expected(2)
      ->type_name("LOW HIGH");
  app.add_option("--alignment", c.alignment, "Aligned FASTA or Stockholm with a row of the record's id")
      ->type_name("FILE");
  app.add_option(
         "--arms", c.arms,
         "Mark arms, cuts and seed: predicted; none; a file of known matures (FASTA, GFF3); or a table with the "
         "columns id, 5p_start, 5p_end, 3p_start, 3p_end (from 1, inclusive) and perhaps guide")
      ->capture_default_str()
      ->type_name("predicted|FILE|none");
  app.add_option("--palette", c.palette, "colour-blind, classic or grey")
      ->check(CLI::IsMember({"colour-blind", "classic", "grey"}))
      ->capture_default_str();
  app.add_flag("--no-picture", c.no_picture, "Leave out the 100 x 25 picture");
  app.add_flag("--no-legend", c.no_legend, "Leave out the legend");
  app.add_option("--dpi", c.dpi, "Dots per inch of a PNG")->check(CLI::Range(36.0, 2400.0))->capture_default_str();
  app.add_option("--width-mm", c.width_mm, "Width on paper (default: a step along the stem is 5.3 mm)")
      ->check(CLI::Range(5.0, 5000.0))
      ->type_name("MM");
  app.add_option("--grid", c.grid,
                 "Several hairpins on a page, COLUMNSxROWS; a PDF has as many pages as needed, SVG and "
                 "PNG become one sheet")
      ->type_name("CxR");
  app.add_option("--page", c.page, "Size of the page of --grid: a4, letter or WIDTHxHEIGHT in mm")
      ->needs("--grid")
      ->capture_default_str();
}

}  // namespace

std::function<int()> add_draw(CLI::App& app) {
  auto c = std::make_shared<DrawCommand>();
  app.description(
      "Draws hairpins for papers: secondary structure or ladder, 5' end left, GU pairs as dots, with a legend.\n"
      "The end of the output's name says what it is: .svg, .pdf (a page a record) or .png; stdout gets SVG.");
  app.add_option("--id", c->ids, "Draw the record of this id; may be given several times")
      ->allow_extra_args(false)
      ->type_name("ID");
  add_figure_options(app, c->figure);
  add_hairpin_options(app, *c, "The picture, .svg, .pdf or .png; - is stdout");
  app.add_option("--dir", c->folder, "Draw all records, ID.svg and ID.png, into DIR")
      ->excludes("--output")
      ->type_name("DIR");
  app.footer(
      "Examples:\n"
      "  stemloop draw hairpins.fa --id hsa-let-7a-1 -o let-7a-1.png\n"
      "  stemloop draw hairpins.fa --id hsa-mir-21 --width-mm 85 --dpi 600 --no-picture -o fig2a.png\n"
      "  stemloop draw hairpins.fa --colour-by pair-probability --grid 2x4 -o all.pdf\n"
      "  stemloop draw hairpins.fa --dir drawings");
  return [c, &app] {
    if (!c->folder.empty())
      refuse_ignored(app, {"--grid"}, "puts hairpins on one sheet, and --dir gives each its own file");
    return run_draw(*c);
  };
}

}  // namespace stemloop
