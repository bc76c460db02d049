// The library of classical classifiers (libstemloop_learners.so): liblinear brings OpenBLAS and OpenMP with it, which
// no other command should wait for. See learn/learner.cpp.
#include <libsvm/svm.h>
#include <linear.h>

#include <array>
#include <cmath>
#include <memory>

#include "learn/calibration.h"
#include "learn/learner.h"
#include "util/util.h"

namespace stemloop {

namespace {

constexpr int kSvmParts = 5;

// What the rows of class 0 and of class 1 weigh.
std::array<double, 2> class_weights(std::span<const std::uint8_t> labels, const LearnerOptions& options) {
  std::array<double, 2> weights = {1, 1};
  if (!options.balanced) return weights;
  const std::vector<float> of_rows = balancing_weights(labels);
  for (std::size_t i = 0; i < labels.size(); ++i) weights[labels[i]] = of_rows[i];
  return weights;
}

// --- support vector machine ------------------------------------------------------------------------------------------

class RbfSvm : public Learner {
 public:
  RbfSvm(const Matrix& rows, std::span<const std::uint8_t> labels, const LearnerOptions& options) {
    std::array<std::int64_t, 2> count{};
    std::vector<int> parts;  // the i-th row of a class stands in part i mod 5
    for (const std::uint8_t label : labels) parts.push_back(static_cast<int>(count[label]++ % kSvmParts));
    svm_ = trained(rows, labels, options);
    Matrix values{rows.rows, 1, std::vector<float>(labels.size())};
    if (std::min(count[0], count[1]) < kSvmParts) {
      values.values = decisions(*svm_, rows);
    } else {
      for (int part = 0; part < kSvmParts; ++part) {
        std::vector<std::int64_t> in, out;
        std::vector<std::uint8_t> in_labels;
        for (std::size_t i = 0; i < parts.size(); ++i) {
          (parts[i] == part ? out : in).push_back(static_cast<std::int64_t>(i));
          if (parts[i] != part) in_labels.push_back(labels[i]);
        }
        const auto found = decisions(*trained(rows.select(in), in_labels, options), rows.select(out));
        for (std::size_t i = 0; i < out.size(); ++i) values.values[static_cast<std::size_t>(out[i])] = found[i];
      }
    }
    curve_ = fit_blend(values, labels);
    // The curve is fitted to how frequent the classes are; weighted ones count as equally frequent.
    if (options.balanced) shift_ = std::log(static_cast<double>(count[0]) / static_cast<double>(count[1]));
  }

 private:
  // Rows as libsvm wants them: columns counted from 1, an index of -1 at the end.
  struct Nodes {
    explicit Nodes(const Matrix& rows) {
      const auto width = static_cast<std::size_t>(rows.columns);
      all.reserve(static_cast<std::size_t>(rows.rows) * (width + 1));
      for (std::int64_t i = 0; i < rows.rows; ++i) {
        starts.push_back(all.data() + all.size());
        const auto row = rows.row(i);
        for (std::size_t k = 0; k < width; ++k) all.push_back({static_cast<int>(k + 1), row[k]});
        all.push_back({-1, 0.0});
      }
    }
    std::vector<svm_node> all;
    std::vector<svm_node*> starts;
  };

  // A trained machine points into the rows it was trained on.
  struct Machine {
    Machine(const Matrix& rows, std::span<const std::uint8_t> labels, const LearnerOptions& options) : nodes(rows) {
      constexpr double kPrecision = 1e-3, kCacheMegabytes = 100;
      svm_set_print_string_function([](const char*) {});
      std::vector<double> target(labels.begin(), labels.end());
      svm_problem task{};
      task.l = static_cast<int>(rows.rows);
      task.x = nodes.starts.data();
      task.y = target.data();
      svm_parameter settings{};
      settings.svm_type = C_SVC;
      settings.kernel_type = RBF;
      settings.gamma = options.gamma > 0 ? options.gamma : 1.0 / static_cast<double>(rows.columns);
      settings.C = options.c;
      settings.eps = kPrecision;
      settings.cache_size = kCacheMegabytes;
      settings.shrinking = 1;
      std::array<int, 2> classes = {0, 1};
      std::array<double, 2> weights = class_weights(labels, options);
      settings.nr_weight = 2;
      settings.weight_label = classes.data();
      settings.weight = weights.data();
      const char* fault = svm_check_parameter(&task, &settings);
      require(fault == nullptr, "libsvm: {}", fault == nullptr ? "" : fault);
      machine.reset(svm_train(&task, &settings));
      std::array<int, 2> met{};
      svm_get_labels(machine.get(), met.data());
      sign = met[0] == 1 ? 1 : -1;
    }
    struct Free {
      void operator()(svm_model* one) const { svm_free_and_destroy_model(&one); }
    };
    Nodes nodes;
    std::unique_ptr<svm_model, Free> machine;
    double sign = 1;
  };

  static std::unique_ptr<const Machine> trained(const Matrix& rows, std::span<const std::uint8_t> labels,
                                                const LearnerOptions& options) {
    return std::make_unique<const Machine>(rows, labels, options);
  }

  // Positive on the side of class 1; libsvm's are positive on the side of the label it met first.
  static std::vector<float> decisions(const Machine& svm, const Matrix& rows) {
    const Nodes nodes(rows);
    std::vector<float> values;
    for (const svm_node* row : nodes.starts) {
      double value = 0;
      svm_predict_values(svm.machine.get(), row, &value);
      values.push_back(static_cast<float>(svm.sign * value));
    }
    return values;
  }

  [[nodiscard]] std::vector<float> standardised_probabilities(const Matrix& rows) const override {
    std::vector<float> values = decisions(*svm_, rows);
    for (float& value : values) {
      const double decision = value;
      value = curve_.probability({&decision, 1});
      if (shift_ != 0) value = static_cast<float>(1 / (1 + std::exp(-(logit(value) + shift_))));
    }
    return values;
  }

  std::unique_ptr<const Machine> svm_;
  LogisticBlend curve_;
  double shift_ = 0;  // of log odds
};

// --- logistic regression ---------------------------------------------------------------------------------------------

class Logistic : public Learner {
 public:
  Logistic(const Matrix& rows, std::span<const std::uint8_t> labels, const LearnerOptions& options) {
    set_print_string_function([](const char*) {});
    const auto n = static_cast<std::size_t>(rows.rows), width = static_cast<std::size_t>(rows.columns);
    // liblinear's rows end with a 1 for the intercept and an index of -1.
    std::vector<feature_node> nodes;
    nodes.reserve(n * (width + 2));
    std::vector<feature_node*> starts;
    std::vector<double> target;
    for (std::size_t i = 0; i < n; ++i) {
      starts.push_back(nodes.data() + nodes.size());
      const auto row = rows.row(static_cast<std::int64_t>(i));
      for (std::size_t k = 0; k < width; ++k) nodes.push_back({static_cast<int>(k + 1), row[k]});
      nodes.push_back({static_cast<int>(width + 1), 1.0});
      nodes.push_back({-1, 0.0});
      target.push_back(labels[i]);
    }
    problem task{};
    task.l = static_cast<int>(n);
    task.n = static_cast<int>(width + 1);
    task.x = starts.data();
    task.y = target.data();
    task.bias = 1;
    parameter settings{};
    settings.solver_type = L2R_LR;  // the primal: Newton's method, nothing drawn
    settings.C = options.c;
    settings.eps = 1e-4;
    settings.p = 0.1;
    std::array<int, 2> classes = {0, 1};
    std::array<double, 2> weights = class_weights(labels, options);
    settings.nr_weight = 2;
    settings.weight_label = classes.data();
    settings.weight = weights.data();
    const char* fault = check_parameter(&task, &settings);
    require(fault == nullptr, "liblinear: {}", fault == nullptr ? "" : fault);
    const std::unique_ptr<::model, void (*)(::model*)> trained(::train(&task, &settings),
                                                               [](::model* m) { free_and_destroy_model(&m); });
    // liblinear's weights point to the label it met first.
    const double sign = trained->label[0] == 1 ? 1 : -1;
    for (std::size_t k = 0; k <= width; ++k) weights_.push_back(sign * trained->w[k]);
  }

 private:
  [[nodiscard]] std::vector<float> standardised_probabilities(const Matrix& rows) const override {
    std::vector<float> result;
    for (std::int64_t i = 0; i < rows.rows; ++i) {
      double sum = weights_.back();
      const auto row = rows.row(i);
      for (std::size_t k = 0; k < row.size(); ++k) sum += weights_[k] * row[k];
      result.push_back(static_cast<float>(1 / (1 + std::exp(-sum))));
    }
    return result;
  }

  std::vector<double> weights_;  // one a column, then the intercept
};

}  // namespace

}  // namespace stemloop

/// The one symbol of the library. Rows are standardised, options and labels checked.
extern "C" __attribute__((visibility("default"))) stemloop::Learner* stemloop_make_learner(
    stemloop::LearnerKind kind, const stemloop::Matrix& rows, std::span<const std::uint8_t> labels,
    const stemloop::LearnerOptions& options) {
  using stemloop::LearnerKind;
  if (kind == LearnerKind::kSvm) return new stemloop::RbfSvm(rows, labels, options);
  return new stemloop::Logistic(rows, labels, options);
}
