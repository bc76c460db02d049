// What the tests share: where the real data lies, tables, temporary files, random hairpins.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "util/util.h"

namespace stemloop::testing {

/// Path below ../shared; empty if that folder is not there.
std::string shared_file(const std::string& below);

/// Rows of a table with a header line, cells by `separator`; gzip or plain.
struct Table {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  /// Index of a column by name; throws if there is none.
  [[nodiscard]] std::size_t column(const std::string& name) const;
};
Table read_table(const std::string& path, char separator = '\t');

/// A file in a folder of its own, gone at the end of the test.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content, const std::string& name = "input.fa");
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

/// An empty folder, gone with all it holds at the end of the test.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] std::string path(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// `length` random letters with the given share of G and C; drawn from (seed, item).
std::string random_sequence(int length, double gc, std::uint64_t seed, std::uint64_t item);

/// How often a word stands in a text.
int count_of(const std::string& text, const std::string& word);

/// The text of the Error that `action` throws, or a remark that it threw none.
template <class Action>
std::string error_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "(no error)";
}

}  // namespace stemloop::testing

/// Declares `name` as the path of a file below ../shared, or skips the test and says so.
#define STEMLOOP_SHARED_FILE(name, below)                         \
  const std::string name = stemloop::testing::shared_file(below); \
  if (name.empty()) GTEST_SKIP() << "../shared/" << (below) << " is not there"
