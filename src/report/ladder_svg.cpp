#include "report/ladder_svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <vector>

namespace stemloop {

namespace {

constexpr int kCell = 9;
constexpr int kLine = 17;
constexpr int kLeft = 30;  // of the middle of the first column
constexpr int kTop = 36;   // of the middle of the first line
constexpr int kShades = 4;

class LadderSvg {
 public:
  LadderSvg(const ReportRecord& record, const Ladder& ladder) : r_(record), ladder_(ladder) {}

  std::string run() {
    const int width = kLeft + ladder_.columns * kCell + 10;
    const int height = kTop + 4 * kLine + 36;
    out_ = fmt::format(
        R"(<svg class="ld" width="{0}" height="{1}" viewBox="0 0 {0} {1}" role="img" aria-label="Hairpin">)", width,
        height);
    shades();
    arm(r_.marks.five_prime, "5p", "a5");
    arm(r_.marks.three_prime, "3p", "a3");
    seed();
    bonds();
    letters();
    cuts();
    numbers();
    return out_ + "</svg>";
  }

 private:
  [[nodiscard]] int x(int column) const { return kLeft + column * kCell; }
  [[nodiscard]] static int y(int line) { return kTop + line * kLine; }
  [[nodiscard]] bool above(int base) const {
    const int line = ladder_.base[base].line;
    return line < 2 || (line == 2 && base < static_cast<int>(r_.sequence.size()) / 2);
  }

  void path(const char* style, const std::string& way) {
    if (!way.empty()) out_ += fmt::format(R"(<path class="{}" d="{}"/>)", style, way);
  }

  // Four shades for letters of which the ensemble is less than 90, 75, 50, 25 % sure.
  void shades() {
    if (r_.support.size() != r_.sequence.size()) return;
    constexpr double kBelow[kShades] = {0.9, 0.75, 0.5, 0.25};
    std::string way[kShades];
    for (std::size_t i = 0; i < r_.support.size(); ++i) {
      int shade = -1;
      while (shade + 1 < kShades && r_.support[i] < kBelow[shade + 1]) ++shade;
      if (shade < 0) continue;
      const LadderCell& at = ladder_.base[i];
      way[shade] += fmt::format("M{} {}h{}", x(at.column) - kCell / 2, y(at.line), kCell);
    }
    constexpr const char* kStyles[kShades] = {"s1", "s2", "s3", "s4"};
    for (int k = 0; k < kShades; ++k) path(kStyles[k], way[k]);
  }

  void arm(const BaseSpan& arm, const char* name, const char* style) {
    if (!arm.known()) return;
    int from = ladder_.base[arm.begin].column, to = from;
    for (int i = arm.begin; i < arm.end; ++i) {
      from = std::min(from, ladder_.base[i].column);
      to = std::max(to, ladder_.base[i].column);
    }
    const bool up = above(arm.begin);
    const int at = up ? y(0) - 12 : y(4) + 12;
    path(style, fmt::format("M{} {}H{}", x(from) - kCell / 2, at, x(to) + kCell / 2));
    const int middle = (x(from) + x(to)) / 2;
    taken_[up ? 0 : 1].push_back(middle);
    out_ += fmt::format(R"(<text class="n" x="{}" y="{}">{}</text>)", middle, up ? at - 5 : at + 13, name);
  }

  void seed() {
    if (!r_.marks.seed.known()) return;
    std::string way;
    for (int i = r_.marks.seed.begin; i < r_.marks.seed.end; ++i) {
      const LadderCell& at = ladder_.base[i];
      way += fmt::format("M{} {}h{}", x(at.column) - kCell / 2, y(at.line) + 8, kCell);
    }
    path("sd", way);
  }

  void bonds() {
    std::string lines, dots;
    for (int c = 0; c < ladder_.columns; ++c) {
      if (ladder_.bonds[c] == '|') lines += fmt::format("M{} {}v10", x(c), y(2) - 5);
      if (ladder_.bonds[c] == ':') dots += fmt::format("M{} {}h.1", x(c), y(2));
    }
    path("bl", lines);
    path("bd", dots);
  }

  void letters() {
    std::string places[5], text[5];
    for (std::size_t i = 0; i < r_.sequence.size(); ++i) {
      const LadderCell& at = ladder_.base[i];
      places[at.line] += fmt::format("{} ", x(at.column));
      text[at.line] += r_.sequence[i];
    }
    for (const LadderCell& gap : ladder_.gaps) {
      places[gap.line] += fmt::format("{} ", x(gap.column));
      text[gap.line] += '-';
    }
    for (int line = 0; line < 5; ++line) {
      if (text[line].empty()) continue;
      places[line].pop_back();
      out_ += fmt::format(R"(<text y="{}" x="{}">{}</text>)", y(line) + 5, places[line], text[line]);
    }
    const int last = static_cast<int>(r_.sequence.size()) - 1;
    out_ += fmt::format(R"(<text class="n" x="12" y="{}">5'</text><text class="n" x="12" y="{}">3'</text>)",
                        y(ladder_.base[0].line) + 5, y(ladder_.base[last].line) + 5);
  }

  void cuts() {
    std::string filled, open;
    const int n = static_cast<int>(r_.sequence.size());
    for (int k = 0; k < 4; ++k) {
      const int behind = r_.marks.cuts[k];
      if (behind <= 0 || behind >= n) continue;
      const bool up = above(behind);
      const int at = (x(ladder_.base[behind - 1].column) + x(ladder_.base[behind].column)) / 2;
      const int tip = up ? y(0) - 9 : y(4) + 9;
      (k == 0 || k == 3 ? filled : open) +=
          up ? fmt::format("M{} {}l-4-9h8z", at, tip) : fmt::format("M{} {}l-4 9h8z", at, tip);
    }
    path("cf", filled);
    path("co", open);
  }

  // A number that would stand at the name of an arm is left out.
  void numbers() {
    constexpr int kApart = 16;
    const int n = static_cast<int>(r_.sequence.size());
    for (int i = 9; i < n; i += 10) {
      const bool up = above(i);
      const auto near = [&](int name) { return std::abs(name - x(ladder_.base[i].column)) < kApart; };
      const std::vector<int>& names = taken_[up ? 0 : 1];
      if (std::any_of(names.begin(), names.end(), near)) continue;
      out_ += fmt::format(R"(<text class="n" x="{}" y="{}">{}</text>)", x(ladder_.base[i].column), up ? 10 : y(4) + 34,
                          i + 1);
    }
  }

  const ReportRecord& r_;
  const Ladder& ladder_;
  std::string out_;
  std::vector<int> taken_[2];  // where names of arms stand, above and below
};

}  // namespace

std::string ladder_svg(const ReportRecord& record) {
  const Ladder ladder = ladder_of(record.sequence, record.structure);
  return ladder.base.empty() ? "" : LadderSvg(record, ladder).run();
}

}  // namespace stemloop
