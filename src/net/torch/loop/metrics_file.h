// metrics.jsonl: one line a logged step and epoch, each on the disk before the checkpoint that follows it. Lines beyond
// the checkpoint a run goes on from are taken off.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "net/neural.h"
#include "util/append_file.h"

namespace stemloop {

class MetricsFile {
 public:
  /// `keep`: goes on with the file there is, up to `last_step`. Every line is told `watcher` too.
  MetricsFile(const std::string& path, bool keep, std::int64_t last_step, TrainWatcher& watcher);
  void line(const nlohmann::ordered_json& json);

 private:
  std::optional<AppendFile> out_;
  TrainWatcher& watcher_;
};

}  // namespace stemloop
