// Laws of local folding: the rows equal folding every interval by itself, energies add up, and nothing that lies
// further away than the span has a say.
#include "fold/local.h"

#include <gmock/gmock.h>

#include "fold/fold.h"
#include "sanitized.h"
#include "standard_model.h"
#include "support.h"

namespace stemloop {
namespace {

using testing::error_of;
using ::testing::HasSubstr;
using testing::random_sequence;
using testing::standard_model;

void expect_same(const std::vector<LocalStemLoop>& a, const std::vector<LocalStemLoop>& b, int shift = 0) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t k = 0; k < a.size(); ++k) {
    ASSERT_EQ(a[k].begin + shift, b[k].begin);
    ASSERT_EQ(a[k].end + shift, b[k].end);
    ASSERT_EQ(a[k].loop_open + shift, b[k].loop_open);
    ASSERT_EQ(a[k].loop_close + shift, b[k].loop_close);
    ASSERT_EQ(a[k].energy, b[k].energy);
    ASSERT_EQ(a[k].score, b[k].score);
    ASSERT_EQ(a[k].structure, b[k].structure);
  }
}

// Random letters, with a hairpin planted now and then, an N, or a repeat of few letters (many ties).
std::string piece_for_test(int item) {
  Random random(21, static_cast<std::uint64_t>(item));
  const int length = static_cast<int>(random.below(420));
  std::string s = random_sequence(length, 0.2 + 0.6 * random.uniform(), 22, static_cast<std::uint64_t>(item));
  if (item % 4 == 0 && length > 120) {
    const std::size_t at = random.below(s.size() - 100);
    for (std::size_t k = 0; k < 30; ++k) {
      const char letter = s[at + k];
      s[at + 75 - k] = letter == 'A' ? 'U' : letter == 'C' ? 'G' : letter == 'G' ? 'C' : 'A';
    }
  }
  if (item % 5 == 1 && length > 0) s[random.below(s.size())] = 'N';
  if (item % 7 == 2) {
    for (std::size_t k = 0; k < s.size(); ++k) s[k] = "GUCA"[k % (2 + random.below(3))];
  }
  return s;
}

TEST(Local, RowsEqualEveryIntervalFoldedByItself) {
  const LocalOptions all[] = {{},
                              {.span = 40, .min_length = 20, .length_cost = 0, .bound = 2000, .rival_overlap = 0},
                              {.span = 163, .min_length = 5, .length_cost = 0, .bound = 100'000},
                              {.span = 200, .min_length = 40, .length_cost = 25, .bound = 0, .rival_overlap = 100},
                              {.rival_overlap = 67, .least_stacking = 19},
                              {.span = 57, .bound = 2000, .rival_overlap = 100, .least_stacking = 12},
                              {.span = 400, .min_length = 30, .length_cost = 5, .bound = -1000}};
  for (const FoldOptions& fold : {FoldOptions{}, FoldOptions{.temperature_celsius = 20}}) {
    const auto model = make_model(turner2004_parameters(), fold);
    for (const LocalOptions& options : all) {
      LocalFolder folder(model, options);
      for (int item = 0; item < testing::often(60); ++item) {
        const std::string piece = piece_for_test(item);
        SCOPED_TRACE(piece);
        expect_same(folder.stem_loops(piece), stem_loops_plain(*model, options, piece));
        if (HasFatalFailure()) return;
      }
    }
  }
}

TEST(Local, TheFilterIsTheSameInEveryBlockOfRows) {
  const LocalOptions options{.span = 60, .bound = 500, .rival_overlap = 67, .least_stacking = 14};
  const std::string piece = random_sequence(2 * 2048 + 150, 0.5, 24, 0);
  LocalFolder folder(standard_model(), options);
  const auto filtered = folder.stem_loops(piece);
  expect_same(filtered, stem_loops_plain(*standard_model(), options, piece));
  LocalOptions all = options;
  all.least_stacking = 0;
  EXPECT_LT(filtered.size(), LocalFolder(standard_model(), all).stem_loops(piece).size());
  // The next strand has the same memory.
  expect_same(folder.stem_loops(piece.substr(64)), stem_loops_plain(*standard_model(), options, piece.substr(64)));
}

TEST(Local, EnergyIsThatOfTheStructure) {
  const auto model = standard_model();
  LocalFolder folder(model, {.span = 200, .length_cost = 0, .bound = 100'000});
  int seen = 0;
  for (int item = 0; item < 40; ++item) {
    const std::string piece = piece_for_test(item);
    for (const LocalStemLoop& t : folder.stem_loops(piece)) {
      const std::string letters = piece.substr(t.begin, t.end - t.begin);
      const Evaluation evaluation = evaluate(model->energy, letters, t.structure);
      // The exterior loop of the interval alone is the end of its stem.
      EXPECT_EQ(evaluation.energy, t.score) << letters;
      EXPECT_EQ(evaluation.energy - evaluation.loops[0].energy, t.energy) << letters;
      EXPECT_EQ(t.structure.find(')'), t.loop_close - t.begin);
      EXPECT_EQ(t.structure.rfind('('), t.loop_open - t.begin);
      ++seen;
    }
  }
  EXPECT_GT(seen, 40);
}

TEST(Local, UnbranchedMinimumIsTheFoldersWhereItsFoldIsAStemLoop) {
  const auto model = standard_model();
  Folder whole(model);
  LocalFolder folder(model, {.span = 200, .min_length = 5, .length_cost = 0, .bound = 100'000});
  int compared = 0;
  for (int item = 0; item < 200; ++item) {
    const std::string inside = random_sequence(60, 0.5, 23, static_cast<std::uint64_t>(item));
    const std::string s = "GG" + inside + "CC";
    const Fold fold = whole.fold(s);
    const std::vector<int> pairs = pair_table(fold.structure);
    if (pairs[0] != static_cast<int>(s.size()) - 1 || fold.structure.rfind('(') > fold.structure.find(')')) continue;
    const auto loops = folder.stem_loops(s);
    const auto best = std::min_element(loops.begin(), loops.end(), [](auto& a, auto& b) { return a.score < b.score; });
    EXPECT_EQ(best->score, fold.energy) << s;
    ++compared;
  }
  EXPECT_GT(compared, 10);
}

TEST(Local, WhatLiesFurtherThanTheSpanHasNoSay) {
  const LocalOptions options{.span = 80, .bound = 0, .least_stacking = 16};
  LocalFolder folder(standard_model(), options);
  for (int item = 0; item < 40; ++item) {
    const std::string core = random_sequence(400, 0.5, 24, static_cast<std::uint64_t>(item));
    const int shift = 1 + item * 7;
    const std::string with = random_sequence(shift, 0.6, 25, static_cast<std::uint64_t>(item)) + core +
                             random_sequence(150, 0.4, 26, static_cast<std::uint64_t>(item));
    // Of those that keep the span's distance from both ends of the core.
    const auto inner = [&](const std::vector<LocalStemLoop>& loops, int begin) {
      std::vector<LocalStemLoop> kept;
      for (const LocalStemLoop& t : loops) {
        if (t.begin - begin >= options.span && t.end - begin <= 400 - options.span) kept.push_back(t);
      }
      return kept;
    };
    SCOPED_TRACE(core);
    expect_same(inner(folder.stem_loops(core), 0), inner(folder.stem_loops(with), shift), shift);
  }
}

TEST(Local, OptionsOutOfRangeAreSaid) {
  const auto error = [](const LocalOptions& options) {
    return error_of([&] { LocalFolder folder(standard_model(), options); });
  };
  EXPECT_THAT(error({.span = 19}), HasSubstr("span 19 is outside 20 to 400"));
  EXPECT_THAT(error({.span = 401}), HasSubstr("span 401"));
  EXPECT_THAT(error({.span = 60, .min_length = 61}), HasSubstr("shortest stem-loop 61"));
  EXPECT_THAT(error({.length_cost = -1}), HasSubstr("cost of a base -1"));
  const auto strict = make_model(turner2004_parameters(), {.no_lonely_pairs = true});
  EXPECT_THAT(error_of([&] { LocalFolder folder(strict); }), HasSubstr("lonely pairs"));
}

TEST(Local, NothingToPairIsNothingToTell) {
  LocalFolder folder(standard_model());
  EXPECT_TRUE(folder.stem_loops("").empty());
  EXPECT_TRUE(folder.stem_loops("A").empty());
  EXPECT_TRUE(folder.stem_loops(std::string(500, 'N')).empty());
  EXPECT_TRUE(folder.stem_loops(std::string(500, 'A')).empty());
}

}  // namespace
}  // namespace stemloop
