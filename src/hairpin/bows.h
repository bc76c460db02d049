// Bows of unpaired bases, in steps of one: arcs and necks that a layout of a structure puts beside its stems.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "hairpin/points.h"

namespace stemloop {

/// The smallest x in [low, high] at which a rising function reaches zero.
template <class F>
double rising_zero(F f, double low, double high) {
  for (int k = 0; k < 60; ++k) {
    const double middle = (low + high) / 2;
    (f(middle) < 0 ? low : high) = middle;
  }
  return high;
}

// Points in cells of one step, to find those near another.
class Near {
 public:
  void add(Point p) { cells_[key(cell(p.x), cell(p.y))].push_back(p); }

  /// Distance of the closest point within one step, else 1; points at `a` or `b` do not count.
  [[nodiscard]] double closest(Point p, Point a, Point b) const {
    double best = 1;
    for (int dx = -1; dx <= 1; ++dx) {
      for (int dy = -1; dy <= 1; ++dy) {
        const auto found = cells_.find(key(cell(p.x) + dx, cell(p.y) + dy));
        if (found == cells_.end()) continue;
        for (const Point& other : found->second) {
          if (distance(other, a) > 1e-9 && distance(other, b) > 1e-9) best = std::min(best, distance(p, other));
        }
      }
    }
    return best;
  }

 private:
  static std::int64_t cell(double x) { return static_cast<std::int64_t>(std::floor(x)); }
  static std::int64_t key(std::int64_t x, std::int64_t y) { return x * 1'000'003 + y; }
  std::unordered_map<std::int64_t, std::vector<Point>> cells_;
};

// Unpaired bases between two bases of one strand that are `from` and `to`, bowed to the side `out`.
struct Bow {
  int first = 0;
  int count = 0;
  Point from;
  Point to;
  Point out;
};

/// How far an arc of `count` bases reaches whose first step points away from the straight way by `angle`.
double reach_of_arc(int count, double angle);

/// `count` bases on an arc of steps of one between two points closer than that: step k points away from the straight
/// way by angle - k * turn. An empty answer: the arc would be steeper than `steepest`.
std::vector<Point> arc(Point from, Point to, Point out, int count, double steepest);

/// The bow on a neck of `legs` bases on either side.
std::vector<Point> on_neck(const Bow& bow, int legs);

}  // namespace stemloop
