#include "describe/linear_svm.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

// Wide vectors where the machine has them, picked when the program is loaded; sums have the same order in all clones.
// Sanitizers are not there yet when it is loaded.
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(__clang__)
#define STEMLOOP_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define STEMLOOP_CLONES
#endif

namespace stemloop {

namespace {

constexpr std::size_t kVector = 8;  // doubles of the widest vector
constexpr std::size_t kAtOnce = 4;  // records added to the Hessian together

// hessian[i][j] += sign_r * x_r[i] * x_r[j] for j <= i (rounded up to full vectors) and four records.
STEMLOOP_CLONES void add_products(double* hessian, const double* const* x, const double* sign, std::size_t size,
                                  std::size_t stride) {
  for (std::size_t i = 0; i < size; ++i) {
    double* row = hessian + i * stride;
    const double a = sign[0] * x[0][i], b = sign[1] * x[1][i], c = sign[2] * x[2][i], d = sign[3] * x[3][i];
    const std::size_t end = (i / kVector + 1) * kVector;
    for (std::size_t j = 0; j < end; ++j) row[j] += (a * x[0][j] + b * x[1][j]) + (c * x[2][j] + d * x[3][j]);
  }
}

// f += w * x
STEMLOOP_CLONES void add_scaled(double* f, const float* x, double w, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) f[i] += w * static_cast<double>(x[i]);
}

STEMLOOP_CLONES double dot(const float* x, const double* v, std::size_t count) {
  double lanes[kVector] = {};
  std::size_t i = 0;
  for (; i + kVector <= count; i += kVector) {
    for (std::size_t k = 0; k < kVector; ++k) lanes[k] += static_cast<double>(x[i + k]) * v[i + k];
  }
  double sum = 0;
  for (; i < count; ++i) sum += static_cast<double>(x[i]) * v[i];
  for (const double lane : lanes) sum += lane;
  return sum;
}

// Collects records and adds their products to a Hessian, four at a time.
class Products {
 public:
  Products(std::vector<double>& hessian, std::size_t size, std::size_t stride)
      : hessian_(hessian), size_(size), stride_(stride), buffer_(kAtOnce * stride) {}
  void add(const float* row, double sign) {
    std::copy_n(row, stride_, buffer_.begin() + static_cast<std::ptrdiff_t>(held_ * stride_));
    sign_[held_] = sign;
    if (++held_ == kAtOnce) flush();
  }
  void flush() {
    if (held_ == 0) return;
    for (std::size_t r = held_; r < kAtOnce; ++r) sign_[r] = 0;
    const double* x[kAtOnce];
    for (std::size_t r = 0; r < kAtOnce; ++r) x[r] = buffer_.data() + r * stride_;
    add_products(hessian_.data(), x, sign_, size_, stride_);
    held_ = 0;
  }

 private:
  std::vector<double>& hessian_;
  std::size_t size_, stride_;
  std::vector<double> buffer_;
  double sign_[kAtOnce] = {};
  std::size_t held_ = 0;
};

double squared_hinge(const std::vector<double>& y, const std::vector<double>& decisions) {
  double sum = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double slack = std::max(0.0, 1 - y[i] * decisions[i]);
    sum += slack * slack;
  }
  return sum;
}

Eigen::VectorXd newton_step(const std::vector<double>& hessian, std::size_t stride, double c,
                            const Eigen::VectorXd& gradient) {
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Eigen::Index n = gradient.size();
  RowMajor system = 2 * c *
                    Eigen::Map<const RowMajor, 0, Eigen::OuterStride<>>(
                        hessian.data(), n, n, Eigen::OuterStride<>(static_cast<Eigen::Index>(stride)));
  system.diagonal().array() += 1;
  return -Eigen::LLT<RowMajor, Eigen::Lower>(system).solve(gradient);
}

}  // namespace

SvmProblem::SvmProblem(const Matrix& rows, std::span<const std::int64_t> records)
    : count_(records.size()),
      size_(static_cast<std::size_t>(rows.columns) + 1),
      stride_((size_ + kVector - 1) / kVector * kVector),
      rows_(count_ * stride_),
      columns_(count_ * size_),
      product_(size_ * stride_) {
  Products products(product_, size_, stride_);
  for (std::size_t i = 0; i < count_; ++i) {
    float* x = rows_.data() + i * stride_;
    x[0] = 1;
    std::copy_n(rows.row(records[i]).begin(), rows.columns, x + 1);
    for (std::size_t k = 0; k < size_; ++k) columns_[k * count_ + i] = x[k];
    products.add(x, 1);
  }
  products.flush();
}

void SvmProblem::follow_margin(const std::vector<double>& y, const std::vector<double>& f, std::vector<bool>& active,
                               std::vector<double>& hessian) const {
  std::vector<std::size_t> changed;
  std::size_t now_active = 0;
  for (std::size_t i = 0; i < count_; ++i) {
    const bool inside = y[i] * f[i] < 1;
    now_active += inside ? 1 : 0;
    if (inside != active[i]) changed.push_back(i);
    active[i] = inside;
  }
  const bool afresh = now_active < changed.size();
  if (afresh) std::fill(hessian.begin(), hessian.end(), 0.0);
  Products products(hessian, size_, stride_);
  if (afresh) {
    for (std::size_t i = 0; i < count_; ++i) {
      if (active[i]) products.add(rows_.data() + i * stride_, 1);
    }
  } else {
    for (const std::size_t i : changed) products.add(rows_.data() + i * stride_, active[i] ? 1 : -1);
  }
  products.flush();
}

SvmProblem::Solution SvmProblem::solve(const std::vector<bool>& yes, double c) const {
  const auto n = static_cast<Eigen::Index>(size_);
  std::vector<double> y(count_);
  for (std::size_t i = 0; i < count_; ++i) y[i] = yes[i] ? 1 : -1;

  Eigen::VectorXd w = Eigen::VectorXd::Zero(n);
  std::vector<double> f(count_, 0.0), residual(count_), trial_f(count_);
  std::vector<bool> active(count_, true);  // inside the margin; at w = 0 all are
  std::vector<double> hessian = product_;

  const auto evaluate = [&](const Eigen::VectorXd& at, std::vector<double>& to) {
    std::fill(to.begin(), to.end(), at[0]);
    for (std::size_t k = 1; k < size_; ++k)
      add_scaled(to.data(), columns_.data() + k * count_, at[static_cast<Eigen::Index>(k)], count_);
  };
  const auto objective = [&](const Eigen::VectorXd& at, const std::vector<double>& decisions) {
    return at.squaredNorm() / 2 + c * squared_hinge(y, decisions);
  };

  double value = objective(w, f);
  constexpr int kMostSteps = 100;
  constexpr double kTolerance = 1e-9;
  double first_norm = 0;
  for (int step = 0; step < kMostSteps; ++step) {
    for (std::size_t i = 0; i < count_; ++i) residual[i] = active[i] ? f[i] - y[i] : 0;
    Eigen::VectorXd gradient = w;
    for (std::size_t k = 0; k < size_; ++k)
      gradient[static_cast<Eigen::Index>(k)] += 2 * c * dot(columns_.data() + k * count_, residual.data(), count_);
    if (step == 0) first_norm = gradient.norm();
    if (gradient.norm() <= kTolerance * first_norm) break;

    const Eigen::VectorXd move = newton_step(hessian, stride_, c, gradient);

    // The full step nearly always goes down; halve it where it does not.
    double length = 1;
    Eigen::VectorXd trial;
    double trial_value = 0;
    const double slope = gradient.dot(move);
    for (int halving = 0; halving < 40; ++halving, length /= 2) {
      trial = w + length * move;
      evaluate(trial, trial_f);
      trial_value = objective(trial, trial_f);
      if (trial_value <= value + 1e-4 * length * slope) break;
    }
    const bool stuck = trial_value >= value;  // at the limit of the numbers
    if (stuck) break;
    w = trial;
    std::swap(f, trial_f);
    value = trial_value;

    follow_margin(y, f, active, hessian);
  }

  Solution solution;
  solution.svm.bias = w[0];
  solution.svm.weights.assign(w.data() + 1, w.data() + n);
  solution.side.resize(count_);
  for (std::size_t i = 0; i < count_; ++i) solution.side[i] = f[i] > 0;
  return solution;
}

double LinearSvm::decision(std::span<const float> z) const {
  double sum = bias;
  for (std::size_t k = 0; k < z.size(); ++k) sum += weights[k] * static_cast<double>(z[k]);
  return sum;
}

}  // namespace stemloop
