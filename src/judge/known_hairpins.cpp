#include "judge/known_hairpins.h"

#include <fmt/ranges.h>
#include <algorithm>

#include "judge/stored_numbers.h"
#include "util/util.h"

namespace stemloop {

std::vector<std::uint16_t> sketch_of(const std::string& sequence) {
  constexpr int kWord = 6;
  constexpr std::uint32_t kMask = (1U << (2 * kWord)) - 1;
  std::vector<std::uint16_t> words;
  std::uint32_t code = 0;
  int known = 0;
  for (const char c : sequence) {
    const std::size_t letter = std::string_view("ACGU").find(c);
    known = letter == std::string_view::npos ? 0 : known + 1;
    code = (code << 2U | (static_cast<std::uint32_t>(letter) & 3U)) & kMask;
    const std::uint32_t hash = (code + 1) * 0x9e3779b1U >> 16U;
    if (known >= kWord && hash % 2 == 0) words.push_back(static_cast<std::uint16_t>(hash));
  }
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

std::span<const std::uint16_t> KnownHairpins::words_of(std::size_t hairpin) const {
  const auto begin = static_cast<std::size_t>(starts[hairpin]), end = static_cast<std::size_t>(starts[hairpin + 1]);
  return std::span(words).subspan(begin, end - begin);
}

ClosestKnown KnownHairpins::closest(std::span<const std::uint16_t> asked) const {
  ClosestKnown best;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto known = words_of(i);
    std::size_t shared = 0;
    for (auto a = asked.begin(), b = known.begin(); a != asked.end() && b != known.end();) {
      shared += *a == *b ? 1 : 0;
      const bool next_a = *a <= *b, next_b = *b <= *a;
      a += next_a ? 1 : 0;
      b += next_b ? 1 : 0;
    }
    if (shared == 0) continue;
    const double share = static_cast<double>(shared) / static_cast<double>(std::min(asked.size(), known.size()));
    if (share > best.similarity) best = {names[i], labels[i], share};
  }
  return best;
}

bool KnownHairpins::holds(std::span<const std::uint16_t> asked) const {
  if (asked.empty()) return false;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (std::ranges::equal(words_of(i), asked)) return true;
  }
  return false;
}

KnownHairpins known_hairpins(std::vector<std::string> names, std::vector<std::uint8_t> labels,
                             std::span<const std::string> sequences) {
  KnownHairpins known{std::move(names), std::move(labels), {0}, {}};
  for (const std::string& sequence : sequences) {
    const auto sketch = sketch_of(sequence);
    known.words.insert(known.words.end(), sketch.begin(), sketch.end());
    known.starts.push_back(static_cast<std::int32_t>(known.words.size()));
  }
  return known;
}

std::string encode_known(const KnownHairpins& known) {
  TensorFile file;
  file.metadata["names"] = fmt::format("{}", fmt::join(known.names, "\n"));
  file.tensors["label"] = stored_numbers("U8", known.labels);
  file.tensors["starts"] = stored_numbers("I32", known.starts);
  file.tensors["words"] = stored_numbers("U16", known.words);
  return encode_safetensors(file);
}

KnownHairpins decode_known(std::span<const std::byte> bytes, const std::string& name) {
  const TensorFile file = decode_safetensors(bytes, name);
  require(file.metadata.count("names") == 1, "{}: has no names", name);
  KnownHairpins known;
  const std::string& names = file.metadata.at("names");
  for (const std::string_view one : split_fields(names, '\n')) known.names.emplace_back(one);
  const auto n = static_cast<std::int64_t>(known.names.size());
  known.labels = read_numbers<std::uint8_t>(file, "label", "U8", n, name);
  known.starts = read_numbers<std::int32_t>(file, "starts", "I32", n + 1, name);
  const auto& labels = known.labels;
  const auto& starts = known.starts;
  require(starts.front() == 0 && std::is_sorted(starts.begin(), starts.end()), "{}: 'starts' do not rise from 0", name);
  require(std::all_of(labels.begin(), labels.end(), [](auto label) { return label <= 1; }),
          "{}: a label is neither 0 nor 1", name);
  known.words = read_numbers<std::uint16_t>(file, "words", "U16", starts.back(), name);
  return known;
}

}  // namespace stemloop
