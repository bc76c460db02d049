#include "design/search.h"
#include "design/boosted.h"

#include <algorithm>
#include <cmath>
#include <ctime>

namespace stemloop {

namespace {

constexpr std::size_t kMostRivals = 256;
constexpr int kSampled = 8;            // structures drawn from an ensemble
constexpr int kLongestEnsemble = 150;  // beyond, ensembles are asked of solutions only
constexpr double kDefectsFirst = 0.7;  // share of steps at a defect
constexpr double kGcCost = 4;          // of a letter beyond the range
constexpr double kMotifCost = 8;       // of a motif to avoid

// Of this thread.
double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

std::string as_text(const Base* base, int length) {
  std::string text;
  for (int k = 0; k < length; ++k) text += "NACGU"[base[k]];
  return text;
}

// The letters' side of the cost, kept up to date.
class Letters {
 public:
  Letters(const DesignTarget& target, const NaturalModel& natural, const StartLetters* start)
      : target_(target),
        natural_(natural),
        start_(start),
        boosted_(boosted_places(target)),
        sites_(natural_sites(target)) {
    sites_at_.resize(static_cast<std::size_t>(target.length()));
    for (std::size_t s = 0; s < sites_.size(); ++s) {
      for (int k = 0; k < sites_[s].count; ++k)
        sites_at_[static_cast<std::size_t>(sites_[s].position[static_cast<std::size_t>(k)])].push_back(static_cast<int>(s));
    }
    stamp_.assign(sites_.size(), 0);
  }

  [[nodiscard]] const std::vector<NaturalSite>& sites() const { return sites_; }
  void set_chain(int chain) { chain_ = chain; }
  void set_plain(double weight) { plain_weight_ = weight; }

  // The part of the cost that letters at these positions take part in; differences of it are what a step changes.
  double around(const Base* base, int first, int second, double letters_weight) {
    ++turn_;
    double logs = 0;
    double cost = 0;
    if (plain_weight_ > 0)
      cost += plain_weight_ * plain_cost(base, first, second, boosted_[static_cast<std::size_t>(first)] != 0);
    for (const int position : {first, second}) {
      if (position < 0) continue;
      for (const int s : sites_at_[static_cast<std::size_t>(position)]) {
        if (stamp_[static_cast<std::size_t>(s)] == turn_) continue;
        stamp_[static_cast<std::size_t>(s)] = turn_;
        logs += log_of(sites_[static_cast<std::size_t>(s)], base);
      }
      if (start_ != nullptr && start_->letters[static_cast<std::size_t>(position)] != kBaseN &&
          start_->letters[static_cast<std::size_t>(position)] != base[position])
        cost += start_->change_cost;
    }
    if (!target_.avoid.empty()) cost += kMotifCost * motifs_around(base, first, second);
    return cost - letters_weight * logs;
  }

  [[nodiscard]] double gc_cost(int gc) const {
    if (target_.gc_low <= 0 && target_.gc_high >= 1) return 0;
    const double n = target_.length();
    const double beyond = std::max({0.0, target_.gc_low * n - gc, gc - target_.gc_high * n});
    return kGcCost * std::ceil(beyond - 1e-9);
  }

  [[nodiscard]] bool as_asked(const Base* base, int gc) const {
    if (gc_cost(gc) > 0) return false;
    for (const auto& motif : target_.avoid) {
      for (int at = 0; at + static_cast<int>(motif.size()) <= target_.length(); ++at) {
        if (stands_at(motif, base, at)) return false;
      }
    }
    return true;
  }

 private:
  [[nodiscard]] double log_of(const NaturalSite& site, const Base* base) const {
    std::size_t entry = 0;
    for (int k = 0; k < site.count; ++k) entry = entry << 2U | (base[site.position[static_cast<std::size_t>(k)]] - 1U);
    return natural_.table(chain_, site)[entry];
  }
  static bool stands_at(const std::vector<LetterMask>& motif, const Base* base, int at) {
    for (std::size_t k = 0; k < motif.size(); ++k) {
      if (!allows(motif[k], base[at + static_cast<int>(k)])) return false;
    }
    return true;
  }
  [[nodiscard]] int motifs_around(const Base* base, int first, int second) const {
    int count = 0;
    for (const auto& motif : target_.avoid) {
      const int size = static_cast<int>(motif.size());
      for (int at = 0; at + size <= target_.length(); ++at) {
        const auto covers = [&](int position) { return position >= at && position < at + size; };
        if ((covers(first) || covers(second)) && stands_at(motif, base, at)) ++count;
      }
    }
    return count;
  }

  const DesignTarget& target_;
  const NaturalModel& natural_;
  const StartLetters* start_;
  int chain_ = 0;
  double plain_weight_ = 0;
  std::vector<std::uint8_t> boosted_;
  std::vector<NaturalSite> sites_;
  std::vector<std::vector<int>> sites_at_;
  std::vector<unsigned> stamp_;
  unsigned turn_ = 0;
};

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
        letters_(target, natural, start),
        rivals_(folder.model().energy, target, kt(), kMostRivals) {}

  Design run() {
    for (int attempt = 0; attempt < options_.attempts && !finished(); ++attempt) {
      best_.attempts = attempt + 1;
      begin(attempt);
      rounds();
      if (best_.solved) break;
    }
    best_.seconds = elapsed();
    if (!best_.solved) best_.rivals = rivals_.structures();
    return best_;
  }

 private:
  [[nodiscard]] double kt() const { return folder_.model().boltzmann.kt / 10.0; }  // cal/mol to 0.01 kcal/mol
  [[nodiscard]] double elapsed() const {
    return processor_seconds() - began_;
  }
  bool finished() {
    if (options_.seconds > 0 && elapsed() > options_.seconds) best_.out_of_time = true;
    return best_.out_of_time;
  }

  int draw_chain() {
    double rest = random_.uniform();
    double sum = 0;
    std::vector<double> share;
    for (std::size_t c = 0; c < natural_.chains.size(); ++c) {
      // A chain far from the range of GC would be dragged there letter by letter.
      const double beyond = std::max({0.0, target_.gc_low - natural_.chains[c].gc, natural_.chains[c].gc - target_.gc_high});
      constexpr double kSpread = 0.05;
      share.push_back((chains_.empty() ? natural_.chains[c].weight : chains_[c]) *
                      std::exp(-0.5 * beyond * beyond / (kSpread * kSpread)));
      sum += share.back();
    }
    rest *= sum;
    for (std::size_t c = 0; c < share.size(); ++c) {
      rest -= share[c];
      if (rest < 0) return static_cast<int>(c);
    }
    return static_cast<int>(share.size()) - 1;
  }

  void begin(int attempt) {
    chain_ = draw_chain();
    letters_.set_chain(chain_);
    hard_ = attempt >= options_.gentle_attempts;
    const AttemptOptions* hard[] = {&options_.harder, &options_.boosted, &options_.hard, &options_.boosted};
    how_ = hard_ ? *hard[static_cast<std::size_t>(attempt - options_.gentle_attempts) % std::size(hard)] : options_.gentle;
    rivals_.set_broken(how_.broken);
    how_.plain_weight *= 0.3 + 0.7 * random_.uniform();  // some structures need more freedom than others
    letters_.set_plain(how_.plain_weight);
    std::vector<Base> letters;
    if (how_.plain_weight > 0)
      letters = boosted_letters(target_, random_);
    else if (proposer_)
      letters = proposer_(random_);
    if (letters.empty()) {
      letters.assign(static_cast<std::size_t>(target_.length()), kBaseA);
      natural_.draw(chain_, target_, letters_.sites(), random_, letters.data());
    }
    if (start_ != nullptr) {
      for (std::size_t k = 0; k < letters.size(); ++k) {
        if (start_->letters[k] != kBaseN && allows(target_.allowed[k], start_->letters[k])) letters[k] = start_->letters[k];
      }
    }
    mend_pairs(letters);
    rivals_.set_letters(letters);
    gc_ = 0;
    for (const Base base : letters) gc_ += base == kBaseC || base == kBaseG ? 1 : 0;
    if (hard_) steps(10 * target_.length());
  }

  // Pairs that cannot be take a partner that can, on the 3' side if possible.
  void mend_pairs(std::vector<Base>& letters) {
    for (std::size_t k = 0; k < letters.size(); ++k) {
      if (allows(target_.allowed[k], letters[k])) continue;
      for (Base base = kBaseA; base <= kBaseU; ++base) {
        if (allows(target_.allowed[k], base)) letters[k] = base;
      }
    }
    for (const auto& [i, j] : target_.chain) {
      if (kPairTypes[letters[i]][letters[j]] != kNoPair) continue;
      bool mended = false;
      for (const BasePair& pair : kBasePairs) {
        if (pair.five != letters[i] || !allows(target_.allowed[j], pair.three)) continue;
        letters[j] = pair.three;
        mended = true;
        break;
      }
      for (const BasePair& pair : kBasePairs) {
        if (mended || !allows(target_.allowed[i], pair.five) || !allows(target_.allowed[j], pair.three)) continue;
        letters[i] = pair.five;
        letters[j] = pair.three;
        mended = true;
      }
    }
  }

  void rounds() {
    int improving = 0;
    attempt_best_ = -1e300;
    std::vector<Base> attempt_letters;
    for (int round = 0; round < how_.rounds && !finished(); ++round) {
      const bool was_solved = best_.solved;
      const double value = look();
      if (best_.solved && best_.probability >= options_.wanted_probability) return;
      if (best_.solved && improving++ >= options_.improving_rounds) return;
      if (best_.solved && !was_solved) round = std::min(round, how_.rounds - options_.improving_rounds - 1);
      // Letters that turned out worse are given up by Metropolis' rule, but not the rivals they showed.
      if (value >= attempt_best_ || random_.uniform() < std::exp((value - attempt_best_) / how_.temperature)) {
        attempt_best_ = value;
        attempt_letters.assign(rivals_.letters(), rivals_.letters() + target_.length());
      } else {
        rivals_.set_letters(attempt_letters);
        gc_ = 0;
        for (const Base base : attempt_letters) gc_ += base == kBaseC || base == kBaseG ? 1 : 0;
      }
      steps(how_.steps + static_cast<int>(how_.steps_per_letter * target_.length()));
    }
  }

  // Folds the letters; what wins or comes near becomes a rival. The logarithm of the target's probability, or what the
  // MFE says of it.
  double look() {
    const std::string sequence = as_text(rivals_.letters(), target_.length());
    ++best_.folds;
    Fold mfe;
    double probability = 0;
    double value = 0;
    const Energy energy = rivals_.target_energy();
    const bool with_ensemble = target_.length() <= kLongestEnsemble && (!hard_ || how_.ensemble);
    if (with_ensemble) {
      const double ensemble = folder_.ensemble_energy(sequence, mfe);
      probability = std::exp((ensemble * 100 - energy) / kt());
      value = (ensemble * 100 - energy) / kt();
      for (const std::string& structure : folder_.sample(kSampled, random_.next())) rivals_.add(structure);
    } else {
      mfe = folder_.fold(sequence);
      value = (mfe.energy - energy) / kt();
    }
    rivals_.add(mfe.structure);
    const bool solved = mfe.structure == target_.structure && letters_.as_asked(rivals_.letters(), gc_);
    if (solved && !with_ensemble) {
      probability = std::exp((folder_.ensemble_energy(sequence, mfe) * 100 - energy) / kt());
      for (const std::string& structure : folder_.sample(kSampled, random_.next())) rivals_.add(structure);
    }
    if (solved && hard_) {  // what is left is to make it likely
      hard_ = false;
      how_.ensemble = true;
      value = std::log(probability);
      attempt_best_ = -1e300;
      how_.letters_weight = options_.gentle.letters_weight / 2;
      how_.structure_weight = options_.gentle.structure_weight;
      rivals_.set_broken(options_.gentle.broken);
      letters_.set_plain(0);
    }
    const bool better = solved != best_.solved ? solved
                        : solved               ? probability > best_.probability
                                               : best_.sequence.empty() || mfe.energy - energy > best_.mfe - best_.target_energy;
    if (better) {
      best_.sequence = sequence;
      best_.solved = solved;
      best_.mfe_structure = mfe.structure;
      best_.mfe = mfe.energy;
      best_.target_energy = energy;
      best_.probability = probability;
      best_.chain = chain_;
      best_.log_likelihood = natural_.log_likelihood_per_letter(letters_.sites(), rivals_.letters(), target_.length());
    }
    return value;
  }

  void steps(int count) {
    anchor_.assign(rivals_.letters(), rivals_.letters() + target_.length());
    for (int k = 0; k < count; ++k) step();
    best_.steps += count;
  }

  void step() {
    int position = random_.uniform() < kDefectsFirst ? rivals_.defect(random_) : -1;
    if (position < 0) position = static_cast<int>(random_.below(static_cast<std::uint64_t>(target_.length())));
    const int partner = target_.pairs[static_cast<std::size_t>(position)];
    const int first = partner < 0 ? position : std::min(position, partner);
    const int second = partner < 0 ? -1 : std::max(position, partner);
    const Base old_first = rivals_.letter(first);
    const Base old_second = second < 0 ? kBaseN : rivals_.letter(second);
    BasePair choice[6];
    std::uint64_t choices = 0;
    if (second < 0) {
      for (Base base = kBaseA; base <= kBaseU; ++base) {
        if (base != old_first && allows(target_.allowed[static_cast<std::size_t>(first)], base))
          choice[choices++] = {base, kBaseN};
      }
    } else {
      for (const BasePair& pair : kBasePairs) {
        if ((pair.five != old_first || pair.three != old_second) &&
            allows(target_.allowed[static_cast<std::size_t>(first)], pair.five) &&
            allows(target_.allowed[static_cast<std::size_t>(second)], pair.three))
          choice[choices++] = pair;
      }
    }
    if (choices == 0) return;
    const BasePair pick = choice[random_.below(choices)];
    const auto is_gc = [](Base base) { return base == kBaseC || base == kBaseG ? 1 : 0; };
    const int gc = gc_ + is_gc(pick.five) + is_gc(pick.three) - is_gc(old_first) - is_gc(old_second);
    const auto moved = [&](int at, Base base) {
      return at >= 0 && anchor_[static_cast<std::size_t>(at)] != base ? how_.stay : 0.0;
    };
    const double leaving = moved(first, pick.five) + moved(second, pick.three) - moved(first, old_first) - moved(second, old_second);
    const double before = letters_.around(rivals_.letters(), first, second, how_.letters_weight) + letters_.gc_cost(gc_) +
                          structure_cost(rivals_.weight(), rivals_.target_energy());
    const double weight = rivals_.change(first, pick.five, second, pick.three);
    const double after = letters_.around(rivals_.letters(), first, second, how_.letters_weight) + letters_.gc_cost(gc) +
                         structure_cost(weight, rivals_.trial_energy()) + leaving;
    if (after <= before || random_.uniform() < std::exp(before - after)) {
      rivals_.keep();
      gc_ = gc;
    } else {
      rivals_.undo();
    }
  }
  [[nodiscard]] double structure_cost(double weight, Energy energy) const {
    return how_.structure_weight * std::log1p(weight) + how_.energy_weight * energy / kt();
  }

  const DesignTarget& target_;
  const NaturalModel& natural_;
  Folder& folder_;
  const SearchOptions& options_;
  Random random_;
  const std::vector<double>& chains_;
  const StartLetters* start_;
  const Proposer& proposer_;
  Letters letters_;
  Rivals rivals_;
  double began_ = processor_seconds();
  int chain_ = 0;
  AttemptOptions how_;
  bool hard_ = false;
  double attempt_best_ = 0;  // how near the attempt's best letters came: ln p, or the gap of the MFE in RT
  std::vector<Base> anchor_;
  int gc_ = 0;
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
