#include "design/search.h"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <utility>

#include "design/boosted.h"
#include "design/walk.h"

namespace stemloop {

namespace {

constexpr int kSampled = 8;            // structures drawn from an ensemble
constexpr int kLongestEnsemble = 150;  // beyond, ensembles are asked of solutions only

constexpr int kHopeless = 20;  // tries, if no sequence has anything to judge

std::vector<Base> codes_of(const std::string& sequence) {
  std::vector<Base> codes;
  for (const char letter : sequence) codes.push_back(base_code(letter));
  return codes;
}

// Of this thread.
double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

class Search {
 public:
  Search(const DesignTarget& target, const NaturalModel& natural, Folder& folder, const SearchOptions& options,
         std::uint64_t seed, std::uint64_t item, const std::vector<double>& chains, const StartLetters* start,
         const Proposer& proposer)
      : target_(target),
        natural_(natural),
        folder_(folder),
        options_(options),
        random_(seed, item),
        chains_(chains),
        start_(start),
        proposer_(proposer),
        walk_(target, natural, folder.model().energy, kt(), start) {}

  Design run() {
    for (int attempt = 0; attempt < options_.attempts && !finished(); ++attempt) {
      best_.attempts = attempt + 1;
      begin(attempt);
      rounds();
      if (best_.solved) break;
    }
    if (best_.solved && options_.judging) obey();
    best_.seconds = elapsed();
    if (!best_.solved) best_.rivals = walk_.rivals().structures();
    return best_;
  }

 private:
  [[nodiscard]] double kt() const { return folder_.model().boltzmann.kt / 10.0; }  // cal/mol to 0.01 kcal/mol
  [[nodiscard]] double elapsed() const { return processor_seconds() - began_; }
  bool finished() {
    if (options_.seconds > 0 && elapsed() > options_.seconds) best_.out_of_time = true;
    return best_.out_of_time;
  }

  void begin(int attempt) {
    chain_ = draw_chain(natural_, chains_, target_, random_);
    hard_ = attempt >= options_.gentle_attempts;
    const AttemptOptions* hard[] = {&options_.harder, &options_.boosted, &options_.hard, &options_.boosted};
    AttemptOptions how =
        hard_ ? *hard[static_cast<std::size_t>(attempt - options_.gentle_attempts) % std::size(hard)] : options_.gentle;
    how.plain_weight *= 0.3 + 0.7 * random_.uniform();  // some structures need more freedom than others
    walk_.set(how, chain_);
    std::vector<Base> letters;
    if (how.plain_weight > 0)
      letters = boosted_letters(target_, random_);
    else if (proposer_)
      letters = proposer_(random_);
    if (letters.empty()) {
      letters.assign(static_cast<std::size_t>(target_.length()), kBaseA);
      natural_.draw(chain_, target_, walk_.sites(), random_, letters.data());
    }
    if (start_ != nullptr) {
      for (std::size_t k = 0; k < letters.size(); ++k) {
        if (start_->letters[k] != kBaseN && allows(target_.allowed[k], start_->letters[k]))
          letters[k] = start_->letters[k];
      }
    }
    mend_pairs(target_, letters);
    walk_.set_letters(letters);
    if (hard_) steps(10 * target_.length());
  }

  void rounds() {
    int improving = 0;
    attempt_best_ = -1e300;
    std::vector<Base> attempt_letters;
    for (int round = 0; round < walk_.how().rounds && !finished(); ++round) {
      const bool was_solved = best_.solved;
      const double value = look();
      if (best_.solved && best_.probability >= options_.wanted_probability) return;
      if (best_.solved && improving++ >= options_.improving_rounds) return;
      const AttemptOptions& how = walk_.how();
      if (best_.solved && !was_solved) round = std::min(round, how.rounds - options_.improving_rounds - 1);
      // Letters that turned out worse are given up by Metropolis' rule, but not the rivals they showed.
      if (value >= attempt_best_ || random_.uniform() < std::exp((value - attempt_best_) / how.temperature)) {
        attempt_best_ = value;
        attempt_letters = walk_.copy();
      } else {
        walk_.set_letters(attempt_letters);
      }
      steps(how.steps + static_cast<int>(how.steps_per_letter * target_.length()));
    }
  }

  // The ensemble of the letters: the logarithm of the probability of the structure asked for. What is drawn from it
  // becomes rivals.
  double ask_ensemble(Design& found, Fold& mfe) {
    const double ensemble = folder_.ensemble_energy(found.sequence, mfe);
    const double logarithm = (ensemble * 100 - found.target_energy) / kt();
    found.probability = std::exp(logarithm);
    for (const std::string& structure : folder_.sample(kSampled, random_.next())) walk_.rivals().add(structure);
    return logarithm;
  }

  // Folds the letters; what wins becomes a rival. `value` is the logarithm of the probability of the structure asked
  // for, or what the MFE says of it.
  Design fold_letters(double& value) {
    Design found;
    found.sequence = walk_.text();
    found.target_energy = walk_.rivals().target_energy();
    found.chain = chain_;
    ++best_.folds;
    Fold mfe;
    const bool with_ensemble = target_.length() <= kLongestEnsemble && (!hard_ || walk_.how().ensemble);
    if (with_ensemble) {
      value = ask_ensemble(found, mfe);
    } else {
      mfe = folder_.fold(found.sequence);
      value = (mfe.energy - found.target_energy) / kt();
    }
    walk_.rivals().add(mfe.structure);
    found.solved = mfe.structure == target_.structure && walk_.as_asked();
    if (found.solved && !with_ensemble) ask_ensemble(found, mfe);
    found.mfe_structure = mfe.structure;
    found.mfe = mfe.energy;
    return found;
  }

  // One look of an attempt at its letters: what they are worth.
  double look() {
    double value = 0;
    const Design found = fold_letters(value);
    if (found.solved && hard_) {  // what is left is to make it likely
      hard_ = false;
      value = std::log(found.probability);
      attempt_best_ = -1e300;
      AttemptOptions how = walk_.how();
      how.ensemble = true;
      how.letters_weight = options_.gentle.letters_weight / 2;
      how.structure_weight = options_.gentle.structure_weight;
      how.broken = options_.gentle.broken;
      how.plain_weight = 0;
      walk_.set(how, chain_);
    }
    const auto gap = [](const Design& one) { return one.mfe - one.target_energy; };
    const bool better = found.solved != best_.solved ? found.solved
                        : found.solved               ? found.probability > best_.probability
                                                     : best_.sequence.empty() || gap(found) > gap(best_);
    if (better) take(found);
    return value;
  }

  void take(const Design& found) {
    best_.sequence = found.sequence;
    best_.solved = found.solved;
    best_.mfe_structure = found.mfe_structure;
    best_.mfe = found.mfe;
    best_.target_energy = found.target_energy;
    best_.probability = found.probability;
    best_.chain = found.chain;
    best_.opinion = found.opinion;
    best_.log_likelihood =
        natural_.log_likelihood_per_letter(walk_.sites(), codes_of(found.sequence).data(), target_.length());
  }

  void steps(int count) {
    walk_.steps(count, random_);
    best_.steps += count;
  }

  // What a design is worth where a class is asked for: its log odds and how far its structure is from likely enough.
  double worth(Design& found) {
    found.opinion = options_.judging(found.sequence);
    ++best_.judged;
    constexpr double kLeast = 1e-6;
    const double p = std::clamp(found.opinion.probability, kLeast, 1 - kLeast);
    return options_.class_weight * std::log(p / (1 - p)) +
           std::log(std::min(found.probability, options_.wanted_probability) + kLeast);
  }

  // Goes on from what is solved until it is called as asked, or the tries are spent: then the likeliest of the class is
  // what there is.
  void obey() {
    Design best = best_;
    double best_worth = worth(best);
    const Design first = best;
    Design here = best;
    double here_worth = best_worth;
    int since_gain = 0;
    for (int tries = 0; !best.opinion.called && tries < options_.class_tries && !finished(); ++tries) {
      if (best.opinion.probability <= 0 && tries >= kHopeless) return take(first);  // nothing here can be judged
      const bool anew = since_gain >= options_.patience;
      since_gain = anew ? 0 : since_gain + 1;
      Design found = anew ? solved_anew() : solved_beside(here);
      if (!found.solved || found.sequence == here.sequence) continue;
      const double found_worth = worth(found);
      if (anew || found_worth >= here_worth ||
          random_.uniform() < std::exp((found_worth - here_worth) / options_.class_temperature)) {
        here = found;
        here_worth = found_worth;
      }
      if (found.opinion.called || found_worth > best_worth) {
        best = found;
        best_worth = found_worth;
        since_gain = 0;
      }
    }
    take(best);
  }

  // A few steps from letters that fold as asked.
  Design solved_beside(const Design& here) {
    chain_ = here.chain;
    walk_.set(options_.gentle, chain_);
    walk_.set_letters(codes_of(here.sequence));
    steps(options_.class_steps);
    double value = 0;
    return fold_letters(value);
  }

  // What an attempt from new letters finds.
  Design solved_anew() {
    const Design kept = std::exchange(best_, Design());
    best_.attempts = kept.attempts + 1;
    best_.folds = kept.folds;
    best_.steps = kept.steps;
    best_.judged = kept.judged;
    begin(0);
    rounds();
    Design found = best_;
    return found;
  }

  const DesignTarget& target_;
  const NaturalModel& natural_;
  Folder& folder_;
  const SearchOptions& options_;
  Random random_;
  const std::vector<double>& chains_;
  const StartLetters* start_;
  const Proposer& proposer_;
  Walk walk_;
  double began_ = processor_seconds();
  int chain_ = 0;
  bool hard_ = false;
  double attempt_best_ = 0;  // how near the attempt's best letters came: ln p, or the gap of the MFE in RT
  Design best_;
};

}  // namespace

Design design_sequence(const DesignTarget& target, const NaturalModel& natural, Folder& folder,
                       const SearchOptions& options, std::uint64_t seed, std::uint64_t item,
                       const std::vector<double>& chains, const std::optional<StartLetters>& start,
                       const Proposer& proposer) {
  return Search(target, natural, folder, options, seed, item, chains, start ? &*start : nullptr, proposer).run();
}

}  // namespace stemloop
