#include "scan/loci.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "util/util.h"

namespace stemloop {

namespace {

auto place_of(const ScanCall& c) { return std::tie(c.begin, c.end, c.reverse); }

bool better(const ScanCall& a, const ScanCall& b) {
  if (a.probability != b.probability) return a.probability > b.probability;
  if (a.energy != b.energy) return a.energy < b.energy;
  return place_of(a) < place_of(b);
}

bool cover(const ScanCall& a, const ScanCall& b) {
  const std::int64_t overlap = std::min(a.end, b.end) - std::max(a.begin, b.begin);
  return 2 * overlap > std::min(a.end - a.begin, b.end - b.begin);
}

}  // namespace

std::string locus_id(const ScanCall& call, const std::string& contig) {
  return fmt::format("{}:{}-{}:{}", contig, call.begin + 1, call.end, call.reverse ? '-' : '+');
}

void LociBuilder::add(std::vector<ScanCall> calls, int contig, std::int64_t final_before) {
  if (contig != contig_) flush(INT64_MAX);
  contig_ = contig;
  waiting_.insert(waiting_.end(), std::make_move_iterator(calls.begin()), std::make_move_iterator(calls.end()));
  flush(final_before);
}

// Resolves the chains of overlapping calls that no later call can join.
void LociBuilder::flush(std::int64_t final_before) {
  std::stable_sort(waiting_.begin(), waiting_.end(),
                   [](const ScanCall& a, const ScanCall& b) { return place_of(a) < place_of(b); });
  std::size_t done = 0;
  for (std::size_t from = 0; from < waiting_.size();) {
    std::size_t to = from;
    std::int64_t end = waiting_[from].end;
    while (to < waiting_.size() && waiting_[to].begin < end) end = std::max(end, waiting_[to++].end);
    if (end > final_before) break;
    resolve(std::span(waiting_).subspan(from, to - from));
    done = from = to;
  }
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(done));
}

void LociBuilder::resolve(std::span<ScanCall> chain) {
  std::vector<std::size_t> order(chain.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return better(chain[a], chain[b]); });
  std::vector<std::size_t> kept;  // best first
  for (const std::size_t k : order) {
    const bool dropped = std::any_of(kept.begin(), kept.end(), [&](std::size_t other) {
      return chain[other].reverse == chain[k].reverse && cover(chain[other], chain[k]);
    });
    if (!dropped) kept.push_back(k);
  }
  const std::string& name = (*contigs_)[static_cast<std::size_t>(contig_)].name;
  std::vector<Locus> loci;
  for (auto k = kept.begin(); k != kept.end(); ++k) {
    const auto on_other = std::find_if(kept.begin(), k, [&](std::size_t other) {
      return chain[other].reverse != chain[*k].reverse && cover(chain[other], chain[*k]);
    });
    loci.push_back({chain[*k], on_other == k ? "" : locus_id(chain[*on_other], name)});
  }
  std::sort(loci.begin(), loci.end(),
            [](const Locus& a, const Locus& b) { return place_of(a.call) < place_of(b.call); });
  for (const Locus& locus : loci) sink_(locus);
}

FalseCalls::FalseCalls(std::vector<double> real, std::vector<double> decoys, std::int64_t letters,
                       std::int64_t decoy_letters)
    : real_(std::move(real)), decoys_(std::move(decoys)), decoy_mb_(static_cast<double>(decoy_letters) / 1e6) {
  std::sort(real_.begin(), real_.end());
  std::sort(decoys_.begin(), decoys_.end());
  q_.assign(real_.size(), 1.0);
  if (decoy_letters <= 0 || letters <= 0) return;
  const double share = static_cast<double>(decoy_letters) / static_cast<double>(letters);
  double least = 1;
  for (std::size_t k = 0; k < real_.size();) {
    // All calls of one probability are kept or cut together.
    const double fdr = (at_least(decoys_, real_[k]) + 1) / share / static_cast<double>(real_.size() - k);
    least = std::min(least, fdr);
    for (const double p = real_[k]; k < real_.size() && real_[k] == p; ++k) q_[k] = least;
  }
}

double FalseCalls::at_least(const std::vector<double>& sorted, double probability) const {
  return static_cast<double>(sorted.end() - std::lower_bound(sorted.begin(), sorted.end(), probability));
}

double FalseCalls::q_value(double probability) const {
  const auto found = std::lower_bound(real_.begin(), real_.end(), probability);
  return found == real_.end() ? 1 : q_[static_cast<std::size_t>(found - real_.begin())];
}

double FalseCalls::per_mb(double probability) const {
  return decoy_mb_ > 0 ? at_least(decoys_, probability) / decoy_mb_ : 0;
}

std::pair<double, std::int64_t> FalseCalls::cut(double fdr) const {
  for (std::size_t k = 0; k < real_.size(); ++k) {
    if (q_[k] <= fdr) return {real_[k], static_cast<std::int64_t>(real_.size() - k)};
  }
  return {2, 0};
}

}  // namespace stemloop
