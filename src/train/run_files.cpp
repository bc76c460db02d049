#include "train/run_files.h"

#include <algorithm>
#include <filesystem>

#include "data/shallow_json.h"
#include "fold/parameter_sets.h"
#include "net/checkpoint.h"
#include "util/regular_file.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kRunFormat = "stemloop run 1";

}  // namespace

Json new_run_file(const TrainJob& c, const std::string& network, const std::string& objective, const Json& options,
                  const RunData& data) {
  return {{"format", kRunFormat},
          {"command", c.command},
          {"version", c.version},
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

namespace {

// The files of the data that a run may name.
std::vector<std::pair<const char*, std::string*>> data_paths(TrainJob& c) {
  return {{"bars", &c.data.bars},
          {"tsv", &c.data.tsv},
          {"positives", &c.data.positives},
          {"negatives", &c.data.negatives},
          {"splits", &c.data.splits}};
}

}  // namespace

Json paths_from_run(const TrainJob& c) {
  Json paths = Json::object();
  TrainJob copy = c;
  for (const auto& [name, path] : data_paths(copy)) {
    std::error_code failure;
    if (path->empty() || *path == "-" || std::filesystem::path(*path).is_absolute()) continue;
    const auto from_run = std::filesystem::relative(*path, c.options.run_directory, failure);
    if (!failure) paths[name] = from_run.string();
  }
  return paths;
}

void find_data(TrainJob& c) {
  const Json paths = c.stored.at("data").value("from_run", Json::object());  // anything may stand there
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
  auto [json, deep] = shallow_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, kMostDepth);
  require(!deep && json.is_object() && json.value("format", Json()) == kRunFormat && json.contains("options") &&
              json["options"].is_object() && json.contains("data") && json["data"].is_object(),
          "{}: is no run of this program", path);
  return std::move(json);
}

void check_run_is_new(const TrainJob& c) {
  const std::string& run = c.options.run_directory;
  if (peer_environment().rank > 0) return;
  // A model alone may be one that somebody put there: it would be replaced.
  for (const char* name : {"/metrics.jsonl", "/checkpoint.safetensors", "/model"}) {
    require(!std::filesystem::exists(run + name),
            "{}: holds a run already; go on with it by --resume {}, or name another --run", run, run);
  }
}

void check_named_files(TrainJob& c) {
  const auto check = [&](const std::string& path) {
    std::error_code ignored;
    require(path.empty() || std::filesystem::is_regular_file(path, ignored),
            "{}/run.json: '{}', which it names, is no file; nothing else is opened for it", c.resume, printable(path));
  };
  for (const auto& [name, path] : data_paths(c)) check(*path);
  if (!is_parameter_set(c.folding.parameters)) check(c.folding.parameters);
}

bool check_resumable(const TrainJob& c, const std::string& md5, const std::string& identity) {
  const Json sum = c.stored.at("data").value("md5", Json());
  const std::string began = sum.is_string() ? sum.get<std::string>() : "";
  require(md5 == began, "{}: the data have changed since this run began (MD5 {}, then {})", c.resume, md5, began);
  const std::string checkpoint = c.resume + "/checkpoint.safetensors";
  if (!std::filesystem::exists(checkpoint)) {
    say(Loud::kWarning, "{}: ended before its first checkpoint; it begins again from the start", c.resume);
    return false;
  }
  open_checkpoint(checkpoint, identity);
  return true;
}

Json origin_of(Json run, const Json& stored, const std::string& identity) {
  const Json began = stored.is_object() ? stored.value("command", Json()) : Json();
  const bool words =
      began.is_array() && std::all_of(began.begin(), began.end(), [](const Json& w) { return w.is_string(); });
  if (words) run["command"] = began;
  run["identity"] = identity;
  for (const char* elsewhere : {"format", "network"}) run.erase(elsewhere);
  return run;
}

OpenRun::OpenRun(TrainJob& c, const Json& file, const std::string& md5) {
  const bool chief = peer_environment().rank == 0, resume = !c.resume.empty();
  std::filesystem::create_directories(c.options.run_directory);
  if (chief) lock_ = std::make_unique<FolderLock>(c.options.run_directory);
  const std::string identity = run_identity((resume ? c.stored : file).dump());
  goes_on_ = resume && check_resumable(c, md5, identity);
  if (!resume && chief) replace_file(c.options.run_directory + "/run.json", file.dump(2) + "\n");
  c.options.origin = origin_of(file, c.stored, identity).dump();
}

}  // namespace stemloop
