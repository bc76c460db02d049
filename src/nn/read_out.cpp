#include "nn/read_out.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "util/util.h"

namespace stemloop {

namespace {

constexpr int kBarColours = 5;

// Log-probabilities of one bar: colours 0 to 4 (and no bar), heights by class.
struct Bar {
  std::span<const float> colour;
  std::span<const float> height;
  int first_class;  // of a bar: the first that is two pixels
  int pixels_less;  // pixels - class
};

int best(std::span<const float> p) { return static_cast<int>(std::max_element(p.begin(), p.end()) - p.begin()); }

int choose(std::span<const float> log_p, const ReadOut& how, Random& random) {
  if (how.temperature <= 0) return best(log_p);
  const float highest = *std::max_element(log_p.begin(), log_p.end());
  double sum = 0;
  std::vector<double> weights;
  for (const float l : log_p) {
    weights.push_back(std::exp((l - highest) / how.temperature));
    sum += weights.back();
  }
  double left = random.uniform() * sum;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    left -= weights[i];
    if (left < 0) return static_cast<int>(i);
  }
  return best(log_p);
}

double highest_of(std::span<const float> p) { return *std::max_element(p.begin(), p.end()); }

// How much more probable a bar is than none.
double bar_gain(const Bar& bar) {
  const double with = highest_of(bar.colour.first(kBarColours)) + highest_of(bar.height.subspan(bar.first_class));
  const double colour_blank =
      bar.colour.size() > kBarColours ? bar.colour[kBarColours] : highest_of(bar.colour.first(kBarColours));
  return with - (colour_blank + bar.height[0]);
}

// --- whole hairpins --------------------------------------------------------------------------------------------------

constexpr std::string_view kLetters = "GCUA";  // colours 1 to 4
constexpr int kShortestLoop = 3;

// What the decoder says of one picture: bar(strand, column).
class HairpinReader {
 public:
  template <class BarAt>
  HairpinReader(BarAt bar, int width, const ReadOut& how, Random& random) : width_(width), how_(how), random_(random) {
    for (int x = 0; x < width; ++x) {
      for (int strand = 0; strand < 2; ++strand) {
        const Bar b = bar(strand, x);
        Cell& cell = cells_[strand][x];
        for (int c = 0; c < kBarColours; ++c) cell.colour[c] = b.colour[static_cast<std::size_t>(c)];
        const auto classes = static_cast<int>(b.height.size());
        // P(height is this many pixels) and P(it is at least as many).
        double tail = 0;
        for (int k = classes - 1; k >= b.first_class; --k) {
          const int pixels = k + b.pixels_less;
          const double p = std::exp(static_cast<double>(b.height[static_cast<std::size_t>(k)]));
          tail += p;
          cell.exactly[pixels] = std::log(p + kTiny);
          for (int below = pixels; below >= 0; --below) cell.at_least[below] = std::log(tail + kTiny);
        }
      }
    }
  }

  // Sequence and structure; empty if there is no room for a hairpin.
  std::pair<std::string, std::string> read() {
    if (width_ <= kShortestLoop) return {};
    std::vector<double> best(static_cast<std::size_t>(width_)), best_pair(best.size());
    for (int x = 0; x < width_; ++x) {
      double all = kNone, pairs = kNone;
      for_choices(x, [&](const Column& column, double score) {
        all = std::max(all, score);
        if (column.top_state == ColumnState::kPaired) pairs = std::max(pairs, score);
      });
      best[static_cast<std::size_t>(x)] = all;
      best_pair[static_cast<std::size_t>(x)] = pairs;
    }
    int loop = 0;
    double highest = kNone;
    for (int length = kShortestLoop; length < width_; ++length) {
      double score = best_pair[static_cast<std::size_t>(length)];
      for (int i = 0; i < length; ++i) score += loop_letter(i, length).second;
      for (int x = length + 1; x < width_; ++x) score += best[static_cast<std::size_t>(x)];
      if (score > highest) {
        highest = score;
        loop = length;
      }
    }
    std::string letters, marks;  // of the top strand from its 5' end, then of the bottom one behind the loop
    std::string bottom, bottom_marks;
    for (int x = loop; x < width_; ++x) {
      const Column column = choose_column(x, x == loop);
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
    for (int i = loop - 1; i >= 0; --i) letters += choose_loop_letter(i, loop);
    marks += std::string(static_cast<std::size_t>(loop), '.');
    return {letters + bottom, marks + bottom_marks};
  }

 private:
  static constexpr double kTiny = 1e-30;
  static constexpr double kNone = -std::numeric_limits<double>::infinity();
  struct Cell {
    double colour[kBarColours];
    double exactly[kTopRows + 1];
    double at_least[kTopRows + 1];
    Cell() {
      std::fill(std::begin(exactly), std::end(exactly), std::log(kTiny));
      std::fill(std::begin(at_least), std::end(at_least), std::log(kTiny));
    }
  };

  // Heights of bases as the picture draws them: the extent of the pair, one pixel, and at least two more if unpaired.
  static int extent(char a, char b) {
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
  [[nodiscard]] double letter(int strand, int x, std::size_t l) const { return cells_[strand][x].colour[l + 1]; }
  [[nodiscard]] double unpaired(int strand, int x, int base) const { return cells_[strand][x].at_least[base + 3]; }

  template <class Function>
  void for_choices(int x, Function f) const {
    const double gap[] = {cells_[0][x].colour[0] + cells_[0][x].exactly[2],
                          cells_[1][x].colour[0] + cells_[1][x].exactly[2]};
    for (std::size_t a = 0; a < kLetters.size(); ++a) {
      const char top = kLetters[a];
      f(Column{top, kGapLetter, ColumnState::kUnpaired, ColumnState::kGap},
        letter(0, x, a) + unpaired(0, x, 1) + gap[1]);
      f(Column{kGapLetter, top, ColumnState::kGap, ColumnState::kUnpaired},
        letter(1, x, a) + unpaired(1, x, 1) + gap[0]);
      for (std::size_t b = 0; b < kLetters.size(); ++b) {
        const char bottom = kLetters[b];
        const int base = extent(top, bottom);
        const double letters = letter(0, x, a) + letter(1, x, b);
        f(Column{top, bottom, ColumnState::kUnpaired, ColumnState::kUnpaired},
          letters + unpaired(0, x, base) + unpaired(1, x, base));
        if (base == 4) continue;
        f(Column{top, bottom, ColumnState::kPaired, ColumnState::kPaired},
          letters + cells_[0][x].exactly[base + 1] + cells_[1][x].exactly[base + 1]);
      }
    }
  }

  // The loop's letter i stands at column i of the top strand and at column length - 1 - i of the bottom one.
  [[nodiscard]] double loop_score(int i, int length, std::size_t l) const {
    const int j = length - 1 - i;
    return letter(0, i, l) + letter(1, j, l) + unpaired(0, i, 1) + unpaired(1, j, 1);
  }
  [[nodiscard]] std::pair<std::size_t, double> loop_letter(int i, int length) const {
    std::pair<std::size_t, double> best{0, kNone};
    for (std::size_t l = 0; l < kLetters.size(); ++l) {
      const double score = loop_score(i, length, l);
      if (score > best.second) best = {l, score};
    }
    return best;
  }
  char choose_loop_letter(int i, int length) {
    std::vector<float> scores;
    for (std::size_t l = 0; l < kLetters.size(); ++l) scores.push_back(static_cast<float>(loop_score(i, length, l)));
    return kLetters[static_cast<std::size_t>(choose(scores, how_, random_))];
  }
  Column choose_column(int x, bool paired) {
    std::vector<Column> columns;
    std::vector<float> scores;
    for_choices(x, [&](const Column& column, double score) {
      if (paired && column.top_state != ColumnState::kPaired) return;
      columns.push_back(column);
      scores.push_back(static_cast<float>(score));
    });
    return columns[static_cast<std::size_t>(choose(scores, how_, random_))];
  }

  int width_;
  const ReadOut& how_;
  Random& random_;
  Cell cells_[2][kPictureColumns];
};

}  // namespace

double standard_normal(Random& random) {
  const double u = 1 - random.uniform();
  return std::sqrt(-2 * std::log(u)) * std::cos(2 * M_PI * random.uniform());
}

bool wants_log_probabilities(const ReadOut& how) { return how.hairpin || how.temperature > 0; }

std::vector<Picture> read_out(const DivaConfig& config, const BarScores& scores, const ReadOut& how) {
  const bool columns = config.backbone == "columns";
  std::vector<Picture> pictures(static_cast<std::size_t>(scores.records));
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    Random random(how.seed, how.first_item + i);
    const auto bar = [&](int strand, int x) {
      const auto at = static_cast<std::int64_t>(i) * kPictureColumns + x;
      const auto colour = scores.colour[strand].at(at), height = scores.height[strand].at(at);
      // columns: class = pixels, 13 or 12 at most; picture: class k is k + 1 pixels, the bottom half has room for 12.
      if (columns) return Bar{colour, height, 2, 0};
      return Bar{colour, strand == 0 ? height : height.first(kBottomRows), 1, 1};
    };
    int width = 1;
    double gain = 0, best_gain = -std::numeric_limits<double>::infinity();
    for (int x = 0; x < kPictureColumns; ++x) {
      gain += bar_gain(bar(0, x)) + bar_gain(bar(1, x));
      if (gain > best_gain) {
        best_gain = gain;
        width = x + 1;
      }
    }
    if (how.hairpin) {
      const auto [sequence, structure] = HairpinReader(bar, width, how, random).read();
      if (!sequence.empty()) {
        pictures[i] = draw_picture(lay_out(sequence, structure).columns);
        continue;
      }
    }
    for (int strand = 0; strand < 2; ++strand) {
      for (int x = 0; x < width; ++x) {
        const Bar b = bar(strand, x);
        pictures[i].colour[strand][x] = static_cast<std::uint8_t>(choose(b.colour.first(kBarColours), how, random));
        const int height = b.first_class + choose(b.height.subspan(b.first_class), how, random);
        pictures[i].height[strand][x] = static_cast<std::uint8_t>(height + b.pixels_less);
      }
    }
  }
  return pictures;
}

}  // namespace stemloop
