#include "net/torch/loop/metrics_file.h"

#include <filesystem>
#include <sstream>

#include "util/regular_file.h"
#include "util/util.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

}  // namespace

MetricsFile::MetricsFile(const std::string& path, bool keep, std::int64_t last_step, TrainWatcher& watcher)
    : watcher_(watcher) {
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

void MetricsFile::line(const Json& json) {
  const std::string text = json.dump();
  out_->append(text + "\n");
  watcher_.metrics(text);
}

}  // namespace stemloop
