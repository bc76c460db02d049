#include "judge/classifier.h"

#include <fmt/ranges.h>
#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "net/model_files.h"
#include "net/model_reading.h"
#include "util/util.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr int kFormat = 1;
constexpr const char* kTree = "tree.json";
constexpr const char* kBooster = "booster.ubj";
constexpr const char* kSpace = "space.safetensors";
constexpr const char* kMeasuredRanges[] = {"nucleotides", "gc_content", "mfe_per_nt"};
constexpr double kRangeTail = 0.001;
constexpr double kStiffness[] = {1, 0.1, 0.01};  // C of the tree's SVMs, the paper's first

double number_of(const Json& json, const char* key, const std::string& name) {
  require(json.is_object() && json.contains(key) && json[key].is_number() && std::isfinite(json[key].get<double>()),
          "{}: '{}' is missing or no number", name, key);
  return json[key].get<double>();
}

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
  for (const char* name : kMeasuredRanges) {
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

void Classifier::write(const std::string& directory, const std::string& origin) const {
  TensorFile space;
  const auto store = [](const std::vector<float>& values, std::vector<std::int64_t> shape) {
    const auto bytes = std::as_bytes(std::span(values));
    return StoredTensor{"F32", std::move(shape), {bytes.begin(), bytes.end()}};
  };
  space.tensors["mean"] = store(mean_, {whitening_.rows});
  space.tensors["whitening"] = store(whitening_.values, {whitening_.rows, whitening_.columns});
  const std::string space_bytes = encode_safetensors(space);
  const std::string tree_bytes = tree_json(tree_);
  const std::string booster_bytes = text_of(booster_->bytes());
  replace_file(directory + "/" + kSpace, space_bytes);
  replace_file(directory + "/" + kTree, tree_bytes);
  replace_file(directory + "/" + kBooster, booster_bytes);
  const auto md5 = [](const std::string& bytes) { return md5_hex(std::as_bytes(std::span(bytes))); };
  Json ranges = Json::object();
  for (const MeasureRange& range : ranges_) ranges[range.name] = {range.low, range.high};
  const Json config = {
      {"format", kFormat},
      {"family", kPremirnaFamily},
      {"parameters", parameters_},
      {"blend",
       {{"booster", blend_.weights[0]}, {"z_y", blend_.weights[1]}, {"z_m", blend_.weights[2]}, {"bias", blend_.bias}}},
      {"outside", {{"reconstruction_error", most_error_}, {"latent_distance", most_distance_}, {"ranges", ranges}}},
      {"md5", {{kTree, md5(tree_bytes)}, {kBooster, md5(booster_bytes)}, {kSpace, md5(space_bytes)}}},
      {"training", Json::parse(origin)}};
  replace_file(directory + "/config.json", config.dump(2) + "\n");
}

Classifier Classifier::open(const std::string& directory, const std::string& device, int threads) {
  const Json config = read_config(directory);
  const std::string name = directory + "/config.json";
  require(config.contains("format") && config["format"].is_number_integer(),
          "{}: 'format' is missing: this is no stemloop model", name);
  require(config["format"] == kFormat,
          "{}: format {} is not known here (this is {}); was it written by a newer stemloop?", name,
          printable(config["format"].dump()), kFormat);
  const std::string family = model_family(directory);
  require(family == kPremirnaFamily, "{}: this is a model of family '{}', not '{}'", name, printable(family),
          kPremirnaFamily);
  Classifier c;
  const Json parameters = config.value("parameters", Json());
  require(parameters.is_string(), "{}: 'parameters' is missing or no text", name);
  c.parameters_ = parameters.get<std::string>();
  const Json blend = config.value("blend", Json());
  for (const char* key : {"booster", "z_y", "z_m"}) c.blend_.weights.push_back(number_of(blend, key, name));
  c.blend_.bias = number_of(blend, "bias", name);
  const Json outside = config.value("outside", Json());
  c.most_error_ = number_of(outside, "reconstruction_error", name);
  c.most_distance_ = number_of(outside, "latent_distance", name);

  const Json ranges = outside.value("ranges", Json());
  require(ranges.is_object(), "{}: 'ranges' is missing", name);
  for (const char* measure : kMeasuredRanges) {
    const Json pair = ranges.value(measure, Json());
    require(pair.is_array() && pair.size() == 2 && pair[0].is_number() && pair[1].is_number(),
            "{}: the range of '{}' is missing or no pair of numbers", name, measure);
    c.ranges_.push_back({measure, pair[0].get<double>(), pair[1].get<double>()});
  }

  const std::string space_name = directory + "/" + kSpace;
  const TensorFile space = decode_model_tensors(checked_file(config, directory, kSpace), space_name);
  c.tree_ = tree_from_json(text_of(checked_file(config, directory, kTree)), directory + "/" + kTree);
  // One thread: its rows come a few at a time, and a team of OpenMP's would spin beside those that fold.
  c.booster_ = load_xgboost(checked_file(config, directory, kBooster), directory + "/" + kBooster, 1);
  c.network_ = open_network(model_part(directory, "network"), device, threads);

  require(c.network_->config().disentangled, "{}/network: has no latent spaces of class and bonds", directory);
  const std::int64_t d = 2 * c.network_->config().latent;
  require(c.tree_.dimensions == c.network_->config().latent, "{}/{}: is for {} dimensions, the network has {}",
          directory, kTree, c.tree_.dimensions, c.network_->config().latent);
  const auto floats = [&](const char* tensor, const std::vector<std::int64_t>& shape) {
    const StoredTensor& stored = expect_tensor(space, tensor, "F32", shape, space_name);
    std::vector<float> values(stored.bytes.size() / sizeof(float));
    std::memcpy(values.data(), stored.bytes.data(), stored.bytes.size());
    return values;
  };
  c.mean_ = floats("mean", {d});
  c.whitening_ = {d, d, floats("whitening", {d, d})};
  const std::vector<Evidence> empty(1);
  const FeatureTable table = measured_table(empty);
  const std::int64_t columns = evidence_matrix(empty, table).columns;
  require(c.booster_->columns() == columns, "{}/{}: is for {} columns, not {}", directory, kBooster,
          c.booster_->columns(), columns);
  for (const Question& question : c.tree_.questions) column_of(question, table);
  return c;
}

}  // namespace stemloop
