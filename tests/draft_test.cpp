// Files in the making: whatever call fails, and wherever the process is killed, the target is the old file or the new
// one.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "support.h"
#include "util/util.h"

namespace stemloop {
namespace {

using ::testing::AnyOf;
using testing::error_of;
using ::testing::HasSubstr;
using testing::TemporaryFolder;

std::string content(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::size_t files_in(const std::string& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

const std::string kOld = "old\n";
const std::string kNew = std::string(200'000, 'n');  // more than one write

void write_new(const std::string& path) {
  TextWriter writer(path);
  for (std::size_t i = 0; i < kNew.size(); i += 1000) writer.write(std::string_view(kNew).substr(i, 1000));
  writer.close();
}

class Faults : public ::testing::Test {
 protected:
  ~Faults() override { set_faults(""); }
  TemporaryFolder folder_;
  std::string target_ = folder_.path("table.tsv");
};

TEST_F(Faults, AnyCallThatFailsLeavesTheOldFileAndNoDraft) {
  for (const char* fault : {"open:1", "write:1", "write:2", "write:3", "write:4", "fsync:1", "rename:1"}) {
    std::ofstream(target_) << kOld;
    set_faults(fault);
    EXPECT_THAT(error_of([&] { write_new(target_); }), HasSubstr(target_ + ": ")) << fault;
    EXPECT_EQ(content(target_), kOld) << fault;
    EXPECT_EQ(files_in(folder_.path("")), 1U) << fault;
  }
  set_faults("");
  write_new(target_);
  EXPECT_EQ(content(target_), kNew);
}

TEST_F(Faults, AFolderThatCannotBeSyncedIsToldAndTheFileIsWhole) {
  std::ofstream(target_) << kOld;
  set_faults("fsync:2");
  EXPECT_THAT(error_of([&] { write_new(target_); }), HasSubstr("writing failed"));
  EXPECT_EQ(content(target_), kNew);
}

TEST_F(Faults, AKillAtAnyCallLeavesTheOldFileOrTheNewOne) {
  int killed = 0;
  for (const char* call : {"open", "write", "fsync", "rename"}) {
    for (int n = 1; n <= 5; ++n) {
      std::ofstream(target_) << kOld;
      const pid_t child = fork();
      if (child == 0) {
        set_faults(fmt::format("{}:{}:stop", call, n));
        write_new(target_);
        _exit(0);
      }
      int status = 0;
      waitpid(child, &status, 0);
      killed += WEXITSTATUS(status) == 137 ? 1 : 0;
      const std::string got = content(target_);
      EXPECT_TRUE(got == kNew || (WEXITSTATUS(status) != 0 && got == kOld)) << call << n;
    }
  }
  EXPECT_EQ(killed, 1 + 4 + 2 + 1);  // open; writes of 200,000 bytes; file and folder; rename
}

TEST_F(Faults, ASignalRemovesTheDraft) {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGPIPE}) {
    const pid_t child = fork();
    if (child == 0) {
      const Draft draft(target_);
      std::raise(signal);
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == signal);
    EXPECT_EQ(files_in(folder_.path("")), 0U) << signal;
  }
}

TEST_F(Faults, NonsenseIsRefused) {
  EXPECT_THAT(error_of([] { set_faults("write"); }), HasSubstr("'write' is no fault"));
  EXPECT_THAT(error_of([] { set_faults("seek:1"); }), HasSubstr("'seek:1' is no fault"));
}

TEST(Draft, WhatIsNotKeptIsGone) {
  const TemporaryFolder folder;
  {
    Draft draft(folder.path("x"));
    draft.write("half");
    EXPECT_EQ(files_in(folder.path("")), 1U);
    EXPECT_FALSE(std::filesystem::exists(folder.path("x")));
  }
  EXPECT_EQ(files_in(folder.path("")), 0U);
}

TEST(Draft, PartsGoBesideTheOldFile) {
  const TemporaryFolder folder;
  std::ofstream(folder.path("x.tsv")) << kOld;
  TextWriter writer(folder.path("x.tsv"));
  writer.write("half\n");
  EXPECT_EQ(writer.close_partial(), folder.path("x.tsv.partial"));
  EXPECT_EQ(content(folder.path("x.tsv")), kOld);
  EXPECT_EQ(content(folder.path("x.tsv.partial")), "half\n");
}

TEST(Draft, LinksAndPermissionsStay) {
  const TemporaryFolder folder;
  std::ofstream(folder.path("real")) << kOld;
  chmod(folder.path("real").c_str(), 0640);
  std::filesystem::create_symlink("real", folder.path("link"));
  write_bytes(folder.path("link"), "new\n");
  EXPECT_TRUE(std::filesystem::is_symlink(folder.path("link")));
  EXPECT_EQ(content(folder.path("real")), "new\n");
  struct stat status {};
  ASSERT_EQ(stat(folder.path("real").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0640U);
  std::filesystem::create_symlink("yet-to-be", folder.path("dangling"));
  write_bytes(folder.path("dangling"), "new\n");
  EXPECT_EQ(content(folder.path("yet-to-be")), "new\n");
}

TEST(Draft, TwoProcessesAtOneTargetWriteOneOfTheTwo) {
  const TemporaryFolder folder;
  const std::string target = folder.path("t");
  std::vector<pid_t> children;
  for (const char letter : {'a', 'b', 'c'}) {
    children.push_back(fork());
    if (children.back() != 0) continue;
    for (int i = 0; i < 20; ++i) write_bytes(target, std::string(100'000, letter));
    _exit(0);
  }
  for (const pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  const std::string got = content(target);
  EXPECT_THAT(got, AnyOf(std::string(100'000, 'a'), std::string(100'000, 'b'), std::string(100'000, 'c')));
  EXPECT_EQ(files_in(folder.path("")), 1U);
}

TEST(Draft, LongNamesAndTakenNames) {
  const TemporaryFolder folder;
  const std::string target = folder.path(std::string(250, 'x'));
  write_bytes(target, "new\n");
  EXPECT_EQ(content(target), "new\n");
  std::ofstream(folder.path(fmt::format("y.{}.draft", getpid()))) << "of a process that had this number";
  write_bytes(folder.path("y"), "new\n");
  EXPECT_EQ(content(folder.path("y")), "new\n");
}

TEST(Names, ThatPromiseWhatIsNotWrittenAreRefused) {
  const TemporaryFolder folder;
  EXPECT_THAT(error_of([&] { TextWriter(folder.path("x.PDF")); }),
              HasSubstr("text is written there, which is no .pdf file"));
  EXPECT_THAT(error_of([&] { TextWriter(folder.path("x.tsv.xz")); }), HasSubstr("no .xz file"));
  EXPECT_EQ(files_in(folder.path("")), 0U);
  EXPECT_THAT(error_of([] {
                check_extension("a/x.pdf", {".svg", ".png"});
              }),
              HasSubstr("a/x.pdf: no .pdf file can be written here; choose .svg or .png"));
  for (const char* fine : {"x.svg", "x.PNG", "-", "", "x"}) check_extension(fine, {".svg", ".png"});
}

}  // namespace
}  // namespace stemloop
