// Cut first, then judge: laws of the classifier of precursors, and what it says of well-known RNAs.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "judge/judge.h"
#include "seq/seq.h"
#include "support.h"

namespace stemloop {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

const PrecursorClassifier& shipped() {
  // Never destroyed: the library of its trees may be gone by then.
  static const auto* const classifier = new PrecursorClassifier(PrecursorClassifier::open(STEMLOOP_MODELS "/premirna"));
  return *classifier;
}

std::vector<std::pair<std::string, std::string>> records_of(const std::string& path) {
  std::vector<std::pair<std::string, std::string>> records;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(">"))
      records.emplace_back(line.substr(1, line.find(' ') - 1), "");
    else if (!records.empty() && line.find_first_of(".(") == std::string::npos)
      records.back().second += as_rna(line);
  }
  return records;
}

std::string random_letters(std::size_t count, std::uint64_t stream) {
  Random random(20261128, stream);
  std::string letters;
  for (std::size_t i = 0; i < count; ++i) letters += "ACGU"[random.below(4)];
  return letters;
}

// Of the best hairpin; 0 without one.
double probability(const std::string& sequence, double prior = 0.5) {
  HairpinFinder finder(shipped().cuts());
  const std::vector<FoundHairpin> found = finder.find(sequence, kMostHairpins);
  std::vector<const FoundHairpin*> hairpins;
  for (const FoundHairpin& hairpin : found) hairpins.push_back(&hairpin);
  double best = 0;
  for (const PrecursorCall& call : shipped().judge(hairpins, prior, false)) best = std::max(best, call.probability);
  return best;
}

TEST(Precursor, MeasuresHaveNamesOfTheirOwnAndOneValueEach) {
  std::set<std::string> names;
  for (const Measure& measure : hairpin_measures()) {
    EXPECT_TRUE(names.insert(measure.name).second) << measure.name;
    EXPECT_FALSE(measure.words.empty()) << measure.name;
  }
  HairpinFinder finder(shipped().cuts());
  for (const auto& [id, sequence] : records_of(STEMLOOP_EXAMPLES "/hairpins.fa")) {
    for (const FoundHairpin& hairpin : finder.find(sequence, kMostHairpins))
      EXPECT_EQ(hairpin.measures.size(), hairpin_measures().size()) << id;
  }
}

TEST(Precursor, WhatIsMeasuredBetweenTheCutsDoesNotDependOnTheFlanks) {
  HairpinFinder finder(shipped().cuts());
  int compared = 0;
  for (const auto& [id, sequence] : records_of(STEMLOOP_EXAMPLES "/hairpins.fa")) {
    const auto alone = finder.find(sequence, 1);
    const auto flanked = finder.find(random_letters(40, 1) + sequence + random_letters(40, 2), 1);
    if (alone.empty() || flanked.empty()) continue;
    const auto there = alone[0].cut.arms.cuts.all(), here = flanked[0].cut.arms.cuts.all();
    const bool alike = std::equal(there.begin(), there.end(), here.begin(), [](int a, int b) { return a + 40 == b; });
    if (!alike) continue;  // the cuts may move; what is measured from them may not
    ++compared;
    EXPECT_EQ(alone[0].cut.begin + 40, flanked[0].cut.begin) << id;
    for (std::size_t m = 0; m < hairpin_measures().size(); ++m) {
      const std::string& name = hairpin_measures()[m].name;
      // What the networks of cuts make of it, and what lies below the cuts, may see flanks.
      if (name.starts_with("cut_") || name == "lower_stem" || name == "pairs_below" || name == "basal_UG" ||
          name == "flank_CNNC" || name.starts_with("overhang") || name.starts_with("stem_loop_"))
        continue;
      const float a = alone[0].measures[m], b = flanked[0].measures[m];
      EXPECT_TRUE(a == b || (std::isnan(a) && std::isnan(b))) << id << " " << name << " " << a << " " << b;
    }
  }
  EXPECT_GE(compared, 10);
}

TEST(Precursor, WellKnownPrecursorsAreCalledWithAndWithoutFlanks) {
  int all = 0, bare = 0, flanked = 0;
  for (const auto& [id, sequence] : records_of(STEMLOOP_EXAMPLES "/hairpins.fa")) {
    ++all;
    bare += probability(sequence) >= 0.5 ? 1 : 0;
    const auto stream = static_cast<std::uint64_t>(all);
    flanked +=
        probability(random_letters(30, 2 * stream) + sequence + random_letters(30, 2 * stream + 1)) >= 0.5 ? 1 : 0;
  }
  EXPECT_GE(bare, all - 1);
  EXPECT_GE(flanked, all - 2);
}

TEST(Precursor, OtherRnaIsNot) {
  int called = 0, all = 0;
  for (const auto& [id, sequence] : records_of(STEMLOOP_EXAMPLES "/others.fa")) {
    if (id == "HIV1_TAR") continue;  // miRBase lists it as a precursor, hiv1-mir-TAR
    ++all;
    if (probability(sequence) >= 0.5) ++called;
  }
  EXPECT_GE(all, 5);
  EXPECT_EQ(called, 0);
}

TEST(Precursor, RandomLettersAreNot) {
  int called = 0;
  constexpr int kRecords = 200;
  for (int k = 0; k < kRecords; ++k)
    called += probability(random_letters(40 + static_cast<std::size_t>(k), 1000 + static_cast<std::uint64_t>(k))) >= 0.5
                  ? 1
                  : 0;
  EXPECT_LE(called, kRecords / 50);
}

TEST(Precursor, ASequenceWithoutHairpinsHasNone) {
  HairpinFinder finder(shipped().cuts());
  for (const std::string& sequence : {std::string(5000, 'A'), std::string("ACGUACGUACGUACGUACGU"), std::string()})
    EXPECT_TRUE(finder.find(sequence, kMostHairpins).empty()) << sequence.size();
}

TEST(Precursor, ThePriorMovesTheLogOddsByItsOwn) {
  const std::string let7 = records_of(STEMLOOP_EXAMPLES "/hairpins.fa").front().second;
  const auto log_odds = [](double p) { return std::log(p / (1 - p)); };
  for (const double prior : {0.01, 0.1, 0.9})
    EXPECT_NEAR(log_odds(probability(let7, prior)) - log_odds(probability(let7, 0.5)), log_odds(prior), 1e-6);
}

TEST(Precursor, ReasonsAddUpToTheLogOdds) {
  HairpinFinder finder(shipped().cuts());
  const auto found = finder.find(records_of(STEMLOOP_EXAMPLES "/hairpins.fa").front().second, 1);
  ASSERT_EQ(found.size(), 1U);
  const std::vector<const FoundHairpin*> one = {&found[0]};
  const PrecursorCall call = shipped().judge(one, 0.5, true).front();
  double sum = 0;
  for (const Reason& reason : call.reasons) sum += reason.log_odds;
  // Two hairpins of one model differ in their reasons as much as in their log odds: what is left is the same for all.
  const auto other = finder.find(records_of(STEMLOOP_EXAMPLES "/others.fa").front().second, 1);
  ASSERT_EQ(other.size(), 1U);
  const std::vector<const FoundHairpin*> two = {&other[0]};
  const PrecursorCall second = shipped().judge(two, 0.5, true).front();
  double other_sum = 0;
  for (const Reason& reason : second.reasons) other_sum += reason.log_odds;
  const auto log_odds = [](double p) { return std::log(p / (1 - p)); };
  EXPECT_NEAR(sum - other_sum, log_odds(call.probability) - log_odds(second.probability), 0.02);
}

TEST(Precursor, PrecisionAtAPrior) {
  EXPECT_DOUBLE_EQ(precision_at(0.5, 0.9, 0.1), 0.9);
  EXPECT_NEAR(precision_at(1.0 / 1001, 1.0, 0.001), 0.5, 1e-9);
  EXPECT_TRUE(std::isnan(precision_at(0.5, 0, 0)));
}

TEST(Precursor, BrokenDirectoriesAreRefused) {
  const testing::TemporaryFolder folder;
  const auto copy_with = [&](const std::string& file, const auto& change) {
    const std::string directory = folder.path(std::to_string(std::hash<std::string>{}(file)));
    fs::remove_all(directory);
    fs::copy(STEMLOOP_MODELS "/premirna", directory, fs::copy_options::recursive);
    change(directory + "/" + file);
    return directory;
  };
  const auto message = [](const std::string& directory) -> std::string {
    try {
      PrecursorClassifier::open(directory);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  const auto cut_short = [](const std::string& path) { fs::resize_file(path, fs::file_size(path) / 2); };
  for (const char* file : {"booster.ubj", "percentiles.safetensors", "config.json", "cuts/model.safetensors"})
    EXPECT_THAT(message(copy_with(file, cut_short)), HasSubstr(fs::path(file).filename().string()));
  EXPECT_THAT(message(copy_with("cuts/config.json", [](const std::string& path) { fs::remove(path); })),
              HasSubstr("cuts"));
}

// Sixty precursors of the examples' kind and as many random sequences are enough to go all the way.
TEST(Precursor, TrainingIsTheSameOnAnyNumberOfThreads) {
  std::vector<WorldRecord> records;
  const auto examples = records_of(STEMLOOP_EXAMPLES "/hairpins.fa");
  for (std::size_t k = 0; k < 60; ++k) {
    WorldRecord precursor;
    precursor.id = "p" + std::to_string(k);
    precursor.kind = "example", precursor.group = "p" + std::to_string(k % 20);
    precursor.label = 1;
    precursor.sequence = examples[k % examples.size()].second;
    precursor.cuts = {10, 32, -1, -1};
    records.push_back(precursor);
    WorldRecord other;
    other.id = "o" + std::to_string(k);
    other.kind = "random", other.group = "o" + std::to_string(k);
    other.sequence = random_letters(90, 5000 + k);
    records.push_back(other);
  }
  const testing::TemporaryFolder folder;
  std::vector<std::string> bytes;
  for (const int threads : {1, 2}) {
    PrecursorTrainingOptions how;
    how.booster.rounds = 10;
    how.epochs = 1;
    how.channels = 16;
    how.folds = 2;
    how.threads = threads;
    const std::string directory = folder.path("model" + std::to_string(threads));
    train_precursor(directory, records, how);
    EXPECT_NO_THROW(PrecursorClassifier::open(directory));
    std::string all;
    for (const char* file : {"config.json", "booster.ubj", "percentiles.safetensors", "cuts/model.safetensors"}) {
      std::ifstream in(directory + "/" + file, std::ios::binary);
      all.append(std::istreambuf_iterator<char>(in), {});
    }
    bytes.push_back(std::move(all));
  }
  EXPECT_EQ(bytes[0], bytes[1]);
  records.resize(1);
  EXPECT_THROW(train_precursor(folder.path("none"), records, {}), Error);
}

// Rows of a breakdown are those of their records alone, whatever their order in the table.
TEST(Precursor, ScoresByAColumnAreThoseOfItsRecords) {
  const testing::TemporaryFolder folder;
  const std::string table = folder.path("t.tsv");
  write_bytes(
      table,
      "id\tlabel\tclass\tflank5\tflank3\nd\t0\ttRNA\t0\t0\na\t1\tmiRNA\t0\t0\nb\t1\t\t30\t31\nc\t0\ttRNA\t1\t0\n");
  JudgeScores scores;
  scores.ids = {"a", "b", "c", "d"};
  scores.labels = {1, 1, 0, 0};
  scores.probability = {0.9F, 0.2F, 0.8F, 0.1F};
  const auto value = [](const NamedRow& row, const std::string& name) {
    for (const auto& [key, cell] : row) {
      if (key == name) return cell;
    }
    return TypedCell(std::string("missing"));
  };
  const auto text = [](const char* words) { return TypedCell(std::string(words)); };
  const std::vector<NamedRow> classes = score_by(scores, table, "class");
  ASSERT_EQ(classes.size(), 3U);
  EXPECT_EQ(value(classes[0], "class"), text("-"));
  EXPECT_EQ(value(classes[0], "sensitivity"), TypedCell(0.0));
  EXPECT_EQ(value(classes[1], "class"), text("miRNA"));
  EXPECT_EQ(value(classes[1], "sensitivity"), TypedCell(1.0));
  EXPECT_EQ(value(classes[2], "class"), text("tRNA"));
  EXPECT_EQ(value(classes[2], "specificity"), TypedCell(0.5));
  const std::vector<NamedRow> flanks = score_by(scores, table, "flank");
  ASSERT_EQ(flanks.size(), 3U);
  EXPECT_EQ(value(flanks[0], "flank"), text("0 nt"));
  EXPECT_EQ(value(flanks[0], "auroc"), TypedCell(1.0));
  EXPECT_EQ(value(flanks[2], "flank"), text("61 to 120 nt"));
  scores.ids[0] = "other";
  EXPECT_THAT([&] { score_by(scores, table, "class"); },
              ::testing::ThrowsMessage<Error>(HasSubstr("no row has the id 'other'")));
  EXPECT_THAT([&] { score_by(scores, table, "family"); }, ::testing::ThrowsMessage<Error>(HasSubstr("family")));
  write_bytes(table, "id\tclass\na\tx\na\ty\n");
  EXPECT_THAT([&] { score_by(scores, table, "class"); },
              ::testing::ThrowsMessage<Error>(HasSubstr("'a' stands twice")));
}

// The first look sees what a longer record shows too, and lets the well-known precursors pass.
TEST(Precursor, AFirstLookLosesNoneOfTheExamples) {
  const CutModel& cuts = shipped().cuts();
  CutModel::Scratch scratch = cuts.scratch();
  LocalFolder local(make_model(load_parameters("turner2004")));
  Matrix rows{0, std::ssize(first_measures()), {}};
  const auto look = [&](const std::string& sequence, std::vector<float>& row) {
    std::vector<LocalStemLoop> stems = local.stem_loops(sequence);
    ASSERT_FALSE(stems.empty());
    const auto best = std::min_element(
        stems.begin(), stems.end(), [](const LocalStemLoop& a, const LocalStemLoop& b) { return a.score < b.score; });
    const std::optional<ArmCall> arms = cuts.predict(sequence, *best, scratch);
    ASSERT_TRUE(arms && can_be_judged(*arms, sequence));
    look_first(sequence, *best, *arms, row);
  };
  for (const auto& [name, sequence] : records_of(STEMLOOP_EXAMPLES "/hairpins.fa")) {
    std::vector<float> row;
    look(sequence, row);
    ASSERT_EQ(std::ssize(row), rows.columns) << name;
    rows.values.insert(rows.values.end(), row.begin(), row.end());
    ++rows.rows;
  }
  const std::vector<bool> worth = shipped().worth_judging(rows);
  EXPECT_EQ(std::count(worth.begin(), worth.end(), true), rows.rows);
  // Letters far from the stem-loop change nothing.
  const std::string hairpin = records_of(STEMLOOP_EXAMPLES "/hairpins.fa").front().second;
  std::vector<float> near, far;
  look(std::string(40, 'A') + hairpin + std::string(40, 'A'), near);
  look(std::string(90, 'A') + hairpin + std::string(70, 'A'), far);
  for (std::size_t m = 0; m < near.size(); ++m) EXPECT_FLOAT_EQ(near[m], far[m]) << first_measures()[m];
}

}  // namespace
}  // namespace stemloop
