#include "arms/arm_training.h"

#include <oneapi/tbb/global_control.h>

#include <nlohmann/json.hpp>

#include "arms/arms.h"
#include "util/run_folder.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

Json as_json(const CutMeasures& measures) {
  const CutScore& all = measures.all;
  return {{"records", measures.records}, {"exact", all.exact},       {"within_1", all.within_1},
          {"within_2", all.within_2},    {"distance", all.distance}, {"all_four", measures.all_four}};
}

std::vector<CutNetwork> train_networks(const ArmTraining& c, const CutSettings& settings,
                                       const std::vector<CutExample>& examples,
                                       const std::vector<CutExample>& validation) {
  CutSights sights;
  std::vector<CutNetwork> networks;
  for (int k = 0; k < c.networks; ++k) {
    CutTrainOptions options = c.options;
    options.seed = c.options.seed + static_cast<std::uint64_t>(k);
    networks.push_back(
        train_cuts(examples, options, sights, [&](const CutProgress& progress, const CutNetwork& network) {
          const CutMeasures measures = measure_cuts(CutModel::of({network}, settings), validation);
          say(Loud::kInfo, "network {} epoch {}: loss {:.3f} of {} visits; validation: exact {:.3f}, within 2 {:.3f}",
              k + 1, progress.epoch + 1, progress.loss, progress.visits, measures.all.exact, measures.all.within_2);
        }));
  }
  return networks;
}

// What the model keeps of how it was made.
Json training_told(const ArmTraining& c, std::size_t examples, const CutMeasures& measures) {
  const CutTrainOptions& o = c.options;
  return {
      {"records", examples},      {"networks", c.networks}, {"windows", c.windows},           {"epochs", o.epochs},
      {"batch", o.batch},         {"rate", o.rate},         {"weight_decay", o.weight_decay}, {"dropout", o.dropout},
      {"mutated", o.mutated},     {"as_given", o.as_given}, {"shuffled", o.shuffled},         {"others", o.others},
      {"flankings", o.flankings}, {"seed", o.seed},         {"validation", as_json(measures)}};
}

}  // namespace

void train_arms(ArmTraining c) {
  FolderDraft draft(c.output, "config.json");
  const std::vector<CutExample> examples = read_cut_examples(c.table);
  const std::vector<CutExample> validation = read_cut_examples(c.validation);
  std::vector<CutExample> guided;
  for (const CutExample& example : examples) {
    if (example.guide != Guide::kNotTold) guided.push_back(example);
  }
  say(Loud::kInfo, "{} hairpins to learn from, {} to calibrate on, {} with a known guide", examples.size(),
      validation.size(), guided.size());
  CutSettings settings;
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(c.threads));
  settings.local = c.options.local = c.windows == "local";
  settings.reaches = c.options.reaches;
  std::vector<CutNetwork> networks = train_networks(c, settings, examples, validation);
  settings = fit_settings(CutModel::of(networks, settings), validation, guided);
  const CutModel model = CutModel::of(std::move(networks), settings);
  const CutMeasures measures = measure_cuts(model, validation);
  model.write(draft.path(), training_told(c, examples.size(), measures).dump());
  draft.keep();
  say(Loud::kInfo,
      "{}: validation: exact {:.3f}, within 1 {:.3f}, within 2 {:.3f}, mean distance {:.2f}, all four {:.3f}", c.output,
      measures.all.exact, measures.all.within_1, measures.all.within_2, measures.all.distance, measures.all_four);
}

}  // namespace stemloop
