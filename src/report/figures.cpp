#include "report/figures.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

namespace stemloop {

namespace {

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

std::optional<PageLayout> page_layout(const FigureOptions& c, bool paged) {
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

}  // namespace

FigureSources open_sources(const FigureOptions& c) {
  require((c.colour_by == "values") == !c.values.empty(), "--colour-by values and --values FILE are wanted together");
  require((c.colour_by == "conservation") == !c.alignment.empty(),
          "--colour-by conservation and --alignment FILE are wanted together");
  require(c.range.empty() || !c.values.empty(), "--range is of --values");
  require(c.colour_by != "arm" || c.arms != "none", "--colour-by arm wants arms: --arms predicted, or a file of them");
  require(c.range.empty() || c.range[0] < c.range[1], "--range: {} is not below {}", c.range.empty() ? 0 : c.range[0],
          c.range.empty() ? 0 : c.range[1]);
  FigureSources sources;
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

HairpinFigure figure_of(const FigureOptions& c, const FigureSources& sources, FigureState& worker, const Record& record,
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

std::vector<std::string> figure_inputs(const FigureOptions& c) {
  std::vector<std::string> inputs;
  for (const std::string& file : {c.values, c.alignment, c.arms == "none" || c.arms == "predicted" ? "" : c.arms}) {
    if (!file.empty()) inputs.push_back(file);
  }
  return inputs;
}

void check_page(const FigureOptions& c) { page_layout(c, true); }

std::string png_bytes(const FigureOptions& c, const Drawing& drawing) {
  const double inches = c.width_mm > 0 ? c.width_mm / 25.4 : drawing.width / 96;
  const double scale = inches * c.dpi / drawing.width;
  const RgbImage image = to_pixels(drawing, scale);
  const double done = std::min(1.0, image.width / (drawing.width * scale));
  // A long hairpin gets as many dots as can be drawn; who asked for a number of them is not given another.
  require(done == 1 || (c.dpi == FigureOptions().dpi && c.width_mm == 0),
          "{:.0f} x {:.0f} dots are more than can be drawn; take a lower --dpi or --width-mm, or a .pdf or .svg",
          drawing.width * scale, drawing.height * scale);
  return encode_png(image, c.dpi * done);
}

std::string extension_of(const std::string& path) {
  std::string extension = std::filesystem::path(path).extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](char x) { return x >= 'A' && x <= 'Z' ? static_cast<char>(x - 'A' + 'a') : x; });
  return extension;
}

void write_figures(const FigureOptions& c, std::vector<Drawing> drawings, const std::string& path) {
  const std::string kind = path == "-" ? ".svg" : extension_of(path);
  if (const auto layout = page_layout(c, kind == ".pdf"))
    drawings = on_pages(drawings, layout->columns, layout->rows, layout->width, layout->height);
  write_bytes(path, kind == ".pdf"   ? to_pdf(drawings, c.width_mm)
                    : kind == ".png" ? png_bytes(c, drawings.front())
                                     : to_svg(drawings.front(), c.width_mm));
}

}  // namespace stemloop
