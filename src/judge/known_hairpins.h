// The hairpins a model was trained on, each by the hashes of half of its words of six letters: enough to find the one
// nearest to a sequence, and whether the sequence is one of them; no sequence can be read from it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace stemloop {

/// Hashes of about half of the distinct words of six letters, sorted: words whose hash is odd are left out. Half of the
/// words in no order do not lead back to the sequence.
std::vector<std::uint16_t> sketch_of(const std::string& sequence);

/// The known hairpin with most words in common.
struct ClosestKnown {
  std::string name;  // empty if none shares a word
  int label = 0;
  double similarity = 0;  // share of the words of the one with fewer that the other holds too; 1 for the same sequence
};

struct KnownHairpins {
  std::vector<std::string> names;
  std::vector<std::uint8_t> labels;
  std::vector<std::int32_t> starts;  // N + 1, into words
  std::vector<std::uint16_t> words;  // of each hairpin as sketch_of() gives them

  [[nodiscard]] std::span<const std::uint16_t> words_of(std::size_t hairpin) const;
  [[nodiscard]] ClosestKnown closest(std::span<const std::uint16_t> asked) const;
  /// True if a hairpin has these words and no others. False for a sequence too short to have any.
  [[nodiscard]] bool holds(std::span<const std::uint16_t> asked) const;
};

/// REQUIRES: equal numbers.
KnownHairpins known_hairpins(std::vector<std::string> names, std::vector<std::uint8_t> labels,
                             std::span<const std::string> sequences);

/// As safetensors, and back. The bytes may be hostile: Error naming `name` on anything that is no such file.
std::string encode_known(const KnownHairpins& known);
KnownHairpins decode_known(std::span<const std::byte> bytes, const std::string& name);

}  // namespace stemloop
