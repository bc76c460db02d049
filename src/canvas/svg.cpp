#include <fmt/format.h>

#include "canvas/drawing.h"

namespace stemloop {

namespace {

std::string colour(const std::string& name) { return name.empty() ? "none" : name; }

std::string stroked(const std::string& stroke, double width) {
  return stroke.empty() ? "" : fmt::format(R"( stroke="{}" stroke-width="{:.4g}")", stroke, width);
}

struct Writer {
  std::string& out;

  void operator()(const Line& s) const {
    out += fmt::format(R"(<line x1="{:.2f}" y1="{:.2f}" x2="{:.2f}" y2="{:.2f}" stroke="{}" stroke-width="{:.4g}"/>)",
                       s.from.x, s.from.y, s.to.x, s.to.y, colour(s.colour), s.width);
  }
  void operator()(const Circle& s) const {
    out += fmt::format(R"(<circle cx="{:.2f}" cy="{:.2f}" r="{:.4g}" fill="{}"{}/>)", s.centre.x, s.centre.y, s.radius,
                       colour(s.fill), stroked(s.stroke, s.stroke_width));
  }
  void operator()(const Rectangle& s) const {
    out += fmt::format(R"(<rect x="{:.2f}" y="{:.2f}" width="{:.2f}" height="{:.2f}" fill="{}"{}/>)", s.corner.x,
                       s.corner.y, s.width, s.height, colour(s.fill), stroked(s.stroke, s.stroke_width));
  }
  void operator()(const Polyline& s) const {
    out += R"(<polyline points=")";
    for (const Point& p : s.points) out += fmt::format("{:.2f},{:.2f} ", p.x, p.y);
    out += fmt::format(R"(" fill="none" stroke="{}" stroke-width="{:.4g}"{}{}/>)", colour(s.colour), s.width,
                       s.round ? R"( stroke-linecap="round" stroke-linejoin="round")" : "",
                       s.dashed ? fmt::format(R"( stroke-dasharray="{:.4g}")", 4 * s.width) : "");
  }
  void operator()(const Polygon& s) const {
    out += R"(<polygon points=")";
    for (const Point& p : s.points) out += fmt::format("{:.2f},{:.2f} ", p.x, p.y);
    out += fmt::format(R"(" fill="{}"{}/>)", colour(s.fill), stroked(s.stroke, s.stroke_width));
  }
  void operator()(const Text& s) const {
    constexpr const char* kAnchors[] = {"start", "middle", "end"};
    out += fmt::format(
        R"(<text x="{:.2f}" y="{:.2f}" font-size="{:.4g}" text-anchor="{}" fill="{}"{}{}{} xml:space="preserve">{}</text>)",
        s.at.x, s.at.y, s.size, kAnchors[static_cast<int>(s.anchor)], colour(s.colour),
        s.bold ? R"( font-weight="bold")" : "", s.fixed_width ? R"( font-family="DejaVu Sans Mono, monospace")" : "",
        s.turned == 0 ? "" : fmt::format(R"x( transform="rotate({:.4g} {:.2f} {:.2f})")x", -s.turned, s.at.x, s.at.y),
        markup_text(s.text));
  }
};

}  // namespace

std::string drawable(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const std::size_t length = byte < 0x80 ? 1 : byte >> 5U == 6 ? 2 : byte >> 4U == 14 ? 3 : byte >> 3U == 30 ? 4 : 0;
    bool valid =
        length > 0 && i + length <= text.size() && byte >= 0x20 && byte != 0x7f && byte != 0xc0 && byte != 0xc1;
    for (std::size_t k = 1; valid && k < length; ++k) valid = (static_cast<unsigned char>(text[i + k]) >> 6U) == 2;
    out += valid ? text.substr(i, length) : "?";
    i += valid ? length : 1;
  }
  return out;
}

std::string markup_text(const std::string& text, bool quotes) {
  std::string out;
  for (const char c : drawable(text)) {
    const char* const entity = c == '&'              ? "&amp;"
                               : c == '<'            ? "&lt;"
                               : c == '>'            ? "&gt;"
                               : quotes && c == '"'  ? "&quot;"
                               : quotes && c == '\'' ? "&#39;"
                                                     : nullptr;
    if (entity != nullptr) {
      out += entity;
    } else {
      out += c;
    }
  }
  return out;
}

std::string to_svg(const Drawing& drawing, double width_mm) {
  const std::string size =
      width_mm > 0
          ? fmt::format(R"(width="{:.4g}mm" height="{:.4g}mm")", width_mm, width_mm / drawing.width * drawing.height)
          : fmt::format(R"(width="{:.0f}" height="{:.0f}")", drawing.width, drawing.height);
  std::string out = fmt::format(R"(<svg xmlns="http://www.w3.org/2000/svg" {} viewBox="0 0 {:.0f} {:.0f}" )"
                                R"(font-family="DejaVu Sans, Helvetica, Arial, sans-serif">)"
                                "\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n",
                                size, drawing.width, drawing.height);
  for (const Shape& shape : drawing.shapes) {
    std::visit(Writer{out}, shape);
    out += '\n';
  }
  return out + "</svg>\n";
}

}  // namespace stemloop
