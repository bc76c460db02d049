#include "hairpin/drawings.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace stemloop {

namespace {

constexpr double kPi = std::numbers::pi;

Point operator+(Point a, Point b) { return {a.x + b.x, a.y + b.y}; }
Point operator-(Point a, Point b) { return {a.x - b.x, a.y - b.y}; }
Point operator*(Point a, double s) { return {a.x * s, a.y * s}; }
Point rotated(Point a, double angle) {
  return {a.x * std::cos(angle) - a.y * std::sin(angle), a.x * std::sin(angle) + a.y * std::cos(angle)};
}

class Layout {
 public:
  explicit Layout(std::string_view structure) : pairs_(pair_table(structure)), at_(structure.size()) {}

  std::vector<Point> run() {
    exterior();
    while (!open_.empty()) {
      const int i = open_.back();
      open_.pop_back();
      loop(i, pairs_[i]);
    }
    turn_loop_to_the_left();
    return at_;
  }

 private:
  // The exterior loop runs down the right side; stems grow to the left.
  void exterior() {
    double y = 0;
    for (int i = 0; i < size(); ++i) {
      at_[i] = {0, y++};
      if (pairs_[i] <= i) continue;
      at_[pairs_[i]] = {0, y++};
      open_.push_back(i);
      i = pairs_[i];
    }
  }

  // A loop is a regular polygon over its bases, edge 1, on the far side of its closing pair.
  void loop(int i, int j) {
    std::vector<int> corner = {i};
    for (int k = i + 1; k < j; ++k) {
      corner.push_back(k);
      if (pairs_[k] <= k) continue;
      open_.push_back(k);
      k = pairs_[k];
      corner.push_back(k);
    }
    const auto count = static_cast<double>(corner.size() + 1);
    const double step = 2 * kPi / count;
    const double radius = 0.5 / std::sin(kPi / count);
    const Point across = at_[j] - at_[i];
    const Point inward = {-across.y, across.x};
    const Point centre = (at_[i] + at_[j]) * 0.5 + inward * (radius * std::cos(kPi / count));
    const Point spoke = at_[i] - centre;
    for (std::size_t k = 1; k < corner.size(); ++k)
      at_[corner[k]] = centre + rotated(spoke, -step * static_cast<double>(k));
  }

  // Bulges bend the stem: turn the whole so that the farthest base lies to the left of the ends.
  void turn_loop_to_the_left() {
    if (std::all_of(pairs_.begin(), pairs_.end(), [](int partner) { return partner < 0; })) return;
    const Point ends = (at_.front() + at_.back()) * 0.5;
    Point far = ends;
    double farthest = 0;
    for (const Point& p : at_) {
      const double distance = std::hypot(p.x - ends.x, p.y - ends.y);
      if (distance > farthest) {
        farthest = distance;
        far = p;
      }
    }
    const double angle = kPi - std::atan2(far.y - ends.y, far.x - ends.x);
    for (Point& p : at_) p = ends + rotated(p - ends, angle);
  }

  [[nodiscard]] int size() const { return static_cast<int>(pairs_.size()); }

  std::vector<int> pairs_;
  std::vector<Point> at_;
  std::vector<int> open_;  // pairs whose loop is still to be drawn
};

// The picture's colours: full for the picture, soft for letters drawn upon.
struct NucleotideColours {
  const char* soft;
  const char* full;
};
NucleotideColours colours_of(char letter) {
  switch (letter) {
    case 'A':
      return {"#ffe97a", "#ffff00"};
    case 'C':
      return {"#8db4f5", "#0000ff"};
    case 'G':
      return {"#f59a8d", "#ff0000"};
    case 'U':
      return {"#93d991", "#00ff00"};
    default:
      return {"#c8c8c8", "#000000"};
  }
}

constexpr double kStep = 22;
constexpr double kRadius = 8.5;
constexpr double kMargin = 28;
constexpr double kHeader = 46;
constexpr double kPictureCell = 7;
constexpr double kPictureLabels = 34;

void add_structure(Drawing& drawing, std::string_view sequence, const std::vector<int>& pairs,
                   const std::vector<Point>& at) {
  const int n = static_cast<int>(sequence.size());
  Polyline backbone{at, 1.6, "#9a9a9a"};
  drawing.add(backbone);
  for (int i = 0; i < n; ++i) {
    if (pairs[i] <= i) continue;
    const bool wobble = kPairTypes[base_code(sequence[i])][base_code(sequence[pairs[i]])] == 3 ||
                        kPairTypes[base_code(sequence[i])][base_code(sequence[pairs[i]])] == 4;
    drawing.add(Line{at[i], at[pairs[i]], wobble ? 1.5 : 3.0, wobble ? "#b0b0b0" : "#555555"});
  }
  for (int i = 0; i < n; ++i) {
    drawing.add(Circle{at[i], kRadius, colours_of(sequence[i]).soft, "#555555", 0.8});
    drawing.add(Text{{at[i].x, at[i].y + 3.8}, std::string(1, sequence[i]), 10.5, Anchor::kMiddle, "#1a1a1a", true});
  }
  // Numbers every ten bases and the ends, pushed away from the middle of the neighbours.
  for (int i = 0; i < n; ++i) {
    const bool end = i == 0 || i + 1 == n;
    if (!end && (i + 1) % 10 != 0) continue;
    const Point before = at[std::max(0, i - 1)];
    const Point behind = at[std::min(n - 1, i + 1)];
    Point away = pairs[i] >= 0 ? at[i] - at[pairs[i]] : rotated(behind - before, -kPi / 2);
    const double length = std::hypot(away.x, away.y);
    away = length > 0 ? away * (1 / length) : Point{1, 0};
    const Point label = at[i] + away * (kRadius + 9);
    const std::string text = i == 0 ? "5'" : i + 1 == n ? "3'" : std::to_string(i + 1);
    drawing.add(
        Text{{label.x, label.y + 3}, text, end ? 12.0 : 8.5, Anchor::kMiddle, end ? "#000000" : "#777777", end});
  }
}

}  // namespace

std::vector<Point> structure_layout(std::string_view structure) { return Layout(structure).run(); }

void add_picture(Drawing& drawing, const Picture& picture, Point corner, double cell) {
  drawing.add(Rectangle{corner, cell * kPictureColumns, cell * kPictureRows, "#ffffff", "#bbbbbb", 1});
  constexpr const char* kFull[] = {"#000000", "#ff0000", "#0000ff", "#00ff00", "#ffff00"};
  const double middle = corner.y + cell * kTopRows;
  for (int x = 0; x < picture.width(); ++x) {
    const double left = corner.x + cell * x;
    const double top = cell * picture.height[0][x];
    drawing.add(Rectangle{{left, middle - top}, cell, top, kFull[picture.colour[0][x]], "", 0});
    drawing.add(Rectangle{{left, middle}, cell, cell * picture.height[1][x], kFull[picture.colour[1][x]], "", 0});
  }
}

Drawing draw_hairpin(std::string_view sequence, std::string_view structure, const std::string& title,
                     const std::string& subtitle) {
  std::vector<Point> at = structure_layout(structure);
  Point low = {0, 0};
  Point high = {0, 0};
  for (Point& p : at) p = p * kStep;
  if (!at.empty()) low = high = at.front();
  for (const Point& p : at) {
    low = {std::min(low.x, p.x), std::min(low.y, p.y)};
    high = {std::max(high.x, p.x), std::max(high.y, p.y)};
  }
  const HairpinLayout layout = lay_out(sequence, structure);
  const double picture_width = layout.columns.empty() ? 0 : kPictureCell * kPictureColumns;
  Drawing drawing;
  drawing.width = std::max({high.x - low.x, picture_width, 360.0}) + 2 * kMargin;
  const double structure_height = high.y - low.y + 2 * kMargin;
  drawing.height = kHeader + structure_height;
  drawing.add(Text{{kMargin, 24}, title, 16, Anchor::kStart, "#000000", true});
  drawing.add(Text{{kMargin, 42}, subtitle, 12, Anchor::kStart, "#444444"});
  const double spare = drawing.width - 2 * kMargin - (high.x - low.x);
  for (Point& p : at) p = p - low + Point{kMargin + spare / 2, kHeader + kMargin};
  add_structure(drawing, sequence, pair_table(structure), at);
  if (layout.columns.empty()) return drawing;

  const Point corner = {(drawing.width - picture_width) / 2, drawing.height + kPictureLabels / 2};
  add_picture(drawing, draw_picture(layout.columns), corner, kPictureCell);
  drawing.height = corner.y + kPictureCell * kPictureRows + kPictureLabels;
  const double label = corner.y + kPictureCell * kPictureRows + 14;
  drawing.add(Text{{corner.x, label}, "terminal loop", 10, Anchor::kStart, "#555555"});
  drawing.add(Text{{corner.x + picture_width, label},
                   "5' strand above, 3' strand below; ends at the right",
                   10,
                   Anchor::kEnd,
                   "#555555"});
  double x = corner.x + picture_width / 2 - 70;
  for (const char letter : {'A', 'C', 'G', 'U', '-'}) {
    drawing.add(Rectangle{{x, label - 9}, 10, 10, colours_of(letter).full, "#bbbbbb", 0.5});
    drawing.add(Text{{x + 13, label}, letter == '-' ? "gap" : std::string(1, letter), 10, Anchor::kStart, "#555555"});
    x += 30;
  }
  return drawing;
}

std::string text_hairpin(std::string_view sequence, std::string_view structure) {
  const HairpinLayout layout = lay_out(sequence, structure);
  if (layout.columns.empty()) return {};
  // The pairs around the terminal loop, from the outermost inwards.
  const std::vector<int> pairs = pair_table(structure);
  std::vector<int> around;
  for (int i = 0; i <= layout.loop_open; ++i) {
    if (pairs[i] >= layout.loop_close) around.push_back(i);
  }
  enum { kUpper, kUpperPaired, kBars, kLowerPaired, kLower, kLines };
  std::string line[kLines];
  const auto column = [&line](const char(&letters)[kLines + 1]) {
    for (int k = 0; k < kLines; ++k) line[k] += letters[k];
  };
  int left = 0;
  int right = static_cast<int>(sequence.size()) - 1;
  for (const int i : around) {
    const int j = pairs[i];
    while (left < i || right > j) {
      const char top = left < i ? sequence[left++] : kGapLetter;
      const char bottom = right > j ? sequence[right--] : kGapLetter;
      column({top, ' ', ' ', ' ', bottom, '\0'});
    }
    const PairType pair = kPairTypes[base_code(sequence[i])][base_code(sequence[j])];
    column({' ', sequence[i], pair == 3 || pair == 4 ? ':' : '|', sequence[j], ' ', '\0'});
    left = i + 1;
    right = j - 1;
  }
  // The terminal loop closes over the last column.
  while (right - left > 2) {
    column({sequence[left], ' ', ' ', ' ', sequence[right], '\0'});
    ++left;
    --right;
  }
  if (right - left == 2) column({' ', sequence[left], sequence[left + 1], sequence[right], ' ', '\0'});
  if (right - left == 1) column({' ', sequence[left], ' ', sequence[right], ' ', '\0'});
  if (right == left) column({' ', ' ', sequence[left], ' ', ' ', '\0'});
  std::string text;
  for (int k = 0; k < kLines; ++k) {
    line[k].erase(line[k].find_last_not_of(' ') + 1);
    text += (k == kUpper ? "5' " : k == kLower ? "3' " : "   ") + line[k] + '\n';
  }
  return text;
}

}  // namespace stemloop
