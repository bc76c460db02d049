#include "report/provenance.h"

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <span>

#include "util/regular_file.h"
#include "util/util.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

// Name, size and MD5; pipes cannot be read again.
Json described_file(const std::string& path) {
  Json file = {{"file", path == "-" ? "stdin" : path}};
  std::error_code ignored;
  if (path == "-" || !std::filesystem::is_regular_file(path, ignored)) return file;
  const auto bytes = read_bytes(path);
  file["bytes"] = bytes.size();
  file["md5"] = md5_hex(std::span(bytes));
  return file;
}

// A model is known by the checksum of its config.json, which holds those of its other files.
Json described_model(const std::string& directory) {
  Json model = {{"directory", directory}};
  const std::string config = directory + "/config.json";
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(std::filesystem::symlink_status(config, ignored))) return model;
  const auto bytes = read_regular_file(config, 1 << 20);
  model["config_md5"] = md5_hex(std::span(bytes));
  return model;
}

std::string now() {
  const std::time_t seconds = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

}  // namespace

Provenance& provenance() {
  static Provenance one;
  return one;
}

void write_provenance(int exit_code) {
  const Provenance& run = provenance();
  if (run.file.empty()) return;
  Json json = {{"program", "stemloop"}, {"version", run.version}, {"command", run.command}, {"written", now()}};
  if (!run.parameters.empty()) json["energy_parameters"] = run.parameters;
  for (const std::string& directory : run.models) json["models"].push_back(described_model(directory));
  for (const std::string& path : run.inputs) json["inputs"].push_back(described_file(path));
  for (const std::string& path : run.outputs) json["outputs"].push_back(path == "-" ? "stdout" : path);
  json["exit_code"] = exit_code;
  write_bytes(run.file, json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace stemloop
