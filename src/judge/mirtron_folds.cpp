#include "judge/mirtron_folds.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <numeric>

#include "judge/mirtron_parts.h"

namespace stemloop {

namespace {

// The likeliest hairpin's log odds of everything shown of records not learned from.
void ask(const ShownRecords& data, const Booster& booster, const std::vector<char>& learned,
         std::vector<float>& log_odds) {
  std::vector<std::size_t> columns(mirtron_measures().size());  // the trees know all
  std::iota(columns.begin(), columns.end(), std::size_t{0});
  for (const ShownHairpin& one : data.looked) {
    if (learned[data.shown[one.shown].record] != 0) continue;
    float& best = log_odds[one.shown];
    best = std::max(best, static_cast<float>(mean_log_odds(booster, one.hairpin, columns)));
  }
}

}  // namespace

std::unique_ptr<Booster> grow_trees(const ShownRecords& data, const MirtronTraining& how,
                                    const std::vector<char>& learned, bool other, std::uint64_t seed) {
  std::vector<std::size_t> chosen;
  std::map<std::size_t, double> rows_of;  // of a record
  for (std::size_t k = 0; k < data.looked.size(); ++k) {
    const std::size_t i = data.shown[data.looked[k].shown].record;
    const MirtronRecord& record = data.records[i];
    if (learned[i] == 0 || (record.label == 0 && record.other != other)) continue;
    if (record.label == 1 && !data.looked[k].own) continue;
    chosen.push_back(k);
    rows_of[i] += static_cast<double>(data.looked[k].hairpin.looks.size());
  }
  // Both classes weigh alike, as the larger one has records.
  std::array<double, 2> weights{}, counts{};
  for (const auto& [i, count] : rows_of) {
    const auto label = static_cast<std::size_t>(data.records[i].label);
    weights[label] += data.records[i].weight;
    counts[label] += 1;
  }
  const double total = std::max(counts[0], counts[1]);
  Matrix rows{0, static_cast<std::int64_t>(mirtron_measures().size()), {}};
  std::vector<std::uint8_t> labels;
  std::vector<float> weight;
  for (const std::size_t k : chosen) {
    const std::size_t i = data.shown[data.looked[k].shown].record;
    const auto label = static_cast<std::size_t>(data.records[i].label);
    for (const auto& one : data.looked[k].hairpin.looks) {
      rows.values.insert(rows.values.end(), one.begin(), one.end());
      ++rows.rows;
      labels.push_back(static_cast<std::uint8_t>(label));
      weight.push_back(static_cast<float>(data.records[i].weight / rows_of[i] * total / weights[label]));
    }
  }
  BoosterOptions options = how.booster;
  options.seed = static_cast<int>(seed);
  options.threads = how.threads;
  return train_xgboost(rows, labels, options, weight);
}

OutOfFold out_of_fold(ShownRecords& data, const MirtronTraining& how, bool augmented, bool others) {
  constexpr float kNone = -15;  // log odds where there is no hairpin
  OutOfFold result;
  std::vector<std::int64_t> groups;
  std::vector<std::uint8_t> labels;
  for (const MirtronRecord& record : data.records) {
    groups.push_back(record.group);
    labels.push_back(static_cast<std::uint8_t>(record.label));
  }
  const std::vector<double> shares(static_cast<std::size_t>(how.folds), 1.0 / how.folds);
  for (int repeat = 0; repeat < how.repeats; ++repeat) {
    const std::vector<int> parts = split_groups(groups, labels, shares, how.seed + static_cast<std::uint64_t>(repeat));
    std::vector<float> canonical(data.shown.size(), kNone), other(data.shown.size(), kNone);
    for (int part = 0; part < how.folds; ++part) {
      std::vector<char> learned;
      for (std::size_t i = 0; i < parts.size(); ++i) {
        bool in = parts[i] != part;
        if (data.lineage.synthetic[i] != 0) {
          in = data.lineage.is_known(static_cast<std::int64_t>(i));
          for (const std::int64_t p : data.lineage.parents[i]) in = in && parts[static_cast<std::size_t>(p)] != part;
        }
        learned.push_back(in ? 1 : 0);
      }
      const std::uint64_t seed = how.seed + static_cast<std::uint64_t>(repeat * how.folds + part);
      std::vector<char> with = learned;
      if (augmented) data.augment(with, seed);
      const auto trees = grow_trees(data, how, with, false, seed);
      const auto of_others = others ? grow_trees(data, how, with, true, seed) : nullptr;
      if (augmented) data.forget();
      ask(data, *trees, learned, canonical);
      if (of_others) ask(data, *of_others, learned, other);
      how.talk(fmt::format("repeat {} of {}, fold {} of {}", repeat + 1, how.repeats, part + 1, how.folds));
    }
    result.against_canonical.push_back(std::move(canonical));
    result.against_others.push_back(std::move(other));
  }
  return result;
}

}  // namespace stemloop
