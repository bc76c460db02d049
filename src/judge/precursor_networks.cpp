#include "judge/precursor_networks.h"

#include <fmt/format.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <filesystem>

#include "util/hash.h"
#include "util/util.h"

namespace stemloop {

namespace fs = std::filesystem;

std::uint64_t hash_of(const std::string& text) {
  const std::uint64_t hash = fnv1a(text, 1469598103934665603U);  // a start of its own, which trained models rest on
  return hash ^ (hash >> 29U);
}
int part_of(const WorldRecord& record) { return static_cast<int>(hash_of(record.group) % kParts); }
int fold_of(const WorldRecord& record, int folds) {
  return static_cast<int>(hash_of("fold " + record.group) % static_cast<std::uint64_t>(folds));
}

namespace {

constexpr float kUsualOthers = 0.5F;  // share of the epochs in which a network of cuts sees a record that is none
constexpr int kHairpinsOfOthers = 2;  // of one such record

// What a network of cuts is shown: precursors with what is known of their cuts, and of other records the letters around
// their best stem-loops, half of them cut close, as precursors come too.
std::vector<CutExample> cut_examples(std::span<const WorldRecord> records, int part) {
  std::vector<CutExample> examples;
  LocalFolder local(make_model(load_parameters("turner2004")));
  for (std::size_t k = 0; k < records.size(); ++k) {
    const WorldRecord& record = records[k];
    if (part_of(record) == part) continue;
    if (record.label == 1) {
      if (record.cuts == kNothingKnown) continue;
      examples.push_back({record.id, record.sequence, record.cuts, Guide::kNotTold,
                          record.kind == "mirgenedb" ? Convention::kMirgenedb : Convention::kMirbase,
                          0.8F * record.weight});
      continue;
    }
    std::vector<LocalStemLoop> stems = local.stem_loops(record.sequence);
    std::stable_sort(stems.begin(), stems.end(),
                     [](const LocalStemLoop& a, const LocalStemLoop& b) { return a.score < b.score; });
    for (int number = 0; number < std::min(kHairpinsOfOthers, static_cast<int>(stems.size())); ++number) {
      constexpr int kLeast = 24, kSpread = 16, kFarReach = 64;
      Random random(77, (k + 1) * 4 + static_cast<std::uint64_t>(number));
      const bool close = random.uniform() < 0.5;
      const auto reach = [&] { return close ? kLeast + static_cast<int>(random.below(kSpread)) : kFarReach; };
      const LocalStemLoop& stem = stems[static_cast<std::size_t>(number)];
      const int middle = (stem.loop_open + stem.loop_close) / 2;
      const int begin = std::max(0, middle - reach());
      const int end = std::min(static_cast<int>(record.sequence.size()), middle + reach());
      const float share = std::min(1.0F, kUsualOthers * record.weight) * (number == 0 ? 1.0F : 0.5F);
      examples.push_back({record.id, record.sequence.substr(begin, end - begin), kNothingKnown, Guide::kNotTold,
                          Convention::kMirbase, share});
    }
  }
  return examples;
}

CutNetwork train_network(std::span<const WorldRecord> records, int part, const PrecursorTrainingOptions& how) {
  const std::vector<CutExample> examples = cut_examples(records, part);
  CutTrainOptions options;
  options.shape.channels = how.channels;
  options.epochs = how.epochs;
  options.batch = 48;
  options.flankings = 4;
  options.shuffled = 0.1;
  options.others = 0.2;
  options.weight_decay = 0.1;
  options.dropout = 0.15;
  options.as_given = 0.3;
  options.local = true;
  options.seed = how.seed + static_cast<std::uint64_t>(part);
  CutSights sights;
  return train_cuts(examples, options, sights, [&](const CutProgress& progress, const CutNetwork&) {
    how.talk(fmt::format("network of cuts {}, epoch {}: loss {:.4f} over {} visits, {} skipped", part + 1,
                         progress.epoch + 1, progress.loss, progress.visits, progress.skipped));
  });
}

}  // namespace

CutModel cut_model(const CutNetwork& network) {
  CutSettings settings;
  settings.local = true;
  return CutModel::of({network}, settings);
}

std::vector<CutNetwork> train_networks(std::span<const WorldRecord> records, const PrecursorTrainingOptions& how) {
  std::vector<CutNetwork> networks(kParts + 1);
  const auto make = [&](int part) {
    const std::string kept =
        fmt::format("{}/{}", how.networks, part == kWhole ? "whole" : fmt::format("part-{}", part + 1));
    CutNetwork& network = networks[static_cast<std::size_t>(part)];
    if (!how.networks.empty() && fs::exists(kept + "/config.json")) {
      network = CutModel::open(kept).networks().front();
      require(network.shape.channels == how.channels, "{}: a network of {} channels, not {}; name another folder", kept,
              network.shape.channels, how.channels);
      return;
    }
    network = train_network(records, part, how);
    if (how.networks.empty()) return;
    fs::create_directories(kept);
    cut_model(network).write(kept, "{}");
  };
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(how.threads));
  tbb::parallel_for(0, kParts + 1, make, tbb::simple_partitioner{});
  return networks;
}

}  // namespace stemloop
