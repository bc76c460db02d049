// The pipeline, the stream of records through it, and the families that judge in it: order, threads, errors.
#include <gmock/gmock.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "judge/judge.h"
#include "report/report.h"
#include "seq/record_stream.h"
#include "support.h"
#include "util/pipeline.h"

namespace stemloop {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<int> squares(int threads, int count, int bad = -1) {
  int next = 0;
  std::vector<int> results;
  run_pipeline(
      threads, [&]() -> std::optional<int> { return next < count ? std::optional<int>(next++) : std::nullopt; },
      [] { return 0; },
      [&](int& state, int i) {
        ++state;  // each thread its own
        require(i != bad, "number {} is bad", i);
        if (i % 3 == 0) std::this_thread::sleep_for(std::chrono::microseconds(200));
        return i * i;
      },
      [&](int result) { results.push_back(result); });
  return results;
}

TEST(Pipeline, ResultsComeInTheOrderOfTheSource) {
  std::vector<int> expected;
  for (int i = 0; i < 300; ++i) expected.push_back(i * i);
  for (const int threads : {1, 2, 8}) EXPECT_EQ(squares(threads, 300), expected) << threads;
  EXPECT_TRUE(squares(4, 0).empty());
}

TEST(Pipeline, AnErrorOfTheWorkComesOut) {
  EXPECT_THAT(testing::error_of([] { squares(4, 300, 120); }), HasSubstr("number 120 is bad"));
}

TEST(RecordStream, RejectionsStandBetweenTheRecords) {
  std::string fasta;
  for (int i = 0; i < 200; ++i) fasta += fmt::format(">r{}\n{}\n", i, i % 7 == 3 ? "ACG*U" : "ACGUACGU");
  const testing::TemporaryFile file(fasta, "in.fa");
  std::vector<std::string> said;
  set_talker([&](Loud, const std::string& text) { said.push_back(text); });
  CommonOptions common;
  common.quiet = true;
  for (const int threads : {1, 4}) {
    common.threads = threads;
    said.clear();
    std::vector<std::string> out;
    const Tally tally = run_judged_records(
        file.path(), common, 100, [] { return 0; },
        [](int, const Record& record) {
          require(record.id != "r50", "fifty is not liked");
          return record.id;
        },
        [](std::vector<std::string> ids) {
          for (std::string& id : ids) id += "!";
          return ids;
        },
        [&](std::string id) { out.push_back(std::move(id)); });
    EXPECT_EQ(tally.in, 200);
    EXPECT_EQ(tally.rejected, 30);  // 29 of the star, one of the work
    EXPECT_EQ(tally.out, static_cast<std::int64_t>(out.size()));
    EXPECT_THAT(said, ::testing::SizeIs(30));
    EXPECT_THAT(said[7], HasSubstr("record 'r50': fifty is not liked"));
    std::vector<std::string> expected;
    for (int i = 0; i < 200; ++i) {
      if (i % 7 != 3 && i != 50) expected.push_back(fmt::format("r{}!", i));
    }
    EXPECT_EQ(out, expected);
  }
  set_talker({});
}

// --- families --------------------------------------------------------------------------------------------------------

std::vector<Record> example_records() {
  std::vector<Record> records;
  RecordReader reader(RecordFiles{STEMLOOP_EXAMPLES "/hairpins.fa"});
  while (auto item = reader.next()) {
    if (const auto* record = std::get_if<Record>(&*item)) records.push_back(*record);
  }
  return records;
}

// What a judge says of the records, `together` at a time.
std::vector<std::string> said_of(const Judge& judge, const std::vector<Record>& records, std::size_t together) {
  FoldingOptions folding;
  folding.parameters = judge.parameters();
  Hairpins hairpins = hairpin_state(folding)();
  const auto columns = judge.columns();
  std::vector<std::string> rows;
  for (std::size_t begin = 0; begin < records.size(); begin += together) {
    std::vector<std::unique_ptr<Seen>> batch;
    for (std::size_t i = begin; i < std::min(records.size(), begin + together); ++i)
      batch.push_back(judge.see(hairpins, records[i]));
    for (const auto& verdict : judge.judge(std::move(batch))) {
      EXPECT_EQ(verdict->cells().size(), columns.size());
      rows.push_back(verdict_row(*verdict, columns) + verdict->json() + verdict->text());
    }
  }
  return rows;
}

TEST(Families, NeitherCompanyNorThreadsChangeAVerdict) {
  const std::vector<Record> records = example_records();
  ASSERT_GE(records.size(), 20U);
  const std::string models = STEMLOOP_MODELS;
  std::vector<std::unique_ptr<Judge>> judges;
  for (const auto& entry : std::filesystem::directory_iterator(models)) {
    const std::string directory = entry.path().string();
    if (find_family(model_family(directory)) != nullptr) judges.push_back(open_judge(directory, {"auto", 2}));
  }
  ASSERT_GE(judges.size(), 2U);
  judges.push_back(open_three_way(models + "/premirna-modmirbase", models + "/mirtron", {"auto", 2}));
  for (const auto& judge : judges) {
    const auto together = said_of(*judge, records, records.size());
    EXPECT_EQ(said_of(*judge, records, 1), together);
    EXPECT_EQ(said_of(*judge, records, 5), together);
    std::atomic<int> equal{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back(
          [&, t] { equal += said_of(*judge, records, static_cast<std::size_t>(3 + t)) == together ? 1 : 0; });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(equal, 4);
  }
}

TEST(Families, WhatIsNoClassifierIsNamed) {
  const std::string message = testing::error_of([] { open_judge(STEMLOOP_MODELS "/mirtron-generator", {}); });
  EXPECT_THAT(message, HasSubstr("this is a model of family 'gan', no classifier ("));
}

}  // namespace
}  // namespace stemloop
