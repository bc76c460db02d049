#include "support.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <stdexcept>

namespace stemloop::testing {

std::string shared_file(const std::string& below) {
  const std::filesystem::path path = std::filesystem::path(STEMLOOP_SHARED) / below;
  return std::filesystem::exists(path) ? path.string() : "";
}

std::size_t Table::column(const std::string& name) const {
  const auto found = std::find(header.begin(), header.end(), name);
  if (found == header.end()) throw std::out_of_range("no column " + name);
  return static_cast<std::size_t>(found - header.begin());
}

Table read_table(const std::string& path, char separator) {
  LineReader lines(path);
  Table table;
  std::string line;
  while (lines.next(line)) {
    std::vector<std::string> cells;
    for (const std::string_view cell : split_fields(line, separator)) cells.emplace_back(cell);
    if (table.header.empty()) {
      table.header = std::move(cells);
    } else {
      table.rows.push_back(std::move(cells));
    }
  }
  return table;
}

TemporaryFile::TemporaryFile(const std::string& content, const std::string& name) {
  static std::atomic<int> count{0};
  const auto folder =
      std::filesystem::temp_directory_path() / fmt::format("stemloop-test-{}-{}", getpid(), count.fetch_add(1));
  std::filesystem::create_directories(folder);
  path_ = folder / name;
  std::ofstream(path_, std::ios::binary) << content;
}

TemporaryFolder::TemporaryFolder() {
  static std::atomic<int> count{0};
  path_ = std::filesystem::temp_directory_path() / fmt::format("stemloop-test-folder-{}-{}", getpid(), count++);
  std::filesystem::create_directories(path_);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

TemporaryFile::~TemporaryFile() {
  std::error_code ignored;
  std::filesystem::remove_all(path_.parent_path(), ignored);
}

std::string random_sequence(int length, double gc, std::uint64_t seed, std::uint64_t item) {
  Random random(seed, item);
  std::string sequence;
  for (int i = 0; i < length; ++i) {
    const bool strong = random.uniform() < gc;
    sequence += (strong ? "GC" : "AU")[random.below(2)];
  }
  return sequence;
}

int count_of(const std::string& text, const std::string& word) {
  int count = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
  return count;
}

}  // namespace stemloop::testing
