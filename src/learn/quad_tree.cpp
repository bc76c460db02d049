#include "learn/quad_tree.h"

#include <algorithm>
#include <numeric>

namespace stemloop {

QuadTree::QuadTree(const std::vector<Plane>& points) : points_(points) {
  Plane low = points[0], high = points[0];
  for (const Plane& p : points) {
    low = {std::min(low.x, p.x), std::min(low.y, p.y)};
    high = {std::max(high.x, p.x), std::max(high.y, p.y)};
  }
  const double size = std::max({high.x - low.x, high.y - low.y, 1e-9}) * 1.0001;
  order_.resize(points.size());
  std::iota(order_.begin(), order_.end(), 0);
  cells_.reserve(2 * points.size());
  cells_.push_back({});
  build(0, 0, static_cast<int>(points.size()), low, size, 0);
}

double QuadTree::repulsion(int i, double theta, Plane& force) const {
  const Plane p = points_[static_cast<std::size_t>(i)];
  double sum = 0;
  int stack[256];
  int depth = 0;
  stack[depth++] = 0;
  while (depth > 0) {
    const Cell& cell = cells_[static_cast<std::size_t>(stack[--depth])];
    const double dx = p.x - cell.centre.x, dy = p.y - cell.centre.y;
    const double d2 = dx * dx + dy * dy;
    if (cell.children < 0 || cell.size * cell.size < theta * theta * d2) {
      double mass = cell.mass;
      if (cell.children < 0) {  // its points one by one
        for (int m = cell.first; m < cell.first + static_cast<int>(cell.mass); ++m) {
          const int j = order_[static_cast<std::size_t>(m)];
          if (j == i) continue;
          const Plane q = points_[static_cast<std::size_t>(j)];
          const double ex = p.x - q.x, ey = p.y - q.y;
          const double w = 1 / (1 + ex * ex + ey * ey);
          sum += w;
          force.x += w * w * ex;
          force.y += w * w * ey;
        }
        continue;
      }
      const double w = 1 / (1 + d2);
      sum += mass * w;
      force.x += mass * w * w * dx;
      force.y += mass * w * w * dy;
      continue;
    }
    for (int c = 0; c < 4; ++c) {
      if (cells_[static_cast<std::size_t>(cell.children + c)].mass > 0) stack[depth++] = cell.children + c;
    }
  }
  return sum;
}

void QuadTree::build(int at, int first, int last, Plane low, double size, int depth) {
  Plane sum;
  for (int m = first; m < last; ++m) {
    sum.x += points_[static_cast<std::size_t>(order_[static_cast<std::size_t>(m)])].x;
    sum.y += points_[static_cast<std::size_t>(order_[static_cast<std::size_t>(m)])].y;
  }
  const int count = last - first;
  {
    Cell& cell = cells_[static_cast<std::size_t>(at)];
    cell.mass = count;
    cell.size = size;
    cell.first = first;
    if (count > 0) cell.centre = {sum.x / count, sum.y / count};
  }
  if (count <= kLeaf || depth == kDeepest) return;
  const double half = size / 2;
  const auto begin = order_.begin();
  const auto is_low = [&](bool x, double limit) {
    return [this, x, limit](int j) {
      const Plane& p = points_[static_cast<std::size_t>(j)];
      return (x ? p.x : p.y) < limit;
    };
  };
  const auto middle = std::stable_partition(begin + first, begin + last, is_low(false, low.y + half));
  const auto left = std::stable_partition(begin + first, middle, is_low(true, low.x + half));
  const auto right = std::stable_partition(middle, begin + last, is_low(true, low.x + half));
  const int cuts[] = {first, static_cast<int>(left - begin), static_cast<int>(middle - begin),
                      static_cast<int>(right - begin), last};
  const auto children = static_cast<int>(cells_.size());
  cells_[static_cast<std::size_t>(at)].children = children;
  cells_.resize(cells_.size() + 4);
  for (int c = 0; c < 4; ++c) {
    const int column = c % 2, row = c / 2;
    build(children + c, cuts[c], cuts[c + 1], {low.x + column * half, low.y + row * half}, half, depth + 1);
  }
}

}  // namespace stemloop
