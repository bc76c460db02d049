#include "net/torch/loop/training.h"

#include <chrono>
#include <cmath>

#include "net/torch/layers.h"
#include "net/torch/loop/metrics_file.h"
#include "net/torch/loop/recorded_work.h"
#include "net/torch/loop/run_state.h"
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

class TrainingLoop {
 public:
  TrainingLoop(Trainee& trainee, const TrainOptions& options, Peers& peers, TrainWatcher& watcher)
      : trainee_(trainee), options_(options), peers_(peers), watcher_(watcher), run_(trainee) {}

  TrainOutcome run(bool resume);

 private:
  [[nodiscard]] std::string path(const char* name) const { return options_.run_directory + "/" + name; }
  [[nodiscard]] double rate(std::int64_t step) const;
  void update(std::size_t part, std::int64_t step);  // one part's forward, backward and optimiser
  void one_step();
  void end_epoch(MetricsFile* metrics, double seconds);
  void log_step(MetricsFile* metrics);
  void tell_progress(std::int64_t steps, double seconds);
  Trainee& trainee_;
  const TrainOptions& options_;
  Peers& peers_;
  TrainWatcher& watcher_;
  std::int64_t steps_ = 0;  // of the whole run, as far as is known
  RunState run_;
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

void TrainingLoop::update(std::size_t number, std::int64_t step) {
  RunPart& part = run_.parts[number];
  const double epochs = static_cast<double>(run_.at.epoch) +
                        static_cast<double>(run_.at.step_of_epoch) / static_cast<double>(trainee_.steps_per_epoch());
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
        options_.run_directory, run_.at.epoch + 1, run_.at.step + 1, values);
  }
  // Means over the batch of all processes, before anything is changed: a peer lost here leaves the last whole step.
  std::vector<Tensor> values;
  for (const auto& [name, value] : terms) values.push_back(value);
  Tensor all = torch::stack(values).to(gradients.device(), torch::kFloat64);
  if (peers_.size() > 1) peers_.sum(all);
  all = all.to(torch::kCPU);
  const double scale = options_.clip > 0 && gradient_length_ > options_.clip ? options_.clip / gradient_length_ : 1;
  part.adam.step(rate(run_.at.step), scale, ++part.updates);
  trainee_.updated(number);
  for (std::size_t i = 0; i < terms.size(); ++i) {
    RunTerm& t = run_.term(terms[i].first);
    t.newest = all[static_cast<std::int64_t>(i)].item<double>();
    t.sum += t.newest;
    ++t.count;
    t.fresh = true;
  }
}

void TrainingLoop::one_step() {
  for (RunTerm& t : run_.terms) t.fresh = false;
  for (const std::size_t part : trainee_.turns(run_.at.step)) update(part, run_.at.step);
  ++run_.at.step;
  ++run_.at.step_of_epoch;
}

void TrainingLoop::log_step(MetricsFile* metrics) {
  if (metrics == nullptr) return;
  if (run_.at.step > kLoggedFirst && run_.at.step % kLoggedEvery != 0) return;
  Json json = {{"kind", "step"}, {"step", run_.at.step}, {"gradient", gradient_length_}};
  for (const RunTerm& t : run_.terms) {
    if (t.fresh) json[t.name] = t.newest;
  }
  metrics->line(json);
}

void TrainingLoop::end_epoch(MetricsFile* metrics, double seconds) {
  Json line = {{"kind", "epoch"},    {"epoch", run_.at.epoch + 1}, {"step", run_.at.step}, {"rate", rate(run_.at.step)},
               {"seconds", seconds}, {"train", run_.means()}};
  const bool last = run_.at.epoch + 1 == options_.epochs;
  const bool due = last || (run_.at.epoch + 1) % options_.validate_every == 0;
  const Json valid = due ? trainee_.validate(last) : Json::object();
  if (!valid.empty()) line["valid"] = valid;
  const Keep keep = trainee_.keep();
  const bool judged = valid.contains("loss");
  if (due && (keep != Keep::kBestJudged || judged)) {
    const double loss = judged ? valid.at("loss").get<double>() : line["train"].begin()->get<double>();
    if (keep == Keep::kLast || run_.at.best_epoch < 0 || loss < run_.at.best_loss) {
      run_.at.best_epoch = run_.at.epoch;
      run_.at.best_loss = loss;
      run_.at.epochs_without_better = 0;
      if (peers_.rank() == 0) {
        FolderDraft draft(path("model"), "config.json");
        trainee_.save_model(draft.path(), line);
        draft.keep();
      }
    } else {
      ++run_.at.epochs_without_better;
    }
  }
  ++run_.at.epoch;
  run_.at.step_of_epoch = 0;
  for (RunTerm& t : run_.terms) t = {t.name};
  if (metrics != nullptr) metrics->line(line);
}

// After `steps` of this process, in so many seconds.
void TrainingLoop::tell_progress(std::int64_t steps, double seconds) {
  TrainProgress progress;
  progress.epoch = run_.at.epoch;
  progress.step = run_.at.step;
  progress.steps = steps_;
  progress.learning_rate = rate(run_.at.step);
  progress.records_per_second = static_cast<double>(steps * options_.batch) / std::max(1e-9, seconds);
  if (!run_.terms.empty() && run_.terms.front().count > 0)
    progress.loss = run_.terms.front().sum / static_cast<double>(run_.terms.front().count);
  watcher_.progress(progress);
}

TrainOutcome TrainingLoop::run(bool resume) {
  if (resume) run_.load(path("checkpoint.safetensors"), identity_of(options_), options_.epochs);
  const bool chief = peers_.rank() == 0;
  std::unique_ptr<MetricsFile> metrics;
  if (chief) metrics = std::make_unique<MetricsFile>(path("metrics.jsonl"), resume, run_.at.step, watcher_);

  const auto start = Clock::now();
  auto epoch_start = start;
  auto checkpoint_time = start;
  TrainOutcome outcome;
  peers_.set_stop([this] { return watcher_.stop_asked(); });
  const std::int64_t first_step = run_.at.step;
  const auto early = [&] { return options_.patience > 0 && run_.at.epochs_without_better >= options_.patience; };
  require(run_.at.step_of_epoch <= trainee_.steps_per_epoch(), "{}: stands at step {} of an epoch of {}",
          path("checkpoint.safetensors"), run_.at.step_of_epoch, trainee_.steps_per_epoch());
  trainee_.begin(run_.at.epoch, run_.at.step_of_epoch);
  steps_ = run_.at.step - run_.at.step_of_epoch + trainee_.steps_per_epoch() * (options_.epochs - run_.at.epoch);
  while (run_.at.epoch < options_.epochs && !early()) {
    try {
      if (run_.at.step_of_epoch < trainee_.steps_per_epoch()) {
        if (peers_.size() > 1) run_.remember();
        one_step();
        log_step(metrics.get());
      }
      if (run_.at.step_of_epoch >= trainee_.steps_per_epoch()) {
        end_epoch(metrics.get(), seconds_since(epoch_start));
        epoch_start = Clock::now();
        if (run_.at.epoch < options_.epochs && !early()) trainee_.begin(run_.at.epoch, 0);
      }
    } catch (const LostPeer& lost) {
      // Of this step some parts, statistics and sums are done and others not: it is undone.
      run_.go_back();
      run_.save(path("checkpoint.safetensors"), identity_of(options_));
      fail("{}; a checkpoint of step {} is in {}: go on with --resume", lost.what(), run_.at.step,
           options_.run_directory);
    }
    if (chief) tell_progress(run_.at.step - first_step, seconds_since(start));
    const bool ended = run_.at.epoch >= options_.epochs || early();
    run_.at.finished = ended;
    if (chief && (stop_ || ended || seconds_since(checkpoint_time) > options_.checkpoint_seconds)) {
      run_.save(path("checkpoint.safetensors"), identity_of(options_));
      checkpoint_time = Clock::now();
    }
    if (stop_ && !ended) {
      outcome.end = TrainEnd::kStopped;
      break;
    }
  }
  if (outcome.end != TrainEnd::kStopped && run_.at.epoch < options_.epochs) outcome.end = TrainEnd::kEarly;
  outcome.epochs = run_.at.epoch;
  outcome.best_epoch = run_.at.best_epoch + 1;
  outcome.best_loss = run_.at.best_loss;
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
