#include "data/similarity.h"

#include <edlib.h>
#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <cmath>
#include <mutex>
#include <numeric>
#include <unordered_map>

#include "util/util.h"

namespace stemloop {

namespace {

// Distinct words of a sequence, sorted.
std::vector<std::uint64_t> words_of(const std::string& sequence, int k) {
  std::vector<std::uint64_t> words;
  const std::uint64_t mask = k >= 32 ? ~std::uint64_t{0} : (std::uint64_t{1} << (2 * static_cast<unsigned>(k))) - 1;
  constexpr std::string_view kLetters = "ACGU";
  std::uint64_t code = 0;
  int known = 0;
  for (const char c : sequence) {
    const std::size_t letter = kLetters.find(c);
    known = letter == std::string_view::npos ? 0 : known + 1;
    code = (code << 2U | (letter & 3U)) & mask;
    if (known >= k) words.push_back(code);
  }
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

// Identity if it reaches the least, else -1.
double identity_of(const std::string& a, const std::string& b, double least) {
  const auto longer = static_cast<double>(std::max(a.size(), b.size()));
  const int most = static_cast<int>(std::floor((1 - least) * longer + 1e-9));
  if (std::abs(static_cast<double>(a.size()) - static_cast<double>(b.size())) > most) return -1;
  const EdlibAlignResult result = edlibAlign(a.data(), static_cast<int>(a.size()), b.data(), static_cast<int>(b.size()),
                                             edlibNewAlignConfig(most, EDLIB_MODE_NW, EDLIB_TASK_DISTANCE, nullptr, 0));
  const int distance = result.editDistance;
  edlibFreeAlignResult(result);
  return distance < 0 ? -1 : 1 - distance / longer;
}

double containment_of(std::size_t shared, std::size_t a, std::size_t b) {
  const std::size_t shorter = std::min(a, b);
  return shorter == 0 ? 0 : static_cast<double>(shared) / static_cast<double>(shorter);
}

}  // namespace

DistinctSequences distinct_sequences(std::span<const std::string> sequences) {
  DistinctSequences distinct;
  std::unordered_map<std::string_view, std::int64_t> number;
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    const auto [found, fresh] = number.emplace(sequences[i], std::ssize(distinct.records));
    if (fresh) distinct.records.emplace_back();
    distinct.records[static_cast<std::size_t>(found->second)].push_back(static_cast<std::int64_t>(i));
    distinct.of_record.push_back(found->second);
  }
  return distinct;
}

namespace {

// Which sequences hold a word: the words in order, and behind each the numbers of its holders, which rise.
struct WordIndex {
  std::vector<std::uint64_t> words;
  std::vector<std::size_t> starts;  // one more than words
  std::vector<std::uint32_t> holders;

  explicit WordIndex(const std::vector<std::vector<std::uint64_t>>& words_of_each) {
    std::vector<std::pair<std::uint64_t, std::uint32_t>> all;
    std::size_t count = 0;
    for (const auto& its : words_of_each) count += its.size();
    all.reserve(count);
    for (std::size_t i = 0; i < words_of_each.size(); ++i) {
      for (const std::uint64_t word : words_of_each[i]) all.emplace_back(word, static_cast<std::uint32_t>(i));
    }
    std::sort(all.begin(), all.end());
    holders.reserve(count);
    for (const auto& [word, holder] : all) {
      if (words.empty() || words.back() != word) {
        words.push_back(word);
        starts.push_back(holders.size());
      }
      holders.push_back(holder);
    }
    starts.push_back(holders.size());
  }

  [[nodiscard]] std::span<const std::uint32_t> holders_of(std::uint64_t word) const {
    const auto at = static_cast<std::size_t>(std::lower_bound(words.begin(), words.end(), word) - words.begin());
    return std::span(holders).subspan(starts[at], starts[at + 1] - starts[at]);
  }
};

}  // namespace

std::vector<SimilarPair> similar_distinct(std::span<const std::string> sequences, const DistinctSequences& distinct,
                                          const SimilarityOptions& options,
                                          const std::function<void(double)>& progress) {
  const auto n = std::ssize(distinct.records);
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(options.threads));
  const auto sequence_of = [&](std::int64_t i) -> const std::string& {
    return sequences[static_cast<std::size_t>(distinct.records[static_cast<std::size_t>(i)].front())];
  };
  std::vector<std::vector<std::uint64_t>> words(static_cast<std::size_t>(n));
  tbb::parallel_for(std::int64_t{0}, n,
                    [&](std::int64_t i) { words[static_cast<std::size_t>(i)] = words_of(sequence_of(i), options.k); });
  const WordIndex index(words);

  std::vector<std::vector<SimilarPair>> found(static_cast<std::size_t>(n));
  tbb::enumerable_thread_specific<std::vector<std::uint32_t>> counters(
      [&] { return std::vector<std::uint32_t>(static_cast<std::size_t>(n)); });
  std::atomic<std::int64_t> done = 0;
  std::mutex telling;
  tbb::parallel_for(std::int64_t{0}, n, [&](std::int64_t i) {
    const auto at = static_cast<std::size_t>(i);
    std::vector<std::uint32_t>& shared = counters.local();
    std::vector<std::uint32_t> candidates;
    for (const std::uint64_t word : words[at]) {
      const auto holders = index.holders_of(word);
      for (auto j = std::upper_bound(holders.begin(), holders.end(), static_cast<std::uint32_t>(i)); j != holders.end();
           ++j) {
        if (shared[*j]++ == 0) candidates.push_back(*j);
      }
    }
    std::sort(candidates.begin(), candidates.end());
    for (const std::uint32_t j : candidates) {
      const double containment = containment_of(std::exchange(shared[j], 0), words[at].size(), words[j].size());
      if (containment < options.containment) continue;
      const double identity = identity_of(sequence_of(i), sequence_of(j), options.identity);
      if (identity >= 0) found[at].push_back({i, j, containment, identity});
    }
    const std::int64_t now = ++done;
    if (progress && now % 256 == 0) {
      const std::lock_guard lock(telling);
      progress(static_cast<double>(now) / static_cast<double>(n));
    }
  });
  std::vector<SimilarPair> pairs;
  for (auto& of_one : found) {
    pairs.insert(pairs.end(), of_one.begin(), of_one.end());
    std::vector<SimilarPair>().swap(of_one);
  }
  return pairs;
}

std::vector<SimilarPair> similar_links(std::span<const std::string> sequences, const SimilarityOptions& options,
                                       const std::function<void(double)>& progress) {
  const DistinctSequences distinct = distinct_sequences(sequences);
  std::vector<SimilarPair> links = similar_distinct(sequences, distinct, options, progress);
  for (SimilarPair& link : links) {
    link.first = distinct.records[static_cast<std::size_t>(link.first)].front();
    link.second = distinct.records[static_cast<std::size_t>(link.second)].front();
  }
  for (const auto& records : distinct.records) {
    for (std::size_t k = 1; k < records.size(); ++k) links.push_back({records.front(), records[k], 1, 1});
  }
  return links;
}

std::vector<SimilarPair> similar_pairs(std::span<const std::string> sequences, const SimilarityOptions& options,
                                       const std::function<void(double)>& progress) {
  const DistinctSequences distinct = distinct_sequences(sequences);
  std::vector<SimilarPair> pairs;
  for (const auto& records : distinct.records) {
    for (std::size_t a = 0; a < records.size(); ++a) {
      for (std::size_t b = a + 1; b < records.size(); ++b) pairs.push_back({records[a], records[b], 1, 1});
    }
  }
  for (const SimilarPair& pair : similar_distinct(sequences, distinct, options, progress)) {
    for (const std::int64_t a : distinct.records[static_cast<std::size_t>(pair.first)]) {
      for (const std::int64_t b : distinct.records[static_cast<std::size_t>(pair.second)])
        pairs.push_back({std::min(a, b), std::max(a, b), pair.containment, pair.identity});
    }
  }
  std::sort(pairs.begin(), pairs.end(), [](const SimilarPair& a, const SimilarPair& b) {
    return std::pair(a.first, a.second) < std::pair(b.first, b.second);
  });
  return pairs;
}

std::vector<SimilarPair> similar_pairs_plain(std::span<const std::string> sequences, const SimilarityOptions& options) {
  std::vector<SimilarPair> pairs;
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    for (std::size_t j = i + 1; j < sequences.size(); ++j) {
      const auto a = words_of(sequences[i], options.k), b = words_of(sequences[j], options.k);
      std::vector<std::uint64_t> both;
      std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
      const bool same = sequences[i] == sequences[j];
      const double containment = same ? 1 : containment_of(both.size(), a.size(), b.size());
      if (containment < options.containment) continue;
      const double identity = identity_of(sequences[i], sequences[j], options.identity);
      if (identity >= 0)
        pairs.push_back({static_cast<std::int64_t>(i), static_cast<std::int64_t>(j), containment, identity});
    }
  }
  return pairs;
}

std::vector<std::int64_t> linked_groups(std::int64_t records, std::span<const SimilarPair> pairs) {
  std::vector<std::int64_t> root(static_cast<std::size_t>(records));
  std::iota(root.begin(), root.end(), std::int64_t{0});
  const auto find = [&](std::int64_t i) {
    while (root[static_cast<std::size_t>(i)] != i) {
      auto& up = root[static_cast<std::size_t>(i)];
      up = root[static_cast<std::size_t>(up)];
      i = up;
    }
    return i;
  };
  for (const SimilarPair& pair : pairs) {
    const std::int64_t a = find(pair.first), b = find(pair.second);
    root[static_cast<std::size_t>(std::max(a, b))] = std::min(a, b);
  }
  std::vector<std::int64_t> number(root.size(), -1), groups;
  std::int64_t next = 0;
  for (std::int64_t i = 0; i < records; ++i) {
    auto& its = number[static_cast<std::size_t>(find(i))];
    if (its < 0) its = next++;
    groups.push_back(its);
  }
  return groups;
}

std::vector<int> split_groups(std::span<const std::int64_t> groups, std::span<const std::uint8_t> labels,
                              std::span<const double> shares, std::uint64_t seed) {
  struct Group {
    double count[2] = {};
    std::uint64_t order = 0;
  };
  std::vector<Group> all;
  double total[2] = {};
  for (std::size_t i = 0; i < groups.size(); ++i) {
    all.resize(std::max(all.size(), static_cast<std::size_t>(groups[i]) + 1));
    const int label = labels.empty() ? 0 : labels[i];
    ++all[static_cast<std::size_t>(groups[i])].count[label];
    ++total[label];
  }
  std::vector<std::size_t> order(all.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t g = 0; g < all.size(); ++g) all[g].order = Random(seed, g).next();
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const double x = all[a].count[0] + all[a].count[1], y = all[b].count[0] + all[b].count[1];
    return x != y ? x > y : all[a].order < all[b].order;
  });
  std::vector<std::array<double, 2>> held(shares.size(), {0, 0});
  std::vector<int> part_of_group(all.size());
  for (const std::size_t g : order) {
    int best = 0;
    double most = -1e300;
    for (std::size_t p = 0; p < shares.size(); ++p) {
      if (shares[p] <= 0) continue;
      double missing = 0;  // of what this group brings, as a share of what the part is to have
      for (int label = 0; label < 2; ++label) {
        const double goal = shares[p] * total[label];
        if (goal > 0) missing += all[g].count[label] * (goal - held[p][static_cast<std::size_t>(label)]) / goal;
      }
      if (missing <= most) continue;
      most = missing;
      best = static_cast<int>(p);
    }
    part_of_group[g] = best;
    for (std::size_t label = 0; label < 2; ++label) held[static_cast<std::size_t>(best)][label] += all[g].count[label];
  }
  std::vector<int> parts;
  for (const std::int64_t group : groups) parts.push_back(part_of_group[static_cast<std::size_t>(group)]);
  return parts;
}

std::string family_of_name(const std::string& name) {
  const std::size_t dash = name.find('-');
  if (dash == std::string::npos) return "";
  std::string rest;
  for (const char c : name.substr(dash + 1)) rest += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  std::size_t at = 0;
  std::string letters, digits;
  while (at < rest.size() && std::isalpha(static_cast<unsigned char>(rest[at])) != 0) letters += rest[at++];
  if (at < rest.size() && rest[at] == '-') ++at;
  while (at < rest.size() && std::isdigit(static_cast<unsigned char>(rest[at])) != 0) digits += rest[at++];
  const bool known = letters == "mir" || letters == "let" || letters == "lin" || letters == "lsy" ||
                     letters == "bantam" || letters == "iab" || letters == "lqy";
  if (!known) return "";
  return digits.empty() ? letters : letters + "-" + digits;
}

}  // namespace stemloop
