// Commands that are interrupted at every change they make to the disk (power_cut.cpp): a failing call, a kill, a power
// cut. What lies there afterwards is the old output or the whole new one, the program has said what failed, and the
// same command again (with --resume where there is one) gives what an undisturbed run gives, byte by byte.
#pragma once

#include <gmock/gmock.h>

#include <map>
#include <regex>

#include "sanitized.h"
#include "shell.h"

namespace stemloop::testing {

namespace fs = std::filesystem;
using Files = std::map<std::string, std::string>;  // by their path in the folder

// The address sanitizer refuses to start behind another layer unless told that it may.
inline constexpr auto kLayerFirst = kSanitized ? "ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0 " : "";

// How long a run took is the one thing in its files that no two runs share.
inline std::string without_seconds(const std::string& text) {
  static const std::regex seconds("\"seconds\": ?[0-9.e+-]+");
  return std::regex_replace(text, seconds, "");
}

inline Files files_of(const std::string& folder) {
  Files files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const std::string text = content(entry.path().string());
    const bool json = entry.path().extension().string().rfind(".json", 0) == 0;
    files[fs::relative(entry.path(), folder).string()] = json ? without_seconds(text) : text;
  }
  return files;
}

struct Command {
  std::string line;                  // run in a folder with the inputs; outputs go below out/
  std::string again;                 // what takes the work up
  std::vector<std::string> outputs;  // old or new at all times; paths below out/, a folder stands for all in it
  int most = 30;                     // calls of a kind looked at; a run may make fewer
  int step = 1;
  std::vector<std::string> grown{};  // these may hold a part of the work until it is taken up
  bool with_old = true;              // an older result lies there before
};

class Interrupted : public ::testing::Test {
 protected:
  Interrupted() {
    std::ofstream(path("g.fa")) << content(STEMLOOP_EXAMPLES "/hairpins.fa");
    const std::string table = labelled_table();
    std::ofstream(path("t.tsv")) << table;
    // The random sequences, which are fewer, as the class that is to grow.
    std::ofstream other(path("e.tsv"));
    std::istringstream lines(table);
    for (std::string line; std::getline(lines, line);) {
      const std::size_t label = line.find_last_of('\t') - 1;
      if (line[label] == '0' || line[label] == '1') line[label] = line[label] == '0' ? '1' : '0';
      other << line << "\n";
    }
  }

  std::string path(const std::string& name) const { return folder_.path(name); }

  void begin(const Command&, bool with_old) {
    fs::remove_all(path("out"));
    fs::remove_all(path("out.before"));
    fs::create_directories(path("out"));
    fs::create_directories(path("out.before"));
    if (with_old) fs::copy(path("old"), path("out"), fs::copy_options::recursive);
  }

  Outcome run(const std::string& line, const std::string& fault = "") {
    const std::string cut = fault.empty() ? ""
                                          : fmt::format("{}LD_PRELOAD={} POWER_CUT={} POWER_CUT_UNDER={} ", kLayerFirst,
                                                        POWER_CUT_LAYER, fault, path("out"));
    return shell(fmt::format("cd {} && {}{} -t 1 -q", path(""), cut, line));
  }

  static Files under(const Files& files, const std::string& name) {
    Files some;
    for (const auto& [file, text] : files) {
      if (file == name || file.rfind(name + "/", 0) == 0) some[file] = text;
    }
    return some;
  }

  // `old_line` makes what lies there before, another result of the same kind.
  void check(const Command& c, const std::string& old_line) {
    begin(c, false);
    const Outcome old = run(old_line);
    ASSERT_EQ(old.code, 0) << old.err;
    fs::rename(path("out"), path("old"));
    begin(c, false);
    const Outcome clean = run(c.line);
    ASSERT_EQ(clean.code, 0) << clean.err;
    const Files wanted = files_of(path("out")), before = files_of(path("old"));
    ASSERT_NE(wanted, before);
    const int step = kSanitized ? 5 * c.step : c.step;  // a program starts ten times as slowly then
    int interrupted = 0;
    for (const char* call : {"write", "fsync", "rename"}) {
      for (const char* how : {"fail", "stop", "cut"}) {
        for (int n = 1; n <= c.most; n += step) {
          const std::string fault = fmt::format("{}:{}:{}", call, n, how);
          begin(c, c.with_old);
          const Outcome r = run(c.line, fault);
          if (r.code == 0) break;  // there is no n-th call
          ++interrupted;
          EXPECT_EQ(r.code, how == std::string("fail") ? 1 : 137) << fault << r.err;
          if (r.code == 1) {
            EXPECT_THAT(r.err, ::testing::HasSubstr("error: ")) << fault;
          }
          const Files now = files_of(path("out"));
          for (const std::string& output : c.outputs) {
            const Files part = under(now, output);
            EXPECT_TRUE(part == under(before, output) || part == under(wanted, output))
                << fault << " " << output << r.err;
          }
          const Outcome resumed = run(c.again);
          EXPECT_EQ(resumed.code, 0) << fault << resumed.err;
          const Files after = files_of(path("out"));
          for (const std::string& output : c.outputs) EXPECT_EQ(under(after, output), under(wanted, output)) << fault;
          for (const std::string& output : c.grown) EXPECT_EQ(under(after, output), under(wanted, output)) << fault;
        }
      }
    }
    EXPECT_GE(interrupted, 9);  // at least once for each call and way
  }

  TemporaryFolder folder_;
};

}  // namespace stemloop::testing
