// Sequences that keep some statistics of real ones and nothing else: the baselines beside which generated sequences are
// judged. Letters are taken as they are, any alphabet. Everything drawn comes from the Random that is handed in.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "util/util.h"

namespace stemloop {

/// The letters in random order, every order equally likely (Fisher & Yates).
std::string shuffle_letters(std::string_view sequence, Random& random);

/// A sequence with the same number of every pair of neighbouring letters, hence the same first and last letter, every
/// such sequence equally likely: a random Euler walk through the letters, found by drawing for each letter the edge by
/// which it is left last (Altschul & Erickson, Mol Biol Evol 1985). Those last edges are a random tree towards the last
/// letter, drawn as Wilson (STOC 1996) does, without rejection.
std::string shuffle_dinucleotides(std::string_view sequence, Random& random);

/// A Markov chain with the letter and word frequencies of the sequences it was made from.
class MarkovChain {
 public:
  /// REQUIRES: order >= 0. Error if there is no letter in the sequences.
  explicit MarkovChain(std::span<const std::string> sequences, int order = 3);

  /// A sequence of exactly this length: it begins with the first `order` letters of a sequence drawn at random; each
  /// further letter is drawn by what followed its last `order` letters. After a word that nothing followed fewer
  /// letters are looked at, at last none.
  [[nodiscard]] std::string draw(std::size_t length, Random& random) const;

 private:
  struct Followers {
    std::vector<std::pair<char, std::size_t>> counts;  // by letter
    std::size_t total = 0;
  };
  [[nodiscard]] char next_letter(std::string_view before, Random& random) const;

  std::size_t order_;
  std::vector<std::string> starts_;  // of each sequence that has a letter; shorter than the order if it is
  std::map<std::string, Followers, std::less<>> followers_;  // of words of 0 to `order` letters
};

}  // namespace stemloop
