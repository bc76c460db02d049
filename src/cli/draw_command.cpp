// draw: hairpins as figures.
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <optional>

#include "cli/choices.h"
#include "cli/hairpin_input.h"
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
  std::string shape = "structure";
  std::string colour_by = "letter";
  std::string palette = "colour-blind";
  std::string values;
  std::vector<double> range;
  std::string alignment;
  std::string arms = "none";
  bool no_picture = false;
  bool no_legend = false;
  double dpi = 192;
  double width_mm = 0;
  std::string grid;
  std::string page = "a4";
};

constexpr double kUnitsPerMm = 96 / 25.4;

// "2x3": two numbers around an x.
std::pair<double, double> two_numbers(const std::string& text, const char* option) {
  const auto parts = split_fields(text, 'x');
  require(parts.size() == 2, "{} {}: is not like 2x4", option, text);
  return {parse_number(parts[0], option), parse_number(parts[1], option)};
}

struct PageLayout {
  int columns = 1;
  int rows = 0;  // 0: as many as needed, on one page
  double width = 0;
  double height = 0;
};

std::optional<PageLayout> page_layout(const DrawCommand& c, bool paged) {
  if (c.grid.empty()) return std::nullopt;
  const auto [columns, rows] = two_numbers(c.grid, "--grid");
  constexpr double kMost = 50;
  require(columns >= 1 && columns <= kMost && rows >= 1 && rows <= kMost && columns == std::floor(columns) &&
              rows == std::floor(rows),
          "--grid {}: wants whole numbers from 1 to 50", c.grid);
  const std::map<std::string, std::pair<double, double>> known = {{"a4", {210, 297}}, {"letter", {215.9, 279.4}}};
  const auto found = known.find(c.page);
  const auto [width, height] = found != known.end() ? found->second : two_numbers(c.page, "--page");
  require(width >= 20 && height >= 20 && width <= 5000 && height <= 5000, "--page {}: wants 20 to 5000 mm", c.page);
  return PageLayout{static_cast<int>(columns), paged ? static_cast<int>(rows) : 0, width * kUnitsPerMm,
                    height * kUnitsPerMm};
}

// What the figures are drawn from besides the records.
struct DrawSources {
  std::optional<ValueTable> values;
  std::optional<Alignment> alignment;
  std::optional<ArmSource> arms;
};

DrawSources open_sources(const DrawCommand& c) {
  require((c.colour_by == "values") == !c.values.empty(), "--colour-by values and --values FILE are wanted together");
  require((c.colour_by == "conservation") == !c.alignment.empty(),
          "--colour-by conservation and --alignment FILE are wanted together");
  require(c.range.empty() || !c.values.empty(), "--range is of --values");
  require(c.colour_by != "arm" || c.arms != "none", "--colour-by arm wants arms: --arms predicted, or a file of them");
  require(c.range.empty() || c.range[0] < c.range[1], "--range: {} is not below {}", c.range.empty() ? 0 : c.range[0],
          c.range.empty() ? 0 : c.range[1]);
  DrawSources sources;
  if (!c.values.empty()) {
    sources.values = ValueTable::read(c.values);
    if (!c.range.empty()) {
      sources.values->low = c.range[0];
      sources.values->high = c.range[1];
    }
  }
  if (!c.alignment.empty()) sources.alignment = Alignment::read(c.alignment);
  sources.arms.emplace(c.arms);
  return sources;
}

struct DrawState {
  Hairpins hairpins;
  ArmSource::Scratch scratch;
};

HairpinFigure figure_of(const DrawCommand& c, const DrawSources& sources, DrawState& worker, const Record& record,
                        bool& matured) {
  Hairpins& state = worker.hairpins;
  HairpinFigure figure;
  figure.sequence = record.sequence;
  figure.structure = structure_of(state, record);
  figure.title = record.id;
  figure.subtitle = size_and_energy(*state.model, record, figure.structure) +
                    (record.structure.empty() ? " (minimum free energy)" : " (structure as given)");
  figure.shape = c.shape == "ladder" ? FigureShape::kLadder : FigureShape::kStructure;
  figure.palette = c.palette == "grey"      ? Palette::kGrey
                   : c.palette == "classic" ? Palette::kClassic
                                            : Palette::kColourBlind;
  figure.picture = !c.no_picture;
  figure.legend = !c.no_legend;
  const FoundArms arms = sources.arms->of(record.id, record.sequence, figure.structure, worker.scratch);
  figure.marks = arms.marks;
  matured = arms.matured;
  figure.colours = c.colour_by == "letter" ? FigureColours::kLetters
                   : c.colour_by == "arm"  ? FigureColours::kArms
                   : c.colour_by == "none" ? FigureColours::kNone
                                           : FigureColours::kValues;
  if (sources.values) figure.values = sources.values->of(record.id, record.sequence.size());
  if (sources.alignment) figure.values = sources.alignment->conservation(record.id, record.sequence);
  if (c.colour_by == "pair-probability") {
    Fold mfe;
    const Ensemble ensemble = state.folder.ensemble(record.sequence, mfe);
    figure.values = {"probability of the pair, or of being unpaired",
                     structure_support(figure.structure, ensemble.pairs), 0, 1};
  }
  return figure;
}

std::string png_bytes(const DrawCommand& c, const Drawing& drawing) {
  const double inches = c.width_mm > 0 ? c.width_mm / 25.4 : drawing.width / 96;
  const double scale = inches * c.dpi / drawing.width;
  const RgbImage image = to_pixels(drawing, scale);
  const double done = std::min(1.0, image.width / (drawing.width * scale));
  // A long hairpin gets as many dots as can be drawn; who asked for a number of them is not given another.
  require(done == 1 || (c.dpi == DrawCommand().dpi && c.width_mm == 0),
          "{:.0f} x {:.0f} dots are more than can be drawn; take a lower --dpi or --width-mm, or a .pdf or .svg",
          drawing.width * scale, drawing.height * scale);
  return encode_png(image, c.dpi * done);
}

// A drawing as files: in the folder of --dir both kinds, else kept as a drawing.
struct Drawn {
  std::string id;
  bool alternative = false;
  bool matured = false;  // a known mature lies on it
  Drawing drawing;
  std::string svg;
  std::string png;
};

std::string extension_of(const std::string& path) {
  std::string extension = std::filesystem::path(path).extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](char x) { return x >= 'A' && x <= 'Z' ? static_cast<char>(x - 'A' + 'a') : x; });
  return extension;
}

void write_drawings(const DrawCommand& c, std::vector<Drawing> drawings) {
  const std::string kind = c.common.output == "-" ? ".svg" : extension_of(c.common.output);
  if (const auto layout = page_layout(c, kind == ".pdf"))
    drawings = on_pages(drawings, layout->columns, layout->rows, layout->width, layout->height);
  write_bytes(c.common.output, kind == ".pdf"   ? to_pdf(drawings, c.width_mm)
                               : kind == ".png" ? png_bytes(c, drawings.front())
                                                : to_svg(drawings.front(), c.width_mm));
}

int run_draw(DrawCommand& c) {
  begin_run(c.common);
  const bool all = !c.folder.empty();
  const std::string kind = extension_of(c.common.output);
  std::vector<std::string> inputs = input_files(c.input, c.folding);
  for (const std::string& file : {c.values, c.alignment, c.arms == "none" || c.arms == "predicted" ? "" : c.arms}) {
    if (!file.empty()) inputs.push_back(file);
  }
  check_run_files(inputs, {all ? "" : c.common.output});
  require(all || c.common.output == "-" || kind == ".png" || kind == ".svg" || kind == ".pdf",
          "{}: name the picture .svg, .pdf or .png", c.common.output);
  const bool several = kind == ".pdf" || !c.grid.empty();
  page_layout(c, true);
  const DrawSources sources = open_sources(c);
  IdsOfTable ids(!c.values.empty() ? c.values : sources.arms->table());
  std::optional<FileNames> names;
  if (all) names.emplace(c.folder);
  const auto hairpins = hairpin_state(c.folding);
  std::vector<Drawing> drawings;
  std::int64_t drawn = 0;
  bool matured = false;
  const Tally tally = run_records<std::optional<Drawn>>(
      c.input.all(), c.common, c.folding.max_length, [&] { return DrawState{hairpins(), sources.arms->scratch()}; },
      [&](DrawState& state, const Record& record) -> std::optional<Drawn> {
        if (!c.ids.empty() && std::find(c.ids.begin(), c.ids.end(), record.id) == c.ids.end()) return std::nullopt;
        Drawn item;
        item.id = record.id;
        item.alternative = record.alternative > 0;
        item.drawing = draw_figure(figure_of(c, sources, state, record, item.matured));
        if (all) {
          item.svg = to_svg(item.drawing, c.width_mm);
          item.png = png_bytes(c, item.drawing);
        }
        return item;
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
  if (!drawings.empty() && !tally.broken) write_drawings(c, std::move(drawings));
  const int code = finish(tally, c.common);
  require(drawn > 0 || c.ids.empty(), "{}: no record '{}' was drawn", fmt::join(c.input.all(), ", "),
          fmt::join(c.ids, "', '"));
  return code;
}

void add_figure_options(CLI::App& app, DrawCommand& c) {
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
  app.add_option("--alignment", c.alignment, "Aligned FASTA or Stockholm with a row of the record's id")->type_name("FILE");
  app.add_option("--arms", c.arms,
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
  app.add_option("--grid", c.grid, "Several hairpins on a page, COLUMNSxROWS; a PDF has as many pages as needed, SVG and "
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
  add_figure_options(app, *c);
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
    if (!c->folder.empty()) refuse_ignored(app, {"--grid"}, "puts hairpins on one sheet, and --dir gives each its own file");
    return run_draw(*c);
  };
}

}  // namespace stemloop
