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

std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, kPrintableLength)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f) {
      out += c;
    } else {
      out += fmt::format("\\x{:02x}", byte);
    }
  }
  if (text.size() > kPrintableLength) out += "...";
  return out;
}

}  // namespace stemloop
