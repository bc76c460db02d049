#include "judge/classifier.h"

#include <fmt/ranges.h>
#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "net/model_files.h"
#include "util/util.h"

namespace stemloop {

namespace {

namespace fs = std::filesystem;

constexpr double kRangeTail = 0.001;
constexpr double kStiffness[] = {1, 0.1, 0.01};  // C of the tree's SVMs, the paper's first

const Matrix& latent(const Encoded& encoded, const char* name) {
  for (const EncodedLatent& l : encoded.latents) {
    if (l.name == name) return l.z;
  }
  fail("this network has no latent space '{}'", name);
}

// (z_y, z_m) side by side.
Matrix class_space(const Encoded& encoded) {
  const Matrix &y = latent(encoded, "y"), &m = latent(encoded, "m");
  Matrix z{y.rows, y.columns + m.columns, {}};
  for (std::int64_t i = 0; i < z.rows; ++i) {
    z.values.insert(z.values.end(), y.row(i).begin(), y.row(i).end());
    z.values.insert(z.values.end(), m.row(i).begin(), m.row(i).end());
  }
  return z;
}

Matrix all_latents(const Encoded& encoded) {
  Matrix z{encoded.latents.front().z.rows, 0, {}};
  for (std::int64_t i = 0; i < z.rows; ++i) {
    for (const EncodedLatent& l : encoded.latents)
      z.values.insert(z.values.end(), l.z.row(i).begin(), l.z.row(i).end());
  }
  for (const EncodedLatent& l : encoded.latents) z.columns += l.z.columns;
  return z;
}

std::vector<Answer> answers_of(const Tree& tree, const Walk& walk, std::span<const FeatureColumn* const> columns,
                               std::int64_t record) {
  std::vector<Answer> answers;
  for (const Step& step : walk.steps) {
    const auto q = static_cast<std::size_t>(tree.nodes[static_cast<std::size_t>(step.node)].question);
    const Question& question = tree.questions[q];
    answers.push_back({in_words(question), step.yes, cell_of(*columns[q], record),
                       answer(question, *columns[q], record) != step.yes});
  }
  return answers;
}

std::vector<Picture> pictures_of(const LabelledEvidence& records) {
  std::vector<Picture> pictures;
  for (const Evidence& e : records.evidence) pictures.push_back(e.picture);
  return pictures;
}

// What grow_tree() and fit_blend() want, asked before a file is written.
void check_labels(const std::vector<std::uint8_t>& labels, const char* what_for) {
  constexpr std::size_t kFewest = 10;
  require(labels.size() >= kFewest, "{} records {} are too few; {} are wanted", labels.size(), what_for, kFewest);
  const auto positives = static_cast<std::size_t>(std::count(labels.begin(), labels.end(), std::uint8_t{1}));
  const bool both = positives > 0 && positives < labels.size();
  require(both, "all {} records {} are of class {}; both classes are wanted", labels.size(), what_for,
          positives > 0 ? 1 : 0);
}

}  // namespace

// What the parts say, before it is blended and judged.
struct Classifier::Raw {
  Encoded encoded;
  std::vector<float> booster;
  std::vector<Picture> reconstructions;
  std::vector<double> errors, distances;
  [[nodiscard]] Matrix logits() const {
    Matrix matrix{static_cast<std::int64_t>(booster.size()), 3, {}};
    for (std::size_t i = 0; i < booster.size(); ++i) {
      matrix.values.push_back(booster[i]);
      matrix.values.push_back(static_cast<float>(logit(encoded.class_from_y[i])));
      matrix.values.push_back(static_cast<float>(logit(encoded.class_from_m[i])));
    }
    return matrix;
  }
};

void Classifier::run_network(std::span<const Picture> pictures, Raw& raw) const {
  std::unique_lock<std::mutex> lock(*one_at_a_time_, std::defer_lock);
  if (!network_->concurrent()) lock.lock();
  raw.encoded = network_->encode(pictures);
  raw.reconstructions = network_->decode(all_latents(raw.encoded), {});
}

Classifier::Raw Classifier::run(std::span<const Evidence> evidence, const FeatureTable& table) const {
  std::vector<Picture> pictures;
  for (const Evidence& e : evidence) pictures.push_back(e.picture);
  Raw raw;
  run_network(pictures, raw);
  raw.booster = booster_->logits(evidence_matrix(evidence, table));
  const Matrix z = class_space(raw.encoded);
  const auto d = static_cast<Eigen::Index>(mean_.size());
  using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Eigen::Map<const RowMajor> whitening(whitening_.values.data(), d, d);
  const Eigen::Map<const Eigen::VectorXf> mean(mean_.data(), d);
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    ReconstructionError error;
    error.add(pictures[i], raw.reconstructions[i]);
    raw.errors.push_back(error.means().nucleotides);
    const Eigen::Map<const Eigen::VectorXf> point(z.row(static_cast<std::int64_t>(i)).data(), d);
    raw.distances.push_back((whitening * (point - mean)).norm() / std::sqrt(static_cast<double>(d)));
  }
  return raw;
}

std::vector<Call> Classifier::classify(std::span<const Evidence> evidence) const {
  if (evidence.empty()) return {};
  const FeatureTable table = measured_table(evidence);
  const auto columns = columns_of(tree_, table);
  const Raw raw = run(evidence, table);
  const Matrix logits = raw.logits();
  const Matrix& z_m = latent(raw.encoded, "m");
  std::vector<Call> calls;
  for (std::size_t i = 0; i < evidence.size(); ++i) {
    const auto row = static_cast<std::int64_t>(i);
    Call call;
    const std::vector<double> x(logits.row(row).begin(), logits.row(row).end());
    call.probability = blend_.probability(x);
    // Weights may be finite and yet so large that the network gives infinities.
    require(std::isfinite(call.probability) && std::isfinite(raw.distances[i]),
            "the model gives no number for a hairpin: its weights are damaged");
    call.booster = static_cast<float>(1 / (1 + std::exp(-raw.booster[i])));
    call.from_y = raw.encoded.class_from_y[i];
    call.from_m = raw.encoded.class_from_m[i];
    call.walk = walk(tree_, z_m.row(row));
    call.answers = answers_of(tree_, call.walk, columns, row);
    const TreeNode& leaf = tree_.nodes[static_cast<std::size_t>(call.walk.leaf)];
    call.tree_probability = static_cast<float>(leaf.probability());
    call.tree_label = leaf.label();
    call.reconstruction_error = raw.errors[i];
    call.latent_distance = raw.distances[i];
    for (const MeasureRange& range : ranges_) {
      const double value = column_named(range.name, table).values[i];
      if (value < range.low || value > range.high)
        call.unusual.push_back(fmt::format("{} is {:.4g}, training hairpins have {:.4g} to {:.4g}",
                                           name_in_words(range.name), value, range.low, range.high));
    }
    call.outside = raw.errors[i] > most_error_ || raw.distances[i] > most_distance_ || !call.unusual.empty();
    call.reconstruction = raw.reconstructions[i];
    calls.push_back(std::move(call));
  }
  return calls;
}

// How stiff the SVMs are is chosen by the accuracy of the whole tree on the validation records, or, if the classes'
// weights are given, by the mean of both classes' accuracies with these.
Tree Classifier::best_tree(const Matrix& z_m, const FeatureTable& table, const LabelledEvidence& train,
                           const LabelledEvidence& valid, const ClassifierTraining& how) const {
  const auto questions = make_questions(table, how.thresholds);
  const Encoded valid_encoded = network_->encode(pictures_of(valid));
  Tree chosen;
  double best = -1;
  for (const double stiffness : kStiffness) {
    TreeOptions options = how.tree;
    options.c = stiffness;
    Tree tree = grow_tree(&z_m, table, train.labels, questions, options);
    const ClassificationScore score =
        score_classification(leaf_probabilities(tree, latent(valid_encoded, "m")), valid.labels, kAboveHalf);
    const double odds = options.class_odds;
    const double accuracy = odds > 0 ? (odds * score.sensitivity + score.specificity) / (odds + 1) : score.accuracy;
    if (accuracy <= best) continue;
    best = accuracy;
    chosen = std::move(tree);
  }
  return chosen;
}

// The cloud of training hairpins: mean and the inverse Cholesky factor of the covariance, slightly rounded.
void Classifier::fit_space(const Matrix& z) {
  using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Eigen::Map<const RowMajor> points(z.values.data(), z.rows, z.columns);
  const Eigen::VectorXd mean = points.cast<double>().colwise().mean();
  const Eigen::MatrixXd centred = points.cast<double>().rowwise() - mean.transpose();
  Eigen::MatrixXd covariance = centred.transpose() * centred / static_cast<double>(z.rows);
  covariance.diagonal().array() += 1e-3 * covariance.trace() / static_cast<double>(z.columns);
  const Eigen::MatrixXd whitening =
      Eigen::LLT<Eigen::MatrixXd>(covariance).matrixL().solve(Eigen::MatrixXd::Identity(z.columns, z.columns));
  for (std::int64_t k = 0; k < z.columns; ++k) mean_.push_back(static_cast<float>(mean[k]));
  whitening_ = {z.columns, z.columns, {}};
  for (std::int64_t i = 0; i < z.columns; ++i) {
    for (std::int64_t k = 0; k < z.columns; ++k) whitening_.values.push_back(static_cast<float>(whitening(i, k)));
  }
}

Classifier Classifier::train(const std::string& directory, const LabelledEvidence& train, const LabelledEvidence& valid,
                             const ClassifierTraining& how) {
  check_labels(train.labels, "to learn from");
  check_labels(valid.labels, "to calibrate on");
  std::string network = find_model(how.network);
  if (fs::exists(network + "/network")) network += "/network";  // a classifier's
  require(read_model_directory(network).config.disentangled, "{}: this network has no latent spaces of class and bonds",
          network);
  fs::create_directories(directory + "/network");
  pack_model(network, directory + "/network");
  Classifier c;
  c.network_ = open_network(directory + "/network", how.device, how.tree.threads);
  c.parameters_ = how.parameters;

  const Encoded encoded = c.network_->encode(pictures_of(train));
  const FeatureTable table = measured_table(train.evidence);
  c.tree_ = c.best_tree(latent(encoded, "m"), table, train, valid, how);
  c.booster_ = train_xgboost(evidence_matrix(train.evidence, table), train.labels, how.booster);
  c.fit_space(class_space(encoded));
  for (const char* name : kPremirnaRanged) {
    const auto& values = column_named(name, table).values;
    c.ranges_.push_back({name, quantile(values, kRangeTail), quantile(values, 1 - kRangeTail)});
  }

  const Raw raw = c.run(valid.evidence, measured_table(valid.evidence));
  c.blend_ = fit_blend(raw.logits(), valid.labels);
  c.most_error_ = quantile(raw.errors, how.outside_quantile);
  c.most_distance_ = quantile(raw.distances, how.outside_quantile);
  c.write(directory, how.origin);
  return c;
}

}  // namespace stemloop
