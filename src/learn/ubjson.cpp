#include "learn/ubjson.h"

#include <algorithm>
#include <bit>
#include <cstdint>

#include "util/util.h"

namespace stemloop::ubjson {

namespace {

constexpr int kDeepest = 8;                     // containers within containers
constexpr std::size_t kMostValues = 1'000'000;  // each costs some 100 bytes; a tree has 20

}  // namespace

std::size_t size_of(char kind) {
  switch (kind) {
    case 'i':
    case 'U':
      return 1;
    case 'I':
      return 2;
    case 'l':
    case 'd':
      return 4;
    case 'L':
    case 'D':
      return 8;
    default:
      return 0;
  }
}

double number_at(const std::byte* at, char kind) {
  std::uint64_t bits = 0;
  for (std::size_t k = 0; k < size_of(kind); ++k) bits = bits << 8U | std::to_integer<std::uint64_t>(at[k]);
  switch (kind) {
    case 'i':
      return static_cast<std::int8_t>(bits);
    case 'U':
      return static_cast<std::uint8_t>(bits);
    case 'I':
      return static_cast<std::int16_t>(bits);
    case 'l':
      return static_cast<std::int32_t>(bits);
    case 'L':
      return static_cast<double>(static_cast<std::int64_t>(bits));
    case 'd':
      return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    default:
      return std::bit_cast<double>(bits);
  }
}

namespace {

class Parser {
 public:
  Parser(std::span<const std::byte> bytes, const std::string& name) : bytes_(bytes), name_(name) {}

  Value document() {
    Value value = parse(take(), 0);
    require(place_ == bytes_.size(), "{}: {} bytes follow the model", name_, bytes_.size() - place_);
    return value;
  }

 private:
  [[noreturn]] void bad(std::string_view what) const {
    fail("{}: is no XGBoost model: {} at byte {}", name_, what, place_);
  }

  char take() {
    if (place_ >= bytes_.size()) bad("it breaks off");
    return static_cast<char>(bytes_[place_++]);
  }
  const std::byte* skip(std::size_t count) {
    if (count > bytes_.size() - place_) bad("it breaks off");
    const std::byte* at = bytes_.data() + place_;
    place_ += count;
    return at;
  }
  // A length, marked with its type; never more than `unit` bytes each would fill.
  std::size_t length(std::size_t unit) {
    const char kind = take();
    if (size_of(kind) == 0 || kind == 'd' || kind == 'D') bad("a length is no whole number");
    const double count = number_at(skip(size_of(kind)), kind);
    const std::size_t most = (bytes_.size() - place_) / std::max<std::size_t>(unit, 1);
    if (!(count >= 0 && count <= static_cast<double>(most))) bad("a length is longer than the file");
    return static_cast<std::size_t>(count);
  }

  Value parse(char kind, int depth) {
    if (depth > kDeepest) bad("values lie too deep in each other");
    if (++values_ > kMostValues) bad("there are too many values");
    Value value;
    value.kind = kind;
    if (kind == '{') {
      for (char next = take(); next != '}'; next = take()) {
        if (next != 'L') bad("a key is missing");
        --place_;
        const std::size_t size = length(1);
        const std::string_view key(reinterpret_cast<const char*>(skip(size)), size);
        for (const auto& [other, unused] : value.members) {
          if (other == key) bad("a key stands twice");
        }
        value.members.push_back({key, parse(take(), depth + 1)});
      }
    } else if (kind == '[') {
      list(value, depth);
    } else if (kind == 'S') {
      value.count = length(1);
      value.at = skip(value.count);
    } else if (size_of(kind) > 0) {
      value.at = skip(size_of(kind));
    } else {
      bad("a value is of no kind that is known");
    }
    return value;
  }

  void list(Value& value, int depth) {
    char mark = take();
    if (mark == '$') {
      value.kind = '$';
      value.element = take();
      if (size_of(value.element) == 0) bad("a list is of no kind that is known");
      mark = take();
    }
    if (mark != '#') bad("a list has no length");
    const std::size_t unit = value.kind == '$' ? size_of(value.element) : 1;
    value.count = length(unit);
    if (value.kind == '$') {
      value.at = skip(value.count * unit);
      return;
    }
    for (std::size_t k = 0; k < value.count; ++k) value.items.push_back(parse(take(), depth + 1));
  }

  std::span<const std::byte> bytes_;
  const std::string& name_;
  std::size_t place_ = 0, values_ = 0;
};

}  // namespace

Value parse_document(std::span<const std::byte> bytes, const std::string& name) {
  return Parser(bytes, name).document();
}

}  // namespace stemloop::ubjson
