// Runs of training, whatever is trained: their files, talk and end.
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <csignal>
#include <filesystem>

#include "cli/train_command.h"
#include "cli/version.h"
#include "net/checkpoint.h"
#include "util/regular_file.h"
#include "util/run_folder.h"
#include "fold/parameter_sets.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

std::atomic<bool> g_stop{false};  // set by SIGINT and SIGTERM

extern "C" void ask_to_stop(int) { g_stop = true; }

}  // namespace

Json new_run_file(const std::string& network, const std::string& objective, const Json& options, const RunData& data) {
  return {{"format", kRunFormat},
          {"command", command_words()},
          {"version", kVersion},
          {"neural", neural().version()},
          {"network", Json::parse(network)},
          {"objective", Json::parse(objective)},
          {"options", options},
          {"data",
           {{"md5", data.md5},
            {"records", data.tally.out},
            {"rejected", data.tally.rejected},
            {"train", data.train},
            {"valid", data.valid},
            {"from_run", data.from_run}}}};
}

Json origin_of(Json run, const Json& stored, const std::string& identity) {
  const Json began = stored.is_object() ? stored.value("command", Json()) : Json();
  const bool words = began.is_array() && std::all_of(began.begin(), began.end(), [](const Json& w) { return w.is_string(); });
  if (words) run["command"] = began;
  run["identity"] = identity;
  for (const char* elsewhere : {"format", "network"}) run.erase(elsewhere);
  return run;
}

namespace {

// The files of the data that a run may name.
std::vector<std::pair<const char*, std::string*>> data_paths(TrainCommand& c) {
  return {{"bars", &c.data.bars},
          {"tsv", &c.data.tsv},
          {"positives", &c.data.positives},
          {"negatives", &c.data.negatives},
          {"splits", &c.data.splits}};
}

}  // namespace

Json paths_from_run(const TrainCommand& c) {
  Json paths = Json::object();
  TrainCommand copy = c;
  for (const auto& [name, path] : data_paths(copy)) {
    std::error_code failure;
    if (path->empty() || *path == "-" || std::filesystem::path(*path).is_absolute()) continue;
    const auto from_run = std::filesystem::relative(*path, c.options.run_directory, failure);
    if (!failure) paths[name] = from_run.string();
  }
  return paths;
}

void find_data(TrainCommand& c, const Json& stored) {
  const Json paths = stored.at("data").value("from_run", Json::object());  // anything may stand there
  for (const auto& [name, path] : data_paths(c)) {
    std::error_code ignored;
    if (path->empty() || std::filesystem::exists(*path, ignored)) continue;
    if (!paths.is_object() || !paths.contains(name) || !paths[name].is_string()) continue;
    const auto there = (std::filesystem::path(c.resume) / paths[name].get<std::string>()).lexically_normal();
    if (std::filesystem::is_regular_file(there, ignored)) *path = there.string();
  }
}

Json read_run_file(const std::string& run) {
  const std::string path = run + "/run.json";
  check_own_files(run);
  const auto bytes = read_regular_file(path, 1 << 20);
  constexpr int kMostDepth = 8;
  bool deep = false;
  Json json = Json::parse(
      std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()),
      [&deep](int depth, Json::parse_event_t, Json&) {
        deep = deep || depth > kMostDepth;
        return !deep;
      },
      false);
  require(!deep && json.is_object() && json.value("format", Json()) == kRunFormat && json.contains("options") &&
              json["options"].is_object() && json.contains("data") && json["data"].is_object(),
          "{}: is no run of this program", path);
  return json;
}

void check_run_is_new(const TrainCommand& c) {
  const std::string& run = c.options.run_directory;
  if (peer_environment().rank > 0) return;
  // A model alone may be one that somebody put there: it would be replaced.
  for (const char* name : {"/metrics.jsonl", "/checkpoint.safetensors", "/model"}) {
    require(!std::filesystem::exists(run + name),
            "{}: holds a run already; go on with it by --resume {}, or name another --run", run, run);
  }
}

void check_named_files(TrainCommand& c) {
  const auto check = [&](const std::string& path) {
    std::error_code ignored;
    require(path.empty() || std::filesystem::is_regular_file(path, ignored),
            "{}/run.json: '{}', which it names, is no file; nothing else is opened for it", c.resume, printable(path));
  };
  for (const auto& [name, path] : data_paths(c)) check(*path);
  if (!is_parameter_set(c.folding.parameters)) check(c.folding.parameters);
}

void check_stored_options(CLI::App& app, const Json& options, const std::string& path) {
  for (const auto& [name, value] : options.items()) {
    std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    require(value.is_primitive() && !value.is_null(), "{}: '{}' is neither a text nor a number", path, printable(name));
    std::string dashed = name;
    std::replace(dashed.begin(), dashed.end(), '_', '-');
    if (name == "recorded") dashed = "cuda-graph";
    CLI::Option* const option = app.get_option_no_throw("--" + dashed);
    if (option == nullptr || text.empty() || value.is_boolean() || name == "threads") continue;
    try {
      option->clear();
      option->add_result(text);
      option->run_callback();
    } catch (const CLI::Error& error) {
      fail("{}: {}", path, error.what());
    }
    option->clear();
  }
}

bool check_resumable(const TrainCommand& c, const Json& stored, const std::string& md5, const std::string& identity) {
  const Json sum = stored.at("data").value("md5", Json());
  const std::string began = sum.is_string() ? sum.get<std::string>() : "";
  require(md5 == began, "{}: the data have changed since this run began (MD5 {}, then {})", c.resume, md5, began);
  const std::string checkpoint = c.resume + "/checkpoint.safetensors";
  if (!std::filesystem::exists(checkpoint)) {
    spdlog::warn("{}: ended before its first checkpoint; it begins again from the start", c.resume);
    return false;
  }
  open_checkpoint(checkpoint, identity);
  return true;
}

RunWatcher::RunWatcher(const TrainCommand& c)
    : run_(c.options.run_directory),
      line_(!c.common.quiet && isatty(STDERR_FILENO) != 0),
      talk_(!c.common.quiet),
      epochs_(c.options.epochs) {
  std::signal(SIGINT, ask_to_stop);
  std::signal(SIGTERM, ask_to_stop);
}

RunWatcher::~RunWatcher() {
  if (line_) Progress::clear_line();
}

void RunWatcher::progress(const TrainProgress& p) {
  const auto now = std::chrono::steady_clock::now();
  if (!line_ || now - last_ < std::chrono::milliseconds(200)) return;
  last_ = now;
  if (first_step_ < 0) {
    first_step_ = p.step - 1;
    start_ = now;
  }
  const double done = static_cast<double>(p.step) / static_cast<double>(p.steps);
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const double left = seconds * static_cast<double>(p.steps - p.step) /
                      static_cast<double>(std::max<std::int64_t>(1, p.step - first_step_));
  constexpr int kWidth = 24;
  const int full = std::min(kWidth, static_cast<int>(done * kWidth));
  fmt::print(
      stderr,
      "\r\033[Kepoch {}/{} [{:#<{}}{:.<{}}] {:3.0f} % loss {:.2f} rate {:.1e} {:.0f} records/s {:.0f}:{:02.0f} left",
      std::min(p.epoch + 1, epochs_), epochs_, "", full, "", kWidth - full, 100 * done, p.loss, p.learning_rate,
      p.records_per_second, std::floor(left / 60), std::fmod(std::floor(left), 60.0));
}

void RunWatcher::metrics(const std::string& text) {
  const Json line = Json::parse(text);
  if (line.at("kind") != "epoch") return;
  if (line_) Progress::clear_line();
  if (talk_)
    spdlog::info("epoch {}/{}: {:.0f} s, {}", line.at("epoch").get<int>(), epochs_, line.at("seconds").get<double>(),
                 epoch_in_words(line));
  draw_curves();
}

bool RunWatcher::stop_asked() { return g_stop; }

int end_run(const TrainCommand& c, const TrainOutcome& outcome, const Tally& tally) {
  if (outcome.end == TrainEnd::kStopped) {
    spdlog::warn("stopped after {} epochs; go on with: stemloop train --resume {}", outcome.epochs,
                 c.options.run_directory);
    return kExitFailure;
  }
  spdlog::info("{} after {} epochs in {:.0f} s; the model of epoch {} is in {}/model",
               outcome.end == TrainEnd::kEarly ? "stopped early" : "finished", outcome.epochs, outcome.seconds,
               outcome.best_epoch, c.options.run_directory);
  return finish(tally, c.common);
}

}  // namespace stemloop
