#include "design/natural_model.h"
#include "util/regular_file.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace stemloop {

namespace {

using Kind = NaturalSite::Kind;

constexpr int kNearEnd = 4;  // pairs of the outer and of the inner zone

std::size_t entry_of(const NaturalSite& site, const Base* base) {
  std::size_t entry = 0;
  for (int k = 0; k < site.count; ++k) entry = entry << 2U | (base[site.position[k]] - 1U);
  return entry;
}

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

// --- files -----------------------------------------------------------------------------------------------------------

namespace {
constexpr const char* kFormat = "stemloop-natural-1";
constexpr double kThousand = 1000;

// Letters that each table's entries are told by.
std::size_t table_size(std::size_t index) {
  if (index < 18) return std::size_t{1} << (2 * (index % 3 + 1));
  if (index < 21) return 64;
  constexpr std::size_t kPairSizes[] = {16, 256, 256, 4096};
  return kPairSizes[(index - 21) / 3];
}
}  // namespace

std::string natural_model_text(const NaturalModel& model) {
  nlohmann::ordered_json json = {
      {"format", kFormat}, {"energy_mean", model.energy_mean}, {"energy_sd", model.energy_sd}};
  for (const auto& chain : model.chains) {
    nlohmann::ordered_json tables = nlohmann::ordered_json::array();
    for (std::size_t t = 0; t < chain.table.size(); ++t) {
      // Of pairs only what can be is written, in the order of its entries.
      nlohmann::ordered_json values = nlohmann::ordered_json::array();
      for (const float value : chain.table[t]) {
        if (value > NaturalModel::kNever) values.push_back(std::lround(value * kThousand));
      }
      tables.push_back(std::move(values));
    }
    json["chains"].push_back({{"weight", chain.weight}, {"gc", chain.gc}, {"tables", std::move(tables)}});
  }
  return json.dump() + "\n";
}

namespace {

// True where an entry of a table is written: letters that stand for pairs do pair.
bool is_written(std::size_t index, std::size_t entry) {
  if (index < 21) return true;
  const auto pairs_at = [entry](unsigned shift) {
    return kPairTypes[(entry >> (shift + 2U) & 3U) + 1][(entry >> shift & 3U) + 1] != kNoPair;
  };
  const std::size_t kind = (index - 21) / 3;  // free, open, on, deep
  return pairs_at(0) && (kind < 2 || pairs_at(4)) && (kind < 3 || pairs_at(8));
}

}  // namespace

namespace {

// Of letters that follow each other, the shares of what may come in each context add up to one.
bool adds_up(const std::vector<float>& logs, std::size_t table) {
  const std::size_t outcomes = table < 21 ? 4 : 16;
  constexpr double kRounding = 0.02;
  for (std::size_t context = 0; context < logs.size() / outcomes; ++context) {
    double sum = 0;
    bool any = false;
    for (std::size_t k = 0; k < outcomes; ++k) {
      const float value = logs[context * outcomes + k];
      any = any || value > NaturalModel::kNever;
      sum += value > NaturalModel::kNever ? std::exp(static_cast<double>(value)) : 0;
    }
    if (any && std::abs(sum - 1) > kRounding) return false;
  }
  return true;
}

NaturalModel::Chain chain_of(const nlohmann::json& from, const std::string& path) {
  NaturalModel::Chain chain;
  chain.weight = from.at("weight").get<double>();
  chain.gc = from.at("gc").get<double>();
  const auto& tables = from.at("tables");
  require(
      chain.weight > 0 && chain.weight <= 1 && chain.gc >= 0 && chain.gc <= 1 && tables.size() == chain.table.size(),
      "{}: a chain is damaged", path);
  for (std::size_t t = 0; t < chain.table.size(); ++t) {
    chain.table[t].assign(table_size(t), NaturalModel::kNever);
    std::size_t at = 0;
    for (std::size_t entry = 0; entry < chain.table[t].size(); ++entry) {
      if (!is_written(t, entry)) continue;
      const auto& item = tables[t].at(at++);
      require(item.is_number_integer() && item <= 0 && item > NaturalModel::kNever * kThousand,
              "{}: {} is no log-probability", path, printable(item.dump()));
      chain.table[t][entry] = static_cast<float>(item.get<double>() / kThousand);
    }
    require(at == tables[t].size(), "{}: table {} has {} entries, not {}", path, t, tables[t].size(), at);
    require(adds_up(chain.table[t], t), "{}: the probabilities of table {} do not add up to one", path, t);
  }
  return chain;
}

}  // namespace

std::shared_ptr<const NaturalModel> read_natural_model(const std::string& path) {
  constexpr std::uint64_t kMostBytes = 4U << 20U;
  return parse_natural_model(read_regular_file(path, kMostBytes), path);
}

std::shared_ptr<const NaturalModel> parse_natural_model(std::span<const std::byte> bytes, const std::string& path) {
  constexpr int kMostDepth = 5;
  constexpr std::size_t kMostChains = 64;
  auto model = std::make_shared<NaturalModel>();
  try {
    bool deep = false;
    const auto json = nlohmann::json::parse(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()),
                                            [&deep](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
                                              deep = deep || depth > kMostDepth;
                                              return !deep;
                                            });
    require(!deep && json.at("format") == kFormat, "{}: not a model of natural precursors", path);
    model->energy_mean = json.at("energy_mean").get<double>();
    model->energy_sd = json.at("energy_sd").get<double>();
    require(std::abs(model->energy_mean) <= 100 && model->energy_sd > 0 && model->energy_sd <= 100,
            "{}: energies {} and {} are out of range", path, model->energy_mean, model->energy_sd);
    const auto& chains = json.at("chains");
    require(chains.is_array() && !chains.empty() && chains.size() <= kMostChains,
            "{}: there are not 1 to {} chains in it", path, kMostChains);
    for (const auto& from : chains) model->chains.push_back(chain_of(from, path));
  } catch (const nlohmann::json::exception& error) {
    fail("{}: not a model of natural precursors: {}", path, printable(error.what()));
  }
  return model;
}

// --- fitting ---------------------------------------------------------------------------------------------------------

namespace {

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
