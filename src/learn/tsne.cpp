#include "learn/projection.h"

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "learn/quad_tree.h"
#include "learn/row_matrix.h"
#include "util/util.h"

namespace stemloop {

namespace {

struct Neighbours {
  std::vector<int> index;       // N x k
  std::vector<float> distance;  // squared
  int k = 0;
};

// The k nearest rows of every row, by all distances, a block of rows at a time.
Neighbours nearest(const RowMatrix& x, int k) {
  const auto n = static_cast<int>(x.rows());
  Neighbours found;
  found.k = k;
  found.index.resize(static_cast<std::size_t>(n) * k);
  found.distance.resize(static_cast<std::size_t>(n) * k);
  const Eigen::VectorXf norms = x.rowwise().squaredNorm();
  constexpr int kBlock = 64;
  tbb::parallel_for(0, (n + kBlock - 1) / kBlock, [&](int block) {
    const int first = block * kBlock;
    const int rows = std::min(kBlock, n - first);
    const RowMatrix products = x.middleRows(first, rows) * x.transpose();
    std::vector<std::pair<float, int>> order(static_cast<std::size_t>(n));
    for (int r = 0; r < rows; ++r) {
      const int i = first + r;
      for (int j = 0; j < n; ++j) {
        const float d = j == i ? -1.0F : std::max(0.0F, norms[i] + norms[j] - 2 * products(r, j));
        order[static_cast<std::size_t>(j)] = {d, j};
      }
      // The row itself comes first and is left out.
      std::nth_element(order.begin(), order.begin() + k, order.end());
      std::sort(order.begin(), order.begin() + k + 1);
      for (int m = 0; m < k; ++m) {
        found.index[static_cast<std::size_t>(i) * k + m] = order[static_cast<std::size_t>(m) + 1].second;
        found.distance[static_cast<std::size_t>(i) * k + m] = order[static_cast<std::size_t>(m) + 1].first;
      }
    }
  });
  return found;
}

// Probabilities of a row's neighbours: a Gaussian whose width gives the perplexity asked for.
void gaussian_row(const float* distance, int k, double perplexity, float* p) {
  const double wanted = std::log(perplexity);
  double beta = 1, low = 0, high = HUGE_VAL;
  for (int attempt = 0; attempt < 200; ++attempt) {
    double sum = 0, weighted = 0;
    for (int m = 0; m < k; ++m) {
      const double e = std::exp(-beta * (distance[m] - distance[0]));
      p[m] = static_cast<float>(e);
      sum += e;
      weighted += beta * (distance[m] - distance[0]) * e;
    }
    const double entropy = std::log(sum) + weighted / sum;
    for (int m = 0; m < k; ++m) p[m] = static_cast<float>(p[m] / sum);
    if (std::abs(entropy - wanted) < 1e-5) return;
    if (entropy > wanted) {
      low = beta;
      beta = std::isinf(high) ? beta * 2 : (beta + high) / 2;
    } else {
      high = beta;
      beta = (beta + low) / 2;
    }
  }
}

struct SparseRows {
  std::vector<int> begin, index;
  std::vector<float> value;
};

// (P + P^T) / 2N as rows.
SparseRows symmetric(const Neighbours& near, const std::vector<float>& p, int n) {
  std::vector<std::vector<std::pair<int, float>>> rows(static_cast<std::size_t>(n));
  for (int i = 0; i < n; ++i) {
    for (int m = 0; m < near.k; ++m) {
      const int j = near.index[static_cast<std::size_t>(i) * near.k + m];
      const float half = p[static_cast<std::size_t>(i) * near.k + m] / (2.0F * static_cast<float>(n));
      rows[static_cast<std::size_t>(i)].emplace_back(j, half);
      rows[static_cast<std::size_t>(j)].emplace_back(i, half);
    }
  }
  SparseRows all;
  all.begin.push_back(0);
  for (auto& row : rows) {
    std::sort(row.begin(), row.end());
    for (std::size_t m = 0; m < row.size(); ++m) {
      if (m > 0 && row[m].first == row[m - 1].first) {
        all.value.back() += row[m].second;
      } else {
        all.index.push_back(row[m].first);
        all.value.push_back(row[m].second);
      }
    }
    all.begin.push_back(static_cast<int>(all.index.size()));
  }
  return all;
}

// How probably points are neighbours of each other, by Gaussians around each.
SparseRows joint_probabilities(const Matrix& rows, int k, double perplexity) {
  const Neighbours near = nearest(centred(rows), k);
  const auto n = static_cast<int>(rows.rows);
  std::vector<float> p(near.index.size());
  tbb::parallel_for(0, n, [&](int i) {
    const auto at = static_cast<std::size_t>(i) * k;
    gaussian_row(near.distance.data() + at, k, perplexity, p.data() + at);
  });
  return symmetric(near, p, n);
}

// The principal components, of standard deviation 1e-4, a little shaken so that equal points part.
std::vector<Plane> beginning(const Matrix& rows, std::uint64_t seed) {
  const Matrix start = pca(rows, 2).points;
  const auto n = static_cast<double>(rows.rows);
  double variance = 0;
  for (std::int64_t i = 0; i < start.rows; ++i) variance += start.row(i)[0] * start.row(i)[0] / n;
  const double scale = 1e-4 / std::sqrt(std::max(variance, 1e-30));
  std::vector<Plane> y;
  for (std::int64_t i = 0; i < start.rows; ++i) {
    Random random(seed, static_cast<std::uint64_t>(i));
    // One after the other: the order of arguments would be the compiler's.
    const double x_shaken = start.row(i)[0] * scale + 1e-6 * (random.uniform() - 0.5);
    const double y_shaken = start.row(i)[1] * scale + 1e-6 * (random.uniform() - 0.5);
    y.push_back({x_shaken, y_shaken});
  }
  return y;
}

}  // namespace

Matrix tsne(const Matrix& rows, const TsneOptions& options, const std::function<void(double)>& progress) {
  constexpr int kExaggerated = 250;  // iterations that pull neighbours together first
  constexpr double kExaggeration = 12;
  constexpr int kMomentumSwitch = 250;
  const auto n = static_cast<int>(rows.rows);
  const auto k = static_cast<int>(3 * options.perplexity);
  require(n > k, "{} points are too few for a perplexity of {}: more than {} are wanted", n, options.perplexity, k);
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(options.threads));
  const SparseRows joint = joint_probabilities(rows, k, options.perplexity);
  std::vector<Plane> y = beginning(rows, options.seed);
  std::vector<Plane> velocity(y.size()), gain(y.size(), {1, 1}), repelled(y.size()), attracted(y.size());
  std::vector<double> sums(y.size());
  const double rate = std::max(200.0, n / kExaggeration);
  for (int iteration = 0; iteration < options.iterations; ++iteration) {
    const double exaggeration = iteration < kExaggerated ? kExaggeration : 1;
    const double momentum = iteration < kMomentumSwitch ? 0.5 : 0.8;
    const QuadTree tree(y);
    tbb::parallel_for(0, n, [&](int i) {
      const auto at = static_cast<std::size_t>(i);
      repelled[at] = attracted[at] = {};
      sums[at] = tree.repulsion(i, options.theta, repelled[at]);
      for (int m = joint.begin[at]; m < joint.begin[at + 1]; ++m) {
        const Plane q = y[static_cast<std::size_t>(joint.index[static_cast<std::size_t>(m)])];
        const double dx = y[at].x - q.x, dy = y[at].y - q.y;
        const double w = joint.value[static_cast<std::size_t>(m)] / (1 + dx * dx + dy * dy);
        attracted[at].x += w * dx;
        attracted[at].y += w * dy;
      }
    });
    const double z = std::accumulate(sums.begin(), sums.end(), 0.0);
    Plane mean;
    for (std::size_t i = 0; i < y.size(); ++i) {
      const auto move = [&](double attraction, double repulsion, double& v, double& g, double& at) {
        const double gradient = 4 * (exaggeration * attraction - repulsion / z);
        g = gradient * v > 0 ? std::max(0.01, g * 0.8) : g + 0.2;  // v is the last step, against the gradient
        v = momentum * v - rate * g * gradient;
        at += v;
      };
      move(attracted[i].x, repelled[i].x, velocity[i].x, gain[i].x, y[i].x);
      move(attracted[i].y, repelled[i].y, velocity[i].y, gain[i].y, y[i].y);
      mean.x += y[i].x / n;
      mean.y += y[i].y / n;
    }
    for (Plane& point : y) point = {point.x - mean.x, point.y - mean.y};
    if (progress) progress((iteration + 1.0) / options.iterations);
  }
  Matrix result{n, 2, {}};
  for (const Plane& point : y) {
    result.values.push_back(static_cast<float>(point.x));
    result.values.push_back(static_cast<float>(point.y));
  }
  return result;
}

}  // namespace stemloop
