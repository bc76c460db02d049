#include "report/html.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

#include "report/escape.h"
#include "report/html_table.h"
#include "report/ladder_svg.h"
#include "report/page_assets.h"

namespace stemloop {

namespace {

std::string unhex(std::string_view hex) {
  std::string bytes;
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  for (std::size_t k = 0; k + 1 < hex.size(); k += 2)
    bytes += static_cast<char>(digit(hex[k]) * 16 + digit(hex[k + 1]));
  return bytes;
}

class Page {
 public:
  explicit Page(const Report& report) : r_(report), columns_(columns_of(report)) {
    for (const ReportRecord& record : r_.records) any_support_ = any_support_ || !record.support.empty();
  }

  std::string run() {
    head();
    summary();
    plots();
    out_ += report_table(r_, columns_);
    left_out();
    hairpins();
    provenance();
    add("</main></body></html>\n");
    return std::move(out_);
  }

 private:
  template <class... Values>
  void add(fmt::format_string<Values...> format, Values&&... values) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Values>(values)...);
  }

  void head() {
    add("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        "script-src 'sha256-{}'; img-src data:\">"
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><meta name=\"color-scheme\" "
        "content=\"light dark\"><title>{}</title><style>{}</style></head>\n<body><a class=\"skip\" "
        "href=\"#table\">Skip "
        "to the table</a><header><h1>{}</h1>",
        base64(unhex(kPageScriptSha256)), html_text(r_.title), kPageStyle, html_text(r_.title));
    for (const auto& [name, value] : r_.provenance) {
      if (name == "program" || name == "date") add("<span class=\"soft\">{} &#160; </span>", html_text(value));
    }
    add("</header><main>\n");
  }

  void tile(std::size_t count, const std::string& words) { add("<div class=\"tile\"><b>{}</b>{}</div>", count, words); }

  void summary() {
    add("<section><h2>Summary</h2><div class=\"tiles\">");
    tile(r_.records.size() + r_.left_out.size(), "records came in");
    tile(r_.records.size(), "are in this report");
    if (columns_.call) {
      std::map<std::string, std::size_t> labels;
      std::size_t outside = 0;
      for (const ReportRecord& record : r_.records) {
        ++labels[record.label];
        outside += record.outside ? 1 : 0;
      }
      for (const auto& [label, count] : labels)
        tile(count, label.empty() ? "not classified" : "called " + html_text(label));
      tile(outside, "unlike the training hairpins");
    }
    if (r_.left_out.empty()) {
      tile(0, "left out");
    } else {
      add("<div class=\"tile\"><b>{}</b><a href=\"#left\">left out</a></div>", r_.left_out.size());
    }
    add("</div></section>\n");
  }

  void plot(const std::string& label, const std::vector<double>& values, int bins, bool whole, const char* colour,
            std::optional<double> low = {}, std::optional<double> high = {}) {
    if (values.size() < 2) return;
    // Few values are honest as a distribution function; a histogram of them is noise.
    constexpr std::size_t kFew = 30;
    Chart chart;
    chart.width = 220;
    chart.height = 120;
    chart.x.label = label;
    chart.x.low = low;
    chart.x.high = high;
    chart.legend = LegendPlace::kNone;
    chart.series = {values.size() < kFew ? cumulative(values) : histogram(values, bins, whole)};
    chart.series[0].colour = colour;
    chart.y.label = values.size() < kFew ? "share up to x" : "share";
    if (values.size() < kFew) chart.y.low = 0, chart.y.high = 1;
    std::string svg = to_svg(draw_chart(chart));
    add("<figure class=\"plot\" role=\"img\" aria-label=\"Distribution of {}\">{}</figure>", html_text(label), svg);
  }

  void plots() {
    std::vector<double> probability, length, energy, q;
    for (const ReportRecord& record : r_.records) {
      if (record.probability) probability.push_back(*record.probability);
      length.push_back(static_cast<double>(record.sequence.size()));
      if (record.energy_kcal && !record.sequence.empty())
        energy.push_back(*record.energy_kcal / static_cast<double>(record.sequence.size()));
      if (record.q_value) q.push_back(*record.q_value);
    }
    if (r_.records.size() < 2) return;
    add("<section class=\"plots\">");
    plot("probability", probability, 20, false, chart_colour(0), 0.0, 1.0);
    plot("length, nt", length, 20, true, chart_colour(2));
    plot("MFE, kcal/mol per nt", energy, 20, false, chart_colour(3));
    plot("q-value", q, 20, false, chart_colour(1), 0.0, 1.0);
    add("</section>\n");
  }

  void left_out() {
    if (r_.left_out.empty()) return;
    add("<section id=\"left\"><h2>Left out</h2><details{}><summary>{} records and why</summary><div "
        "class=\"wide\"><table>"
        "<tr><th>id</th><th>why</th></tr>",
        r_.left_out.size() <= 20 ? " open" : "", r_.left_out.size());
    for (const ReportLeftOut& one : r_.left_out)
      add("<tr><td class=\"id\">{}</td><td>{}</td></tr>", html_text(one.id), html_text(one.reason));
    add("</table></div></details></section>\n");
  }

  void hairpins() {
    if (r_.records.empty()) return;
    add("<section><h2>One by one</h2><p class=\"soft key\">Ladder as in miRBase: a bar is an AU or GC pair, a dot a GU "
        "pair.");
    if (any_support_)
      add(" Letters shaded: the ensemble is less than<span class=\"k1\"></span>90<span class=\"k2\"></span>75"
          "<span class=\"k3\"></span>50<span class=\"k4\"></span>25 % sure of the pair drawn, or of no pair.");
    if (columns_.arms)
      add(" Coloured bars: arms; filled triangles: Drosha cuts; open ones: Dicer cuts; underlined: seed (bases 2 to 8 "
          "of the guide).");
    add("</p>\n");
    for (std::size_t k = 0; k < r_.records.size(); ++k) hairpin(k);
    add("</section>\n");
  }

  void hairpin(std::size_t k) {
    const ReportRecord& r = r_.records[k];
    add("<article id=\"h{}\" data-s=\"{}\"><h3><a href=\"#h{}\">{}</a>", k + 1, r.sequence, k + 1, html_text(r.id));
    if (!r.description.empty()) add(" <span class=\"soft\">{}</span>", html_text(r.description));
    add("</h3>");
    if (!r.label.empty() || r.probability) {
      add("<p class=\"meta\"><span class=\"call {}\">{}</span>", r.label == r_.classes.first ? "yes" : "no",
          html_text(r.label));
      if (r.probability)
        add("{}probability of {} <b>{:.3f}</b>", r.label.empty() ? "" : ", ", html_text(r_.classes.first),
            *r.probability);
      if (r.q_value) add(", q-value {:.3g}", *r.q_value);
      add("</p>");
    }
    add("<p class=\"meta\">{} nt", r.sequence.size());
    if (r.energy_kcal)
      add(", minimum free energy {:.2f} kcal/mol ({:.3f} per nt)", *r.energy_kcal,
          *r.energy_kcal / static_cast<double>(std::max<std::size_t>(1, r.sequence.size())));
    if (r.ensemble_kcal)
      add("; ensemble {:.2f} kcal/mol, {:.1f} % of it this structure, diversity {:.1f}", *r.ensemble_kcal,
          100 * r.mfe_frequency.value_or(0), r.ensemble_diversity.value_or(0));
    if (r.place) add("; {}", html_text(place_text(*r.place)));
    add("</p>");
    const std::string ladder = ladder_svg(r);
    if (!ladder.empty()) add("<div class=\"wide\">{}</div>", ladder);
    for (const std::string& note : r.notes) add("<p class=\"note\">{}</p>", html_text(note));
    add("<div class=\"two\">");
    reasons(r);
    sequences(r);
    add("</div></article>\n");
  }

  void reasons(const ReportRecord& r) {
    if (r.reasons.empty() && r.words.empty()) return;
    add("<div>");
    if (!r.reasons.empty()) {
      double most = 0;
      bool percentiles = false, contributions = false;
      for (const ReportReason& reason : r.reasons) {
        most = std::max(most, std::abs(reason.contribution.value_or(0)));
        contributions = contributions || reason.contribution;
        percentiles = percentiles || reason.percentile_for;
      }
      add("<table><tr><th>reason</th><th class=\"r\">value</th>");
      if (contributions) add("<th>speaks for (log odds)</th>");
      if (percentiles)
        add("<th class=\"r\">percentile among {}</th><th class=\"r\">among {}</th>", html_text(r_.classes.first),
            html_text(r_.classes.second));
      add("</tr>");
      for (const ReportReason& reason : r.reasons) {
        add("<tr><td>{}</td><td class=\"r\">{}</td>", html_text(reason.name), html_text(reason.value));
        if (contributions) {
          const double c = reason.contribution.value_or(0);
          add("<td><span class=\"bar{}\" style=\"width:{:.0f}px\"></span> {} {:+.2f}</td>", c < 0 ? " neg" : "",
              most > 0 ? 70 * std::abs(c) / most : 0, html_text(c < 0 ? r_.classes.second : r_.classes.first), c);
        }
        if (percentiles) {
          add("<td class=\"r\">{}</td><td class=\"r\">{}</td>",
              reason.percentile_for ? fmt::format("{:.0f}", *reason.percentile_for) : "",
              reason.percentile_against ? fmt::format("{:.0f}", *reason.percentile_against) : "");
        }
        add("</tr>");
      }
      add("</table>");
    }
    if (!r.words.empty()) {
      add("<ul>");
      for (const std::string& line : r.words) add("<li>{}</li>", html_text(line));
      add("</ul>");
    }
    add("</div>");
  }

  void sequences(const ReportRecord& r) {
    add("<table>");
    const auto arm = [&](const char* name, const BaseSpan& span, int first_cut) {
      if (!span.known()) return;
      add("<tr><th>{}{}</th><td><code>{}</code></td><td>{} to {}", name, r.guide == name ? " (guide)" : "",
          letters_of(r, span), span.begin + 1, span.end);
      const auto& five = r.cut_certainty[static_cast<std::size_t>(first_cut)];
      const auto& three = r.cut_certainty[static_cast<std::size_t>(first_cut) + 1];
      if (five && three) add("; ends within 1 nt with probability {:.2f} and {:.2f}", *five, *three);
      add("</td></tr>");
    };
    arm("5p", r.marks.five_prime, 0);
    arm("3p", r.marks.three_prime, 2);
    if (r.marks.seed.known())
      add("<tr><th>seed</th><td><code>{}</code></td><td></td></tr>", letters_of(r, r.marks.seed));
    if (r.marks.any() && !r.marks_source.empty())
      add("<tr><th>arms</th><td colspan=\"2\">{}</td></tr>", html_text(r.marks_source));
    if (r.nearest) add("<tr><th>nearest known</th><td colspan=\"2\">{}</td></tr>", html_text(*r.nearest));
    add("<tr><th>sequence</th><td colspan=\"2\"><code>{}</code></td></tr><tr><th>structure</th><td "
        "colspan=\"2\"><code>{}"
        "</code></td></tr>",
        r.sequence, r.structure);
    constexpr std::size_t kLongestLink = 60;
    if (r.id.size() <= kLongestLink)
      add("<tr><th>look up</th><td colspan=\"2\"><a href=\"https://mirbase.org/results/?query={0}\">miRBase</a>, "
          "<a href=\"https://rnacentral.org/search?q={0}\">RNAcentral</a></td></tr>",
          url_part(r.id));
    add("</table>");
  }

  void provenance() {
    add("<section><h2>How this was made</h2><div class=\"wide\"><table>");
    for (const auto& [name, value] : r_.provenance)
      add("<tr><th>{}</th><td><code>{}</code></td></tr>", html_text(name), html_text(value));
    add("</table></div>");
    if (!r_.methods.empty())
      add("<h2>Methods, ready to paste</h2><p><span class=\"m\">{}</span></p>", html_text(r_.methods));
    if (!r_.citations.empty()) {
      add("<h2>Please cite</h2><ol>");
      for (const std::string& work : r_.citations) add("<li>{}</li>", html_text(work));
      add("</ol>");
    }
    add("</section>\n");
  }

  const Report& r_;
  const ReportColumns columns_;
  std::string out_;
  bool any_support_ = false;
};

}  // namespace

std::string report_page(const Report& report) { return Page(report).run(); }

}  // namespace stemloop
