#include "design/natural_model.h"

#include <algorithm>
#include <cmath>

#include "design/natural_tables.h"

namespace stemloop {

namespace {

using Kind = NaturalSite::Kind;

constexpr int kNearEnd = 4;  // pairs of the outer and of the inner zone

class SiteWalk {
 public:
  explicit SiteWalk(const DesignTarget& target) : chain_(target.chain), n_(target.length()) {}

  std::vector<NaturalSite> run() {
    const auto [first, last] = chain_.front();
    for (int k = 0; k < first; ++k) top(k, 0);
    for (int k = n_ - 1; k > last; --k) bottom(k, 0);
    for (std::size_t k = 0; k < chain_.size(); ++k) {
      pair(k);
      if (k + 1 < chain_.size()) inner_loop(chain_[k], chain_[k + 1]);
    }
    const auto [i, j] = chain_.back();
    for (int k = i + 1; k < j - 1; ++k) top(k, 2);
    add(Kind::kFacing, 2, {j, i + 1, j - 1});
    return std::move(sites_);
  }

 private:
  void add(Kind kind, int zone, std::initializer_list<int> positions) {
    NaturalSite site;
    site.kind = kind;
    site.zone = zone;
    for (const int position : positions) site.position[static_cast<std::size_t>(site.count++)] = position;
    sites_.push_back(site);
  }
  void top(int k, int zone) {
    if (k >= 2) {
      add(Kind::kTop, zone, {k - 2, k - 1, k});
    } else if (k == 1) {
      add(Kind::kTop, zone, {k - 1, k});
    } else {
      add(Kind::kTop, zone, {k});
    }
  }
  void bottom(int k, int zone) {
    if (k + 2 < n_) {
      add(Kind::kBottom, zone, {k + 2, k + 1, k});
    } else if (k + 1 < n_) {
      add(Kind::kBottom, zone, {k + 1, k});
    } else {
      add(Kind::kBottom, zone, {k});
    }
  }
  // Letters that face each other stand at the outer end of the loop.
  void inner_loop(std::pair<int, int> outer, std::pair<int, int> inner) {
    const auto [i, j] = outer;
    const auto [p, q] = inner;
    for (int k = i + 1; k < p; ++k) top(k, 1);
    for (int k = j - 1; k > q; --k) {
      const int facing = i + (j - k);
      if (facing < p) {
        add(Kind::kFacing, 1, {k + 1, facing, k});
      } else {
        bottom(k, 1);
      }
    }
  }
  [[nodiscard]] bool stacked(std::size_t k) const {
    return k > 0 && chain_[k].first == chain_[k - 1].first + 1 && chain_[k].second == chain_[k - 1].second - 1;
  }
  void pair(std::size_t k) {
    const auto [i, j] = chain_[k];
    const int zone = chain_.size() - k <= kNearEnd ? 2 : k < kNearEnd ? 0 : 1;
    if (stacked(k) && stacked(k - 1)) {
      add(Kind::kPairDeep, zone, {i - 2, j + 2, i - 1, j + 1, i, j});
    } else if (stacked(k)) {
      add(Kind::kPairOn, zone, {i - 1, j + 1, i, j});
    } else if (i > 0 && j + 1 < n_) {
      add(Kind::kPairOpen, zone, {i - 1, j + 1, i, j});
    } else {
      add(Kind::kPairFree, zone, {i, j});
    }
  }

  const std::vector<std::pair<int, int>>& chain_;
  int n_;
  std::vector<NaturalSite> sites_;
};

}  // namespace

std::vector<NaturalSite> natural_sites(const DesignTarget& target) { return SiteWalk(target).run(); }

int NaturalModel::table_index(Kind kind, int zone, int count) {
  switch (kind) {
    case Kind::kTop:
      return zone * 3 + count - 1;
    case Kind::kBottom:
      return 9 + zone * 3 + count - 1;
    case Kind::kFacing:
      return 18 + zone;
    default:
      return 21 + (static_cast<int>(kind) - static_cast<int>(Kind::kPairFree)) * 3 + zone;
  }
}

std::size_t entry_of(const NaturalSite& site, const Base* base) {
  std::size_t entry = 0;
  for (int k = 0; k < site.count; ++k) entry = entry << 2U | (base[site.position[k]] - 1U);
  return entry;
}

// Letters that each table's entries are told by.
std::size_t table_size(std::size_t index) {
  if (index < 18) return std::size_t{1} << (2 * (index % 3 + 1));
  if (index < 21) return 64;
  constexpr std::size_t kPairSizes[] = {16, 256, 256, 4096};
  return kPairSizes[(index - 21) / 3];
}

// True where an entry of a table is written: letters that stand for pairs do pair.
bool is_written(std::size_t index, std::size_t entry) {
  if (index < 21) return true;
  const auto pairs_at = [entry](unsigned shift) {
    return kPairTypes[(entry >> (shift + 2U) & 3U) + 1][(entry >> shift & 3U) + 1] != kNoPair;
  };
  const std::size_t kind = (index - 21) / 3;  // free, open, on, deep
  return pairs_at(0) && (kind < 2 || pairs_at(4)) && (kind < 3 || pairs_at(8));
}

double NaturalModel::log_likelihood(int chain, const std::vector<NaturalSite>& sites, const Base* base) const {
  double sum = 0;
  for (const NaturalSite& site : sites) sum += table(chain, site)[entry_of(site, base)];
  return sum;
}

std::vector<double> NaturalModel::responsibilities(const std::vector<NaturalSite>& sites, const Base* base) const {
  std::vector<double> share;
  for (std::size_t c = 0; c < chains.size(); ++c)
    share.push_back(std::log(chains[c].weight) + log_likelihood(static_cast<int>(c), sites, base));
  const double highest = *std::max_element(share.begin(), share.end());
  double sum = 0;
  for (double& value : share) sum += value = std::exp(value - highest);
  for (double& value : share) value /= sum;
  return share;
}

double NaturalModel::log_likelihood_per_letter(const std::vector<NaturalSite>& sites, const Base* base,
                                               int length) const {
  std::vector<double> each;
  for (std::size_t c = 0; c < chains.size(); ++c)
    each.push_back(std::log(chains[c].weight) + log_likelihood(static_cast<int>(c), sites, base));
  const double highest = *std::max_element(each.begin(), each.end());
  double sum = 0;
  for (const double value : each) sum += std::exp(value - highest);
  return (highest + std::log(sum)) / length;
}

void NaturalModel::draw(int chain, const DesignTarget& target, const std::vector<NaturalSite>& sites, Random& random,
                        Base* base) const {
  for (const NaturalSite& site : sites) {
    const int drawn = site.is_pair() ? 2 : 1;
    std::size_t context = 0;
    for (int k = 0; k < site.count - drawn; ++k) context = context << 2U | (base[site.position[k]] - 1U);
    const std::vector<float>& logs = table(chain, site);
    double share[16];
    double sum = 0;
    const std::size_t outcomes = site.is_pair() ? 16 : 4;
    const int last = site.position[static_cast<std::size_t>(site.count) - 1];
    const int before = site.position[static_cast<std::size_t>(std::max(site.count - 2, 0))];
    for (std::size_t k = 0; k < outcomes; ++k) {
      const bool allowed = allows(target.allowed[last], static_cast<Base>(k % 4 + 1)) &&
                           (!site.is_pair() || (allows(target.allowed[before], static_cast<Base>(k / 4 + 1)) &&
                                                kPairTypes[k / 4 + 1][k % 4 + 1] != kNoPair));
      share[k] = allowed ? std::exp(static_cast<double>(logs[context * outcomes + k])) : 0;
      sum += share[k];
    }
    double rest = random.uniform() * sum;
    std::size_t choice = 0;
    for (std::size_t k = 0; k < outcomes; ++k) {
      if (share[k] <= 0) continue;
      choice = k;
      rest -= share[k];
      if (rest < 0) break;
    }
    base[last] = static_cast<Base>(choice % 4 + 1);
    if (site.is_pair()) base[before] = static_cast<Base>(choice / 4 + 1);
  }
}

int draw_chain(const NaturalModel& natural, const std::vector<double>& weights, const DesignTarget& target,
               Random& random) {
  double rest = random.uniform();
  double sum = 0;
  std::vector<double> share;
  for (std::size_t c = 0; c < natural.chains.size(); ++c) {
    // A chain far from the range of GC would be dragged there letter by letter.
    const double beyond = std::max({0.0, target.gc_low - natural.chains[c].gc, natural.chains[c].gc - target.gc_high});
    constexpr double kSpread = 0.05;
    share.push_back((weights.empty() ? natural.chains[c].weight : weights[c]) *
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

}  // namespace stemloop
