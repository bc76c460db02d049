// The library of classical classifiers (libstemloop_learners.so): OpenCV and liblinear bring OpenBLAS and OpenMP with
// them, which no other command should wait for. See learn/learner.cpp.
#include <linear.h>

#include <array>
#include <cmath>
#include <opencv2/ml.hpp>

#include "learn/calibration.h"
#include "learn/learner.h"
#include "util/util.h"

namespace stemloop {

namespace {

constexpr int kSvmParts = 5;

cv::Mat as_mat(const Matrix& rows) {
  // OpenCV only reads them.
  return {static_cast<int>(rows.rows), static_cast<int>(rows.columns), CV_32F, const_cast<float*>(rows.values.data())};
}

// OpenCV reports what it cannot do by an exception of its own; by then the rows are known to be sound.
template <class Action>
auto with_opencv(Action action) {
  try {
    return action();
  } catch (const cv::Exception& error) {
    fail("OpenCV cannot train or use this classifier: {}", error.what());
  }
}

// --- random forest ---------------------------------------------------------------------------------------------------

class Forest : public Learner {
 public:
  Forest(const Matrix& rows, std::span<const std::uint8_t> labels, const LearnerOptions& options) {
    // Labels as numbers: what a node loses in variance is what it loses in Gini impurity, and leaves hold shares.
    cv::Mat target(static_cast<int>(rows.rows), 1, CV_32F);
    for (int i = 0; i < target.rows; ++i) target.at<float>(i) = labels[static_cast<std::size_t>(i)];
    with_opencv([&] {
      forest_->setMaxDepth(options.depth);
      forest_->setMinSampleCount(options.least_split);
      forest_->setActiveVarCount(options.columns_tried);
      forest_->setCalculateVarImportance(false);
      forest_->setTermCriteria({cv::TermCriteria::COUNT, options.trees, 0});
      // Everything is drawn in this thread from OpenCV's own generator, which is put back afterwards.
      cv::RNG& generator = cv::theRNG();
      const cv::RNG before = generator;
      generator.state = Random(options.seed, 0).next() | 1U;
      forest_->train(as_mat(rows), cv::ml::ROW_SAMPLE, target);
      generator = before;
    });
  }

 private:
  [[nodiscard]] std::vector<float> standardised_probabilities(const Matrix& rows) const override {
    cv::Mat result;
    with_opencv([&] { forest_->predict(as_mat(rows), result); });
    return {result.begin<float>(), result.end<float>()};
  }

  cv::Ptr<cv::ml::RTrees> forest_ = cv::ml::RTrees::create();
};

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
  }

 private:
  static cv::Ptr<cv::ml::SVM> trained(const Matrix& rows, std::span<const std::uint8_t> labels,
                                      const LearnerOptions& options) {
    constexpr int kMostSteps = 1'000'000;
    constexpr double kPrecision = 1e-3;  // libsvm's
    cv::Mat target(static_cast<int>(rows.rows), 1, CV_32S);
    for (int i = 0; i < target.rows; ++i) target.at<int>(i) = labels[static_cast<std::size_t>(i)];
    return with_opencv([&] {
      auto svm = cv::ml::SVM::create();
      svm->setType(cv::ml::SVM::C_SVC);
      svm->setKernel(cv::ml::SVM::RBF);
      svm->setC(options.c);
      svm->setGamma(options.gamma > 0 ? options.gamma : 1.0 / static_cast<double>(rows.columns));
      svm->setTermCriteria({cv::TermCriteria::COUNT + cv::TermCriteria::EPS, kMostSteps, kPrecision});
      svm->train(as_mat(rows), cv::ml::ROW_SAMPLE, target);
      return svm;
    });
  }

  // Positive on the side of class 1; OpenCV's are positive on the side of the lower label.
  static std::vector<float> decisions(const cv::ml::SVM& svm, const Matrix& rows) {
    cv::Mat result;
    with_opencv([&] { svm.predict(as_mat(rows), result, cv::ml::StatModel::RAW_OUTPUT); });
    std::vector<float> values(result.begin<float>(), result.end<float>());
    for (float& value : values) value = -value;
    return values;
  }

  [[nodiscard]] std::vector<float> standardised_probabilities(const Matrix& rows) const override {
    std::vector<float> values = decisions(*svm_, rows);
    for (float& value : values) {
      const double decision = value;
      value = curve_.probability({&decision, 1});
    }
    return values;
  }

  cv::Ptr<cv::ml::SVM> svm_;
  LogisticBlend curve_;
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
  if (kind == LearnerKind::kForest) return new stemloop::Forest(rows, labels, options);
  if (kind == LearnerKind::kSvm) return new stemloop::RbfSvm(rows, labels, options);
  return new stemloop::Logistic(rows, labels, options);
}
