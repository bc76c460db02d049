// Tensors on disk in the safetensors format: 8 bytes of header length (little endian), a JSON header with the type,
// shape and place of every tensor and a table of texts ("__metadata__"), then the numbers. Nothing is ever executed.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stemloop {

/// One tensor, numbers row by row in the machine's (little-endian) order.
struct StoredTensor {
  std::string dtype;  // "U8", "I8", "I32", "I64", "F32", "F64", ...
  std::vector<std::int64_t> shape;
  std::vector<std::byte> bytes;
};

struct TensorFile {
  std::map<std::string, StoredTensor> tensors;
  std::map<std::string, std::string> metadata;
};

/// The file's bytes. Tensors stand in the order of their names.
std::string encode_safetensors(const TensorFile& file);

/// Parses bytes that may be hostile: every length is checked against the data at hand, tensors may not overlap or leave
/// gaps. Error "name: ..." otherwise; `name` is for messages.
TensorFile decode_safetensors(std::span<const std::byte> bytes, std::string_view name);

/// Reads a file, "-" is stdin.
TensorFile read_safetensors(const std::string& path);

/// The tensor called `tensor`, of type `dtype` and with the shape given (-1 matches any length). Error if it is not
/// there.
const StoredTensor& expect_tensor(const TensorFile& file, const std::string& tensor, std::string_view dtype,
                                  std::span<const std::int64_t> shape, std::string_view name);

}  // namespace stemloop
