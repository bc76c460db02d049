#include "features/mirtron_columns.h"

#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "data/sequence_set.h"
#include "util/util.h"

namespace stemloop {

namespace {

constexpr std::string_view kLetters = "ACGU";
constexpr int kEndLetters = 6;  // looked at one by one at either end
constexpr int kSite = 3;        // letters of a splice site that the tract stands away from
constexpr int kTract = 18;      // length of the tracts measured

// Columns of the letters at the 5' and at the 3' end, counted from the end.
constexpr std::string_view kFirst = "letter_5_", kLast = "letter_3_";

bool is_letter(std::string_view column) { return column.starts_with(kFirst) || column.starts_with(kLast); }

// The columns beside those of evidence_matrix(), in one place: add(name, value) is called for each in their order.
template <class Add>
void measure_mirtron(const FoldedHairpin& hairpin, Add add) {
  constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
  const std::string& s = hairpin.sequence;
  const std::string& structure = hairpin.structure;
  const std::size_t n = s.size();
  const auto share = [&](std::size_t begin, std::size_t end, std::string_view letters) {
    begin = std::min(begin, n);
    end = std::clamp(end, begin, n);
    if (begin == end) return kMissing;
    const auto count =
        std::count_if(s.begin() + static_cast<std::ptrdiff_t>(begin), s.begin() + static_cast<std::ptrdiff_t>(end),
                      [&](char c) { return letters.find(c) != std::string_view::npos; });
    return static_cast<double>(count) / static_cast<double>(end - begin);
  };
  const auto longest_run = [&](std::string_view letters) {
    int run = 0, longest = 0;
    for (const char c : s) {
      run = letters.find(c) != std::string_view::npos ? run + 1 : 0;
      longest = std::max(longest, run);
    }
    return longest;
  };

  for (const bool start : {true, false}) {
    for (std::size_t k = 1; k <= kEndLetters; ++k) {
      const char letter = k > n ? kGapLetter : start ? s[k - 1] : s[n - k];
      for (const char c : kLetters) add(fmt::format("{}{}_{}", start ? kFirst : kLast, k, c), letter == c ? 1.0 : 0.0);
    }
  }
  const std::size_t first = structure.find_first_not_of('.'), last = structure.find_last_not_of('.');
  const bool paired = first != std::string::npos;
  const double front = paired ? static_cast<double>(first) : kMissing;
  const double back = paired ? static_cast<double>(n - 1 - last) : kMissing;
  add("overhang_5", front);
  add("overhang_3", back);
  add("overhang_difference", back - front);
  const auto free = static_cast<double>(std::count(structure.begin(), structure.end(), '.'));
  add("paired_share", n > 0 ? 1 - free / static_cast<double>(n) : kMissing);
  add("hairpins", lay_out(s, structure).hairpins);
  for (const bool five : {true, false}) {
    for (const char& c : kLetters)
      add(fmt::format("half_{}_{}", five ? 5 : 3, c), share(five ? 0 : n / 2, five ? n / 2 : n, {&c, 1}));
  }
  constexpr std::size_t kFar = kSite + kTract;
  const std::size_t tract = n > kFar ? n - kFar : 0, tract_end = n > kSite ? n - kSite : 0;
  for (const auto& [name, letters] : {std::pair("pyrimidines", "CU"), std::pair("U", "U"), std::pair("G", "G")}) {
    add(fmt::format("tract_3_{}", name), share(tract, tract_end, letters));
    add(fmt::format("tract_5_{}", name), share(kSite, kFar, letters));
  }
  add("longest_G_run", longest_run("G"));
  add("longest_pyrimidine_run", longest_run("CU"));
  const std::size_t ag = n > kSite ? s.rfind("AG", n - kSite - 1) : std::string::npos;
  add("last_AG", ag == std::string::npos ? kMissing : static_cast<double>(n - 2 - ag));
}

// The property a column belongs to: "letter_5_2" of "letter_5_2_U", else the column itself.
std::string property_of(const std::string& column) {
  return is_letter(column) ? column.substr(0, column.rfind('_')) : column;
}

std::vector<Evidence> evidence_of(std::span<const FoldedHairpin> hairpins) {
  std::vector<Evidence> evidence;
  for (const FoldedHairpin& h : hairpins)
    evidence.push_back({draw_picture(lay_out(h.sequence, h.structure).columns), h.sequence, h.mfe_kcal});
  return evidence;
}

// Contributions of columns added up by property; `columns` as mirtron_columns().
std::vector<Contribution> properties_of(const std::vector<std::string>& columns, std::span<const float> row) {
  std::vector<Contribution> all;
  for (std::size_t k = 0; k < columns.size(); ++k) {
    std::string property = property_of(columns[k]);
    if (all.empty() || all.back().feature != property) all.push_back({std::move(property), "", 0});
    all.back().log_odds += row[k];
  }
  return all;
}

}  // namespace

std::vector<FoldedHairpin> fold_hairpins(std::span<const std::string> sequences,
                                         const std::shared_ptr<const Model>& model, int threads) {
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads));
  tbb::enumerable_thread_specific<Folder> folders([&] { return Folder(model); });
  std::vector<FoldedHairpin> hairpins(sequences.size());
  tbb::parallel_for(std::size_t{0}, sequences.size(), [&](std::size_t i) {
    const Fold fold = folders.local().fold(sequences[i]);
    hairpins[i] = {sequences[i], fold.structure, fold.energy / 100.0};
  });
  return hairpins;
}

LabelledHairpins labelled_hairpins(SequenceSet& set, const std::shared_ptr<const Model>& model, int threads) {
  Tally tally = set.tally;
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < set.size(); ++i) {
    if (!lay_out(set.sequences[i], set.structures[i]).columns.empty()) {
      kept.push_back(i);
      continue;
    }
    --tally.out;
    ++tally.rejected;
    report({set.ids[i], fmt::format("{}: there is no hairpin loop in its structure, so nothing to classify",
                                    printable(set.ids[i]))});
  }
  set = set.select(kept);
  set.tally = tally;
  LabelledHairpins data{set.ids, fold_hairpins(set.sequences, model, threads), set.labels, set.parents};
  for (std::size_t i = 0; i < set.size(); ++i) data.hairpins[i].structure = set.structures[i];
  return data;
}

std::vector<std::string> mirtron_columns() {
  std::vector<std::string> names(kFeatureNames.begin(), kFeatureNames.end());
  for (const char* name : {"nucleotides", "gc_content", "mfe", "mfe_per_nt"}) names.emplace_back(name);
  constexpr int kLongestWord = 3;  // as evidence_matrix() counts them
  std::vector<std::string> words = {""};
  for (int k = 1; k <= kLongestWord; ++k) {
    std::vector<std::string> longer;
    for (const std::string& word : words) {
      for (const char c : kLetters) longer.push_back(word + c);
    }
    for (const std::string& word : longer) names.push_back("share_" + word);
    words = std::move(longer);
  }
  measure_mirtron({}, [&](const std::string& name, double) { names.push_back(name); });
  return names;
}

MirtronRows mirtron_rows(std::span<const FoldedHairpin> hairpins) {
  const auto evidence = evidence_of(hairpins);
  MirtronRows rows;
  rows.measures = measured_table(evidence);
  const Matrix seen = evidence_matrix(evidence, rows.measures);
  rows.matrix.rows = seen.rows;
  auto& values = rows.matrix.values;
  for (std::int64_t i = 0; i < seen.rows; ++i) {
    values.insert(values.end(), seen.row(i).begin(), seen.row(i).end());
    measure_mirtron(hairpins[static_cast<std::size_t>(i)],
                    [&](const std::string&, double value) { values.push_back(static_cast<float>(value)); });
  }
  rows.matrix.columns = seen.rows == 0 ? 0 : static_cast<std::int64_t>(values.size()) / seen.rows;
  return rows;
}

Matrix mirtron_matrix(std::span<const FoldedHairpin> hairpins) { return mirtron_rows(hairpins).matrix; }

std::vector<Contribution> contributions_of(const MirtronRows& rows, std::int64_t record, std::span<const float> added) {
  static const std::vector<std::string> columns = mirtron_columns();
  std::vector<Contribution> all = properties_of(columns, added);
  // Properties come in the order of the columns: those of the table, numbers, letters of the ends.
  const auto row = rows.matrix.row(record);
  std::size_t column = 0;
  for (Contribution& one : all) {
    const bool end = is_letter(columns[column]);
    const float value = row[column];
    if (column < rows.measures.columns.size()) {
      one.value = cell_of(rows.measures.columns[column], record);
    } else if (!end && !std::isnan(value)) {
      one.value = fmt::format("{:.3g}", value);
    }
    for (std::size_t k = 0; end && k < kLetters.size(); ++k) {
      if (row[column + k] > 0) one.value = kLetters[k];
    }
    column += end ? kLetters.size() : 1;
  }
  return all;
}

std::vector<std::pair<std::string, double>> importance_of(const Matrix& contributions) {
  constexpr double kDecimals = 1e4;
  const std::vector<std::string> columns = mirtron_columns();
  std::vector<std::pair<std::string, double>> importance;
  for (std::int64_t i = 0; i < contributions.rows; ++i) {
    const auto properties = properties_of(columns, contributions.row(i));
    importance.resize(properties.size());
    for (std::size_t k = 0; k < properties.size(); ++k) {
      importance[k].first = properties[k].feature;
      importance[k].second += std::abs(properties[k].log_odds) / static_cast<double>(contributions.rows);
    }
  }
  for (auto& [property, weight] : importance) weight = std::round(weight * kDecimals) / kDecimals;
  std::stable_sort(importance.begin(), importance.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  return importance;
}

std::string in_words(const Contribution& contribution) {
  const auto& [feature, value, log_odds] = contribution;
  if (is_letter(feature)) {
    const std::string place = feature.substr(kFirst.size());
    if (feature.starts_with(kFirst)) return fmt::format("letter {} is {}", place, value);
    return fmt::format("letter {} from the end is {}", place, value);
  }
  return fmt::format("{} {}", name_in_words(feature), value.empty() ? "none" : value);
}

}  // namespace stemloop
