// The records a classifier learned from, as hashed words beside it.
#include "judge/training_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <span>

#include "net/model_files.h"
#include "support.h"
#include "util/util.h"

namespace stemloop::testing {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;

std::vector<std::string> hairpins(std::uint64_t seed, int count) {
  std::vector<std::string> sequences;
  for (int i = 0; i < count; ++i)
    sequences.push_back(random_sequence(90, 0.5, 4, seed + static_cast<std::uint64_t>(i)));
  return sequences;
}

double share_near(const TrainingRecords& records, const std::vector<std::string>& asked) {
  const std::vector<std::uint8_t> near = records.near(asked);
  return static_cast<double>(std::count(near.begin(), near.end(), 1)) / static_cast<double>(near.size());
}

TEST(TrainingRecords, ThemselvesCutElsewhereAndNearlyAlikeAreNearOthersAreNot) {
  const std::vector<std::string> known = hairpins(1, 400);
  const TrainingRecords records(known);
  EXPECT_EQ(records.size(), 400U);
  EXPECT_GE(share_near(records, known), 0.99);
  std::vector<std::string> cut, flanked, changed;
  for (const std::string& sequence : known) {
    cut.push_back(sequence.substr(10, 75));
    flanked.push_back("ACGGAUUACCGAUUCA" + sequence + "GGAUCUUACGAUCGGA");
    changed.push_back(sequence);
    for (const std::size_t at : {30U, 60U}) changed.back()[at] = sequence[at] == 'A' ? 'C' : 'A';
  }
  EXPECT_GE(share_near(records, cut), 0.97);
  EXPECT_GE(share_near(records, flanked), 0.99);
  EXPECT_GE(share_near(records, changed), 0.9);
  EXPECT_LE(share_near(records, hairpins(100'000, 2000)), 0.005);
}

TEST(TrainingRecords, ShortOnesAndLettersThatAreNoneAreNearNothing) {
  const TrainingRecords records(std::vector<std::string>{"ACGU", "", std::string(90, 'N')});
  EXPECT_EQ(records.size(), 0U);
  EXPECT_THAT(records.near(std::vector<std::string>{"ACGU", "", std::string(90, 'N')}), Each(0));
}

TEST(TrainingRecords, StandBesideAModelWithTheirChecksum) {
  const TemporaryFolder folder;
  const std::string model = folder.path("model");
  std::filesystem::create_directory(model);
  replace_file(model + "/config.json", R"({"format": 3, "md5": {"booster.ubj": "0"}})");
  EXPECT_FALSE(training_records_of(model).has_value());
  const std::vector<std::string> known = hairpins(1, 20);
  keep_training_records(model, known);
  EXPECT_THAT(text_of(read_bytes(model + "/config.json")), HasSubstr("\"booster.ubj\": \"0\""));
  const auto kept = training_records_of(model);
  ASSERT_TRUE(kept.has_value());
  EXPECT_EQ(kept->near(known), TrainingRecords(known).near(known));
  std::string bytes = text_of(read_bytes(model + "/records.safetensors"));
  bytes.back() ^= 1;
  replace_file(model + "/records.safetensors", bytes);
  EXPECT_THAT([&] { training_records_of(model); }, ::testing::ThrowsMessage<Error>(HasSubstr("its MD5 is")));
}

// Bytes that anyone may have written: every length is checked, whatever the checksum says.
TEST(TrainingRecords, HostileBytesAreRefused) {
  const std::vector<std::string> known = hairpins(1, 5);
  const std::string whole = TrainingRecords(known).encode();
  const auto decode = [](const std::string& bytes) {
    return TrainingRecords::decode(std::as_bytes(std::span(bytes)), "records");
  };
  EXPECT_EQ(decode(whole).size(), 5U);
  int refused = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x81);
    try {
      const TrainingRecords taken = decode(bytes);
      EXPECT_EQ(taken.near(known).size(), known.size());  // what is taken can be asked
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 0);
}

}  // namespace
}  // namespace stemloop::testing
