#include "arms/cut_training.h"

#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "arms/local_window.h"
#include "data/shuffle.h"
#include "net/kernels.h"
#include "seq/seq.h"

namespace stemloop {

namespace {

constexpr double kWarmUp = 0.05;  // share of the steps in which the rate rises
constexpr double kBeta1 = 0.9, kBeta2 = 0.999;

void initialise(CutNetwork& network, Random& random) {
  const CutPlaces places = places_of(network.shape);
  const int c = network.shape.channels;
  network.parameters.assign(places.size, 0.0F);
  const auto fill = [&](std::size_t first, std::size_t size, double deviation) {
    for (std::size_t i = first; i < first + size; ++i) {
      // The sum of twelve uniform numbers is near enough to normal.
      double sum = -6;
      for (int k = 0; k < 12; ++k) sum += random.uniform();
      network.parameters[i] = static_cast<float>(sum * deviation);
    }
  };
  const std::size_t square = static_cast<std::size_t>(c) * c;
  fill(places.embedding, static_cast<std::size_t>(field_row_count()) * c, 0.3);
  for (const CutLayerPlaces& layer : places.layers) {
    const double deviation = std::sqrt(2.0 / ((kOwnTaps + kFacingTaps) * c));
    fill(layer.own, kOwnTaps * square, deviation);
    fill(layer.facing, kFacingTaps * square, deviation);
    fill(layer.out, square, 0.5 * std::sqrt(1.0 / c));
  }
  fill(places.heads, static_cast<std::size_t>(2 * c) * kCuts, 0.1 / std::sqrt(2.0 * c));
}

// Some letters drawn anew, pairs as pairs, so that the structure stays possible: families cannot be learnt by heart.
std::string mutated(const std::string& letters, const std::string& structure, double share, Random& random) {
  constexpr std::array<const char*, 8> kPairs = {"GC", "CG", "GC", "CG", "AU", "UA", "GU", "UG"};
  std::string changed = letters;
  const std::vector<int> partner = pair_table(structure);
  for (int i = 0; i < static_cast<int>(letters.size()); ++i) {
    if (random.uniform() >= share) continue;
    if (partner[i] < 0) {
      changed[i] = "ACGU"[random.below(4)];
    } else {
      const char* pair = kPairs[random.below(kPairs.size())];
      changed[i] = pair[0];
      changed[partner[i]] = pair[1];
    }
  }
  return changed;
}

CutSight sight_of(const std::optional<CutTask>& task) {
  if (!task) return {true, false, {}, {}, {}, {}, true};
  return {true, true, task->window.letters, task->window.structure, task->window.stem, task->cuts, task->is_precursor};
}

// Examples of a batch are shared out to so many learners, always in the same way: the sum of their gradients does not
// depend on the number of threads.
constexpr int kLearners = 4;

// What one of them needs for its share of a batch.
struct Learner {
  explicit Learner(const std::shared_ptr<const Model>& energies) : folder(energies), local(energies) {}
  Folder folder;
  LocalFolder local;
  CutGradient gradient_of;
  std::vector<float> gradient;
  double loss = 0;
  int visits = 0, skipped = 0;
};

class CutTraining {
 public:
  CutTraining(std::span<const CutExample> examples, const CutTrainOptions& options, CutSights& sights);
  /// One pass over all examples.
  CutProgress epoch(int number);
  [[nodiscard]] const CutNetwork& network() const { return network_; }

 private:
  void visit_all(Learner& learner, int epoch, std::size_t example, Random random);
  void visit(Learner& learner, CutSight& sight, Convention convention, Random& random);
  void descend();

  std::span<const CutExample> examples_;
  const CutTrainOptions& options_;
  CutSights& sights_;
  CutNetwork network_;
  std::vector<Learner> learners_;
  std::vector<float> gradient_, first_moment_, second_moment_;
  std::int64_t step_ = 0, steps_;
};

CutTraining::CutTraining(std::span<const CutExample> examples, const CutTrainOptions& options, CutSights& sights)
    : examples_(examples), options_(options), sights_(sights), network_{options.shape, {}} {
  Random first(options.seed, 0);
  initialise(network_, first);
  const std::size_t size = network_.parameters.size();
  for (std::vector<float>* moments : {&gradient_, &first_moment_, &second_moment_}) moments->resize(size);
  const auto energies = make_model(load_parameters("turner2004"));
  learners_.reserve(kLearners);
  for (int k = 0; k < kLearners; ++k) learners_.emplace_back(energies);
  const auto count = static_cast<std::int64_t>(examples.size());
  steps_ = options.epochs * ((count + options.batch - 1) / options.batch);
  sights.resize(examples.size() * static_cast<std::size_t>(options.flankings));
}

CutProgress CutTraining::epoch(int number) {
  const auto count = static_cast<std::int64_t>(examples_.size());
  std::vector<std::int64_t> order(examples_.size());
  std::iota(order.begin(), order.end(), 0);
  Random shuffler(options_.seed, 1000 + static_cast<std::uint64_t>(number));
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[shuffler.below(i)]);
  for (Learner& learner : learners_) learner.loss = learner.visits = learner.skipped = 0;
  for (std::int64_t begin = 0; begin < count; begin += options_.batch, ++step_) {
    const std::int64_t end = std::min(count, begin + options_.batch);
    const auto share = [&](int k) {
      Learner& learner = learners_[static_cast<std::size_t>(k)];
      learner.gradient.assign(network_.parameters.size(), 0.0F);
      learner.gradient_of.prepare(network_);
      for (std::int64_t at = begin + k; at < end; at += kLearners) {
        visit_all(learner, number, static_cast<std::size_t>(order[at]),
                  Random(options_.seed + 1, static_cast<std::uint64_t>(number * count + at)));
      }
    };
    // Isolated: who waits here for the others must not begin to train another network meanwhile.
    tbb::this_task_arena::isolate([&] { tbb::parallel_for(0, kLearners, share, tbb::simple_partitioner{}); });
    descend();
  }
  CutProgress progress{number, 0, 0, 0};
  for (const Learner& learner : learners_) {
    progress.loss += learner.loss;
    progress.visits += learner.visits;
    progress.skipped += learner.skipped;
  }
  progress.loss /= std::max(1, progress.visits);
  return progress;
}

void CutTraining::visit(Learner& learner, CutSight& sight, Convention convention, Random& random) {
  if (!sight.usable) return;
  const std::string letters = mutated(sight.letters, sight.structure, options_.mutated, random);
  CutTask task{cut_window(letters, sight.structure, sight.stem), sight.cuts, sight.is_precursor};
  follow(convention, task.window);
  learner.loss += learner.gradient_of.add(network_, task, options_.dropout, random, learner.gradient);
  ++learner.visits;
}

// The example itself, and now and then another stem-loop beside it and its shuffled letters, which have no cuts.
void CutTraining::visit_all(Learner& learner, int epoch, std::size_t at, Random random) {
  const CutExample& example = examples_[at];
  // What weighs less is seen less often.
  if (random.uniform() >= example.weight) return;
  const auto ways = static_cast<std::size_t>(options_.flankings);
  const std::size_t way = (static_cast<std::size_t>(epoch) + at) % ways;  // all ways in every epoch
  const auto shown = [&] {
    Random flanks(options_.flank_seed, at * ways + way);
    return with_other_flanks(example, options_, flanks);
  };
  auto& [as_it_is, beside, scrambled] = sights_[at * ways + way];
  const int widest = options_.reaches.front();
  const int reach = options_.reaches[way % options_.reaches.size()];
  const auto once = [](CutSight& sight, const auto& make) -> CutSight& {
    if (!sight.known) sight = sight_of(make());
    return sight;
  };
  visit(learner,
        once(as_it_is,
             [&] {
               if (options_.local) return local_cut_task(shown(), learner.local);
               std::optional<CutTask> task = cut_task(shown(), reach, learner.folder);
               return task || reach == widest ? std::move(task) : cut_task(shown(), widest, learner.folder);
             }),
        example.convention, random);
  learner.skipped += !as_it_is.usable;
  if (!example.is_precursor()) return;
  if (random.uniform() < options_.others) {
    visit(learner,
          once(beside,
               [&] {
                 return options_.local ? other_local_task(shown(), learner.local)
                                       : other_stem_task(shown(), reach, learner.folder);
               }),
          example.convention, random);
  }
  if (random.uniform() < options_.shuffled) {
    visit(learner,
          once(scrambled,
               [&] {
                 Random order_of_letters(options_.flank_seed + 1, at * ways + way);
                 const CutExample letters{"", shuffle_dinucleotides(shown().sequence, order_of_letters), kNothingKnown};
                 return options_.local ? local_cut_task(letters, learner.local)
                                       : cut_task(letters, reach, learner.folder);
               }),
          example.convention, random);
  }
}

void CutTraining::descend() {
  std::copy(learners_.front().gradient.begin(), learners_.front().gradient.end(), gradient_.begin());
  for (std::size_t k = 1; k < learners_.size(); ++k) {
    for (std::size_t i = 0; i < gradient_.size(); ++i) gradient_[i] += learners_[k].gradient[i];
  }
  const double done = static_cast<double>(step_) / static_cast<double>(steps_);
  const double rate = options_.rate * std::min(1.0, done / kWarmUp + 0.01) * 0.5 * (1 + std::cos(M_PI * done));
  AdamStep adam;
  adam.gradient_scale = 1.0F / static_cast<float>(options_.batch);
  adam.rate = static_cast<float>(rate / (1 - std::pow(kBeta1, step_ + 1)));
  adam.root_scale = static_cast<float>(1 / std::sqrt(1 - std::pow(kBeta2, step_ + 1)));
  const auto shrink = static_cast<float>(1 - rate * options_.weight_decay);
  for (float& p : network_.parameters) p *= shrink;
  training_kernels().adam(network_.parameters.data(), gradient_.data(), first_moment_.data(), second_moment_.data(),
                          static_cast<std::int64_t>(network_.parameters.size()), adam);
}

}  // namespace

CutNetwork train_cuts(std::span<const CutExample> examples, const CutTrainOptions& options, CutSights& sights,
                      const std::function<void(const CutProgress&, const CutNetwork&)>& watch) {
  CutTraining training(examples, options, sights);
  for (int epoch = 0; epoch < options.epochs; ++epoch) {
    const CutProgress progress = training.epoch(epoch);
    watch(progress, training.network());
  }
  return training.network();
}

}  // namespace stemloop
