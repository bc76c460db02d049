#include "data/safetensors.h"

#include <fmt/ranges.h>
#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "util/regular_file.h"
#include "util/util.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kMaxHeader = 100'000'000;  // the format's own limit
constexpr std::size_t kAlignment = 8;

std::uint64_t bytes_per_number(std::string_view dtype) {
  constexpr std::pair<std::string_view, std::uint64_t> kTypes[] = {
      {"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"I16", 2}, {"U16", 2}, {"F16", 2}, {"BF16", 2},
      {"I32", 4},  {"U32", 4}, {"F32", 4}, {"I64", 8}, {"U64", 8}, {"F64", 8}};
  for (const auto& [name, size] : kTypes) {
    if (name == dtype) return size;
  }
  return 0;
}

// A JSON parser that neither throws on depth nor follows it: headers nest three deep.
Json parse_header(std::string_view text, std::string_view name) {
  constexpr int kMaxDepth = 4;
  const auto shallow = [](int depth, Json::parse_event_t, Json&) { return depth <= kMaxDepth; };
  Json header = Json::parse(text, shallow, /*allow_exceptions=*/false);
  require(header.is_object(), "{}: the safetensors header is not a JSON object", name);
  return header;
}

struct Span {
  std::uint64_t begin;
  std::uint64_t end;
};

Span parse_entry(const std::string& key, const Json& entry, StoredTensor& tensor, std::string_view name) {
  const auto bad = [&](std::string_view what) { fail("{}: tensor '{}': {}", name, printable(key), what); };
  if (!entry.is_object() || entry.size() != 3 || !entry.contains("dtype") || !entry.contains("shape") ||
      !entry.contains("data_offsets")) {
    bad("does not have exactly dtype, shape and data_offsets");
  }
  const Json& dtype = entry["dtype"];
  if (!dtype.is_string()) bad("dtype is not a text");
  tensor.dtype = dtype.get<std::string>();
  std::uint64_t bytes = bytes_per_number(tensor.dtype);
  if (bytes == 0) bad(fmt::format("dtype '{}' is not known", printable(tensor.dtype)));
  const Json& shape = entry["shape"];
  if (!shape.is_array()) bad("shape is not a list");
  for (const Json& extent : shape) {
    if (!extent.is_number_unsigned()) bad("shape holds something that is no length");
    const auto length = extent.get<std::uint64_t>();
    if (length > INT64_MAX || __builtin_mul_overflow(bytes, length, &bytes)) bad("shape is larger than any file");
    tensor.shape.push_back(static_cast<std::int64_t>(length));
  }
  const Json& offsets = entry["data_offsets"];
  if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
      !offsets[1].is_number_unsigned()) {
    bad("data_offsets is not a pair of places");
  }
  const Span span{offsets[0].get<std::uint64_t>(), offsets[1].get<std::uint64_t>()};
  if (span.end < span.begin || span.end - span.begin != bytes) bad("data_offsets do not fit its shape");
  return span;
}

}  // namespace

std::string encode_safetensors(const TensorFile& file) {
  Json header = Json::object();
  if (!file.metadata.empty()) header["__metadata__"] = file.metadata;
  std::uint64_t offset = 0;
  for (const auto& [name, tensor] : file.tensors) {
    header[name] = {
        {"dtype", tensor.dtype}, {"shape", tensor.shape}, {"data_offsets", {offset, offset + tensor.bytes.size()}}};
    offset += tensor.bytes.size();
  }
  std::string text = header.dump(-1, ' ', false, Json::error_handler_t::replace);
  text.resize((text.size() + kAlignment - 1) / kAlignment * kAlignment, ' ');
  std::string bytes(sizeof(std::uint64_t), '\0');
  const std::uint64_t length = text.size();
  std::memcpy(bytes.data(), &length, sizeof length);
  bytes += text;
  for (const auto& [name, tensor] : file.tensors) {
    bytes.append(reinterpret_cast<const char*>(tensor.bytes.data()), tensor.bytes.size());
  }
  return bytes;
}

TensorFile decode_safetensors(std::span<const std::byte> bytes, std::string_view name) {
  std::uint64_t length = 0;
  require(bytes.size() >= sizeof length, "{}: is too short for a safetensors file ({} bytes)", name, bytes.size());
  std::memcpy(&length, bytes.data(), sizeof length);
  require(length <= kMaxHeader && length <= bytes.size() - sizeof length,
          "{}: is no safetensors file or truncated: its header claims {} bytes, the file has {}", name, length,
          bytes.size());
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()) + sizeof length, length);
  const std::span<const std::byte> data = bytes.subspan(sizeof length + length);

  TensorFile file;
  std::vector<Span> spans;
  const Json header = parse_header(text, name);
  for (const auto& [key, entry] : header.items()) {
    if (key == "__metadata__") {
      require(entry.is_object(), "{}: __metadata__ is not a table of texts", name);
      for (const auto& [word, value] : entry.items()) {
        require(value.is_string(), "{}: __metadata__ '{}' is not a text", name, printable(word));
        file.metadata[word] = value.get<std::string>();
      }
      continue;
    }
    StoredTensor tensor;
    const Span span = parse_entry(key, entry, tensor, name);
    require(span.end <= data.size(), "{}: tensor '{}' ends at byte {} of {}: the file is truncated", name,
            printable(key), span.end, data.size());
    tensor.bytes.assign(data.begin() + static_cast<std::ptrdiff_t>(span.begin),
                        data.begin() + static_cast<std::ptrdiff_t>(span.end));
    file.tensors[key] = std::move(tensor);
    spans.push_back(span);
  }
  std::sort(spans.begin(), spans.end(),
            [](const Span& a, const Span& b) { return a.begin != b.begin ? a.begin < b.begin : a.end < b.end; });
  std::uint64_t expected = 0;
  for (const Span& span : spans) {
    require(span.begin == expected, "{}: tensors overlap or leave a gap at byte {}", name, span.begin);
    expected = span.end;
  }
  require(expected == data.size(), "{}: {} bytes follow the last tensor", name, data.size() - expected);
  return file;
}

TensorFile read_safetensors(const std::string& path) {
  const std::string name = path == "-" ? "stdin" : path;
  const auto look = [&name](std::span<const std::byte> begin) {
    if (begin.size() < sizeof(std::uint64_t)) return;  // the whole of it: told below
    std::uint64_t length = 0;
    std::memcpy(&length, begin.data(), sizeof length);
    require(length >= 2 && length <= kMaxHeader, "{}: is no safetensors file or truncated: its header claims {} bytes",
            name, length);
  };
  return decode_safetensors(read_looking(path, UINT64_MAX, look), name);
}

const StoredTensor& expect_tensor(const TensorFile& file, const std::string& tensor, std::string_view dtype,
                                  std::span<const std::int64_t> shape, std::string_view name) {
  const auto found = file.tensors.find(tensor);
  require(found != file.tensors.end(), "{}: has no tensor '{}'", name, tensor);
  const StoredTensor& t = found->second;
  const bool fits = t.shape.size() == shape.size() &&
                    std::equal(shape.begin(), shape.end(), t.shape.begin(),
                               [](std::int64_t wanted, std::int64_t given) { return wanted < 0 || wanted == given; });
  require(t.dtype == dtype && fits, "{}: tensor '{}' is {} [{}], not {} [{}] (-1: any)", name, tensor, t.dtype,
          fmt::join(t.shape, ", "), dtype, fmt::join(shape, ", "));
  return t;
}

}  // namespace stemloop
