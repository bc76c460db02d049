#include "report/html_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "report/escape.h"
#include "report/page_assets.h"
#include "report/tables.h"

namespace stemloop {

namespace {

constexpr std::size_t kGroup = 100;  // rows; page.js has the same

class Table {
 public:
  Table(const Report& report, const ReportColumns& columns) : r_(report), c_(columns) {}

  std::string run() {
    add("<section><h2 id=\"table\">Hairpins</h2>");
    if (r_.records.empty()) {
      add("<p>No record is left to show; the reasons are listed below.</p></section>\n");
      return std::move(out_);
    }
    downloads();
    tools();
    headings();
    for (std::size_t k = 0; k < r_.records.size(); ++k) {
      if (k % kGroup == 0)
        add("{}<tbody style=\"--n:{}\">\n", k > 0 ? "</tbody>" : "", std::min(kGroup, r_.records.size() - k));
      row(k);
    }
    add("</tbody></table></div></section>\n<script>{}</script>\n", kPageScript);
    return std::move(out_);
  }

 private:
  template <class... Values>
  void add(fmt::format_string<Values...> format, Values&&... values) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Values>(values)...);
  }

  void link(const char* id, const char* name, const char* file, const std::string& text, int head, int each) {
    add("<a id=\"{}\" download=\"{}\" data-head=\"{}\" data-each=\"{}\" "
        "href=\"data:application/octet-stream;base64,{}\">"
        "{}</a>",
        id, file, head, each, base64(text), name);
  }

  void downloads() {
    add("<p class=\"files\">Download: ");
    link("d-tsv", "table (TSV)", "hairpins.tsv", records_as_tsv(r_), 1, 0);
    link("d-fa", "sequences (FASTA)", "hairpins.fa", records_as_fasta(r_), 0, 2);
    link("d-gff", "places (GFF3)", "hairpins.gff3", records_as_gff3(r_), 1, 1);
    add("</p>");
  }

  void tools() {
    add("<div class=\"tools\"><label>Search<input id=\"f-text\" type=\"search\" placeholder=\"id, sequence, "
        "note\"></label>");
    if (c_.call) {
      add("<label>Called<select id=\"f-label\"><option value=\"\">anything</option>");
      std::map<std::string, int> labels;
      for (const ReportRecord& record : r_.records) ++labels[record.label];
      for (const auto& [label, count] : labels) add("<option>{}</option>", html_text(label));
      add("</select></label>");
    }
    if (c_.probability)
      add("<label>Probability at least<input id=\"f-least\" type=\"number\" min=\"0\" max=\"1\" "
          "step=\"0.05\"></label>");
    add("<span id=\"shown\" class=\"soft\" role=\"status\"></span></div>");
  }

  // `width`: as a track of a CSS grid; all rows have the same.
  void heading(const char* name, bool number, const char* width) {
    heads_ +=
        fmt::format("<th scope=\"col\"{}><button type=\"button\">{}</button></th>", number ? " class=\"r\"" : "", name);
    widths_ += fmt::format(" {}", width);
  }

  void headings() {
    constexpr const char* kArm = "minmax(206px,1.2fr)";
    heading("id", false, "minmax(110px,1.6fr)");
    if (c_.call) heading("called", false, "minmax(92px,1fr)");
    if (c_.probability) heading("probability", true, "106px");
    if (c_.q_value) heading("q-value", true, "84px");
    if (c_.place) heading("place", false, "minmax(150px,1.6fr)");
    heading("length", true, "74px");
    heading("MFE, kcal/mol", true, "128px");
    heading("MFE per nt", true, "104px");
    if (c_.arms) {
      heading("5p", false, kArm);
      heading("3p", false, kArm);
    }
    heading("notes", true, "68px");
    add("<div class=\"wide\"><table id=\"t\" style=\"--c:{}\"><thead><tr>{}</tr></thead>", widths_, heads_);
  }

  void row(std::size_t k) {
    const ReportRecord& r = r_.records[k];
    const int entries = 1 + (r.marks.five_prime.known() ? 1 : 0) + (r.marks.three_prime.known() ? 1 : 0);
    add("<tr data-k=\"{}\" data-n=\"{}\"", k + 1, entries);
    if (c_.call) add(" data-l=\"{}\"", html_text(r.label));
    if (r.probability) add(" data-p=\"{:.4f}\"", *r.probability);
    add("><td class=\"id\"><a href=\"#h{}\">{}</a></td>", k + 1, html_text(r.id));
    if (c_.call) add("<td>{}{}</td>", html_text(r.label), r.outside ? " (unusual)" : "");
    if (c_.probability) add("<td class=\"r\">{}</td>", r.probability ? fmt::format("{:.3f}", *r.probability) : "");
    if (c_.q_value) add("<td class=\"r\">{}</td>", r.q_value ? fmt::format("{:.3g}", *r.q_value) : "");
    if (c_.place) add("<td class=\"at\">{}</td>", r.place ? html_text(place_text(*r.place)) : "");
    add("<td class=\"r\">{}</td>", r.sequence.size());
    if (r.energy_kcal) {
      add("<td class=\"r\">{:.2f}</td><td class=\"r\">{:.3f}</td>", *r.energy_kcal,
          *r.energy_kcal / static_cast<double>(r.sequence.size()));
    } else {
      add("<td class=\"r\"></td><td class=\"r\"></td>");
    }
    if (c_.arms)
      add("<td class=\"q\">{}</td><td class=\"q\">{}</td>", letters_of(r, r.marks.five_prime),
          letters_of(r, r.marks.three_prime));
    add("<td class=\"r\">{}</td></tr>\n", r.notes.size());
  }

  const Report& r_;
  const ReportColumns& c_;
  std::string out_, heads_, widths_;
};

}  // namespace

ReportColumns columns_of(const Report& report) {
  ReportColumns any;
  for (const ReportRecord& record : report.records) {
    any.call = any.call || !record.label.empty();
    any.probability = any.probability || record.probability;
    any.q_value = any.q_value || record.q_value;
    any.place = any.place || record.place;
    any.arms = any.arms || record.marks.any();
  }
  return any;
}

std::string report_table(const Report& report, const ReportColumns& columns) { return Table(report, columns).run(); }

std::string letters_of(const ReportRecord& record, const BaseSpan& arm) {
  return arm.known() ? record.sequence.substr(static_cast<std::size_t>(arm.begin),
                                              static_cast<std::size_t>(arm.end - arm.begin))
                     : "";
}

std::string place_text(const ReportPlace& place) {
  return fmt::format("{}:{}-{}({})", place.contig, place.begin + 1, place.end, place.strand);
}

}  // namespace stemloop
