#include "hairpin/structure_layout.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>

#include "hairpin/bows.h"
#include "seq/seq.h"

namespace stemloop {

namespace {

constexpr double kPi = std::numbers::pi;
constexpr double kTouching = 0.8;   // bases are drawn as discs of 0.77
constexpr double kSteepest = 2.15;  // first step of a bow against the stem, so that it clears the base before it
constexpr double kAslant = 1.13;    // the same where another bow begins at the same base
constexpr double kTailTilt = 0.2;   // loose ends part from each other, radians
constexpr int kTiltedSteps = 6;

// The way from a stem's axis to its 5' strand: up where the stem runs to the right.
Point towards_5p(Point axis) { return {axis.y, -axis.x}; }

// How generous a layout is: the step along a multiloop, and the length of a stem given to each base of a long bulge.
struct Room {
  double step;
  double bow;
};

class Layout {
 public:
  Layout(const std::vector<int>& pairs, Room room, bool may_turn)
      : pairs_(pairs), at_(pairs.size()), room_(room), may_turn_(may_turn) {}

  std::vector<Point> run() {
    std::vector<int> stems;
    for (int i = 0; i < size(); ++i) {
      if (pairs_[i] <= i) continue;
      stems.push_back(i);
      i = pairs_[i];
    }
    if (stems.empty()) {
      for (int i = 0; i < size(); ++i) at_[i] = {static_cast<double>(i), 0};
      return at_;
    }
    // One stem under the other, as far apart as their loops need; what lies between them runs down the left side.
    double floor = 0;
    for (std::size_t s = 0; s < stems.size(); ++s) {
      const int first = stems[s];
      const int last = pairs_[first];
      stem(first);
      double top = 0, bottom = 0;
      for (int i = first; i <= last; ++i) {
        top = std::min(top, at_[i].y);
        bottom = std::max(bottom, at_[i].y);
      }
      const int between = s == 0 ? 0 : first - pairs_[stems[s - 1]];
      const double above = s == 0 ? 0 : at_[pairs_[stems[s - 1]]].y;
      const double shift = s == 0 ? 0 : std::max(floor + 1.2 - top, above + between + kPairWidth / 2);
      for (int i = first; i <= last; ++i) at_[i].y += shift;
      floor = bottom + shift;
      for (int k = 1; k < between; ++k) {
        const int i = pairs_[stems[s - 1]] + k;
        at_[i] = {0, above + (at_[first].y - above) * k / between};
      }
    }
    tail(stems.front(), -1, 0);
    tail(pairs_[stems.back()], 1, size() - 1);
    return at_;
  }

 private:
  // A loose end runs to the left, away from the other one at first.
  void tail(int from, int step, int end) {
    int count = 0;
    for (int i = from; i != end; i += step, ++count) {
      const double tilt = count < kTiltedSteps ? kTailTilt : 0;
      at_[i + step] = at_[i] + Point{-std::cos(tilt), step * std::sin(tilt)};
    }
  }

  // Everything from the pair of base i on, its axis to the right, its middle at the origin.
  void stem(int first) {
    struct Open {
      int i;
      Point middle;
      Point axis;
    };
    std::vector<Open> open = {{first, {0, 0}, {1, 0}}};
    bows_.clear();
    while (!open.empty()) {
      const auto [i, middle, axis] = open.back();
      open.pop_back();
      const int j = pairs_[i];
      const Point out = towards_5p(axis);
      at_[i] = middle + out * (kPairWidth / 2);
      at_[j] = middle - out * (kPairWidth / 2);
      std::vector<int> branches;
      for (int k = i + 1; k < j; ++k) {
        if (pairs_[k] <= k) continue;
        branches.push_back(k);
        k = pairs_[k];
      }
      if (branches.empty()) {
        hairpin_loop(i, j, middle, axis);
      } else if (branches.size() == 1) {
        const int p = branches.front();
        const int q = pairs_[p];
        // A helix of one pair has a bow on either side of it: both must leave it aslant.
        const bool lonely = (i > first && pairs_[i - 1] != j + 1) || pairs_[p + 1] != q - 1;
        const Point next = middle + axis * length_of(p - i - 1, j - q - 1, lonely);
        open.push_back({p, next, axis});
        if (p > i + 1) bows_.push_back({i + 1, p - i - 1, at_[i], next + out * (kPairWidth / 2), out});
        if (j > q + 1) bows_.push_back({q + 1, j - q - 1, next - out * (kPairWidth / 2), at_[j], out * -1});
      } else {
        multiloop(i, branches, middle, axis, [&](int k, Point m, Point a) { open.push_back({k, m, a}); });
      }
    }
    place_bows(first, pairs_[first]);
  }

  // How far an interior loop takes the stem on: room for the shorter side, and for the longer side to leave.
  [[nodiscard]] double length_of(int a, int b, bool lonely) const {
    constexpr int kWidest = 10;  // longer bows beside a helix of one pair take their chance on a neck
    const int most = std::max(a, b);
    const int least = std::min(a, b);
    if (most == 0) return 1;
    const double usual =
        std::max({std::min(1.2 + 0.3 * (most - 1), 2.2), 0.8 * (least + 1), most < 8 ? 0.0 : room_.bow * most});
    return lonely ? std::max(usual, reach_of_arc(std::min(most, kWidest), kAslant)) : usual;
  }

  void hairpin_loop(int i, int j, Point middle, Point axis) {
    const int count = j - i - 1;
    if (count == 0) return;
    const auto angle = [&](double r) {
      return 2 * std::asin(kPairWidth / 2 / r) + 2 * (count + 1) * std::asin(std::min(1.0, 0.5 / r));
    };
    const double r = rising_zero([&](double x) { return 2 * kPi - angle(x); }, kPairWidth / 2, count + 2.0);
    const double inward = std::sqrt(std::max(0.0, r * r - kPairWidth * kPairWidth / 4));
    const Point centre = middle + axis * inward;
    const double start = std::atan2(-kPairWidth / 2, -inward);
    for (int k = 1; k <= count; ++k) at_[i + k] = on_circle(centre, axis, r, start + 2 * k * std::asin(0.5 / r));
  }

  static Point on_circle(Point centre, Point axis, double r, double angle) {
    return centre + axis * (r * std::cos(angle)) - towards_5p(axis) * (r * std::sin(angle));
  }

  //        side branch
  //           | |
  //        ../   \..          The closing pair and the branch with most bases face each other on a circle; what lies
  //   i ..           .. p     between them is spread over the upper and the lower half.
  //   j ..           .. q
  //        .........
  template <class Push>
  void multiloop(int i, const std::vector<int>& branches, Point middle, Point axis, Push push) {
    const int main = *std::max_element(branches.begin(), branches.end(),
                                       [&](int a, int b) { return pairs_[a] - a < pairs_[b] - b; });
    const int ends[2][2] = {{i, main}, {pairs_[main], pairs_[i]}};
    const auto steps_and_pairs = [&](int half) {
      std::pair<int, int> counts = {0, 0};
      for (int k = ends[half][0]; k != ends[half][1];) {
        ++counts.first;
        ++k;
        if (k == ends[half][1] || pairs_[k] <= k) continue;
        ++counts.second;
        k = pairs_[k];
      }
      return counts;
    };
    int all_steps = 0, all_pairs = 2;
    double r = 1.3;
    for (int half = 0; half < 2; ++half) {
      const auto [steps, pairs] = steps_and_pairs(half);
      r = std::max(r, radius_for(kPi, steps, pairs + 1));
      all_steps += steps;
      all_pairs += pairs;
    }
    // Two halves too unlike would tear the shorter one open: then all stand evenly, and the main branch turns.
    const double even = std::max(1.3, radius_for(2 * kPi, all_steps, all_pairs));
    const bool turned = may_turn_ && r > 1.6 * even;
    if (turned) r = even;
    const double pair_angle = 2 * std::asin(kPairWidth / 2 / r);
    const Point centre = middle + axis * (r * std::cos(pair_angle / 2));
    double angle = -kPi + pair_angle / 2;
    const auto branch = [&](int k) {
      const Point out = on_circle({0, 0}, axis, 1, angle + pair_angle / 2);
      push(k, centre + out * (r * std::cos(pair_angle / 2)), out);
      angle += pair_angle;
    };
    for (int half = 0; half < 2; ++half) {
      const auto [steps, pairs] = steps_and_pairs(half);
      const double step =
          turned ? (2 * kPi - pair_angle * all_pairs) / all_steps : (kPi - pair_angle * (pairs + 1)) / steps;
      for (int k = ends[half][0]; k != ends[half][1];) {
        ++k;
        angle += step;
        if (k == ends[half][1]) break;
        at_[k] = on_circle(centre, axis, r, angle);
        if (pairs_[k] <= k) continue;
        branch(k);
        k = pairs_[k];
      }
      if (half == 0) branch(main);
    }
  }

  [[nodiscard]] double radius_for(double angle, int steps, int pairs) const {
    return rising_zero([&](double x) { return angle - used(x, steps, pairs); }, 0.75, size() + 2.0);
  }

  [[nodiscard]] double used(double r, int steps, int pairs) const {
    return 2 * steps * std::asin(std::min(1.0, room_.step / 2 / r)) +
           2 * pairs * std::asin(std::min(1.0, kPairWidth / 2 / r));
  }

  // Short bows first, as plain arcs; where one would meet other bases, or is too long for an arc, it goes on a neck.
  void place_bows(int first, int last) {
    std::vector<char> in_bow(pairs_.size(), 0);
    for (const Bow& bow : bows_) std::fill_n(in_bow.begin() + bow.first, bow.count, 1);
    Near placed;
    for (int i = first; i <= last; ++i) {
      if (in_bow[i] == 0) placed.add(at_[i]);
    }
    std::stable_sort(bows_.begin(), bows_.end(), [](const Bow& a, const Bow& b) { return a.count < b.count; });
    for (const Bow& bow : bows_) {
      std::vector<Point> best;
      double clearance = -1;
      for (int legs = 0; legs <= bow.count / 2 && clearance < kTouching; ++legs) {
        std::vector<Point> points =
            legs == 0 ? arc(bow.from, bow.to, bow.out, bow.count, kSteepest) : on_neck(bow, legs);
        if (points.empty()) continue;
        double least = 1;
        for (const Point& p : points) least = std::min(least, placed.closest(p, bow.from, bow.to));
        if (least <= clearance) continue;
        clearance = least;
        best = std::move(points);
      }
      for (int k = 0; k < bow.count; ++k) {
        at_[bow.first + k] = best[k];
        placed.add(best[k]);
      }
    }
  }

  [[nodiscard]] int size() const { return static_cast<int>(pairs_.size()); }

  const std::vector<int>& pairs_;
  std::vector<Point> at_;
  std::vector<Bow> bows_;
  Room room_;
  bool may_turn_;
};

}  // namespace

std::vector<Point> structure_layout(std::string_view structure) {
  const std::vector<int> pairs = pair_table(structure);
  // What meets is led farther apart: by main branches that go straight on at all costs, by wider multiloops and bulges.
  std::vector<Point> best;
  int fewest = std::numeric_limits<int>::max();
  for (int trial = 0; trial < 8; ++trial) {
    constexpr Room kRooms[] = {{1.0, 0.0}, {1.4, 0.2}, {2.0, 0.4}, {3.0, 0.6}};
    std::vector<Point> at = Layout(pairs, kRooms[trial / 2], trial % 2 == 0).run();
    const int touching = touching_bases(at, kTouching - 0.05);
    if (touching >= fewest) continue;
    fewest = touching;
    best = std::move(at);
    if (fewest == 0) break;
  }
  return best;
}

int touching_bases(const std::vector<Point>& at, double least) {
  std::vector<std::size_t> order(at.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return at[a].x < at[b].x; });
  int count = 0;
  for (std::size_t a = 0; a < order.size(); ++a) {
    for (std::size_t b = a + 1; b < order.size() && at[order[b]].x - at[order[a]].x < least; ++b)
      count += distance(at[order[a]], at[order[b]]) < least ? 1 : 0;
  }
  return count;
}

}  // namespace stemloop
