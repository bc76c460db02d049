#include "design/natural_fit.h"

#include <algorithm>
#include <cmath>

#include "design/natural_tables.h"

namespace stemloop {

namespace {

using Kind = NaturalSite::Kind;

constexpr double kPrior = 8;  // examples' worth of what the shorter context says
constexpr double kLeastShare = 1e-6;

using Counts = std::array<std::vector<double>, 33>;

Counts no_counts() {
  Counts counts;
  for (std::size_t t = 0; t < counts.size(); ++t) counts[t].assign(table_size(t), 0);
  return counts;
}

// Shares of the outcomes in each context: counts and `kPrior` times the shares `fallback(context, outcome)`.
template <class Fallback>
std::vector<double> shares_of(const std::vector<double>& counts, std::size_t outcomes, Fallback fallback) {
  std::vector<double> shares(counts.size());
  for (std::size_t context = 0; context < counts.size() / outcomes; ++context) {
    double sum = 0;
    for (std::size_t k = 0; k < outcomes; ++k)
      sum += shares[context * outcomes + k] = counts[context * outcomes + k] + kPrior * fallback(context, k);
    for (std::size_t k = 0; k < outcomes && sum > 0; ++k) shares[context * outcomes + k] /= sum;
  }
  return shares;
}

double even_pair(std::size_t outcome) { return kPairTypes[outcome / 4 + 1][outcome % 4 + 1] != kNoPair ? 1.0 / 6 : 0; }

void put_logs(std::vector<float>& to, const std::vector<double>& shares, std::size_t table) {
  to.assign(shares.size(), NaturalModel::kNever);
  for (std::size_t k = 0; k < shares.size(); ++k) {
    if (is_written(table, k)) to[k] = static_cast<float>(std::log(std::max(shares[k], kLeastShare)));
  }
}

std::size_t at(Kind kind, int zone, int count) {
  return static_cast<std::size_t>(NaturalModel::table_index(kind, zone, count));
}

void set_letter_tables(NaturalModel::Chain& chain, const Counts& counts) {
  for (int zone = 0; zone < 3; ++zone) {
    for (const Kind kind : {Kind::kTop, Kind::kBottom}) {
      // The longest context has nearly all counts; the shorter ones are its sums and those at the sequence's ends.
      std::vector<double> one = counts[at(kind, zone, 1)], two = counts[at(kind, zone, 2)];
      const std::vector<double>& three = counts[at(kind, zone, 3)];
      for (std::size_t k = 0; k < three.size(); ++k) two[k % 16] += three[k];
      for (std::size_t k = 0; k < two.size(); ++k) one[k % 4] += two[k];
      const auto p1 = shares_of(one, 4, [](std::size_t, std::size_t) { return 0.25; });
      const auto p2 = shares_of(two, 4, [&](std::size_t, std::size_t k) { return p1[k]; });
      const auto p3 = shares_of(three, 4, [&](std::size_t c, std::size_t k) { return p2[c % 4 * 4 + k]; });
      put_logs(chain.table[at(kind, zone, 1)], p1, at(kind, zone, 1));
      put_logs(chain.table[at(kind, zone, 2)], p2, at(kind, zone, 2));
      put_logs(chain.table[at(kind, zone, 3)], p3, at(kind, zone, 3));
    }
    std::vector<double> faced(16, 0);  // by the facing letter alone
    const auto& facing = counts[at(Kind::kFacing, zone, 3)];
    for (std::size_t k = 0; k < facing.size(); ++k) faced[k % 16] += facing[k];
    const auto lower = shares_of(faced, 4, [](std::size_t, std::size_t) { return 0.25; });
    put_logs(chain.table[at(Kind::kFacing, zone, 3)],
             shares_of(facing, 4, [&](std::size_t c, std::size_t k) { return lower[c % 4 * 4 + k]; }),
             at(Kind::kFacing, zone, 3));
  }
}

// The zone counts most for what stands alone; two pairs back, all zones are taken together and tilted.
void set_pair_tables(NaturalModel::Chain& chain, const Counts& counts) {
  std::vector<double> on_all(256, 0), deep_all(4096, 0);
  for (int zone = 0; zone < 3; ++zone) {
    for (std::size_t k = 0; k < 256; ++k) on_all[k] += counts[at(Kind::kPairOn, zone, 4)][k];
    for (std::size_t k = 0; k < 4096; ++k) {
      deep_all[k] += counts[at(Kind::kPairDeep, zone, 6)][k];
      on_all[k % 256] += counts[at(Kind::kPairDeep, zone, 6)][k];
    }
  }
  const auto on_any = shares_of(on_all, 16, [](std::size_t, std::size_t k) { return even_pair(k); });
  const auto deep_any = shares_of(deep_all, 16, [&](std::size_t c, std::size_t k) { return on_any[c % 16 * 16 + k]; });
  for (int zone = 0; zone < 3; ++zone) {
    std::vector<double> free = counts[at(Kind::kPairFree, zone, 2)], on = counts[at(Kind::kPairOn, zone, 4)];
    const auto& open = counts[at(Kind::kPairOpen, zone, 4)];
    for (std::size_t k = 0; k < 256; ++k) free[k % 16] += open[k];
    for (std::size_t k = 0; k < 4096; ++k) on[k % 256] += counts[at(Kind::kPairDeep, zone, 6)][k];
    const auto p_free = shares_of(free, 16, [](std::size_t, std::size_t k) { return even_pair(k); });
    const auto p_open = shares_of(open, 16, [&](std::size_t, std::size_t k) { return p_free[k]; });
    const auto p_on = shares_of(on, 16, [&](std::size_t c, std::size_t k) { return on_any[c * 16 + k]; });
    std::vector<double> deep(4096, 0);
    for (std::size_t context = 0; context < 256; ++context) {
      double sum = 0;
      for (std::size_t k = 0; k < 16; ++k) {
        const std::size_t lower = context % 16 * 16 + k;
        if (on_any[lower] <= 0) continue;
        sum += deep[context * 16 + k] = deep_any[context * 16 + k] * p_on[lower] / on_any[lower];
      }
      for (std::size_t k = 0; k < 16 && sum > 0; ++k) deep[context * 16 + k] /= sum;
    }
    put_logs(chain.table[at(Kind::kPairFree, zone, 2)], p_free, at(Kind::kPairFree, zone, 2));
    put_logs(chain.table[at(Kind::kPairOpen, zone, 4)], p_open, at(Kind::kPairOpen, zone, 4));
    put_logs(chain.table[at(Kind::kPairOn, zone, 4)], p_on, at(Kind::kPairOn, zone, 4));
    put_logs(chain.table[at(Kind::kPairDeep, zone, 6)], deep, at(Kind::kPairDeep, zone, 6));
  }
}

struct Seen {
  std::vector<NaturalSite> sites;
  std::vector<Base> base;
  double gc = 0;
};

}  // namespace

NaturalModel fit_natural_model(const std::vector<NaturalExample>& examples, int chains, int rounds) {
  require(chains >= 1 && examples.size() >= static_cast<std::size_t>(chains), "{} examples are too few for {} chains",
          examples.size(), chains);
  std::vector<Seen> seen;
  double sum = 0, squares = 0;
  for (const NaturalExample& example : examples) {
    Seen one;
    one.sites = natural_sites(make_target(example.structure));
    for (const char letter : example.sequence) {
      one.base.push_back(base_code(letter));
      require(one.base.back() != kBaseN, "'{}' is no letter to fit on", letter);
      one.gc += one.base.back() == kBaseC || one.base.back() == kBaseG ? 1 : 0;
    }
    const auto n = static_cast<double>(example.sequence.size());
    one.gc /= n;
    sum += example.energy_kcal / n;
    squares += example.energy_kcal / n * (example.energy_kcal / n);
    seen.push_back(std::move(one));
  }
  NaturalModel model;
  const auto count = static_cast<double>(seen.size());
  model.energy_mean = sum / count;
  model.energy_sd = std::sqrt(std::max(0.0, squares / count - model.energy_mean * model.energy_mean));
  model.chains.resize(static_cast<std::size_t>(chains));
  // Where to begin: equal parts by content of G and C.
  std::vector<std::size_t> order(seen.size());
  for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return seen[a].gc < seen[b].gc; });
  std::vector<std::vector<double>> share(seen.size(), std::vector<double>(static_cast<std::size_t>(chains), 0));
  for (std::size_t k = 0; k < order.size(); ++k)
    share[order[k]][k * static_cast<std::size_t>(chains) / order.size()] = 1;
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t c = 0; c < model.chains.size(); ++c) {
      Counts counts = no_counts();
      double weight = 0, gc = 0;
      for (std::size_t k = 0; k < seen.size(); ++k) {
        const double part = share[k][c];
        if (part <= 0) continue;
        weight += part;
        gc += part * seen[k].gc;
        for (const NaturalSite& site : seen[k].sites)
          counts[static_cast<std::size_t>(NaturalModel::table_index(site.kind, site.zone, site.count))]
                [entry_of(site, seen[k].base.data())] += part;
      }
      model.chains[c].weight = std::max(weight / count, 1e-9);
      model.chains[c].gc = weight > 0 ? gc / weight : 0.5;
      set_letter_tables(model.chains[c], counts);
      set_pair_tables(model.chains[c], counts);
    }
    for (std::size_t k = 0; k < seen.size(); ++k) share[k] = model.responsibilities(seen[k].sites, seen[k].base.data());
  }
  return model;
}

}  // namespace stemloop
