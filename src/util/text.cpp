#include "util/text.h"

#include <charconv>
#include <cmath>

#include "util/error.h"

namespace stemloop {

namespace {
constexpr std::string_view kBlanks = " \t\r\n\v\f";
constexpr std::size_t kPrintableLength = 40;
}  // namespace

std::vector<std::string_view> split_blanks(std::string_view line) {
  std::vector<std::string_view> tokens;
  for (std::size_t begin = line.find_first_not_of(kBlanks); begin != std::string_view::npos;) {
    const std::size_t end = line.find_first_of(kBlanks, begin);
    tokens.push_back(line.substr(begin, end - begin));
    begin = line.find_first_not_of(kBlanks, end);
  }
  return tokens;
}

std::vector<std::string_view> split_fields(std::string_view line, char separator) {
  std::vector<std::string_view> fields;
  for (std::size_t begin = 0;;) {
    const std::size_t end = line.find(separator, begin);
    fields.push_back(line.substr(begin, end - begin));
    if (end == std::string_view::npos) return fields;
    begin = end + 1;
  }
}

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::int64_t parse_integer(std::string_view token, std::string_view place) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), value);
  require(error == std::errc{} && end == token.data() + token.size(), "{}: '{}' is not an integer", place,
          printable(token));
  // Positions, lengths and counts are added and subtracted by whoever asks: none may come near the end of their type.
  constexpr std::int64_t kMost = 1'000'000'000'000'000;
  require(value >= -kMost && value <= kMost, "{}: {} is beyond what is counted here", place, value);
  return value;
}

double parse_number(std::string_view token, std::string_view place) {
  double value = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), value);
  require(error == std::errc{} && end == token.data() + token.size() && std::isfinite(value),
          "{}: '{}' is not a number", place, printable(token));
  return value;
}

std::string shortest(double value) {
  std::string text = fmt::format("{}", value);
  if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
  return text;
}

namespace {

// Length of the character of UTF-8 that begins at `at`, 0 if there is none or it is a control character (U+0080-009F).
std::size_t character_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  if (first < 0x80) return first >= 0x20 && first != 0x7f ? 1 : 0;
  const std::size_t length = first >= 0xc2 && first <= 0xdf   ? 2
                             : first >= 0xe0 && first <= 0xef ? 3
                             : first >= 0xf0 && first <= 0xf4 ? 4
                                                              : 0;
  if (length == 0 || at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xc0U) != 0x80) return 0;
  }
  const unsigned char second = byte(at + 1);
  const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool outside = (first == 0xed && second >= 0xa0) || (first == 0xf4 && second >= 0x90);
  const bool control = first == 0xc2 && second < 0xa0;
  return overlong || outside || control ? 0 : length;
}

std::string shown(std::string_view text, std::size_t most, bool line_ends) {
  std::string out;
  std::size_t at = 0;
  for (std::size_t count = 0; at < text.size() && count < most; ++count) {
    const std::size_t length = line_ends && text[at] == '\n' ? 1 : character_length(text, at);
    if (length > 0) {
      out += text.substr(at, length);
    } else {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[at]));
    }
    at += length > 0 ? length : 1;
  }
  if (at < text.size()) out += "...";
  return out;
}

}  // namespace

std::string printable(std::string_view text) { return shown(text, kPrintableLength, false); }

std::string escaped(std::string_view text) { return shown(text, std::string_view::npos, true); }

}  // namespace stemloop
