// quality: synthetic sequences measured against real ones, the noise floor and baselines.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "report/report.h"
#include "seq/record_stream.h"

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

// A set as read: sequences of A C G U, all else rejected.
std::vector<std::string> read_set(const std::string& path, const QualityCommand& c, Tally& total) {
  std::vector<std::string> sequences;
  const Tally tally = run_records<std::string>(
      {path, Wanted::kSequencesOnly}, c.common, c.folding.max_length, [] { return 0; },
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
  check_run_files(files, {c.common.output, c.plot});
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
    std::vector<PlottedSet> plotted = {{"real: " + name_of(c.real), &real, &of_real}};
    for (std::size_t i = 0; i < sets.size(); ++i) plotted.push_back({name_of(c.synthetic[i]), &sets[i], &reports[i]});
    const Drawing drawing = quality_sheet(plotted);
    write_drawing(c.plot, drawing);
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
      ->check(kNonNegativeNumber)
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
