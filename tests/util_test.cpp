#include "util/util.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <set>

#include "support.h"

namespace stemloop {
namespace {

using ::testing::ElementsAre;
using testing::error_of;
using ::testing::HasSubstr;
using testing::TemporaryFile;

TEST(Text, SplitsOnBlanksAndOnSeparators) {
  EXPECT_THAT(split_blanks("  a\t bc  "), ElementsAre("a", "bc"));
  EXPECT_TRUE(split_blanks(" \t ").empty());
  EXPECT_THAT(split_fields("a\t\tb", '\t'), ElementsAre("a", "", "b"));
  EXPECT_THAT(split_fields("", ','), ElementsAre(""));
}

TEST(Text, NumbersAreReadWholeOrNotAtAll) {
  EXPECT_EQ(parse_integer("-140", "f:1"), -140);
  EXPECT_EQ(error_of([] { parse_integer("-1i40", "f.par:12"); }), "f.par:12: '-1i40' is not an integer");
  EXPECT_EQ(error_of([] { parse_integer("", "f:1"); }), "f:1: '' is not an integer");
  EXPECT_DOUBLE_EQ(parse_number("1e-3", "f:1"), 0.001);
  EXPECT_EQ(error_of([] { parse_number("nan", "f:2"); }), "f:2: 'nan' is not a number");
}

TEST(Text, ShortestNumbersReadBackAndLookLikeNumbers) {
  EXPECT_EQ(shortest(3), "3.0");
  EXPECT_EQ(shortest(0.8032786885245902), "0.8032786885245902");
  EXPECT_EQ(shortest(-0.5), "-0.5");
}

TEST(Text, MessagesShowControlCharacters) {
  EXPECT_EQ(printable(std::string("a\0\x7f", 3)), "a\\x00\\x7f");
  EXPECT_EQ(printable("\x1b[1m\n"), "\\x1b[1m\\x0a");
  EXPECT_EQ(escaped("one\ntwo\r"), "one\ntwo\\x0d");
  EXPECT_EQ(printable("\xc3\xa9 \xff \xc2\x9b \xe2\x82"),
            "\xc3\xa9 \\xff \\xc2\\x9b \\xe2\\x82");  // e acute; no UTF-8; a control; cut
  std::string long_text;
  for (int i = 0; i < 50; ++i) long_text += "\xc3\xa9";
  EXPECT_EQ(printable(long_text), long_text.substr(0, 80) + "...");  // between characters, not within one
}

TEST(File, ReadsLinesWithAnyLineEndAndNoLastOne) {
  const TemporaryFile file("one\r\ntwo\n\nlast");
  LineReader lines(file.path());
  std::vector<std::string> seen;
  for (std::string line; lines.next(line);) seen.push_back(line);
  EXPECT_THAT(seen, ElementsAre("one", "two", "", "last"));
  EXPECT_EQ(lines.line_number(), 4);
}

TEST(File, GzipIsKnownByContentNotByName) {
  const TemporaryFile file("", "text.gz");
  TextWriter writer(file.path());
  writer.write("zipped\n");
  writer.close();
  const auto bytes = read_bytes(file.path());
  ASSERT_GE(bytes.size(), 2U);
  EXPECT_EQ(bytes[0], std::byte{0x1f});
  const TemporaryFile renamed(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()), "text.fa");
  LineReader lines(renamed.path());
  std::string line;
  ASSERT_TRUE(lines.next(line));
  EXPECT_EQ(line, "zipped");
}

TEST(File, TruncatedGzipIsAnErrorNotAnEnd) {
  const TemporaryFile whole("", "text.gz");
  TextWriter writer(whole.path());
  for (int i = 0; i < 20000; ++i) writer.write(fmt::format("line {}\n", i * 7919));
  writer.close();
  const auto bytes = read_bytes(whole.path());
  const TemporaryFile half(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size() / 2));
  EXPECT_THAT(error_of([&] {
                LineReader lines(half.path());
                for (std::string line; lines.next(line);) {
                }
              }),
              HasSubstr("truncated or damaged"));
}

TEST(File, BgzipCutBetweenBlocksIsNoticed) {
  const TemporaryFile whole("", "text.gz");
  TextWriter writer(whole.path());
  writer.write("one\n");
  writer.close();
  const auto bytes = read_bytes(whole.path());
  constexpr std::size_t kEndMark = 28;  // the empty block of the BGZF format
  const TemporaryFile cut(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size() - kEndMark));
  const auto read = [](const std::string& path) {
    return error_of([&] {
      LineReader lines(path);
      for (std::string line; lines.next(line);) {
      }
    });
  };
  EXPECT_EQ(read(whole.path()), "(no error)");
  EXPECT_THAT(read(cut.path()), HasSubstr("reading stopped after line 1: the file is truncated (no bgzip end mark)"));
}

TEST(File, ErrorsNameTheFile) {
  EXPECT_EQ(error_of([] { LineReader("/nowhere/x.fa"); }),
            "/nowhere/x.fa: cannot be opened: No such file or directory");
  EXPECT_EQ(error_of([] { LineReader("/tmp"); }), "/tmp: is a directory, not a file");
  EXPECT_THAT(error_of([] { TextWriter("/nowhere/x"); }), HasSubstr("/nowhere/x: cannot be written"));
}

TEST(File, FullDiskIsNoticed) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "/dev/full is not there";
  EXPECT_THAT(error_of([] {
                TextWriter writer("/dev/full");
                writer.write("data");
                writer.close();
              }),
              HasSubstr("No space left on device"));
}

TEST(Random, ItemsAreIndependentOfOrderAndSpread) {
  EXPECT_EQ(Random(7, 3).next(), Random(7, 3).next());
  EXPECT_NE(Random(7, 3).next(), Random(7, 4).next());
  EXPECT_NE(Random(7, 3).next(), Random(8, 3).next());
  std::set<std::uint64_t> seen;
  double sum = 0;
  constexpr int kDraws = 20000;
  for (int i = 0; i < kDraws; ++i) {
    Random random(1, static_cast<std::uint64_t>(i));
    seen.insert(random.next());
    sum += random.uniform();
  }
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(kDraws));
  EXPECT_NEAR(sum / kDraws, 0.5, 0.01);  // standard error 0.002
}

TEST(Threads, SlurmAndTheMachineBothLimit) {
  const int all = available_threads();
  EXPECT_GE(all, 1);
  setenv("SLURM_CPUS_PER_TASK", "1", 1);
  EXPECT_EQ(available_threads(), 1);
  setenv("SLURM_CPUS_PER_TASK", "100000", 1);
  EXPECT_EQ(available_threads(), all);
  unsetenv("SLURM_CPUS_PER_TASK");
}

}  // namespace
}  // namespace stemloop
