// Points of a plane in nested squares, for forces that are summed over all pairs: points far away count as one, at
// their centre (Barnes and Hut 1986).
#pragma once

#include <vector>

namespace stemloop {

struct Plane {
  double x = 0, y = 0;
};

/// Cells with their mass and centre, children side by side. The points must outlive it, and stay where they are.
class QuadTree {
 public:
  explicit QuadTree(const std::vector<Plane>& points);

  /// Adds sum_j (y_i - y_j) / (1 + d^2)^2 to `force` and returns sum_j 1 / (1 + d^2), over all j but i. A cell counts
  /// as one point from the distance at which its size is `theta` of it.
  double repulsion(int i, double theta, Plane& force) const;

 private:
  struct Cell {
    Plane centre;
    double mass = 0;
    double size = 0;
    int children = -1;
    int first = 0;
  };
  static constexpr int kLeaf = 4;
  static constexpr int kDeepest = 48;

  void build(int at, int first, int last, Plane low, double size, int depth);

  const std::vector<Plane>& points_;
  std::vector<int> order_;
  std::vector<Cell> cells_;
};

}  // namespace stemloop
