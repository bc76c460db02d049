#include "hairpin/bows.h"

#include <cmath>
#include <numbers>

namespace stemloop {

namespace {

constexpr double kRoundest = std::numbers::pi;  // of an arc on a neck, where nothing is near

}  // namespace

double reach_of_arc(int count, double angle) {
  double sum = 0;
  for (int k = 0; k <= count; ++k) sum += std::cos(angle * (1 - 2.0 * k / count));
  return sum;
}

std::vector<Point> arc(Point from, Point to, Point out, int count, double steepest) {
  const double span = distance(from, to);
  const Point along = (to - from) * (1 / span);
  std::vector<Point> points;
  if (span >= count + 1) {
    for (int k = 1; k <= count; ++k) points.push_back(from + (to - from) * (static_cast<double>(k) / (count + 1)));
    return points;
  }
  const double angle = rising_zero([&](double x) { return span - reach_of_arc(count, x); }, 0, std::numbers::pi);
  if (angle > steepest) return {};
  Point at = from;
  for (int k = 0; k < count; ++k) {
    const double a = angle * (1 - 2.0 * k / count);
    at = at + along * std::cos(a) + out * std::sin(a);
    points.push_back(at);
  }
  return points;
}

std::vector<Point> on_neck(const Bow& bow, int legs) {
  std::vector<Point> points;
  for (int k = 1; k <= legs; ++k) points.push_back(bow.from + bow.out * k);
  const std::vector<Point> top =
      arc(bow.from + bow.out * legs, bow.to + bow.out * legs, bow.out, bow.count - 2 * legs, kRoundest);
  if (top.empty() && bow.count > 2 * legs) return {};
  points.insert(points.end(), top.begin(), top.end());
  for (int k = legs; k >= 1; --k) points.push_back(bow.to + bow.out * k);
  return points;
}

}  // namespace stemloop
