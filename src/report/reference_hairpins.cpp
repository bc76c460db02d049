#include "report/reference_hairpins.h"

#include <edlib.h>
#include <fmt/format.h>

#include <algorithm>

#include "seq/seq.h"

namespace stemloop {

namespace {

constexpr int kWord = 8;
constexpr std::uint32_t kWords = 1U << (2 * kWord);

// Distinct words of the letters A C G U; others end a word.
std::vector<std::uint32_t> words_of(const std::string& sequence) {
  std::vector<std::uint32_t> words;
  std::uint32_t word = 0;
  int length = 0;
  for (const char letter : sequence) {
    const std::size_t code = std::string_view("ACGU").find(letter);
    if (code == std::string_view::npos) {
      length = 0;
      continue;
    }
    word = (word << 2U | static_cast<std::uint32_t>(code)) & (kWords - 1);
    if (++length >= kWord) words.push_back(word);
  }
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

// 1 - edit distance / length of the shorter, whose ends in the longer are free.
double identity_inside(const std::string& a, const std::string& b) {
  const std::string& inner = a.size() <= b.size() ? a : b;
  const std::string& outer = a.size() <= b.size() ? b : a;
  const EdlibAlignResult result =
      edlibAlign(inner.data(), static_cast<int>(inner.size()), outer.data(), static_cast<int>(outer.size()),
                 edlibNewAlignConfig(-1, EDLIB_MODE_HW, EDLIB_TASK_DISTANCE, nullptr, 0));
  const int distance = result.editDistance;
  edlibFreeAlignResult(result);
  return 1 - distance / static_cast<double>(inner.size());
}

}  // namespace

ReferenceHairpins::ReferenceHairpins(std::string path) : path_(std::move(path)), with_word_(kWords) {
  RecordReader reader({path_, Wanted::kSequencesOnly});
  while (const auto item = reader.next()) {
    const auto* record = std::get_if<Record>(&*item);
    if (record == nullptr) {
      ++unread_;
      continue;
    }
    for (const std::uint32_t word : words_of(record->sequence))
      with_word_[word].push_back(static_cast<std::uint32_t>(id_.size()));
    id_.push_back(record->id);
    sequence_.push_back(record->sequence);
  }
  require(!id_.empty(), "{}: holds no sequence to compare with", path_);
}

std::optional<ReferenceHairpins::Nearest> ReferenceHairpins::nearest(const std::string& sequence, double least) const {
  constexpr std::uint32_t kLeastWords = 3;
  constexpr std::size_t kAligned = 10;  // candidates by shared words
  std::vector<std::uint32_t> shared(id_.size(), 0);
  for (const std::uint32_t word : words_of(sequence)) {
    for (const std::uint32_t k : with_word_[word]) ++shared[k];
  }
  std::vector<std::uint32_t> candidates;
  for (std::uint32_t k = 0; k < shared.size(); ++k) {
    if (shared[k] >= kLeastWords) candidates.push_back(k);
  }
  const std::size_t aligned = std::min(kAligned, candidates.size());
  std::partial_sort(
      candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(aligned), candidates.end(),
      [&](std::uint32_t a, std::uint32_t b) { return shared[a] != shared[b] ? shared[a] > shared[b] : a < b; });
  candidates.resize(aligned);
  std::sort(candidates.begin(), candidates.end());  // the earlier of equal ones
  std::optional<Nearest> best;
  for (const std::uint32_t k : candidates) {
    const double identity = identity_inside(sequence, sequence_[k]);
    if (identity >= least && (!best || identity > best->identity)) best = Nearest{id_[k], identity};
  }
  return best;
}

std::string nearest_in_words(const ReferenceHairpins& known, const std::string& sequence) {
  constexpr double kLeast = 0.7;
  const auto nearest = known.nearest(sequence, kLeast);
  if (!nearest) return fmt::format("none of {} is alike by {:.0f} %", known.path(), 100 * kLeast);
  return fmt::format("{}, {:.0f} % alike", nearest->id, 100 * nearest->identity);
}

}  // namespace stemloop
