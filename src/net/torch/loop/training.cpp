#include "net/torch/loop/training.h"

#include <chrono>
#include <cmath>
#include <filesystem>
#include <optional>
#include <sstream>

#include "data/data.h"
#include "net/checkpoint.h"
#include "net/torch/layers.h"
#include "net/torch/loop/recorded_work.h"
#include "net/torch/weights.h"
#include "util/append_file.h"
#include "util/regular_file.h"
#include "util/run_folder.h"
#include "util/util.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

constexpr double kSmallestRate = 0.01;     // of the cosine schedule, as a share of the rate
constexpr std::int64_t kLoggedFirst = 10;  // steps that get a line of their own: for comparison with other programs
constexpr std::int64_t kLoggedEvery = 100;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// Where a run stands, besides its tensors.
struct RunState {
  std::int64_t step = 0;
  std::int64_t epoch = 0;
  std::int64_t step_of_epoch = 0;
  std::int64_t best_epoch = -1;
  double best_loss = 0;
  std::int64_t epochs_without_better = 0;
  bool finished = false;

  [[nodiscard]] Json json() const {
    return {{"step", step},
            {"epoch", epoch},
            {"step_of_epoch", step_of_epoch},
            {"best_epoch", best_epoch},
            {"best_loss", best_loss},
            {"epochs_without_better", epochs_without_better},
            {"finished", finished}};
  }
  // Counts that no run can have are refused: they would be divided by, or counted up to.
  void check(std::int64_t epochs) const {
    constexpr std::int64_t kMost = std::int64_t{1} << 50U;
    const bool counts = step >= 0 && step < kMost && epoch >= 0 && epoch <= epochs && step_of_epoch >= 0 &&
                        step_of_epoch <= step && epochs_without_better >= 0 && epochs_without_better <= epoch;
    require(counts && best_epoch >= -1 && best_epoch < std::max<std::int64_t>(epoch, 1) && std::isfinite(best_loss),
            "step {}, epoch {} of {}, best {}: no run can stand there", step, epoch, epochs, best_epoch);
  }
  void read(const Json& json) {
    json.at("step").get_to(step);
    json.at("epoch").get_to(epoch);
    json.at("step_of_epoch").get_to(step_of_epoch);
    json.at("best_epoch").get_to(best_epoch);
    json.at("best_loss").get_to(best_loss);
    json.at("epochs_without_better").get_to(epochs_without_better);
    json.at("finished").get_to(finished);
  }
};

// metrics.jsonl: one line a logged step and epoch, each on the disk before the checkpoint that follows it. Lines beyond
// the checkpoint a run goes on from are taken off.
class MetricsFile {
 public:
  MetricsFile(const std::string& path, bool keep, std::int64_t last_step, TrainWatcher& watcher) : watcher_(watcher) {
    std::string kept;
    if (keep && std::filesystem::exists(path)) {
      constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 30U;
      const auto bytes = read_regular_file(path, kMostBytes);
      std::istringstream old(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
      for (std::string line; std::getline(old, line);) {
        const Json json = Json::parse(line, nullptr, false);
        const Json step = json.is_object() ? json.value("step", Json()) : Json();
        if (step.is_number_integer() && step <= last_step) kept += line + "\n";
      }
    }
    write_bytes(path, kept);
    out_.emplace(path);
  }
  void line(const Json& json) {
    const std::string text = json.dump();
    out_->append(text + "\n");
    watcher_.metrics(text);
  }

 private:
  std::optional<AppendFile> out_;
  TrainWatcher& watcher_;
};

class TrainingLoop {
 public:
  TrainingLoop(Trainee& trainee, const TrainOptions& options, Peers& peers, TrainWatcher& watcher)
      : trainee_(trainee), options_(options), peers_(peers), watcher_(watcher) {
    for (const Learned& part : trainee.learned()) parts_.push_back({Adam(part), 0});
  }

  TrainOutcome run(bool resume);

 private:
  [[nodiscard]] std::string path(const char* name) const { return options_.run_directory + "/" + name; }
  [[nodiscard]] double rate(std::int64_t step) const;
  void update(std::size_t part, std::int64_t step);  // one part's forward, backward and optimiser
  void one_step();
  void remember();  // everything a step changes
  void go_back();   // to what was remembered
  void save_checkpoint();
  void load_checkpoint();
  void end_epoch(MetricsFile* metrics, double seconds);
  void log_step(MetricsFile* metrics);
  Json means() const;
  // A part and how often it was updated.
  struct Part {
    Adam adam;
    std::int64_t updates;
  };
  // A term over the epoch so far; parts have their turns at different steps.
  struct Term {
    std::string name;
    double sum = 0;
    std::int64_t count = 0;
    double newest = 0;
    bool fresh = false;  // in the newest step
  };
  Term& term(const std::string& name);
  struct Before {
    std::vector<std::pair<Tensor, Tensor>> tensors;  // one in use, and its copy
    std::vector<std::int64_t> updates;
    std::vector<Term> terms;
    RunState state;
  };
  Before before_;

  Trainee& trainee_;
  const TrainOptions& options_;
  Peers& peers_;
  TrainWatcher& watcher_;
  std::vector<Part> parts_;
  std::int64_t steps_ = 0;  // of the whole run, as far as is known
  RunState state_;
  std::vector<Term> terms_;
  double gradient_length_ = 0;  // of the part updated last
  bool stop_ = false;
};

double TrainingLoop::rate(std::int64_t step) const {
  const auto warm = std::min<std::int64_t>(options_.warm_steps, std::max<std::int64_t>(1, steps_ / 20));
  const double start = warm > 0 ? std::min(1.0, static_cast<double>(step + 1) / static_cast<double>(warm)) : 1.0;
  if (options_.schedule == "constant") return options_.rate * start;
  const double progress = static_cast<double>(step) / static_cast<double>(steps_);
  const double cosine = 0.5 * (1 + std::cos(M_PI * std::min(1.0, progress)));
  return options_.rate * start * (kSmallestRate + (1 - kSmallestRate) * cosine);
}

TrainingLoop::Term& TrainingLoop::term(const std::string& name) {
  for (Term& t : terms_) {
    if (t.name == name) return t;
  }
  terms_.push_back({name});
  return terms_.back();
}

void TrainingLoop::update(std::size_t number, std::int64_t step) {
  Part& part = parts_[number];
  const double epochs = static_cast<double>(state_.epoch) +
                        static_cast<double>(state_.step_of_epoch) / static_cast<double>(trainee_.steps_per_epoch());
  part.adam.clear_gradients();
  const NamedTerms terms = trainee_.step(number, epochs, step);
  // The last element of the gradients tells the others that this process was asked to stop.
  Tensor& gradients = part.adam.gradients();
  if (peers_.size() > 1) {
    gradients[-1] = watcher_.stop_asked() ? 1 : 0;
    peers_.sum(gradients);
    stop_ = stop_ || gradients[-1].item<float>() > 0;
    gradients[-1] = 0;
  } else {
    stop_ = watcher_.stop_asked() || stop_;  // a part after this one may not ask again
  }
  gradient_length_ = part.adam.length();
  if (!std::isfinite(gradient_length_)) {
    std::string values;
    for (const auto& [name, value] : terms)
      values += fmt::format("{}{} {:.4g}", values.empty() ? "" : ", ", name, value.item<double>());
    fail(
        "{}: the gradient is not a number at epoch {}, step {} ({}); the last checkpoint is from before it: try a "
        "smaller --rate or a --clip",
        options_.run_directory, state_.epoch + 1, state_.step + 1, values);
  }
  // Means over the batch of all processes, before anything is changed: a peer lost here leaves the last whole step.
  std::vector<Tensor> values;
  for (const auto& [name, value] : terms) values.push_back(value);
  Tensor all = torch::stack(values).to(gradients.device(), torch::kFloat64);
  if (peers_.size() > 1) peers_.sum(all);
  all = all.to(torch::kCPU);
  const double scale = options_.clip > 0 && gradient_length_ > options_.clip ? options_.clip / gradient_length_ : 1;
  part.adam.step(rate(state_.step), scale, ++part.updates);
  trainee_.updated(number);
  for (std::size_t i = 0; i < terms.size(); ++i) {
    Term& t = term(terms[i].first);
    t.newest = all[static_cast<std::int64_t>(i)].item<double>();
    t.sum += t.newest;
    ++t.count;
    t.fresh = true;
  }
}

void TrainingLoop::remember() {
  torch::NoGradGuard no_gradient;
  std::vector<Tensor> all;
  for (Part& part : parts_) {
    for (const Tensor& tensor : {part.adam.values(), part.adam.first_moments(), part.adam.second_moments()})
      all.push_back(tensor);
  }
  for (const auto& [name, tensor] : trainee_.state()) all.push_back(tensor);
  before_.tensors.resize(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto& [in_use, copy] = before_.tensors[i];
    in_use = all[i];
    if (copy.defined() && copy.sizes() == in_use.sizes()) {
      copy.copy_(in_use);
    } else {
      copy = in_use.detach().clone();
    }
  }
  before_.updates.clear();
  for (const Part& part : parts_) before_.updates.push_back(part.updates);
  before_.terms = terms_;
  before_.state = state_;
}

void TrainingLoop::go_back() {
  torch::NoGradGuard no_gradient;
  for (auto& [in_use, copy] : before_.tensors) in_use.copy_(copy);
  for (std::size_t i = 0; i < before_.updates.size(); ++i) parts_[i].updates = before_.updates[i];
  if (before_.tensors.empty()) return;
  terms_ = before_.terms;
  state_ = before_.state;
}

void TrainingLoop::one_step() {
  for (Term& t : terms_) t.fresh = false;
  for (const std::size_t part : trainee_.turns(state_.step)) update(part, state_.step);
  ++state_.step;
  ++state_.step_of_epoch;
}

Json TrainingLoop::means() const {
  Json json = Json::object();
  for (const Term& t : terms_) {
    if (t.count > 0) json[t.name] = t.sum / static_cast<double>(t.count);
  }
  return json;
}

void TrainingLoop::log_step(MetricsFile* metrics) {
  if (metrics == nullptr) return;
  if (state_.step > kLoggedFirst && state_.step % kLoggedEvery != 0) return;
  Json json = {{"kind", "step"}, {"step", state_.step}, {"gradient", gradient_length_}};
  for (const Term& t : terms_) {
    if (t.fresh) json[t.name] = t.newest;
  }
  metrics->line(json);
}

void TrainingLoop::end_epoch(MetricsFile* metrics, double seconds) {
  Json line = {{"kind", "epoch"},           {"epoch", state_.epoch + 1}, {"step", state_.step},
               {"rate", rate(state_.step)}, {"seconds", seconds},        {"train", means()}};
  const bool last = state_.epoch + 1 == options_.epochs;
  const bool due = last || (state_.epoch + 1) % options_.validate_every == 0;
  const Json valid = due ? trainee_.validate(last) : Json::object();
  if (!valid.empty()) line["valid"] = valid;
  const Keep keep = trainee_.keep();
  const bool judged = valid.contains("loss");
  if (due && (keep != Keep::kBestJudged || judged)) {
    const double loss = judged ? valid.at("loss").get<double>() : line["train"].begin()->get<double>();
    if (keep == Keep::kLast || state_.best_epoch < 0 || loss < state_.best_loss) {
      state_.best_epoch = state_.epoch;
      state_.best_loss = loss;
      state_.epochs_without_better = 0;
      if (peers_.rank() == 0) {
        FolderDraft draft(path("model"), "config.json");
        trainee_.save_model(draft.path(), line);
        draft.keep();
      }
    } else {
      ++state_.epochs_without_better;
    }
  }
  ++state_.epoch;
  state_.step_of_epoch = 0;
  for (Term& t : terms_) t = {t.name};
  if (metrics != nullptr) metrics->line(line);
}

// Tensors of a checkpoint by part: the first part's have plain names.
std::string of_part(const char* name, std::size_t part) {
  return part == 0 ? std::string(name) : fmt::format("{}.{}", name, part);
}

void TrainingLoop::save_checkpoint() {
  TensorFile file;
  Json updates = Json::array(), terms = Json::array();
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    put_tensor(file, of_part("values", i), parts_[i].adam.values());
    put_tensor(file, of_part("first_moments", i), parts_[i].adam.first_moments());
    put_tensor(file, of_part("second_moments", i), parts_[i].adam.second_moments());
    updates.push_back(parts_[i].updates);
  }
  for (const auto& [name, tensor] : trainee_.state()) put_tensor(file, "state." + name, tensor);
  for (const Term& t : terms_) terms.push_back({{"name", t.name}, {"sum", t.sum}, {"count", t.count}});
  Json state = state_.json();
  state["updates"] = updates;
  state["terms"] = terms;
  file.metadata["state"] = state.dump();
  replace_file(path("checkpoint.safetensors"), seal_checkpoint(std::move(file), identity_of(options_)));
}

void TrainingLoop::load_checkpoint() {
  const std::string from = path("checkpoint.safetensors");
  const TensorFile file = open_checkpoint(from, identity_of(options_));
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    take_tensor(file, of_part("values", i), parts_[i].adam.values(), from);
    take_tensor(file, of_part("first_moments", i), parts_[i].adam.first_moments(), from);
    take_tensor(file, of_part("second_moments", i), parts_[i].adam.second_moments(), from);
  }
  for (const auto& [name, tensor] : trainee_.state()) take_tensor(file, "state." + name, tensor, from);
  try {
    const Json state = Json::parse(file.metadata.at("state"));
    state_.read(state);
    state_.check(options_.epochs);
    for (std::size_t i = 0; i < parts_.size(); ++i) state.at("updates").at(i).get_to(parts_[i].updates);
    terms_.clear();
    for (const Json& t : state.at("terms"))
      terms_.push_back({t.at("name").get<std::string>(), t.at("sum").get<double>(), t.at("count").get<std::int64_t>()});
  } catch (const std::exception& error) {
    fail("{}: its state cannot be read: {}", from, error.what());
  }
}

TrainOutcome TrainingLoop::run(bool resume) {
  if (resume) load_checkpoint();
  const bool chief = peers_.rank() == 0;
  std::unique_ptr<MetricsFile> metrics;
  if (chief) metrics = std::make_unique<MetricsFile>(path("metrics.jsonl"), resume, state_.step, watcher_);

  const auto start = Clock::now();
  auto epoch_start = start;
  auto checkpoint_time = start;
  TrainOutcome outcome;
  peers_.set_stop([this] { return watcher_.stop_asked(); });
  const std::int64_t first_step = state_.step;
  const auto early = [&] { return options_.patience > 0 && state_.epochs_without_better >= options_.patience; };
  require(state_.step_of_epoch <= trainee_.steps_per_epoch(), "{}: stands at step {} of an epoch of {}",
          path("checkpoint.safetensors"), state_.step_of_epoch, trainee_.steps_per_epoch());
  trainee_.begin(state_.epoch, state_.step_of_epoch);
  steps_ = state_.step - state_.step_of_epoch + trainee_.steps_per_epoch() * (options_.epochs - state_.epoch);
  while (state_.epoch < options_.epochs && !early()) {
    try {
      if (state_.step_of_epoch < trainee_.steps_per_epoch()) {
        if (peers_.size() > 1) remember();
        one_step();
        log_step(metrics.get());
      }
      if (state_.step_of_epoch >= trainee_.steps_per_epoch()) {
        end_epoch(metrics.get(), seconds_since(epoch_start));
        epoch_start = Clock::now();
        if (state_.epoch < options_.epochs && !early()) trainee_.begin(state_.epoch, 0);
      }
    } catch (const LostPeer& lost) {
      // Of this step some parts, statistics and sums are done and others not: it is undone.
      go_back();
      save_checkpoint();
      fail("{}; a checkpoint of step {} is in {}: go on with --resume", lost.what(), state_.step,
           options_.run_directory);
    }
    if (chief) {
      TrainProgress progress;
      progress.epoch = state_.epoch;
      progress.step = state_.step;
      progress.steps = steps_;
      progress.learning_rate = rate(state_.step);
      progress.records_per_second =
          static_cast<double>((state_.step - first_step) * options_.batch) / std::max(1e-9, seconds_since(start));
      if (!terms_.empty() && terms_.front().count > 0)
        progress.loss = terms_.front().sum / static_cast<double>(terms_.front().count);
      watcher_.progress(progress);
    }
    const bool ended = state_.epoch >= options_.epochs || early();
    state_.finished = ended;
    if (chief && (stop_ || ended || seconds_since(checkpoint_time) > options_.checkpoint_seconds)) {
      save_checkpoint();
      checkpoint_time = Clock::now();
    }
    if (stop_ && !ended) {
      outcome.end = TrainEnd::kStopped;
      break;
    }
  }
  if (outcome.end != TrainEnd::kStopped && state_.epoch < options_.epochs) outcome.end = TrainEnd::kEarly;
  outcome.epochs = state_.epoch;
  outcome.best_epoch = state_.best_epoch + 1;
  outcome.best_loss = state_.best_loss;
  outcome.seconds = seconds_since(start);
  return outcome;
}

}  // namespace

std::string identity_of(const TrainOptions& options) {
  const Json origin = Json::parse(options.origin, nullptr, false);
  const Json identity = origin.is_object() ? origin.value("identity", Json()) : Json();
  return identity.is_string() ? identity.get<std::string>() : "";
}

std::vector<std::pair<std::string, Tensor>> buffers_of(const torch::nn::Module& network) {
  std::vector<std::pair<std::string, Tensor>> state;
  for (const auto& buffer : network.named_buffers()) state.emplace_back(buffer.key(), buffer.value());
  return state;
}

TrainOutcome run_training(Trainee& trainee, const TrainOptions& options, bool resume, Peers& peers,
                          TrainWatcher& watcher) {
  const WorkStream stream(trainee.device());
  return TrainingLoop(trainee, options, peers, watcher).run(resume);
}

}  // namespace stemloop
