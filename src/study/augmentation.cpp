#include "study/augmentation.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>

#include "data/lineage.h"
#include "net/net.h"
#include "study/experiment_folds.h"
#include "study/selector.h"
#include "util/util.h"

namespace stemloop {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

namespace {

// What synthetic mirtrons of a fold are made by: SOURCE[:N].
struct Augmentation {
  std::string source;       // one of kSources, or a generator's directory
  std::int64_t count = -1;  // -1: until both classes are equal
};

Augmentation parse_augmentation(const std::string& text) {
  Augmentation a;
  const std::size_t cut = text.rfind(':');
  a.source = text.substr(0, cut);
  if (cut != std::string::npos) {
    a.count = parse_integer(text.substr(cut + 1), "--augment");
    require(a.count > 0, "--augment {}: {} is no number of sequences", text, a.count);
  }
  const auto known = std::find(std::begin(kSources), std::end(kSources), a.source) != std::end(kSources);
  if (!known) a.source = find_model(a.source);
  return a;
}

// A generator that has learned from these records has seen what its draws would be tested on.
void check_generator(const std::string& directory, const SequenceSet& set) {
  require(model_family(directory) == kGanFamily, "--augment {}: is no generator of sequences", directory);
  const Json training = Json::parse(read_stored_model(directory, kGanFamily).training, nullptr, false);
  const std::string text = training.dump();
  std::vector<std::size_t> mirtrons;
  for (std::size_t i = 0; i < set.size(); ++i) {
    if (set.labels[i] == 1) mirtrons.push_back(i);
  }
  for (const std::string& md5 : {md5_of(set), md5_of(set.select(mirtrons))})
    require(
        text.find(md5) == std::string::npos,
        "--augment {}: this generator has learned from these records, and figures out of fold would be of what it has "
        "seen; --augment wgan trains one inside each fold",
        directory);
  say(Loud::kWarning,
      "--augment {}: whether it has learned from relatives of these records cannot be told; if so, figures with it "
      "are too good",
      directory);
}

}  // namespace

Augmenter augmenter(const std::string& source, const SequenceSet& set, const AugmentOptions& how) {
  const Augmentation a = parse_augmentation(source);
  const bool made_here = std::find(std::begin(kSources), std::end(kSources), a.source) != std::end(kSources);
  if (!made_here) check_generator(a.source, set);
  ExperimentOptions options;
  options.common = how.common;
  options.common.threads = 1;
  options.folding = how.folding;
  options.device = how.device;
  const auto one_at_a_time = std::make_shared<std::mutex>();  // networks take all threads
  return [a, made_here, options, one_at_a_time, threads = how.common.threads, &set](
             std::span<const std::int64_t> records, std::int64_t missing, std::uint64_t seed) {
    const std::int64_t count = a.count > 0 ? a.count : missing;
    if (count == 0) return std::vector<std::string>();
    std::vector<std::size_t> chosen(records.begin(), records.end());
    if (made_here && !is_generator(a.source))
      return draw_mirtrons(options, a.source, set.select(chosen), count, seed, "");
    const std::lock_guard lock(*one_at_a_time);
    if (made_here) {
      const fs::path directory = fs::temp_directory_path() / fmt::format("stemloop_augment_{}_{}", getpid(), seed);
      auto drawn = draw_mirtrons(options, a.source, set.select(chosen), count, seed, directory.string());
      fs::remove_all(directory);
      return drawn;
    }
    std::vector<std::string> drawn;
    const auto generator = neural().open_generator(a.source, options.device, threads);
    constexpr std::int64_t kBatch = 256, kTries = 50;
    for (std::int64_t first = 0; std::ssize(drawn) < count && first < kTries * count; first += kBatch) {
      for (auto& sequence : generator->draw(kBatch, seed, static_cast<std::uint64_t>(first))) {
        if (sequence && sequence->size() >= kShortest && std::ssize(drawn) < count)
          drawn.push_back(std::move(*sequence));
      }
    }
    require(std::ssize(drawn) == count, "{}: too few of its draws are sequences", a.source);
    return drawn;
  };
}

void tell_lineage(const SequenceSet& set, int threads) {
  const Lineage lineage = lineage_of(set.ids, set.parents);
  if (lineage.count > 0)
    say(Loud::kWarning,
        "{} of {} records are synthetic (they name parents): they are learned from only in folds that test none of "
        "their parents, and never tested{}",
        lineage.count, set.size(),
        lineage.orphans > 0
            ? fmt::format("; {} name parents that are not here and are left out of all folds", lineage.orphans)
            : "");
  const auto groups = near_groups(set.sequences, threads);
  const std::int64_t different = std::ssize(std::set<std::string>(set.sequences.begin(), set.sequences.end()));
  const std::int64_t count = std::ssize(std::set<std::int64_t>(groups.begin(), groups.end()));
  if (count < different)
    say(Loud::kWarning, "{} different sequences fall into {} groups of near-duplicates; a group stands in one fold",
        different, count);
}

namespace {

// Draws of a generator of sequences, other ones than those of generate, whose numbers begin at 0.
std::vector<std::string> draws_of(const std::string& directory, const std::string& device, int threads,
                                  std::int64_t wanted, std::uint64_t seed) {
  constexpr std::uint64_t kFirst = std::uint64_t{1} << 32U;
  require(model_family(directory) == kGanFamily,
          "{}: model select draws from generators of sequences (wgan, fbgan); draws of others come in a file (--drawn)",
          directory);
  std::vector<std::string> drawn;
  for (auto& sequence : neural().open_generator(directory, device, threads)->draw(wanted, seed, kFirst)) {
    if (sequence) drawn.push_back(std::move(*sequence));
  }
  require(!drawn.empty(), "{}: not one of {} draws is a sequence; the generator has learned too little", directory,
          wanted);
  return drawn;
}

std::vector<std::string> sequences_in(const std::string& path) {
  std::vector<std::string> sequences;
  RecordReader reader({path, Wanted::kSequencesOnly});
  while (auto item = reader.next()) {
    if (const auto* rejection = std::get_if<Rejection>(&*item)) fail("{}", rejection->reason);
    Record& record = std::get<Record>(*item);
    require(record.sequence.find_first_not_of("ACGU") == std::string::npos,
            "{}:{}: a draw has letters A, C, G and U alone", path, record.line);
    sequences.push_back(std::move(record.sequence));
  }
  return sequences;
}

}  // namespace

void write_selector(const std::string& directory, const SequenceSet& set, const std::string& drawn,
                    const FoldingOptions& folding, const std::string& device, int threads, std::uint64_t seed) {
  // Draws are cheap, and what is kept is the liker the fewer are: measured on half of the mirtrons, judged on the
  // other.
  constexpr std::int64_t kDrawnForOne = 40;  // real sequence
  constexpr double kPull = 0.1, kCertain = 0.005;
  std::vector<std::string> real;
  for (std::size_t i = 0; i < set.size(); ++i) {
    if (set.labels[i] == 1) real.push_back(set.sequences[i]);
  }
  require(!real.empty(), "there is no sequence of class 1 to be like");
  QualityOptions all;
  all.threads = threads;
  const auto energy = load_model(folding);
  const auto measured = [&](std::vector<std::string> sequences) {
    all.most = std::ssize(sequences);
    return measure_set(std::move(sequences), energy, all);
  };
  const MeasuredSet draws =
      measured(drawn.empty() ? draws_of(directory, device, threads, kDrawnForOne * std::ssize(real), seed)
                             : sequences_in(drawn));
  // Draws from a file are few and dear: more of them are kept.
  const Selector selector = drawn.empty()
                                ? fit_selector(measured(std::move(real)), draws, folding.parameters, kPull, kCertain)
                                : fit_selector(measured(std::move(real)), draws, folding.parameters);
  replace_file(directory + "/" + kSelectorFile, selector_json(selector));
  double kept = 0;
  for (const double keep : keep_probabilities(selector, draws)) kept += keep;
  say(Loud::kInfo, "{}/{}: keeps {:.1f} % of the draws", directory, kSelectorFile,
      100 * kept / static_cast<double>(draws.sample.size()));
}

}  // namespace stemloop
