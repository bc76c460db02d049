// Rows of numbers as tensors of a safetensors file, and back.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "data/data.h"

namespace stemloop {

template <class Number>
StoredTensor stored_numbers(const char* type, const std::vector<Number>& values) {
  const auto bytes = std::as_bytes(std::span(values));
  return {type, {static_cast<std::int64_t>(values.size())}, {bytes.begin(), bytes.end()}};
}

/// `count` numbers, -1: as many as there are. Error naming `name` if the tensor is none of them.
template <class Number>
std::vector<Number> read_numbers(const TensorFile& file, const char* tensor, const char* type, std::int64_t count,
                                 const std::string& name) {
  const std::int64_t shape[] = {count};
  const StoredTensor& found = expect_tensor(file, tensor, type, shape, name);
  std::vector<Number> values(found.bytes.size() / sizeof(Number));
  if (!values.empty()) std::memcpy(values.data(), found.bytes.data(), found.bytes.size());
  return values;
}

}  // namespace stemloop
