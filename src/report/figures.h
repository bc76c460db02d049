// Figures of hairpins for papers: what is drawn from which sources, on pages, as SVG, PDF or PNG.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hairpin/hairpin.h"
#include "report/arm_source.h"

namespace stemloop {

struct FigureOptions {
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

/// What figures are drawn from besides the records.
struct FigureSources {
  std::optional<ValueTable> values;
  std::optional<Alignment> alignment;
  std::optional<ArmSource> arms;
};

/// Reads them. Error if options do not fit together.
FigureSources open_sources(const FigureOptions& c);

/// The files they are read from.
std::vector<std::string> figure_inputs(const FigureOptions& c);

struct FigureState {
  Hairpins hairpins;
  ArmSource::Scratch scratch;
};

/// `matured` tells whether a known mature lies on the record.
HairpinFigure figure_of(const FigureOptions& c, const FigureSources& sources, FigureState& worker, const Record& record,
                        bool& matured);

/// Error if --grid or --page is none.
void check_page(const FigureOptions& c);

/// A drawing as PNG. Error if the dots asked for are more than can be drawn.
std::string png_bytes(const FigureOptions& c, const Drawing& drawing);

/// Writes `path`, on pages if there is a grid; its end, in any case, says what it is; stdout gets SVG.
void write_figures(const FigureOptions& c, std::vector<Drawing> drawings, const std::string& path);

/// ".svg" of "A.SVG".
std::string extension_of(const std::string& path);

}  // namespace stemloop
