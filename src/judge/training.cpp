#include "judge/training.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "judge/judge.h"
#include "net/net.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

// Beside the model; what has no words to keep (a picture that holds no whole hairpin) is counted.
void keep_and_say(const std::string& model, std::span<const std::string> sequences) {
  keep_training_records(model, sequences);
  say(Loud::kInfo, "{} of {} training records kept as hashed words", training_records_of(model)->size(),
      sequences.size());
}

}  // namespace

Tally train_premirna(TrainingOrder& c) {
  const Dataset dataset = load_dataset(c.data, c.common, c.folding);
  check_labels(dataset.pictures);
  const auto [train, valid] = train_and_valid(dataset, c.seed);
  say(Loud::kInfo, "{} hairpins to learn from, {} to calibrate on", train.size(), valid.size());
  c.premirna.network = c.network;
  c.premirna.device = c.device;
  c.premirna.parameters = c.folding.parameters;
  c.premirna.tree.threads = c.premirna.booster.threads = c.common.threads;
  c.premirna.booster.seed = static_cast<int>(c.seed);
  const Json origin = {{"command", c.command},
                       {"version", c.version},
                       {"data", {{"md5", dataset.md5}, {"train", train.size()}, {"valid", valid.size()}}}};
  c.premirna.origin = origin.dump();
  Classifier::train(c.model, labelled_evidence(train, c.folding, c.common.threads),
                    labelled_evidence(valid, c.folding, c.common.threads), c.premirna);
  std::vector<std::string> learned = sequences_of(train);
  const std::vector<std::string> calibrated = sequences_of(valid);
  learned.insert(learned.end(), calibrated.begin(), calibrated.end());
  keep_and_say(c.model, learned);
  return dataset.tally;
}

void train_precursors(TrainingOrder& c) {
  const std::vector<WorldRecord> records = read_world(c.data.tsv);
  std::vector<std::string> sequences;
  std::vector<std::uint8_t> labels;
  for (const WorldRecord& record : records) {
    sequences.push_back(record.sequence);
    labels.push_back(static_cast<std::uint8_t>(record.label));
  }
  check_labels(sequences, labels, "sequences");
  PrecursorTrainingOptions& how = c.precursor;
  how.networks = c.network;
  how.threads = c.common.threads;
  how.seed = c.seed;
  how.talk = [](const std::string& line) { say(Loud::kInfo, "{}", line); };
  const auto precursors =
      std::count_if(records.begin(), records.end(), [](const WorldRecord& r) { return r.label == 1; });
  const Json origin = {
      {"command", c.command},
      {"version", c.version},
      {"data", {{"md5", md5_hex(read_bytes(c.data.tsv))}, {"records", records.size()}, {"precursors", precursors}}}};
  how.origin = origin.dump(-1, ' ', false, Json::error_handler_t::replace);
  train_precursor(c.model, records, how);
  keep_and_say(c.model, sequences);
}

Tally train_mirtron(TrainingOrder& c, const MakeAugment& make_augment) {
  MirtronTraining& how = c.mirtron;
  std::vector<MirtronRecord> records;
  SequenceSet set;
  if (!c.data.tsv.empty() && is_mirtron_table(c.data.tsv)) {
    records = read_mirtron_records(c.data.tsv);
    set.tally.in = set.tally.out = std::ssize(records);
  } else {
    set = load_sequences(c.data, c.label_column, c.common, c.folding);
    check_labels(set.sequences, set.labels, "sequences");
    if (make_augment) how.augment = make_augment(set);
    records = mirtron_records(set, c.common.threads);
  }
  how.cuts = find_model("premirna") + "/" + kPrecursorCuts;
  how.threads = c.common.threads;
  how.seed = c.seed;
  how.calls = c.precursor.calls;
  how.talk = [](const std::string& line) { say(Loud::kInfo, "{}", line); };
  const auto count = [&](auto of) { return std::count_if(records.begin(), records.end(), of); };
  const auto mirtrons = count([](const MirtronRecord& r) { return r.label == 1; });
  const auto others = count([](const MirtronRecord& r) { return r.other; });
  say(Loud::kInfo, "{} mirtrons and {} canonical hairpins to learn from, {} others", mirtrons,
      std::ssize(records) - mirtrons - others, others);
  const Json origin = {{"command", c.command},
                       {"version", c.version},
                       {"data",
                        {{"md5", set.size() > 0 ? md5_of(set) : md5_hex(read_bytes(c.data.tsv))},
                         {"records", records.size()},
                         {"mirtrons", mirtrons},
                         {"others", others}}}};
  how.origin = origin.dump(-1, ' ', false, Json::error_handler_t::replace);
  const MirtronModel model = MirtronModel::train(c.model, records, how);
  for (const auto& [which, figures] : model.figures()) {
    const Figure &accuracy = figures.at("accuracy"), &mcc = figures.at("mcc");
    say(Loud::kInfo, "{}, out of fold: accuracy {:.4f} [{:.4f}, {:.4f}], MCC {:.4f} [{:.4f}, {:.4f}]", which,
        accuracy.mean, accuracy.low, accuracy.high, mcc.mean, mcc.low, mcc.high);
  }
  return set.tally;
}

}  // namespace stemloop
