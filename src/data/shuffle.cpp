#include "data/shuffle.h"

#include <algorithm>
#include <array>

namespace stemloop {

namespace {

template <class Range>
void shuffle_range(Range&& range, Random& random) {
  for (std::size_t left = range.size(); left > 1; --left) std::swap(range[left - 1], range[random.below(left)]);
}

}  // namespace

std::string shuffle_letters(std::string_view sequence, Random& random) {
  std::string letters(sequence);
  shuffle_range(letters, random);
  return letters;
}

std::string shuffle_dinucleotides(std::string_view sequence, Random& random) {
  constexpr std::size_t kLetters = 256;
  if (sequence.size() < 3) return std::string(sequence);
  const auto code = [](char letter) { return static_cast<std::size_t>(static_cast<unsigned char>(letter)); };

  // 1. What follows each letter, as often as it does.
  std::array<std::string, kLetters> next;
  for (std::size_t i = 0; i + 1 < sequence.size(); ++i) next[code(sequence[i])] += sequence[i + 1];

  // 2. The edge by which each letter is left last: from every letter walk at random until the tree is reached; the
  //    newest exit of each letter passed is its edge of the tree.
  std::array<bool, kLetters> in_tree{};
  std::array<std::size_t, kLetters> last_edge{};
  in_tree[code(sequence.back())] = true;
  for (std::size_t from = 0; from < kLetters; ++from) {
    if (next[from].empty()) continue;
    for (std::size_t at = from; !in_tree[at]; at = code(next[at][last_edge[at]]))
      last_edge[at] = random.below(next[at].size());
    for (std::size_t at = from; !in_tree[at]; at = code(next[at][last_edge[at]])) in_tree[at] = true;
  }

  // 3. All other edges in any order, the last ones behind them.
  for (std::size_t letter = 0; letter < kLetters; ++letter) {
    std::string& edges = next[letter];
    if (edges.empty()) continue;
    const bool root = letter == code(sequence.back());
    if (!root) std::swap(edges[last_edge[letter]], edges.back());
    shuffle_range(std::span(edges).first(edges.size() - (root ? 0 : 1)), random);
  }

  // 4. The walk.
  std::array<std::size_t, kLetters> used{};
  std::string walk(1, sequence.front());
  while (walk.size() < sequence.size()) {
    const std::size_t at = code(walk.back());
    walk += next[at][used[at]++];
  }
  return walk;
}

MarkovChain::MarkovChain(std::span<const std::string> sequences, int order) : order_(static_cast<std::size_t>(order)) {
  for (const std::string& sequence : sequences) {
    if (sequence.empty()) continue;
    starts_.push_back(sequence.substr(0, order_));
    for (std::size_t i = 0; i < sequence.size(); ++i) {
      for (std::size_t length = 0; length <= std::min(order_, i); ++length) {
        Followers& followers = followers_[sequence.substr(i - length, length)];
        const auto place =
            std::lower_bound(followers.counts.begin(), followers.counts.end(), std::pair(sequence[i], std::size_t{0}));
        if (place != followers.counts.end() && place->first == sequence[i]) {
          ++place->second;
        } else {
          followers.counts.insert(place, {sequence[i], 1});
        }
        ++followers.total;
      }
    }
  }
  require(!starts_.empty(), "a Markov chain needs at least one sequence with a letter");
}

char MarkovChain::next_letter(std::string_view before, Random& random) const {
  before = before.substr(before.size() - std::min(before.size(), order_));
  auto found = followers_.find(before);
  while (found == followers_.end()) {
    before.remove_prefix(1);
    found = followers_.find(before);
  }
  std::uint64_t left = random.below(found->second.total);
  for (const auto& [letter, count] : found->second.counts) {
    if (left < count) return letter;
    left -= count;
  }
  return found->second.counts.back().first;  // not reached: the counts add up to the total
}

std::string MarkovChain::draw(std::size_t length, Random& random) const {
  std::string sequence = starts_[random.below(starts_.size())].substr(0, length);
  while (sequence.size() < length) sequence += next_letter(sequence, random);
  return sequence;
}

}  // namespace stemloop
