#include "net/hairpin_reader.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "data/data.h"

namespace stemloop {

namespace {

constexpr std::string_view kLetters = "GCUA";  // colours 1 to 4
constexpr int kShortestLoop = 3;
constexpr double kTiny = 1e-30;
constexpr double kNone = -std::numeric_limits<double>::infinity();

// Log odds that unpaired bases which could pair face each other in a fold, less those of their letters side by side by
// chance: between the pairs of a hairpin and beyond the last one, next to a pair and apart from one; and of the first
// and last letter of a terminal loop that leaves room for them to pair. From 8,928 folds (docs/results.md).
constexpr double kInsideNext = -4.0, kInsideApart = -1.1;
constexpr double kFreeNext = -2.2, kFreeApart = -0.3;
constexpr double kLoopEnds = -2.9;

// What a column can be. Columns run from the loop to the open end: once free, there is no pair any more.
enum State : std::uint8_t { kPair, kInsidePairable, kInside, kFreePairable, kFree };
constexpr int kStates = 5;
using ByState = std::array<double, kStates>;

// Log odds of a column's state after another's.
constexpr double step(int from, int to) {
  constexpr double kI = kInsideNext - kInsideApart, kF = kFreeNext - kFreeApart;
  constexpr double kSteps[kStates][kStates] = {{0, kI, 0, kF, 0},
                                               {kI, 0, 0, kNone, kNone},
                                               {0, 0, 0, kNone, kNone},
                                               {kNone, kNone, kNone, 0, 0},
                                               {kNone, kNone, kNone, 0, 0}};
  return kSteps[from][to];
}
constexpr bool may_be_last(int state) { return state == kPair || state == kFreePairable || state == kFree; }

// Heights of bases as the picture draws them: the extent of the pair, one pixel, and at least two more if unpaired.
int extent(char a, char b) {
  switch (kPairTypes[base_code(a)][base_code(b)]) {
    case 1:
    case 2:
      return 1;
    case 5:
    case 6:
      return 2;
    case 3:
    case 4:
      return 3;
    default:
      return 4;
  }
}
bool can_pair(char a, char b) { return extent(a, b) < 4; }

class HairpinReader {
 public:
  HairpinReader(std::span<const Bar> top, std::span<const Bar> bottom, double temperature, Random& random)
      : width_(static_cast<int>(top.size())), temperature_(temperature), random_(random) {
    for (const Bar& b : top) cells_[0].push_back(cell_of(b));
    for (const Bar& b : bottom) cells_[1].push_back(cell_of(b));
  }

  std::pair<std::string, std::string> read() {
    if (width_ <= kShortestLoop) return {};
    score_suffixes();
    int loop = 0;
    double highest = kNone;
    for (int length = kShortestLoop; length < width_; ++length) {
      double score = suffix(length)[kPair] + joined(end_scores(length));
      for (int i = 1; i < length - 1; ++i) score += joined(letter_scores(i, length));
      if (score > highest) {
        highest = score;
        loop = length;
      }
    }
    std::string letters, marks;  // of the top strand from its 5' end, then of the bottom one behind the loop
    std::string bottom, bottom_marks;
    int state = kPair;
    for (int x = loop; x < width_; ++x) {
      if (x > loop) state = next_state(x, state);
      const Column column = choose_column(x, state);
      if (column.top != kGapLetter) {
        letters += column.top;
        marks += column.top_state == ColumnState::kPaired ? '(' : '.';
      }
      if (column.bottom != kGapLetter) {
        bottom += column.bottom;
        bottom_marks += column.bottom_state == ColumnState::kPaired ? ')' : '.';
      }
    }
    std::reverse(letters.begin(), letters.end());
    std::reverse(marks.begin(), marks.end());
    const int ends = pick(end_scores(loop));
    letters += kLetters[static_cast<std::size_t>(ends % 4)];
    for (int i = loop - 2; i >= 1; --i) letters += kLetters[static_cast<std::size_t>(pick(letter_scores(i, loop)))];
    letters += kLetters[static_cast<std::size_t>(ends / 4)];
    marks += std::string(static_cast<std::size_t>(loop), '.');
    return {letters + bottom, marks + bottom_marks};
  }

 private:
  // log P(a letter is this), log P(height is this many pixels), log P(it is at least as many).
  struct Cell {
    double colour[kBarColours];
    double exactly[kTopRows + 1];
    double at_least[kTopRows + 1];
  };
  static Cell cell_of(const Bar& b) {
    Cell cell;
    for (int c = 0; c < kBarColours; ++c) cell.colour[c] = b.colour[static_cast<std::size_t>(c)];
    std::fill(std::begin(cell.exactly), std::end(cell.exactly), std::log(kTiny));
    std::fill(std::begin(cell.at_least), std::end(cell.at_least), std::log(kTiny));
    double tail = 0;
    for (int k = static_cast<int>(b.height.size()) - 1; k >= b.first_class; --k) {
      const int pixels = k + b.pixels_less;
      const double p = std::exp(static_cast<double>(b.height[static_cast<std::size_t>(k)]));
      tail += p;
      cell.exactly[pixels] = std::log(p + kTiny);
      for (int below = pixels; below >= 0; --below) cell.at_least[below] = std::log(tail + kTiny);
    }
    return cell;
  }
  [[nodiscard]] const Cell& cell(int strand, int x) const { return cells_[strand][static_cast<std::size_t>(x)]; }
  [[nodiscard]] double letter(int strand, int x, std::size_t l) const { return cell(strand, x).colour[l + 1]; }
  [[nodiscard]] double unpaired(int strand, int x, int base) const { return cell(strand, x).at_least[base + 3]; }

  // The score of what is most probable, or, with a temperature, of all together.
  template <class Scores>
  [[nodiscard]] double joined(const Scores& scores) const {
    const double highest = *std::max_element(scores.begin(), scores.end());
    if (temperature_ <= 0 || highest == kNone) return highest;
    double sum = 0;
    for (const double score : scores) sum += std::exp((score - highest) / temperature_);
    return highest + temperature_ * std::log(sum);
  }
  template <class Scores>
  int pick(const Scores& scores) {
    const std::vector<float> log_p(scores.begin(), scores.end());
    return choose(log_p, temperature_, random_);
  }

  // Calls f(column, score) for everything column x can be in a state.
  template <class Function>
  void for_choices(int x, int state, Function f) const {
    const double gap[] = {cell(0, x).colour[0] + cell(0, x).exactly[2], cell(1, x).colour[0] + cell(1, x).exactly[2]};
    for (std::size_t a = 0; a < kLetters.size(); ++a) {
      const char top = kLetters[a];
      if (state == kInside || state == kFree) {
        f(Column{top, kGapLetter, ColumnState::kUnpaired, ColumnState::kGap},
          letter(0, x, a) + unpaired(0, x, 1) + gap[1]);
        f(Column{kGapLetter, top, ColumnState::kGap, ColumnState::kUnpaired},
          letter(1, x, a) + unpaired(1, x, 1) + gap[0]);
      }
      for (std::size_t b = 0; b < kLetters.size(); ++b) {
        const char bottom = kLetters[b];
        const int base = extent(top, bottom);
        const double letters = letter(0, x, a) + letter(1, x, b);
        const bool wanted = can_pair(top, bottom) == (state != kInside && state != kFree);
        if (!wanted) continue;
        if (state == kPair) {
          f(Column{top, bottom, ColumnState::kPaired, ColumnState::kPaired},
            letters + cell(0, x).exactly[base + 1] + cell(1, x).exactly[base + 1]);
        } else {
          const double apart = state == kInsidePairable ? kInsideApart : state == kFreePairable ? kFreeApart : 0;
          f(Column{top, bottom, ColumnState::kUnpaired, ColumnState::kUnpaired},
            letters + unpaired(0, x, base) + unpaired(1, x, base) + apart);
        }
      }
    }
  }
  Column choose_column(int x, int state) {
    std::vector<Column> columns;
    std::vector<double> scores;
    for_choices(x, state, [&](const Column& column, double score) {
      columns.push_back(column);
      scores.push_back(score);
    });
    return columns[static_cast<std::size_t>(pick(scores))];
  }

  // suffix(x)[state]: the score of columns x to the last if column x is in the state.
  [[nodiscard]] const ByState& suffix(int x) const { return suffixes_[static_cast<std::size_t>(x)]; }
  [[nodiscard]] ByState behind(int x, int from) const {
    ByState scores;
    for (int to = 0; to < kStates; ++to)
      scores[static_cast<std::size_t>(to)] = step(from, to) + suffix(x)[static_cast<std::size_t>(to)];
    return scores;
  }
  void score_suffixes() {
    suffixes_.resize(static_cast<std::size_t>(width_));
    for (int x = width_ - 1; x >= 0; --x) {
      for (int state = 0; state < kStates; ++state) {
        std::vector<double> scores;
        for_choices(x, state, [&](const Column&, double score) { scores.push_back(score); });
        const double rest = x + 1 < width_ ? joined(behind(x + 1, state)) : may_be_last(state) ? 0 : kNone;
        suffixes_[static_cast<std::size_t>(x)][static_cast<std::size_t>(state)] = joined(scores) + rest;
      }
    }
  }
  int next_state(int x, int from) { return pick(behind(x, from)); }

  // The loop's letter i stands at column i of the top strand and at column length - 1 - i of the bottom one.
  [[nodiscard]] double loop_score(int i, int length, std::size_t l) const {
    const int j = length - 1 - i;
    return letter(0, i, l) + letter(1, j, l) + unpaired(0, i, 1) + unpaired(1, j, 1);
  }
  [[nodiscard]] std::array<double, 4> letter_scores(int i, int length) const {
    std::array<double, 4> scores;
    for (std::size_t l = 0; l < 4; ++l) scores[l] = loop_score(i, length, l);
    return scores;
  }
  // Of the letters 0 and length - 1 together, which face each other across the closing pair: 4 * first + last.
  [[nodiscard]] std::array<double, 16> end_scores(int length) const {
    std::array<double, 16> scores;
    for (std::size_t first = 0; first < 4; ++first) {
      for (std::size_t last = 0; last < 4; ++last) {
        const bool room = length >= kShortestLoop + 2;
        scores[4 * first + last] = loop_score(0, length, first) + loop_score(length - 1, length, last) +
                                   (room && can_pair(kLetters[first], kLetters[last]) ? kLoopEnds : 0);
      }
    }
    return scores;
  }

  int width_;
  double temperature_;
  Random& random_;
  std::vector<Cell> cells_[2];
  std::vector<ByState> suffixes_;
};

}  // namespace

int choose(std::span<const float> log_p, double temperature, Random& random) {
  const auto highest = std::max_element(log_p.begin(), log_p.end());
  const auto best = static_cast<int>(highest - log_p.begin());
  if (temperature <= 0) return best;
  double sum = 0;
  std::vector<double> weights;
  for (const float l : log_p) {
    weights.push_back(std::exp((l - *highest) / temperature));
    sum += weights.back();
  }
  double left = random.uniform() * sum;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    left -= weights[i];
    if (left < 0) return static_cast<int>(i);
  }
  return best;
}

std::pair<std::string, std::string> read_hairpin(std::span<const Bar> top, std::span<const Bar> bottom,
                                                 double temperature, Random& random) {
  return HairpinReader(top, bottom, temperature, random).read();
}

}  // namespace stemloop
