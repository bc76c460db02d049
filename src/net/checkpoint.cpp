#include "net/checkpoint.h"

#include <cstring>
#include <nlohmann/json.hpp>

#include "data/tensor_checks.h"
#include "util/regular_file.h"
#include "util/util.h"

namespace stemloop {

namespace {

constexpr std::uint64_t kMostCheckpointBytes = std::uint64_t{16} << 30U;
constexpr const char* kCheckpointFormat = "stemloop checkpoint 3";

std::string checksum_of(const TensorFile& file) {
  const std::string bytes = encode_safetensors(file);
  return md5_hex(std::as_bytes(std::span(bytes)));
}

std::string taken(TensorFile& file, const char* key) {
  const auto found = file.metadata.find(key);
  if (found == file.metadata.end()) return "";
  std::string value = std::move(found->second);
  file.metadata.erase(found);
  return value;
}

}  // namespace

std::string run_identity(const std::string& run_json) {
  using Json = nlohmann::ordered_json;
  const Json run = Json::parse(run_json, nullptr, false);
  nlohmann::json what;  // keys in the order of the alphabet
  for (const char* part : {"network", "objective", "options"})
    what[part] = nlohmann::json::parse(run.is_object() ? run.value(part, Json()).dump() : "null");
  for (const char* elsewhere : {"threads", "device", "tsv", "bars", "positives", "negatives", "splits"}) {
    if (what["options"].is_object()) what["options"].erase(elsewhere);
  }
  const Json data = run.is_object() ? run.value("data", Json()) : Json();
  for (const char* part : {"md5", "train", "valid"})
    what[part] = nlohmann::json::parse(data.is_object() ? data.value(part, Json()).dump() : "null");
  const std::string text = what.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return md5_hex(std::as_bytes(std::span(text)));
}

std::string seal_checkpoint(TensorFile file, const std::string& identity) {
  file.metadata["format"] = kCheckpointFormat;
  file.metadata["run"] = identity;
  file.metadata["checksum"] = checksum_of(file);
  return encode_safetensors(file);
}

TensorFile open_checkpoint(const std::string& path, const std::string& identity) {
  return parse_checkpoint(read_regular_file(path, kMostCheckpointBytes), path, identity);
}

TensorFile parse_checkpoint(std::span<const std::byte> bytes, const std::string& path, const std::string& identity) {
  TensorFile file = decode_safetensors(bytes, path);
  const auto format = file.metadata.find("format");
  require(format != file.metadata.end() && format->second == kCheckpointFormat, "{}: is no checkpoint of this version",
          path);
  const std::string checksum = taken(file, "checksum"), found = checksum_of(file);
  require(checksum == found, "{}: its checksum is {}, it says {}: the file is damaged", path, found,
          printable(checksum));
  // The bytes, too, are those that were written: a blank more or less in the header is noticed.
  TensorFile again = file;
  again.metadata["checksum"] = checksum;
  const std::string written = encode_safetensors(again);
  require(written.size() == bytes.size() && std::memcmp(written.data(), bytes.data(), bytes.size()) == 0,
          "{}: the file is damaged", path);
  const std::string run = taken(file, "run");
  require(run == identity, "{}: is of another run, or run.json was changed since", path);
  for (const auto& [key, tensor] : file.tensors)
    require(all_finite(tensor), "{}: tensor '{}' holds something that is no number", path, printable(key));
  return file;
}

}  // namespace stemloop
