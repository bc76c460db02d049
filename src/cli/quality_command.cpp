// quality: synthetic sequences measured against real ones, the noise floor and baselines.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/hairpin_input.h"
#include "eval/eval.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

struct QualityCommand {
  CommonOptions common;
  FoldingOptions folding;
  std::string real;
  std::vector<std::string> synthetic;
  std::string format = "tsv";
  std::string plot;
  bool no_baselines = false;
  QualityOptions quality;
};

// --- the sheet -------------------------------------------------------------------------------------------------------

constexpr const char* kInk = "#333333";
constexpr const char* kRule = "#dddddd";
constexpr const char* kReal = "#000000";
constexpr const char* kColours[] = {"#d62728", "#1f77b4", "#2ca02c", "#ff7f0e", "#9467bd",
                                    "#17becf", "#8c564b", "#e377c2", "#bcbd22", "#7f7f7f"};

struct PlottedSet {
  std::string name;
  const MeasuredSet* set = nullptr;
  const QualityReport* report = nullptr;
  std::string colour;
};

// A frame with its scales; rules at round numbers.
struct Panel {
  std::string title;
  Point corner;
  double x_low = 0, x_high = 1, y_high = 1;
  static constexpr double kWidth = 300, kHeight = 210;

  [[nodiscard]] Point place(double x, double y) const {
    return {corner.x + kWidth * (x - x_low) / (x_high - x_low), corner.y + kHeight * (1 - y / y_high)};
  }
};

// 1, 2 or 5 times a power of ten, about a sixth of the span.
double round_step(double span) {
  const double rough = span / 6, power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= 0.99 * rough) return factor * power;
  }
  return 10 * power;
}

std::string tick_text(double value, double step) {
  const int digits = std::max(0, static_cast<int>(std::ceil(-std::log10(step) - 1e-9)));
  return fmt::format("{:.{}f}", std::abs(value) < step / 1000 ? 0.0 : value, digits);
}

void draw_frame(Drawing& drawing, const Panel& panel) {
  constexpr double kSize = 11;
  drawing.add(Text{{panel.corner.x, panel.corner.y - 10}, panel.title, 13, Anchor::kStart, kInk, true});
  const double right = panel.corner.x + Panel::kWidth, bottom = panel.corner.y + Panel::kHeight;
  const double y_step = round_step(panel.y_high);
  for (int i = 0; i * y_step <= panel.y_high; ++i) {
    const double y = panel.place(panel.x_low, i * y_step).y;
    drawing.add(Line{{panel.corner.x, y}, {right, y}, 1, kRule});
    drawing.add(Text{{panel.corner.x - 6, y + 4}, tick_text(i * y_step, y_step), kSize, Anchor::kEnd, kInk});
  }
  const double x_step = round_step(panel.x_high - panel.x_low);
  for (double at = std::ceil(panel.x_low / x_step - 1e-9); at * x_step <= panel.x_high + 1e-9; ++at) {
    const double x = panel.place(at * x_step, 0).x;
    drawing.add(Line{{x, bottom}, {x, bottom + 4}, 1, kInk});
    drawing.add(Text{{x, bottom + 17}, tick_text(at * x_step, x_step), kSize, Anchor::kMiddle, kInk});
  }
  drawing.add(Line{{panel.corner.x, bottom}, {right, bottom}, 1, kInk});
}

// Shares of the records by value, a line a set; the outermost half percent at either end stands in the end bins.
void draw_distributions(Drawing& drawing, Panel panel, const std::vector<PlottedSet>& sets,
                        const std::function<std::vector<double>(const PlottedSet&)>& values_of, bool whole_numbers) {
  constexpr int kBins = 24;
  constexpr double kTail = 0.005;
  std::vector<std::vector<double>> values;
  double low = HUGE_VAL, high = -HUGE_VAL;
  for (const PlottedSet& one : sets) {
    std::vector<double> its = values_of(one);
    std::sort(its.begin(), its.end());
    const auto tail = static_cast<std::size_t>(kTail * static_cast<double>(its.size()));
    low = std::min(low, its[tail]);
    high = std::max(high, its[its.size() - 1 - tail]);
    values.push_back(std::move(its));
  }
  double width = std::max(1e-6, (high - low) / kBins);
  if (whole_numbers) width = std::max(1.0, std::ceil(width));  // else some bins hold more whole numbers than others
  if (whole_numbers) low -= 0.5;
  const int bins = static_cast<int>(std::floor((high - low) / width)) + 1;
  std::vector<Polyline> lines;
  panel.x_low = low;
  panel.x_high = low + bins * width;
  std::vector<std::vector<double>> shares;
  double top = 0;
  for (const auto& its : values) {
    std::vector<double> share(static_cast<std::size_t>(bins));
    for (const double value : its)
      share[static_cast<std::size_t>(std::clamp(static_cast<int>((value - low) / width), 0, bins - 1))] +=
          1.0 / static_cast<double>(its.size());
    top = std::max(top, *std::max_element(share.begin(), share.end()));
    shares.push_back(std::move(share));
  }
  panel.y_high = 1.05 * top;
  draw_frame(drawing, panel);
  // The real set lies on top.
  for (std::size_t s = sets.size(); s-- > 0;) {
    Polyline line;
    line.width = s == 0 ? 2.4 : 1.6;
    line.colour = sets[s].colour;
    for (int i = 0; i < bins; ++i)
      line.points.push_back(panel.place(low + (i + 0.5) * width, shares[s][static_cast<std::size_t>(i)]));
    if (line.points.size() == 1) drawing.add(Circle{line.points[0], 3, line.colour, "", 0});
    if (line.points.size() > 1) drawing.add(std::move(line));
  }
}

std::string kmer_text(std::size_t code, int k) {
  std::string text;
  for (int i = k - 1; i >= 0; --i) text += "ACGU"[code >> (2 * static_cast<unsigned>(i)) & 3U];
  return text;
}

// Share of each 3-mer in the real set (across) and in a synthetic one (up); the farthest from the diagonal are named.
void draw_kmers(Drawing& drawing, Panel panel, const std::vector<PlottedSet>& sets) {
  constexpr int kLength = 3;
  constexpr std::size_t kNamed = 3;
  std::vector<std::vector<double>> shares;
  double top = 0;
  for (const PlottedSet& one : sets) {
    shares.push_back(kmer_shares(one.set->sequences, kLength));
    top = std::max(top, *std::max_element(shares.back().begin(), shares.back().end()));
  }
  panel.x_high = panel.y_high = std::max(1e-6, 1.08 * top);
  draw_frame(drawing, panel);
  drawing.add(Line{panel.place(0, 0), panel.place(panel.x_high, panel.y_high), 1, "#999999"});
  std::vector<Point> named;  // where a name stands, none is written over another
  for (std::size_t s = 1; s < sets.size(); ++s) {
    std::vector<std::size_t> order(shares[s].size());
    for (std::size_t i = 0; i < order.size(); ++i) {
      order[i] = i;
      drawing.add(Circle{panel.place(shares[0][i], shares[s][i]), 2.6, sets[s].colour, "", 0});
    }
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return std::abs(shares[s][a] - shares[0][a]) > std::abs(shares[s][b] - shares[0][b]);
    });
    for (std::size_t i = 0; i < kNamed; ++i) {
      constexpr double kNameWidth = 24, kNameHeight = 9;
      const Point at = panel.place(shares[0][order[i]], shares[s][order[i]]);
      if (std::any_of(named.begin(), named.end(), [&](const Point& p) {
            return std::abs(p.x - at.x) < kNameWidth && std::abs(p.y - at.y) < kNameHeight;
          }))
        continue;
      named.push_back(at);
      drawing.add(Text{{at.x + 4, at.y - 3}, kmer_text(order[i], kLength), 9, Anchor::kStart, sets[s].colour});
    }
  }
}

std::string number_or_dash(double value, int digits) {
  return std::isnan(value) ? "-" : fmt::format("{:.{}f}", value, digits);
}

void draw_legend(Drawing& drawing, const Point& corner, const std::vector<PlottedSet>& sets) {
  constexpr std::size_t kLongest = 40;
  const double room = std::min(42.0, (Panel::kHeight + 20) / static_cast<double>(sets.size()));
  double y = corner.y + 8;
  for (const PlottedSet& one : sets) {
    drawing.add(Line{{corner.x, y - 4}, {corner.x + 24, y - 4}, one.colour == kReal ? 2.8 : 2, one.colour});
    const std::string name = one.name.size() > kLongest ? one.name.substr(0, kLongest - 3) + "..." : one.name;
    drawing.add(
        Text{{corner.x + 32, y}, fmt::format("{}, {}", name, one.report->count), 12, Anchor::kStart, kInk, true});
    const QualityReport& r = *one.report;
    constexpr double kTwoLines = 30;
    if (room >= kTwoLines) {
      const std::string measures = one.colour == kReal
                                       ? fmt::format("one hairpin {:.2f}, GC {:.3f}", r.one_hairpin, r.gc)
                                       : fmt::format("3-mer JSD {:.3f}, one hairpin {:.2f}, two-sample {}", r.jsd3,
                                                     r.one_hairpin, number_or_dash(r.two_sample, 2));
      drawing.add(Text{{corner.x + 32, y + 15}, measures, 11, Anchor::kStart, kInk});
    }
    y += room;
  }
  drawing.add(Text{
      {corner.x, corner.y + Panel::kHeight + 40}, "Lines: share of the sequences in a bin", 11, Anchor::kStart, kInk});
}

Drawing quality_sheet(const std::vector<PlottedSet>& sets) {
  constexpr double kLeft = 60, kTop = 52, kAcross = Panel::kWidth + 72, kDown = Panel::kHeight + 76;
  Drawing drawing{kLeft + 3 * kAcross - 20, kTop + 2 * kDown - 16, {}};
  const auto corner = [&](int column, int row) { return Point{kLeft + column * kAcross, kTop + row * kDown}; };
  draw_distributions(
      drawing, {"Length, nt", corner(0, 0)}, sets,
      [](const PlottedSet& one) {
        std::vector<double> values;
        for (const std::string& s : one.set->sequences) values.push_back(static_cast<double>(s.size()));
        return values;
      },
      true);
  draw_distributions(
      drawing, {"GC content", corner(1, 0)}, sets,
      [](const PlottedSet& one) {
        std::vector<double> values;
        for (const std::string& s : one.set->sequences)
          values.push_back(
              static_cast<double>(std::count_if(s.begin(), s.end(), [](char c) { return c == 'G' || c == 'C'; })) /
              static_cast<double>(s.size()));
        return values;
      },
      false);
  draw_distributions(
      drawing, {"MFE per nucleotide, kcal/mol", corner(2, 0)}, sets,
      [](const PlottedSet& one) { return one.set->mfe_per_nt; }, false);
  draw_kmers(drawing, {"Share of 3-mers: real across, synthetic up", corner(0, 1)}, sets);
  draw_distributions(
      drawing, {"Edit distance / length to the nearest real", corner(1, 1)}, sets,
      [](const PlottedSet& one) { return one.report->nearest; }, false);
  draw_legend(drawing, corner(2, 1), sets);
  return drawing;
}

// --- the command -----------------------------------------------------------------------------------------------------

// A set as read: sequences of A C G U, all else rejected.
std::vector<std::string> read_set(const std::string& path, const QualityCommand& c, Tally& total) {
  std::vector<std::string> sequences;
  const Tally tally = run_records<std::string>(
      path, c.common, c.folding.max_length, [] { return 0; },
      [](int, const Record& record) {
        require(!record.sequence.empty(), "there is no sequence");
        const std::size_t other = record.sequence.find_first_not_of("ACGU");
        require(other == std::string::npos, "'{}' in the sequence; only A C G U and T are measured",
                other == std::string::npos ? "" : printable(record.sequence.substr(other, 1)));
        return record.sequence;
      },
      [&](std::string&& sequence) { sequences.push_back(std::move(sequence)); });
  total.in += tally.in;
  total.out += tally.out;
  total.rejected += tally.rejected;
  total.broken = tally.broken;
  if (tally.broken) finish(total, c.common);  // throws: half a set is not measured
  require(!sequences.empty(), "{}: holds no sequence to measure", path == "-" ? "stdin" : path);
  return sequences;
}

std::string row_text(const QualityCommand& c, const std::string& name, const QualityReport& report) {
  if (c.format == "json") {
    Json row = {{"set", name}, {"count", report.count}};
    for (const QualityColumn& column : quality_columns()) {
      const double value = report.*column.value;
      row[column.name] = std::isnan(value) ? Json() : Json(value);
    }
    return row.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  }
  std::string row = fmt::format("{}\t{}", name, report.count);
  for (const QualityColumn& column : quality_columns()) {
    const double value = report.*column.value;
    row += std::isnan(value) ? "\t" : fmt::format("\t{:.{}f}", value, column.digits);
  }
  return row + "\n";
}

int run_quality(QualityCommand& c) {
  begin_run(c.common);
  auto files = input_files(c.real, c.folding);
  files.insert(files.end(), c.synthetic.begin(), c.synthetic.end());
  require(std::count(files.begin(), files.end(), "-") <= 1, "stdin (-) can be one of the sets only");
  check_files(files, {c.common.output, c.plot});
  require(c.plot.empty() || is_png(c.plot) || std::filesystem::path(c.plot).extension() == ".svg",
          "{}: name the picture .svg or .png", c.plot);
  c.quality.threads = c.common.threads;
  const auto model = load_model(c.folding);
  Tally tally;
  const auto measured = [&](std::vector<std::string> sequences) {
    Progress progress("sequences folded", !c.common.quiet);
    const double count = std::min(static_cast<double>(sequences.size()), static_cast<double>(c.quality.most));
    return measure_set(std::move(sequences), model, c.quality,
                       [&](double done) { progress.update(static_cast<std::int64_t>(done * count), done); });
  };
  const MeasuredSet real = measured(read_set(c.real, c, tally));
  // All files are read before the first long sum: a fault in the last one shows at once.
  std::vector<MeasuredSet> sets;
  for (const std::string& path : c.synthetic) sets.push_back(measured(read_set(path, c, tally)));

  TextWriter out(c.common.output);
  if (c.format == "tsv") {
    std::string header = "set\tcount";
    for (const QualityColumn& column : quality_columns()) header += fmt::format("\t{}", column.name);
    out.write(header + "\n");
  }
  const QualityReport of_real = describe_set(real, c.quality);
  out.write(row_text(c, "real", of_real));
  constexpr std::size_t kFewestHalved = 4;
  if (!c.no_baselines) {
    if (real.sample.size() >= kFewestHalved) out.write(row_text(c, "real_halves", compare_halves(real, c.quality)));
    for (const Baseline baseline : kBaselines) {
      const MeasuredSet set = measured(baseline_set(real.sequences, baseline, c.quality.seed));
      out.write(row_text(c, baseline_name(baseline), compare_sets(real, set, c.quality)));
    }
  }
  std::vector<QualityReport> reports;
  for (std::size_t i = 0; i < sets.size(); ++i) {
    reports.push_back(compare_sets(real, sets[i], c.quality));
    out.write(row_text(c, c.synthetic[i] == "-" ? "stdin" : c.synthetic[i], reports.back()));
  }
  out.close();
  if (!c.plot.empty()) {
    const auto name_of = [](const std::string& path) {
      return path == "-" ? "stdin" : std::filesystem::path(path).filename().string();
    };
    std::vector<PlottedSet> plotted = {{"real: " + name_of(c.real), &real, &of_real, kReal}};
    for (std::size_t i = 0; i < sets.size(); ++i)
      plotted.push_back({name_of(c.synthetic[i]), &sets[i], &reports[i], kColours[i % std::size(kColours)]});
    const Drawing drawing = quality_sheet(plotted);
    write_bytes(c.plot, is_png(c.plot) ? encode_png(to_pixels(drawing)) : to_svg(drawing));
  }
  return finish(tally, c.common);
}

}  // namespace

std::function<int()> add_quality(CLI::App& app) {
  auto c = std::make_shared<QualityCommand>();
  app.description(
      "How like real sequences synthetic ones are. One row a set: the real one (copies and distances leave the "
      "sequence\n"
      "itself out), its random halves against each other (the noise floor, means of five), the real sequences "
      "shuffled\n"
      "by letter and by dinucleotide, a Markov chain of order 3, then each synthetic set.\n"
      "jsd3, jsd4: Jensen-Shannon divergence of k-mers in bits; length_ks: Kolmogorov-Smirnov distance of the "
      "lengths;\n"
      "mfe_per_nt, one_hairpin: mean energy per nucleotide, share with one hairpin loop; unique: distinct sequences;\n"
      "copies: found in the real set; nearest_median, nearest_5: edit distance / longer length to the nearest real\n"
      "sequence, median and 5 %; near_copies: share within 0.1; nearest_mse: least mean squared difference of letters\n"
      "coded as numbers; two_sample: accuracy of a random forest told to separate the set from the real one, 0.5 is\n"
      "perfect. No column stands alone: copies of the real set are perfect in most.");
  app.add_option("real", c->real, "FASTA file of real sequences, plain or gzip; - is stdin")
      ->required()
      ->type_name("REAL");
  app.add_option("synthetic", c->synthetic, "FASTA files of synthetic sequences; - is stdin")
      ->required()
      ->type_name("SYNTHETIC");
  add_format(app, c->format, {"tsv", "json"}, "tsv: a table; json: one object a line");
  app.add_option("--plot", c->plot,
                 "Also draw lengths, GC, energies, 3-mers and nearest distances; SVG or (name ending in .png) PNG")
      ->type_name("FILE");
  app.add_option("--most", c->quality.most, "Sequences of a set that are folded and compared one by one, drawn")
      ->check(CLI::Range(10, 1'000'000))
      ->capture_default_str()
      ->type_name("N");
  app.add_option("--seed", c->quality.seed, "Of all that is drawn: samples, halves, baselines, forests")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str()
      ->type_name("N");
  app.add_flag("--no-baselines", c->no_baselines, "Only the real set and the synthetic ones");
  add_run_options(app, c->common, c->folding);
  app.footer(
      "Examples:\n"
      "  stemloop quality mirtrons.fa generated.fa -o quality.tsv\n"
      "  stemloop quality mirtrons.fa.gz wgan.fa smote.fa --plot quality.png\n"
      "  zcat generated.fa.gz | stemloop quality mirtrons.fa - --no-baselines --format json");
  return [c] { return run_quality(*c); };
}

}  // namespace stemloop
