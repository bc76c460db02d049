#include "judge/mirtron_shown.h"

#include <fmt/format.h>
#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>

#include "util/util.h"

namespace stemloop {

namespace {

constexpr int kMostFlank = 60, kMostTrim = 5;
constexpr double kOneSided = 0.25;    // of the draws have no flank at one end
constexpr std::uint64_t kDraws = 64;  // numbers of draws that a record has

std::string random_letters(int count, Random& random) {
  constexpr double kLeastGc = 0.35, kGcSpread = 0.3;
  const double gc = kLeastGc + kGcSpread * random.uniform();
  std::string letters;
  for (int i = 0; i < count; ++i) {
    const bool strong = random.uniform() < gc;
    letters += strong ? (random.uniform() < 0.5 ? 'G' : 'C') : (random.uniform() < 0.5 ? 'A' : 'U');
  }
  return letters;
}

// Half of the flanks are random letters, half pieces of records that are neither mirtrons nor canonical, if there are
// any.
std::string flank_of(int count, std::span<const std::string_view> natural, Random& random) {
  if (!natural.empty() && random.uniform() < 0.5) {
    const std::string_view from = natural[random.below(natural.size())];
    if (std::ssize(from) > count)
      return std::string(
          from.substr(random.below(from.size() - static_cast<std::size_t>(count)), static_cast<std::size_t>(count)));
  }
  return random_letters(count, random);
}

}  // namespace

ShownRecords::ShownRecords(std::span<const MirtronRecord> all, const MirtronTraining& how, const CutModel& cuts)
    : records(all.begin(), all.end()), how_(how), cuts_(cuts), real_(records.size()) {
  for (const MirtronRecord& record : records) {
    if (record.other) natural_.emplace_back(record.sequence);
  }
  std::vector<std::string> ids;
  std::vector<std::vector<std::string>> parents;
  for (const MirtronRecord& record : records) ids.push_back(record.id), parents.push_back(record.parents);
  lineage = lineage_of(ids, parents);
  for (std::size_t i = 0; i < records.size(); ++i) show(i);
  look(0);
}

void ShownRecords::show(std::size_t i) {
  const MirtronRecord& record = records[i];
  const int n = static_cast<int>(record.sequence.size());
  const int ways = record.other ? std::max(1, how_.shown / 3) : std::max<int>(kDrawn, how_.shown);
  ShownRecord plain{i, kAsGiven, record.flank5, n - record.flank5 - record.flank3, record.sequence};
  shown.push_back(plain);
  for (int way = 1; way < ways; ++way) {
    Random random(how_.seed + 100, i * kDraws + static_cast<std::uint64_t>(way));
    const int kind = record.other ? kDrawn : way < kDrawn ? way : way % 2 == 0 ? kDrawn : kDrawnTrimmed;
    if (kind == kTrimmed) {
      shown.push_back({i, kTrimmed, 0, n, record.sequence});  // cut when its cuts are known
      continue;
    }
    const auto some = [&] { return static_cast<int>(random.below(kMostFlank + 1)); };
    int five = kind == kTenFlank ? 10 : kind == kThirtyFlank ? 30 : some();
    int three = kind == kTenFlank ? 10 : kind == kThirtyFlank ? 30 : some();
    if (kind >= kDrawn && random.uniform() < kOneSided) (random.uniform() < 0.5 ? five : three) = 0;
    std::string whole = flank_of(five, natural_, random);
    whole += record.sequence;
    whole += flank_of(three, natural_, random);
    shown.push_back({i, kind, five + record.flank5, plain.letters, std::move(whole)});
  }
}

// Finds and measures hairpins of everything shown from `first` on.
void ShownRecords::look(std::size_t first) {
  std::vector<std::vector<ShownHairpin>> found(shown.size() - first);
  tbb::enumerable_thread_specific<SplicedFinder> finders([&] { return SplicedFinder(cuts_); });
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(how_.threads));
  tbb::parallel_for(std::size_t{0}, found.size(), [&](std::size_t k) {
    ShownRecord& one_shown = shown[first + k];
    if (one_shown.way == kTrimmed || one_shown.way == kDrawnTrimmed) trim(one_shown, first + k, finders.local());
    for (SplicedHairpin& hairpin : finders.local().find(one_shown.sequence)) {
      const int middle = (hairpin.cut.arms.stem.open + hairpin.cut.arms.stem.close) / 2 - one_shown.flank5;
      ShownHairpin one{
          first + k, middle > one_shown.letters / 5 && middle < one_shown.letters - one_shown.letters / 5, {}};
      hairpin.cut = {};
      one.hairpin = std::move(hairpin);
      found[k].push_back(std::move(one));
    }
    bool had = false;  // only the first of its own hairpins is taken for the record's
    for (ShownHairpin& one : found[k]) {
      one.own = one.own && !had;
      had = had || one.own;
    }
  });
  for (auto& some : found) std::move(some.begin(), some.end(), std::back_inserter(looked));
}

// Takes off what lies outside the cuts but for a few letters, flanks that were drawn stay.
void ShownRecords::trim(ShownRecord& one, std::size_t number, SplicedFinder& finder) const {
  const MirtronRecord& record = records[one.record];
  const std::vector<SplicedHairpin> hairpins = finder.find(record.sequence, 1);
  if (hairpins.empty()) return;
  Random random(how_.seed + 200, number);
  const int n = static_cast<int>(record.sequence.size());
  const int begin = std::max(0, hairpins[0].cut.begin - static_cast<int>(random.below(kMostTrim + 1)));
  const int end = std::min(n, hairpins[0].cut.end + static_cast<int>(random.below(kMostTrim + 1)));
  const int before = one.flank5 - record.flank5;
  const std::size_t at = static_cast<std::size_t>(one.way == kTrimmed ? 0 : before);
  const std::string five = one.sequence.substr(0, at), three = one.sequence.substr(at + record.sequence.size());
  one.sequence =
      five + record.sequence.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)) + three;
  one.flank5 = static_cast<int>(at);
  one.letters = end - begin;
}

void ShownRecords::augment(std::vector<char>& learned, std::uint64_t seed) {
  std::vector<std::int64_t> mirtrons;
  std::int64_t canonical = 0, all = 0;
  for (std::size_t i = 0; i < real_; ++i) {
    if (learned[i] == 0 || records[i].other) continue;
    canonical += records[i].label == 0 ? 1 : 0;
    all += records[i].label;
    if (records[i].label == 1 && lineage.synthetic[i] == 0) mirtrons.push_back(static_cast<std::int64_t>(i));
  }
  const std::size_t first = shown.size();
  int number = 0;
  for (const std::string& sequence : how_.augment(mirtrons, std::max<std::int64_t>(0, canonical - all), seed)) {
    MirtronRecord made;
    made.id = fmt::format("augmented_{}", ++number);
    made.kind = "mirtron", made.label = 1, made.sequence = sequence;
    records.push_back(made);
    learned.push_back(1);
    show(records.size() - 1);
  }
  look(first);
}

void ShownRecords::forget() {
  records.resize(real_);
  std::erase_if(looked, [&](const ShownHairpin& one) { return shown[one.shown].record >= real_; });
  std::erase_if(shown, [&](const ShownRecord& one) { return one.record >= real_; });
}

}  // namespace stemloop
