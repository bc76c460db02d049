#include "study/sequence_quality.h"

#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <numeric>
#include <unordered_map>
#include <unordered_set>

#include "data/similarity.h"
#include "features/features.h"
#include "hairpin/hairpin.h"
#include "learn/learn.h"
#include "study/sequence_measures.h"
#include "util/util.h"

namespace stemloop {

namespace {

// What is drawn from the seed, each with numbers of its own.
enum QualityDraw : std::uint64_t { kDrawSample, kDrawHalves, kDrawTwoSample, kDrawParts, kDrawForest };

std::uint64_t seed_of(std::uint64_t seed, QualityDraw purpose) { return Random(seed, purpose).next(); }

tbb::global_control limit_to(int threads) {
  return {tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads)};
}

// `count` of 0 .. n-1 without repetition, in the order drawn.
std::vector<std::size_t> draw_without(std::size_t n, std::size_t count, Random random) {
  std::vector<std::size_t> all(n);
  std::iota(all.begin(), all.end(), std::size_t{0});
  for (std::size_t i = 0; i < count; ++i) std::swap(all[i], all[i + random.below(n - i)]);
  all.resize(count);
  return all;
}

template <class Number>
double mean_of(const std::vector<Number>& values) {
  double sum = 0;
  for (const Number value : values) sum += static_cast<double>(value);
  return sum / static_cast<double>(values.size());
}

// Between the two nearest values in line with their distance.
double quantile_of(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  const double at = share * static_cast<double>(values.size() - 1);
  const auto i = static_cast<std::size_t>(at);
  const double above = values[std::min(i + 1, values.size() - 1)];
  return values[i] + (at - static_cast<double>(i)) * (above - values[i]);
}

double share_of(const std::vector<std::string>& sequences, const std::function<bool(const std::string&)>& holds) {
  return static_cast<double>(std::count_if(sequences.begin(), sequences.end(), holds)) /
         static_cast<double>(sequences.size());
}

std::vector<double> lengths_of(const std::vector<std::string>& sequences) {
  std::vector<double> lengths;
  lengths.reserve(sequences.size());
  for (const std::string& s : sequences) lengths.push_back(static_cast<double>(s.size()));
  return lengths;
}

double gc_count(const std::string& sequence) {
  return static_cast<double>(
      std::count_if(sequence.begin(), sequence.end(), [](char c) { return c == 'G' || c == 'C'; }));
}

std::vector<std::string> sampled(const MeasuredSet& set) {
  std::vector<std::string> sequences;
  for (const std::size_t i : set.sample) sequences.push_back(set.sequences[i]);
  return sequences;
}

// The measures that need no real set beside them.
QualityReport own_measures(const MeasuredSet& set) {
  const auto& sequences = set.sequences;
  QualityReport report;
  report.count = static_cast<std::int64_t>(sequences.size());
  const std::vector<double> lengths = lengths_of(sequences);
  report.length_mean = mean_of(lengths);
  double squares = 0, strong = 0;
  for (const double length : lengths) squares += (length - report.length_mean) * (length - report.length_mean);
  for (const std::string& s : sequences) strong += gc_count(s);
  const auto n = static_cast<double>(sequences.size());
  report.length_sd = std::sqrt(squares / std::max(1.0, n - 1));
  report.gc = strong / (report.length_mean * n);
  report.starts_gu = share_of(sequences, [](const std::string& s) { return s.starts_with("GU"); });
  report.ends_ag = share_of(sequences, [](const std::string& s) { return s.ends_with("AG"); });
  const std::unordered_set<std::string_view> distinct(sequences.begin(), sequences.end());
  report.unique = static_cast<double>(distinct.size()) / n;
  report.mfe_per_nt = mean_of(set.mfe_per_nt);
  report.one_hairpin = mean_of(set.one_hairpin);
  return report;
}

void add_nearest(QualityReport& report, const std::vector<std::string>& from, const std::vector<std::string>& to,
                 std::span<const std::size_t> left_out, const QualityOptions& options) {
  report.nearest = nearest_distances(from, to, options.threads, left_out);
  report.nearest_median = quantile_of(report.nearest, 0.5);
  report.nearest_5 = quantile_of(report.nearest, 0.05);
  const auto near = std::count_if(report.nearest.begin(), report.nearest.end(),
                                  [&](double distance) { return distance <= options.near_copy; });
  report.near_copies = static_cast<double>(near) / static_cast<double>(report.nearest.size());
  report.nearest_mse = mean_of(nearest_squares(from, to, options.threads, left_out));
}

// Some of the sample as a set of its own.
MeasuredSet part_of_sample(const MeasuredSet& set, std::span<const std::size_t> chosen) {
  MeasuredSet part;
  for (const std::size_t i : chosen) {
    part.sample.push_back(part.sequences.size());
    part.sequences.push_back(set.sequences[set.sample[i]]);
    part.mfe_per_nt.push_back(set.mfe_per_nt[i]);
    part.one_hairpin.push_back(set.one_hairpin[i]);
  }
  return part;
}

}  // namespace

Matrix sequence_rows(const MeasuredSet& set) {
  Matrix rows{static_cast<std::int64_t>(set.sample.size()), 0, {}};
  for (std::size_t i = 0; i < set.sample.size(); ++i) {
    const std::string& s = set.sequences[set.sample[i]];
    std::vector<double> row;
    for (int k = 1; k <= 3; ++k) {
      const auto shares = kmer_shares({&s, 1}, k);
      row.insert(row.end(), shares.begin(), shares.end());
    }
    row.insert(row.end(), {gc_count(s) / static_cast<double>(s.size()), static_cast<double>(s.size()),
                           set.mfe_per_nt[i], static_cast<double>(set.one_hairpin[i])});
    for (const std::size_t at : {std::size_t{0}, std::size_t{1}, s.size() - 2, s.size() - 1}) {
      for (const char letter : {'A', 'C', 'G', 'U'}) row.push_back(at < s.size() && s[at] == letter ? 1 : 0);
    }
    rows.columns = static_cast<std::int64_t>(row.size());
    for (const double value : row) rows.values.push_back(static_cast<float>(value));
  }
  return rows;
}

double two_sample_accuracy(const MeasuredSet& real, const MeasuredSet& synthetic, const QualityOptions& options) {
  constexpr std::size_t kParts = 5, kFewest = 10;
  constexpr int kTrees = 100;  // more change the third digit
  const std::size_t n = std::min(real.sample.size(), synthetic.sample.size());
  if (n < kFewest) return QualityReport::kNone;
  // Both sides, as many of each, and the group of identical sequences of each record.
  Matrix rows;
  std::vector<std::uint8_t> labels;
  std::vector<std::int64_t> groups;
  std::unordered_map<std::string, std::int64_t> group_of;
  for (const MeasuredSet* set : {&real, &synthetic}) {
    const bool is_synthetic = set == &synthetic && labels.size() == n;
    auto chosen =
        draw_without(set->sample.size(), n, Random(seed_of(options.seed, kDrawTwoSample), is_synthetic ? 1 : 0));
    std::sort(chosen.begin(), chosen.end());
    const MeasuredSet part = part_of_sample(*set, chosen);
    const Matrix its = sequence_rows(part);
    rows.rows += its.rows;
    rows.columns = its.columns;
    rows.values.insert(rows.values.end(), its.values.begin(), its.values.end());
    labels.insert(labels.end(), n, is_synthetic ? 1 : 0);
    for (const std::string& s : part.sequences)
      groups.push_back(group_of.try_emplace(s, static_cast<std::int64_t>(group_of.size())).first->second);
  }
  const std::vector<double> shares(kParts, 1.0 / kParts);
  const auto parts = split_groups(groups, labels, shares, seed_of(options.seed, kDrawParts));

  const auto limit = limit_to(options.threads);
  std::array<std::int64_t, kParts> right{}, judged{};
  tbb::parallel_for(std::size_t{0}, kParts, [&](std::size_t part) {
    std::vector<std::int64_t> in, out;
    std::vector<std::uint8_t> in_labels;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      (static_cast<std::size_t>(parts[i]) == part ? out : in).push_back(static_cast<std::int64_t>(i));
      if (static_cast<std::size_t>(parts[i]) != part) in_labels.push_back(labels[i]);
    }
    // A set of few distinct sequences may lie in one part with all it has.
    const auto ones = std::count(in_labels.begin(), in_labels.end(), 1);
    if (ones == 0 || ones == static_cast<std::int64_t>(in_labels.size())) return;
    LearnerOptions forest;
    forest.trees = kTrees;
    forest.seed = Random(seed_of(options.seed, kDrawForest), part).next();
    const auto probabilities =
        Learner::train(LearnerKind::kForest, rows.select(in), in_labels, forest)->probabilities(rows.select(out));
    judged[part] = static_cast<std::int64_t>(out.size());
    for (std::size_t i = 0; i < out.size(); ++i)
      right[part] += (probabilities[i] >= 0.5F) == (labels[static_cast<std::size_t>(out[i])] == 1) ? 1 : 0;
  });
  const auto total = std::accumulate(judged.begin(), judged.end(), std::int64_t{0});
  if (total == 0) return QualityReport::kNone;
  return static_cast<double>(std::accumulate(right.begin(), right.end(), std::int64_t{0})) / static_cast<double>(total);
}

std::span<const QualityColumn> quality_columns() {
  static constexpr QualityColumn kColumns[] = {
      {"jsd3", &QualityReport::jsd3, 4},
      {"jsd4", &QualityReport::jsd4, 4},
      {"gc", &QualityReport::gc, 4},
      {"length_mean", &QualityReport::length_mean, 2},
      {"length_sd", &QualityReport::length_sd, 2},
      {"length_ks", &QualityReport::length_ks, 4},
      {"starts_gu", &QualityReport::starts_gu, 4},
      {"ends_ag", &QualityReport::ends_ag, 4},
      {"mfe_per_nt", &QualityReport::mfe_per_nt, 4},
      {"one_hairpin", &QualityReport::one_hairpin, 4},
      {"unique", &QualityReport::unique, 4},
      {"copies", &QualityReport::copies, 4},
      {"nearest_median", &QualityReport::nearest_median, 4},
      {"nearest_5", &QualityReport::nearest_5, 4},
      {"near_copies", &QualityReport::near_copies, 4},
      {"nearest_mse", &QualityReport::nearest_mse, 4},
      {"two_sample", &QualityReport::two_sample, 4},
  };
  return kColumns;
}

MeasuredSet measure_set(std::vector<std::string> sequences, const std::shared_ptr<const Model>& model,
                        const QualityOptions& options, const std::function<void(double)>& progress) {
  require(!sequences.empty(), "there is no sequence to measure");
  for (const std::string& s : sequences) {
    require(!s.empty(), "a sequence is empty");
    const std::size_t other = s.find_first_not_of("ACGU");
    require(other == std::string::npos, "'{}' in a sequence; only ACGU are measured",
            other == std::string::npos ? "" : printable(s.substr(other, 1)));
  }
  require(options.most > 0, "nothing can be learned from {} sequences", options.most);
  MeasuredSet set{std::move(sequences), {}, {}, {}};
  const std::size_t n = set.sequences.size();
  set.sample = draw_without(n, std::min(n, static_cast<std::size_t>(options.most)),
                            Random(seed_of(options.seed, kDrawSample), 0));
  std::sort(set.sample.begin(), set.sample.end());
  set.mfe_per_nt.resize(set.sample.size());
  set.one_hairpin.resize(set.sample.size());
  const auto limit = limit_to(options.threads);
  tbb::enumerable_thread_specific<Folder> folders([&] { return Folder(model); });
  std::atomic<std::size_t> done = 0;
  tbb::parallel_for(std::size_t{0}, set.sample.size(), [&](std::size_t i) {
    const std::string& s = set.sequences[set.sample[i]];
    const Fold fold = folders.local().fold(s);
    set.mfe_per_nt[i] = fold.energy / 100.0 / static_cast<double>(s.size());
    set.one_hairpin[i] = lay_out(s, fold.structure).hairpins == 1 ? 1 : 0;
    const std::size_t now = ++done;
    if (progress && now % 64 == 0) progress(static_cast<double>(now) / static_cast<double>(set.sample.size()));
  });
  return set;
}

QualityReport compare_sets(const MeasuredSet& real, const MeasuredSet& synthetic, const QualityOptions& options) {
  QualityReport report = own_measures(synthetic);
  report.jsd3 = jensen_shannon(kmer_shares(real.sequences, 3), kmer_shares(synthetic.sequences, 3));
  report.jsd4 = jensen_shannon(kmer_shares(real.sequences, 4), kmer_shares(synthetic.sequences, 4));
  report.length_ks = kolmogorov_smirnov(lengths_of(real.sequences), lengths_of(synthetic.sequences));
  const std::unordered_set<std::string_view> known(real.sequences.begin(), real.sequences.end());
  report.copies = share_of(synthetic.sequences, [&](const std::string& s) { return known.count(s) > 0; });
  add_nearest(report, sampled(synthetic), real.sequences, {}, options);
  if (options.with_two_sample) report.two_sample = two_sample_accuracy(real, synthetic, options);
  return report;
}

QualityReport describe_set(const MeasuredSet& real, const QualityOptions& options) {
  QualityReport report = own_measures(real);
  report.jsd3 = report.jsd4 = report.length_ks = 0;
  std::unordered_map<std::string_view, int> times;
  for (const std::string& s : real.sequences) ++times[s];
  report.copies = share_of(real.sequences, [&](const std::string& s) { return times.at(s) > 1; });
  add_nearest(report, sampled(real), real.sequences, real.sample, options);
  return report;
}

QualityReport compare_halves(const MeasuredSet& real, const QualityOptions& options) {
  const std::size_t n = real.sample.size();
  require(n >= 4, "{} sequences are too few for halves", n);
  require(options.halvings > 0, "{} halvings tell nothing", options.halvings);
  QualityReport mean;
  for (const QualityColumn& column : quality_columns()) mean.*column.value = 0;
  for (int h = 0; h < options.halvings; ++h) {
    const auto order = draw_without(n, n, Random(seed_of(options.seed, kDrawHalves), static_cast<std::uint64_t>(h)));
    const std::span<const std::size_t> all(order);
    const MeasuredSet first = part_of_sample(real, all.first(n / 2));
    const MeasuredSet second = part_of_sample(real, all.subspan(n / 2));
    const QualityReport report = compare_sets(second, first, options);
    mean.count = report.count;
    for (const QualityColumn& column : quality_columns()) mean.*column.value += report.*column.value / options.halvings;
    mean.nearest.insert(mean.nearest.end(), report.nearest.begin(), report.nearest.end());
  }
  return mean;
}

}  // namespace stemloop
