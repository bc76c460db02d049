// evaluate: how well a model does on labelled hairpins it has not seen.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/model_input.h"
#include "eval/eval.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

struct EvaluateCommand {
  CommonOptions common;
  FoldingOptions folding;
  DatasetOptions data;
  ModelOptions model;
  std::string what;
  std::string part;
  std::string format = "tsv";
  std::string calls, curve;
  double temperature = 1;
  std::uint64_t seed = 1;
};

// Rows of a table that is printed as TSV or as JSON lines. A score that is not defined is an empty cell, or null.
class Rows {
 public:
  Rows(const std::string& output, bool json) : out_(output), json_(json) {}
  void add(const Json& row) {
    if (json_) {
      out_.write(row.dump() + "\n");
      return;
    }
    std::string header, cells;
    for (const auto& [key, value] : row.items()) {
      header += (header.empty() ? "" : "\t") + key;
      cells += (cells.empty() ? "" : "\t") + cell(value);
    }
    if (!std::exchange(started_, true)) out_.write(header + "\n");
    out_.write(cells + "\n");
  }
  void close() { out_.close(); }

 private:
  static std::string cell(const Json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (!value.is_number_float()) return value.dump();
    const auto number = value.get<double>();
    return std::isnan(number) ? "" : fmt::format("{:.6g}", number);
  }

  TextWriter out_;
  bool json_;
  bool started_ = false;
};

void evaluate_reconstruction(HairpinNetwork& network, const PictureData& data, Rows& rows) {
  const std::vector<Picture> truth = pictures_of(data);
  const std::vector<Picture> back = network.decode(joined(network.encode(truth)), {});
  ReconstructionError all, of_class[kClasses];
  for (std::size_t i = 0; i < truth.size(); ++i) {
    all.add(truth[i], back[i]);
    of_class[data.labels[i]].add(truth[i], back[i]);
  }
  const auto row = [&](const char* name, const ReconstructionError& error) {
    if (error.pictures == 0) return;
    const ReconstructionError m = error.means();
    rows.add({{"records", name},
              {"count", m.pictures},
              {"mae", m.pixels},
              {"mae_nucleotide", m.nucleotides},
              {"mae_length", m.length},
              {"mae_values", m.values},
              {"exact", m.exact}});
  };
  row("all", all);
  for (const int label : {1, 0}) row(kPremirnaClasses[label].c_str(), of_class[label]);
}

void evaluate_class(HairpinNetwork& network, const PictureData& data, Rows& rows) {
  require(network.config().disentangled, "this model has no latent spaces of class and bonds to classify from");
  const std::vector<Picture> pictures = pictures_of(data);
  const Encoded encoded = network.encode(pictures);
  std::vector<float> both;
  for (std::size_t i = 0; i < pictures.size(); ++i)
    both.push_back((encoded.class_from_y[i] + encoded.class_from_m[i]) / 2);
  const auto row = [&](const char* name, const std::vector<float>& probability) {
    const ClassificationScore s = score_classification(probability, data.labels);
    rows.add({{"from", name},
              {"positives", s.positives},
              {"negatives", s.negatives},
              {"accuracy", s.accuracy},
              {"sensitivity", s.sensitivity},
              {"specificity", s.specificity},
              {"mcc", s.mcc},
              {"auroc", s.auroc}});
  };
  row("z_y", encoded.class_from_y);
  row("z_m", encoded.class_from_m);
  row("mean of both", both);
}

using Bonds = std::array<std::uint8_t, kBondLength>;

// A bond pattern near to `bonds`: a stretch of 2 to 6 steps on both strands opened or closed.
Bonds edited(Bonds bonds, Random& random) {
  constexpr int kHalf = kBondLength / 2;
  int last = 0;
  for (int k = 0; k < kHalf; ++k) {
    if (bonds[k] != 0) last = k;
  }
  const int length = 2 + static_cast<int>(random.below(5));
  const int begin = static_cast<int>(random.below(static_cast<std::uint64_t>(std::max(1, last + 1 - length))));
  const std::uint8_t value = bonds[begin + length / 2] != 0 ? 0 : 1;
  for (int k = begin; k < std::min(kHalf, begin + length); ++k) bonds[k] = bonds[kHalf + k] = value;
  return bonds;
}

// Section 3.2 of the paper, counted: z_x and z_y of a hairpin with z_m drawn for other bonds.
void evaluate_bonds(HairpinNetwork& network, const PictureData& data, double temperature, std::uint64_t seed,
                    Rows& rows) {
  require(network.config().disentangled, "this model has no latent space of the bonds");
  const std::vector<Picture> pictures = pictures_of(data);
  const Encoded encoded = network.encode(pictures);
  const std::int64_t latent = network.config().latent;
  std::vector<Bonds> own, edits, others;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    Random random(seed, i);
    own.push_back(bond_rows(pictures[i]));
    edits.push_back(edited(own.back(), random));
    others.push_back(bond_rows(pictures[random.below(pictures.size())]));
  }
  ReadOut how;
  how.hairpin = true;  // as `generate` reads them: one wrong letter in a loop would shift every bond behind it
  const auto with_bonds = [&](const Matrix& z_m) {
    Matrix z = joined(encoded);
    for (std::int64_t i = 0; i < z.rows; ++i)
      std::copy_n(z_m.row(i).begin(), latent, z.values.begin() + i * z.columns + 2 * latent);
    return network.decode(z, how);
  };
  const auto row = [&](const char* name, const std::vector<Bonds>& asked, const std::vector<Picture>& obtained) {
    double sum = 0, exact = 0, in_step = 0;
    for (std::size_t i = 0; i < asked.size(); ++i) {
      const double share = bond_agreement(asked[i], bond_rows(obtained[i]));
      sum += share;
      exact += share == 1 ? 1 : 0;
      in_step += decode_picture(obtained[i]).in_step ? 1 : 0;
    }
    const auto n = static_cast<double>(asked.size());
    rows.add({{"bonds", name},
              {"count", asked.size()},
              {"as_asked", sum / n},
              {"all_as_asked", exact / n},
              {"in_step", in_step / n}});
  };
  row("own, reconstructed", own, network.decode(joined(encoded), how));
  row("own, z_m drawn", own, with_bonds(network.draw_for_bonds(own, temperature, seed, 0)));
  row("edited, z_m drawn", edits, with_bonds(network.draw_for_bonds(edits, temperature, seed, 0)));
  row("another's, z_m drawn", others, with_bonds(network.draw_for_bonds(others, temperature, seed, 0)));
  // Floors: z_m that knows nothing of the bonds asked for.
  std::vector<Bonds> shifted = others;
  std::rotate(shifted.begin(), shifted.begin() + 1, shifted.end());
  row("floor: z_m drawn for unrelated bonds", others,
      with_bonds(network.draw_for_bonds(shifted, temperature, seed, 0)));
  row("floor: z_m standard normal", others,
      with_bonds(network.draw_rest(static_cast<std::int64_t>(own.size()), 1, seed, 0)));
}

Json row_of(const std::string& from, const std::vector<float>& p, const std::vector<std::uint8_t>& labels) {
  const double threshold = from == "tree" ? kAboveHalf : 0.5;
  const ClassificationScore s = score_classification(p, labels, threshold);
  const ScoreInterval i = bootstrap_score(p, labels, 1000, 1, threshold);
  return {{"from", from},
          {"positives", s.positives},
          {"negatives", s.negatives},
          {"accuracy", s.accuracy},
          {"accuracy_low", i.low.accuracy},
          {"accuracy_high", i.high.accuracy},
          {"sensitivity", s.sensitivity},
          {"specificity", s.specificity},
          {"mcc", s.mcc},
          {"auroc", s.auroc},
          {"auroc_low", i.low.auroc},
          {"auroc_high", i.high.auroc},
          {"auprc", s.auprc},
          {"ece", expected_calibration_error(calibration_curve(p, labels))}};
}

// The blend, the tree and every part, a row each; the calls and the calibration curve go to files if named.
void evaluate_classifier(const Classifier& classifier, const PictureData& data, const std::vector<std::string>& ids,
                         const EvaluateCommand& c, Rows& rows) {
  const LabelledEvidence records = labelled_evidence(data, c.folding, c.common.threads);
  const std::vector<Call> calls = classifier.classify(records.evidence);
  std::vector<float> blend, tree, booster, y, m;
  for (const Call& call : calls) {
    blend.push_back(call.probability);
    tree.push_back(call.tree_probability);
    booster.push_back(call.booster);
    y.push_back(call.from_y);
    m.push_back(call.from_m);
  }
  if (!c.calls.empty()) {
    TextWriter out(c.calls);
    out.write("id\tlabel\tprobability\ttree_probability\tbooster\tz_y\tz_m\toutside\n");
    for (std::size_t i = 0; i < calls.size(); ++i)
      out.write(fmt::format("{}\t{}\t{:.6f}\t{:.6f}\t{:.6f}\t{:.6f}\t{:.6f}\t{}\n", ids[i], data.labels[i], blend[i],
                            tree[i], booster[i], y[i], m[i], calls[i].outside ? 1 : 0));
    out.close();
  }
  if (!c.curve.empty()) {
    TextWriter out(c.curve);
    out.write("low\thigh\tcount\tprobability\tshare\n");
    for (const CalibrationBin& bin : calibration_curve(blend, data.labels))
      out.write(fmt::format("{:.4f}\t{:.4f}\t{}\t{:.4f}\t{:.4f}\n", bin.low, bin.high, bin.count, bin.probability,
                            bin.share));
    out.close();
  }
  const std::pair<const char*, const std::vector<float>*> parts[] = {
      {"blend", &blend}, {"tree", &tree}, {"booster", &booster}, {"z_y", &y}, {"z_m", &m}};
  for (const auto& [name, p] : parts) rows.add(row_of(name, *p, data.labels));
}

int run_evaluate(EvaluateCommand& c, const CLI::App& app) {
  begin_run(c.common);
  for (const char* name : {"--calls", "--curve"})
    require(c.what == "classifier" || app.get_option(name)->count() == 0, "{} has no meaning for evaluate {}", name, c.what);
  check_dataset(c.data);
  auto files = dataset_files(c.data);
  check_files(files, {c.common.output, c.calls, c.curve});
  std::unique_ptr<HairpinNetwork> network;
  std::optional<Classifier> classifier;
  if (c.what == "classifier") {
    classifier = open_classifier(c.model, c.common, c.folding, app);
  } else {
    network = open_model(c.model, c.common, c.folding, app);
  }
  const Dataset dataset = load_dataset(c.data, c.common, c.folding);
  require(c.part.empty() || !dataset.parts.empty(), "--part {} needs a --split", c.part);
  PictureData data = dataset.pictures;
  std::vector<std::string> ids = dataset.ids;
  if (!c.part.empty()) {
    const auto named = std::find(std::begin(kPartNames), std::end(kPartNames), c.part);
    const auto part = static_cast<Part>(named - std::begin(kPartNames));
    data = dataset.select(part);
    ids.clear();
    for (std::size_t i = 0; i < dataset.ids.size(); ++i) {
      if (dataset.parts[i] == part) ids.push_back(dataset.ids[i]);
    }
  }
  require(data.size() > 0, "there is no record to evaluate");
  Rows rows(c.common.output, c.format == "json");
  if (c.what == "reconstruction") evaluate_reconstruction(*network, data, rows);
  if (c.what == "class") evaluate_class(*network, data, rows);
  if (c.what == "bonds") evaluate_bonds(*network, data, c.temperature, c.seed, rows);
  if (classifier) evaluate_classifier(*classifier, data, ids, c, rows);
  rows.close();
  return finish(dataset.tally, c.common);
}

}  // namespace

std::function<int()> add_evaluate(CLI::App& app) {
  auto c = std::make_shared<EvaluateCommand>();
  app.description(
      "Measures a model on labelled hairpins.\n"
      "reconstruction: errors of the most probable picture decoded from the encoder's mean, for all records and by "
      "class\n"
      "class: the class as the networks on z_y and z_m see it\n"
      "bonds: how much of a bond pattern asked for stands in the picture decoded with z_m drawn for it\n"
      "classifier: --model is a classifier (models/premirna); its probability, its tree and its parts, with intervals");
  app.add_option("what", c->what, "reconstruction, class, bonds or classifier")
      ->required()
      ->check(CLI::IsMember({"reconstruction", "class", "bonds", "classifier"}))
      ->type_name("WHAT");
  add_model(app, c->model);
  add_dataset(app, c->data);
  app.add_option("--part", c->part, "Only this part of the split")->check(CLI::IsMember({"train", "valid", "test"}));
  app.add_option("--format", c->format, "tsv or json")->check(CLI::IsMember({"tsv", "json"}))->capture_default_str();
  app.add_option("--seed", c->seed, "bonds: of the patterns and draws")->capture_default_str();
  app.add_option("--draw-temperature", c->temperature, "bonds: spread of the draws of z_m, 0 for the prior's mean")
      ->check(CLI::Range(0.0, 10.0))
      ->capture_default_str();
  app.add_option("--calls", c->calls, "classifier: probabilities record by record")->type_name("FILE");
  app.add_option("--curve", c->curve, "classifier: the calibration curve")->type_name("FILE");
  add_output(app, c->common, kTextOutputHelp);
  add_folding(app, c->folding);
  add_threads(app, c->common);
  add_talk(app, c->common);
  app.footer(
      "Examples:\n"
      "  stemloop evaluate reconstruction --model run/model --tsv labelled.tsv\n"
      "  stemloop evaluate class --model run/model --positives mirnas.fa --negatives others.fa --format json");
  return [c, &app] { return run_evaluate(*c, app); };
}

}  // namespace stemloop
