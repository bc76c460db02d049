#include "report/escape.h"

#include <fmt/format.h>

#include "canvas/canvas.h"

namespace stemloop {

namespace {

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.' || c == '~';
}

template <class Reserved>
std::string percent_encoded(std::string_view text, Reserved reserved) {
  std::string out;
  for (const char c : text) {
    if (reserved(c)) {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string html_text(std::string_view text) { return markup_text(std::string(text), true); }

std::string table_field(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c == '\t' || c == '\n' || c == '\r') c = ' ';
  }
  return out;
}

std::string gff_field(std::string_view text) {
  return percent_encoded(text, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '%' || c == ';' || c == '=' || c == '&' ||
           c == ',' || c == '>' || c == ' ';
  });
}

std::string url_part(std::string_view text) {
  return percent_encoded(text, [](char c) { return !is_plain(c); });
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t k = 0; k < bytes.size(); k += 3) {
    std::uint32_t group = 0;
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - k);
    for (std::size_t b = 0; b < 3; ++b)
      group = group << 8U | (b < count ? static_cast<unsigned char>(bytes[k + b]) : 0U);
    for (std::size_t d = 0; d < 4; ++d) out += d <= count ? kDigits[group >> (18 - 6 * d) & 63U] : '=';
  }
  return out;
}

}  // namespace stemloop
