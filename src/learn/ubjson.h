// Universal Binary JSON as XGBoost writes its models, read without trust: lengths, depths and numbers of values have
// bounds, and nothing is copied.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stemloop::ubjson {

struct Member;

/// A value of the file. Texts and typed lists stay where they are.
struct Value {
  char kind = 0;     // { [ S, $ (a typed list), or a number's i U I l L d D
  char element = 0;  // of a typed list
  std::size_t count = 0;
  const std::byte* at = nullptr;
  std::vector<Member> members;
  std::vector<Value> items;

  [[nodiscard]] std::string_view text() const { return {reinterpret_cast<const char*>(at), count}; }
};

struct Member {
  std::string_view first;
  Value second;
};

/// Bytes of a number of this kind, 0 if it is none.
std::size_t size_of(char kind);

/// Numbers are big-endian.
double number_at(const std::byte* at, char kind);

/// The whole of `bytes`, which must outlive the value. Error naming `name` if it is none.
Value parse_document(std::span<const std::byte> bytes, const std::string& name);

}  // namespace stemloop::ubjson
