#include "nn/training.h"

#include <ATen/Parallel.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "data/data.h"
#include "nn/kernels.h"
#include "util/util.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

constexpr double kSmallestRate = 0.01;     // of the cosine schedule, as a share of the rate
constexpr std::int64_t kWarmSteps = 200;   // linear start
constexpr std::int64_t kLoggedFirst = 10;  // steps that get a line of their own: for comparison with other programs
constexpr std::int64_t kLoggedEvery = 100;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

void put(TensorFile& file, const std::string& name, const Tensor& tensor) {
  const Tensor t = tensor.detach().to(torch::kCPU).contiguous();
  const auto* bytes = static_cast<const std::byte*>(t.data_ptr());
  file.tensors[name] = {t.scalar_type() == torch::kInt64 ? "I64" : "F32", t.sizes().vec(), {bytes, bytes + t.nbytes()}};
}

void take(const TensorFile& file, const std::string& name, Tensor tensor, const std::string& path) {
  torch::NoGradGuard no_gradient;
  const auto shape = tensor.sizes().vec();
  const auto& stored = expect_tensor(file, name, tensor.scalar_type() == torch::kInt64 ? "I64" : "F32", shape, path);
  const Tensor from = torch::from_blob(const_cast<std::byte*>(stored.bytes.data()), shape,  // NOLINT: read only
                                       torch::TensorOptions().dtype(tensor.scalar_type()));
  tensor.copy_(from);
}

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

// metrics.jsonl: one line a logged step and epoch. Lines beyond the checkpoint a run goes on from are taken off.
class MetricsFile {
 public:
  MetricsFile(const std::string& path, bool keep, std::int64_t last_step, TrainWatcher& watcher)
      : path_(path), watcher_(watcher) {
    std::string kept;
    std::ifstream old(path);
    for (std::string line; keep && std::getline(old, line);) {
      const Json json = Json::parse(line, nullptr, false);
      if (json.is_object() && json.value("step", last_step + 1) <= last_step) kept += line + "\n";
    }
    old.close();
    write_bytes(path, kept);
    out_.open(path, std::ios::app);
    require(out_.good(), "{}: cannot be written", path);
  }
  void line(const Json& json) {
    const std::string text = json.dump();
    out_ << text << '\n' << std::flush;
    require(out_.good(), "{}: cannot be written; is the disk full?", path_);
    watcher_.metrics(text);
  }

 private:
  std::string path_;
  std::ofstream out_;
  TrainWatcher& watcher_;
};

class Loop {
 public:
  Loop(Trainee& trainee, const TrainOptions& options, Peers& peers, TrainWatcher& watcher)
      : trainee_(trainee),
        options_(options),
        peers_(peers),
        watcher_(watcher),
        adam_(trainee.network(), trainee.masks()),
        steps_(trainee.steps_per_epoch() * options.epochs) {}

  TrainOutcome run(bool resume);

 private:
  [[nodiscard]] std::string path(const char* name) const { return options_.run_directory + "/" + name; }
  [[nodiscard]] double rate(std::int64_t step) const;
  Tensor one_step();  // the terms, as named in names_
  void save_checkpoint();
  void load_checkpoint();
  void end_epoch(MetricsFile* metrics, double seconds);
  void log_step(MetricsFile* metrics, const Tensor& terms, double length);
  Json means() const;

  Trainee& trainee_;
  const TrainOptions& options_;
  Peers& peers_;
  TrainWatcher& watcher_;
  Adam adam_;
  std::int64_t steps_;
  RunState state_;
  std::vector<std::string> names_;  // of the terms
  Tensor sums_;                     // of the terms over the epoch so far, double
  double gradient_length_ = 0;
  bool stop_ = false;
};

double Loop::rate(std::int64_t step) const {
  const auto warm = std::min<std::int64_t>(kWarmSteps, std::max<std::int64_t>(1, steps_ / 20));
  const double start = std::min(1.0, static_cast<double>(step + 1) / static_cast<double>(warm));
  if (options_.schedule == "constant") return options_.rate * start;
  const double progress = static_cast<double>(step) / static_cast<double>(steps_);
  const double cosine = 0.5 * (1 + std::cos(M_PI * std::min(1.0, progress)));
  return options_.rate * start * (kSmallestRate + (1 - kSmallestRate) * cosine);
}

Tensor Loop::one_step() {
  const double epochs = static_cast<double>(state_.step) / static_cast<double>(trainee_.steps_per_epoch());
  adam_.clear_gradients();
  const NamedTerms terms = trainee_.step(epochs, state_.step);
  // The last element of the gradients tells the others that this process was asked to stop.
  Tensor& gradients = adam_.gradients();
  if (peers_.size() > 1) {
    gradients[-1] = watcher_.stop_asked() ? 1 : 0;
    peers_.sum(gradients);
    stop_ = gradients[-1].item<float>() > 0;
    gradients[-1] = 0;
  } else {
    stop_ = watcher_.stop_asked();
  }
  gradient_length_ = adam_.length();
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
  names_.clear();
  std::vector<Tensor> values;
  for (const auto& [name, value] : terms) {
    names_.push_back(name);
    values.push_back(value.to(torch::kFloat64));
  }
  Tensor all = torch::stack(values);
  if (peers_.size() > 1) peers_.sum(all);
  all = all.to(torch::kCPU);
  const double scale = options_.clip > 0 && gradient_length_ > options_.clip ? options_.clip / gradient_length_ : 1;
  adam_.step(rate(state_.step), scale, state_.step + 1);
  if (!sums_.defined() || sums_.numel() == 0) sums_ = torch::zeros_like(all);
  sums_ += all;
  ++state_.step;
  ++state_.step_of_epoch;
  return all;
}

Json Loop::means() const {
  Json json = Json::object();
  for (std::size_t i = 0; i < names_.size(); ++i)
    json[names_[i]] = sums_[static_cast<std::int64_t>(i)].item<double>() / static_cast<double>(state_.step_of_epoch);
  return json;
}

void Loop::log_step(MetricsFile* metrics, const Tensor& terms, double length) {
  if (metrics == nullptr) return;
  if (state_.step > kLoggedFirst && state_.step % kLoggedEvery != 0) return;
  Json json = {{"kind", "step"}, {"step", state_.step}, {"gradient", length}};
  for (std::size_t i = 0; i < names_.size(); ++i) json[names_[i]] = terms[static_cast<std::int64_t>(i)].item<double>();
  metrics->line(json);
}

void Loop::end_epoch(MetricsFile* metrics, double seconds) {
  Json line = {{"kind", "epoch"},           {"epoch", state_.epoch + 1}, {"step", state_.step},
               {"rate", rate(state_.step)}, {"seconds", seconds},        {"train", means()}};
  const Json valid = trainee_.validate(static_cast<double>(state_.epoch + 1));
  if (!valid.empty()) line["valid"] = valid;
  const double loss = valid.empty() ? line["train"].begin()->get<double>() : valid.at("loss").get<double>();
  if (state_.best_epoch < 0 || loss < state_.best_loss) {
    state_.best_epoch = state_.epoch;
    state_.best_loss = loss;
    state_.epochs_without_better = 0;
    if (peers_.rank() == 0) trainee_.save_model(path("model"), line);
  } else {
    ++state_.epochs_without_better;
  }
  ++state_.epoch;
  state_.step_of_epoch = 0;
  sums_ = Tensor();
  if (metrics != nullptr) metrics->line(line);
}

void Loop::save_checkpoint() {
  TensorFile file;
  put(file, "values", adam_.values());
  put(file, "first_moments", adam_.first_moments());
  put(file, "second_moments", adam_.second_moments());
  for (const auto& buffer : trainee_.network().named_buffers()) put(file, "buffer." + buffer.key(), buffer.value());
  const Tensor sums = sums_.defined() ? sums_ : torch::zeros({0}, torch::kFloat64);
  put(file, "sums", sums.view(torch::kInt64));  // doubles, bit by bit
  file.metadata["format"] = "stemloop checkpoint 1";
  file.metadata["state"] = state_.json().dump();
  file.metadata["terms"] = fmt::format("{}", fmt::join(names_, "\n"));
  const std::string to = path("checkpoint.safetensors");
  replace_file(to, encode_safetensors(file));
}

void Loop::load_checkpoint() {
  const std::string from = path("checkpoint.safetensors");
  const TensorFile file = read_safetensors(from);
  const auto format = file.metadata.find("format");
  require(format != file.metadata.end() && format->second == "stemloop checkpoint 1",
          "{}: is no checkpoint of this version", from);
  take(file, "values", adam_.values(), from);
  take(file, "first_moments", adam_.first_moments(), from);
  take(file, "second_moments", adam_.second_moments(), from);
  for (const auto& buffer : trainee_.network().named_buffers())
    take(file, "buffer." + buffer.key(), buffer.value(), from);
  try {
    state_.read(Json::parse(file.metadata.at("state")));
    names_.clear();
    for (const auto name : split_fields(file.metadata.at("terms"), '\n')) names_.emplace_back(name);
  } catch (const std::exception& error) {
    fail("{}: its state cannot be read: {}", from, error.what());
  }
  const auto sums = file.tensors.find("sums");
  if (sums != file.tensors.end() && !sums->second.shape.empty() && sums->second.shape[0] > 0) {
    Tensor bits = torch::empty({sums->second.shape[0]}, torch::kInt64);
    take(file, "sums", bits, from);
    sums_ = bits.view(torch::kFloat64);
  }
}

TrainOutcome Loop::run(bool resume) {
  if (resume) load_checkpoint();
  const bool chief = peers_.rank() == 0;
  std::unique_ptr<MetricsFile> metrics;
  if (chief) metrics = std::make_unique<MetricsFile>(path("metrics.jsonl"), resume, state_.step, watcher_);

  const auto start = Clock::now();
  auto epoch_start = start;
  auto checkpoint_time = start;
  TrainOutcome outcome;
  const std::int64_t first_step = state_.step;
  const std::int64_t per_epoch = trainee_.steps_per_epoch();
  const auto early = [&] { return options_.patience > 0 && state_.epochs_without_better >= options_.patience; };
  trainee_.begin(state_.epoch, state_.step_of_epoch);
  while (state_.epoch < options_.epochs && !early()) {
    try {
      if (state_.step_of_epoch < per_epoch) {
        const Tensor terms = one_step();
        log_step(metrics.get(), terms, gradient_length_);
      }
      if (state_.step_of_epoch == per_epoch) {
        end_epoch(metrics.get(), seconds_since(epoch_start));
        epoch_start = Clock::now();
        if (state_.epoch < options_.epochs && !early()) trainee_.begin(state_.epoch, 0);
      }
    } catch (const LostPeer& lost) {
      // Values and moments are those of the last whole step.
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
      if (sums_.defined() && state_.step_of_epoch > 0)
        progress.loss = sums_[0].item<double>() / static_cast<double>(state_.step_of_epoch);
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

// --- Adam ------------------------------------------------------------------------------------------------------------

Adam::Adam(torch::nn::Module& network, const std::vector<std::pair<Tensor, Tensor>>& masks) {
  torch::NoGradGuard no_gradient;
  const auto parameters = network.parameters();
  std::int64_t size = 0;
  for (const Tensor& p : parameters) size += p.numel();
  const auto options = parameters.front().options().requires_grad(false);
  values_ = torch::empty({size}, options);
  gradients_ = torch::zeros({size + 1}, options);
  m_ = torch::zeros_like(values_);
  v_ = torch::zeros_like(values_);
  std::int64_t at = 0;
  for (Tensor p : parameters) {
    const Tensor place = values_.narrow(0, at, p.numel()).view(p.sizes());
    place.copy_(p);
    for (const auto& [masked, mask] : masks) {
      if (masked.is_same(p))
        masks_.push_back({at, p.numel(), mask.to(p.device(), torch::kFloat32).expand(p.sizes()).contiguous()});
    }
    p.set_data(place);
    p.mutable_grad() = gradients_.narrow(0, at, p.numel()).view(p.sizes());
    at += p.numel();
  }
}

void Adam::clear_gradients() { gradients_.zero_(); }

double Adam::length() {
  torch::NoGradGuard no_gradient;
  for (const Mask& mask : masks_) gradients_.narrow(0, mask.at, mask.size).view(mask.mask.sizes()).mul_(mask.mask);
  return gradients_.norm().item<double>();
}

void Adam::step(double rate, double gradient_scale, std::int64_t count) {
  torch::NoGradGuard no_gradient;
  constexpr double kBeta1 = 0.9, kBeta2 = 0.999, kEpsilon = 1e-8;
  const double corrected = rate / (1 - std::pow(kBeta1, static_cast<double>(count)));
  const double root_scale = 1 / std::sqrt(1 - std::pow(kBeta2, static_cast<double>(count)));
  const std::int64_t n = values_.numel();
  if (values_.device().is_cpu()) {
    constexpr std::int64_t kGrain = 1 << 16;
    at::parallel_for(0, n, kGrain, [&](std::int64_t begin, std::int64_t end) {
      training_kernels().adam(values_.data_ptr<float>() + begin, gradients_.data_ptr<float>() + begin,
                              m_.data_ptr<float>() + begin, v_.data_ptr<float>() + begin, end - begin,
                              static_cast<float>(gradient_scale), static_cast<float>(corrected),
                              static_cast<float>(root_scale));
    });
    return;
  }
  const Tensor g = gradients_.narrow(0, 0, n) * gradient_scale;
  m_.mul_(kBeta1).add_(g, 1 - kBeta1);
  v_.mul_(kBeta2).addcmul_(g, g, 1 - kBeta2);
  values_.addcdiv_(m_, v_.sqrt().mul_(root_scale).add_(kEpsilon), -corrected);
}

TrainOutcome run_training(Trainee& trainee, const TrainOptions& options, bool resume, Peers& peers,
                          TrainWatcher& watcher) {
  return Loop(trainee, options, peers, watcher).run(resume);
}

torch::Device device_named(const std::string& name) {
  if (name == "cpu") return torch::kCPU;
  if (name == "auto") return torch::cuda::is_available() ? torch::Device(torch::kCUDA, 0) : torch::Device(torch::kCPU);
  require(name == "cuda" || name.rfind("cuda:", 0) == 0, "--device {}: choose auto, cpu, cuda or cuda:N",
          printable(name));
  require(torch::cuda::is_available(), "--device {}: this machine or this build of libtorch has no CUDA device", name);
  const std::int64_t index = name == "cuda" ? 0 : parse_integer(name.substr(5), "--device " + name);
  require(index >= 0 && index < static_cast<std::int64_t>(torch::cuda::device_count()),
          "--device {}: there are {} devices", name, torch::cuda::device_count());
  return {torch::kCUDA, static_cast<torch::DeviceIndex>(index)};
}

}  // namespace stemloop
