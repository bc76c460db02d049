#include "judge/precursor_rows.h"

#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>

#include "judge/first_look.h"
#include "judge/precursor_networks.h"
#include "util/util.h"

namespace stemloop {

namespace {

struct RecordHairpin {
  FoundHairpin found;
  std::vector<float> first;
  bool asked = true, learnt = true;
};

RecordHairpin seen(std::string_view sequence, FoundHairpin hairpin, bool asked) {
  RecordHairpin row{std::move(hairpin), {}, asked, true};
  look_first(sequence, row.found.cut.local, row.found.cut.arms, row.first);
  return row;
}

// Whether a stem-loop of a precursor's record is the precursor: its loop lies between the known arms, or in the middle
// of what is not flank.
bool is_own(const LocalStemLoop& stem, const WorldRecord& record) {
  if (record.cuts != kNothingKnown) return may_belong(StemLoop{stem.loop_open, stem.loop_close, 0, 0, 0}, record.cuts);
  const int n = static_cast<int>(record.sequence.size()) - record.flank5 - record.flank3;
  const int middle = (stem.loop_open + stem.loop_close) / 2 - record.flank5;
  return middle >= n / 5 && middle <= n - n / 5;
}

std::vector<RecordHairpin> rows_of(const WorldRecord& record, HairpinFinder& finder) {
  std::vector<RecordHairpin> rows;
  for (FoundHairpin& hairpin : finder.find(record.sequence, kMostHairpins)) {
    rows.push_back(seen(record.sequence, std::move(hairpin), true));
  }
  if (record.label == 1) {
    bool own_seen = false;
    for (RecordHairpin& row : rows) {
      row.learnt = !own_seen && is_own(row.found.cut.local, record);
      own_seen = own_seen || row.learnt;
    }
    if (own_seen) return rows;
    for (StemCuts& stem : finder.stems(record.sequence)) {
      if (!is_own(stem.stem, record)) continue;
      std::optional<FoundHairpin> own = finder.measure(record.sequence, std::move(stem));
      if (own) rows.push_back(seen(record.sequence, std::move(*own), false));
      break;
    }
    return rows;
  }
  constexpr std::uint64_t kWays = 2, kMargin = 7;
  const std::uint64_t way = hash_of("cut " + record.id);
  if (!rows.empty() && way % kWays == 0) {
    const CutHairpin& best = rows.front().found.cut;
    const int begin = std::max(0, best.begin - static_cast<int>(way / kWays % kMargin));
    const int end = std::min(static_cast<int>(record.sequence.size()),
                             best.end + static_cast<int>(way / kWays / kMargin % kMargin));
    const auto close = std::string_view(record.sequence).substr(begin, static_cast<std::size_t>(end - begin));
    for (FoundHairpin& hairpin : finder.find(close, 1)) rows.push_back(seen(close, std::move(hairpin), false));
  }
  return rows;
}

}  // namespace

HairpinRows measure_all(std::span<const WorldRecord> records, std::span<const CutModel> parts, int threads) {
  std::vector<std::vector<RecordHairpin>> found(records.size());
  using Finders = std::vector<HairpinFinder>;
  tbb::enumerable_thread_specific<Finders> finders([&] {
    Finders all;
    for (const CutModel& part : parts) all.emplace_back(part);
    return all;
  });
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads));
  tbb::parallel_for(std::size_t{0}, records.size(), [&](std::size_t i) {
    // By the network that has not seen its group.
    found[i] = rows_of(records[i], finders.local()[static_cast<std::size_t>(part_of(records[i]))]);
    for (RecordHairpin& row : found[i]) row.found.cut = CutHairpin{};  // measures are all that is kept
  });
  HairpinRows rows;
  rows.measures.columns = static_cast<std::int64_t>(hairpin_measures().size());
  rows.first.columns = static_cast<std::int64_t>(first_measures().size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    for (const RecordHairpin& row : found[i]) {
      rows.rows.push_back({i, row.asked, row.learnt});
      rows.measures.values.insert(rows.measures.values.end(), row.found.measures.begin(), row.found.measures.end());
      rows.first.values.insert(rows.first.values.end(), row.first.begin(), row.first.end());
      ++rows.measures.rows, ++rows.first.rows;
    }
    found[i].clear();
  }
  return rows;
}

double least_cut_log_odds(const HairpinRows& rows, std::span<const WorldRecord> records) {
  const std::vector<Measure>& measures = hairpin_measures();
  const auto column = static_cast<std::size_t>(
      std::find_if(measures.begin(), measures.end(), [](const Measure& m) { return m.name == "cut_log_odds"; }) -
      measures.begin());
  std::vector<float> values;
  for (std::size_t row = 0; row < rows.rows.size(); ++row) {
    const HairpinRow& of = rows.rows[row];
    if (of.learnt && records[of.record].label == 1)
      values.push_back(rows.measures.row(static_cast<std::int64_t>(row))[column]);
  }
  require(!values.empty(), "no precursor has a hairpin");
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(kGateLoss * static_cast<double>(values.size()));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

}  // namespace stemloop
