#include "judge/training_records.h"

#include <algorithm>
#include <limits>

#include "judge/stored_numbers.h"
#include "net/model_files.h"
#include "util/hash.h"
#include "util/util.h"

namespace stemloop {

namespace {

constexpr const char* kRecordsFile = "records.safetensors";

// Rising, no two alike.
std::vector<std::uint16_t> kept_words(std::string_view sequence) {
  constexpr std::size_t kWord = 12;
  std::vector<std::uint16_t> words;
  for (std::size_t i = 0; i + kWord <= sequence.size(); ++i) {
    const std::string_view word = sequence.substr(i, kWord);
    if (word.find_first_not_of("ACGU") != std::string_view::npos) continue;
    const std::uint64_t hash = Random(fnv1a(word), 0).next();  // every letter moves every bit
    if (hash % 8 == 0) words.push_back(static_cast<std::uint16_t>(hash >> 48U));
  }
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

}  // namespace

TrainingRecords::TrainingRecords(std::span<const std::string> sequences) {
  for (const std::string& sequence : sequences) {
    const std::vector<std::uint16_t> words = kept_words(sequence);
    if (words.empty()) continue;
    words_.insert(words_.end(), words.begin(), words.end());
    require(words_.size() <= std::numeric_limits<std::int32_t>::max(), "too many records to keep beside a model");
    starts_.push_back(static_cast<std::int32_t>(words_.size()));
  }
}

std::string TrainingRecords::encode() const {
  TensorFile file;
  file.tensors["starts"] = stored_numbers("I32", starts_);
  file.tensors["words"] = stored_numbers("U16", words_);
  return encode_safetensors(file);
}

TrainingRecords TrainingRecords::decode(std::span<const std::byte> bytes, const std::string& name) {
  const TensorFile file = decode_safetensors(bytes, name);
  TrainingRecords records;
  records.starts_ = read_numbers<std::int32_t>(file, "starts", "I32", -1, name);
  const auto& starts = records.starts_;
  require(!starts.empty() && starts.front() == 0 && std::is_sorted(starts.begin(), starts.end()),
          "{}: 'starts' do not rise from 0", name);
  records.words_ = read_numbers<std::uint16_t>(file, "words", "U16", starts.back(), name);
  return records;
}

std::vector<std::uint8_t> TrainingRecords::near(std::span<const std::string> sequences) const {
  // The records of every word, one after the other.
  constexpr std::size_t kWords = std::size_t{1} << 16U;
  std::vector<std::uint32_t> first(kWords + 1);
  for (const std::uint16_t word : words_) ++first[word + std::size_t{1}];
  for (std::size_t word = 0; word < kWords; ++word) first[word + 1] += first[word];
  std::vector<std::uint32_t> holders(words_.size()), filled(first.begin(), first.end() - 1);
  for (std::size_t record = 0; record < size(); ++record) {
    for (auto w = static_cast<std::size_t>(starts_[record]); w < static_cast<std::size_t>(starts_[record + 1]); ++w)
      holders[filled[words_[w]]++] = static_cast<std::uint32_t>(record);
  }
  constexpr std::size_t kLeast = 3;
  std::vector<std::uint8_t> found(sequences.size());
  std::vector<std::uint16_t> shared(size());
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    const std::vector<std::uint16_t> asked = kept_words(sequences[i]);
    const auto each_holder = [&](auto&& visit) {
      for (const std::uint16_t word : asked) {
        for (std::uint32_t h = first[word]; h < first[word + std::size_t{1}]; ++h) visit(holders[h]);
      }
    };
    each_holder([&](std::uint32_t record) {
      const auto words = static_cast<std::size_t>(starts_[record + std::size_t{1}] - starts_[record]);
      const std::size_t count = ++shared[record];
      if (count >= kLeast && 4 * count >= std::min(words, asked.size())) found[i] = 1;
    });
    each_holder([&](std::uint32_t record) { shared[record] = 0; });
  }
  return found;
}

void keep_training_records(const std::string& directory, std::span<const std::string> sequences) {
  auto config = read_config(directory);
  const std::string bytes = TrainingRecords(sequences).encode();
  replace_file(directory + "/" + kRecordsFile, bytes);
  config["md5"][kRecordsFile] = md5_hex(std::as_bytes(std::span(bytes)));
  replace_file(directory + "/config.json",
               config.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
}

std::optional<TrainingRecords> training_records_of(const std::string& directory) {
  const auto config = read_config(directory);
  const auto sums = config.value("md5", nlohmann::ordered_json::object());
  if (!sums.is_object() || !sums.contains(kRecordsFile)) return std::nullopt;
  return TrainingRecords::decode(checked_file(config, directory, kRecordsFile), directory + "/" + kRecordsFile);
}

}  // namespace stemloop
