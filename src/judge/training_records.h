// The records a classifier learned from, kept beside it as hashes: enough to tell that a sequence is one of them or
// nearly alike one, wherever it was cut; no sequence can be read from it. Of a record stand there 16 bits of every
// eighth of its words of twelve letters, some 26 bytes of a hairpin with flanks. Any classifier's directory may hold
// them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace stemloop {

class TrainingRecords {
 public:
  /// Of sequences of A, C, G, U; words with other letters are left out, records without a word are not kept.
  explicit TrainingRecords(std::span<const std::string> sequences);

  /// As safetensors, and back. The bytes may be hostile: Error naming `name` on anything that is no such file.
  [[nodiscard]] std::string encode() const;
  static TrainingRecords decode(std::span<const std::byte> bytes, const std::string& name);

  [[nodiscard]] std::size_t size() const { return starts_.size() - 1; }
  /// 1 for each sequence that shares with a record a quarter of the kept words of the one that has fewer, and three at
  /// least. Of hairpins of 70 nt and more these are 99.8 % of those that are one, 84 % and more of those with one
  /// letter in twenty changed; of random letters 1.3 % (docs/log/2026-11-29-quiet.md).
  [[nodiscard]] std::vector<std::uint8_t> near(std::span<const std::string> sequences) const;

 private:
  TrainingRecords() = default;

  std::vector<std::int32_t> starts_ = {0};  // of the records, into words_; and the end
  std::vector<std::uint16_t> words_;        // of each record rising, no two alike
};

/// Writes them into a model's directory, with their checksum in its config.json.
void keep_training_records(const std::string& directory, std::span<const std::string> sequences);
/// Of a model's directory; nothing if it holds none. Error if they are damaged.
std::optional<TrainingRecords> training_records_of(const std::string& directory);

}  // namespace stemloop
