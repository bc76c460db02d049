// The page, its tables and MultiQC's files: whatever the ids hold, nothing is lost and nothing breaks out.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "report/escape.h"
#include "report/report.h"
#include "support.h"

namespace stemloop {
namespace {

using ::testing::AllOf;
using testing::error_of;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using testing::TemporaryFile;

const std::vector<std::string> kHostile = {"<script>window.stolen=1</script>",
                                           "\"><img src=x onerror=alert(1)>",
                                           "' onmouseover='x",
                                           "a&amp;b",
                                           "\xf0\x9f\xa7\xac",
                                           "caf\xe9\x01",
                                           std::string(3000, 'x'),
                                           "same",
                                           "same",
                                           "</script></style>",
                                           "{}{{}}%s%n",
                                           "=1+1"};

ReportRecord record(const std::string& id) {
  ReportRecord r;
  r.source = "sample";
  r.id = id;
  r.sequence = "GGGGAAGGGAAAAACCCUUCCCC";
  r.structure = "(((((((((.....)))))))))";
  r.energy_kcal = -12.5;
  r.probability = 0.9;
  r.label = "pre-miRNA";
  r.support.assign(r.sequence.size(), 0.8);
  r.marks = marks_of_arms({0, 9}, {14, 23}, GuideArm::kFivePrime);
  r.notes = {id};
  r.reasons = {{id, id, 1.5, 50.0, 10.0}, {"b", "2", -0.5, {}, {}}};
  r.words = {id};
  return r;
}

Report hostile_report() {
  Report report;
  report.title = kHostile[0];
  for (const std::string& id : kHostile) {
    report.records.push_back(record(id));
    report.left_out.push_back({id, id, id});
  }
  report.provenance = {{"command", kHostile[1]}};
  report.methods = kHostile[0];
  report.citations = {kHostile[1]};
  return report;
}

TEST(ReportPage, HostileIdsStayText) {
  const Report report = hostile_report();
  const std::string page = report_page(report);
  EXPECT_EQ(testing::count_of(page, "<script"), 1);  // its own
  EXPECT_EQ(testing::count_of(page, "</script"), 1);
  EXPECT_EQ(testing::count_of(page, "</style"), 1);
  EXPECT_THAT(page, AllOf(Not(HasSubstr("<img")), Not(HasSubstr("' onmouseover")), HasSubstr("a&amp;amp;b"),
                          HasSubstr("&lt;script&gt;window.stolen=1"), HasSubstr("caf??"), HasSubstr("{}{{}}%s%n")));
  EXPECT_EQ(drawable(page).size() > 0, true);
  EXPECT_EQ(testing::count_of(page, "<article"), static_cast<int>(kHostile.size()));
  EXPECT_EQ(testing::count_of(page, "<tr data-k"), static_cast<int>(kHostile.size()));
  EXPECT_EQ(testing::count_of(page, "<svg class=\"ld\""), static_cast<int>(kHostile.size()));
}

TEST(ReportPage, AsksForNothingOutside) {
  Report report;
  report.records = {record("x"), record("y")};
  const std::string page = report_page(report);
  for (const char* word : {" src=", "@import", "url(", "<link", "<iframe", "fetch(", "XMLHttp"})
    EXPECT_EQ(testing::count_of(page, word), 0) << word;
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
}

TEST(ReportPage, ElementsAreClosed) {
  const std::string page = report_page(hostile_report());
  for (const char* name :
       {"article", "table", "tr", "td", "div", "section", "svg", "p", "h2", "h3", "ul", "li", "code"}) {
    const std::string open = std::string("<") + name;
    const int opened = testing::count_of(page, open + ">") + testing::count_of(page, open + " ");
    EXPECT_EQ(opened, testing::count_of(page, std::string("</") + name + ">")) << name;
  }
}

TEST(ReportPage, NoRecordsAndAllRejected) {
  Report report;
  EXPECT_THAT(report_page(report), AllOf(HasSubstr("No record is left to show"), HasSubstr("</html>")));
  report.left_out = {{"s", "a", "too long"}, {"s", "b", "no hairpin loop"}};
  const std::string page = report_page(report);
  EXPECT_THAT(page, AllOf(HasSubstr("No record is left"), HasSubstr("too long"), HasSubstr("no hairpin loop")));
}

TEST(ReportPage, AThousandHairpinsStaySmall) {
  Report report;
  for (int k = 0; k < 1000; ++k) report.records.push_back(record(fmt::format("hairpin-{}", k)));
  EXPECT_LT(report_page(report).size(), 8'000'000U);
}

TEST(ReportTables, ALineARecordWhateverTheIds) {
  const Report report = hostile_report();
  const auto lines = [](const std::string& text) { return testing::count_of(text, "\n"); };
  const int n = static_cast<int>(report.records.size());
  const std::string table = records_as_tsv(report);
  EXPECT_EQ(lines(table), n + 1);
  EXPECT_EQ(testing::count_of(table, "\t"), 17 * (n + 1));
  EXPECT_EQ(lines(records_as_fasta(report)), 3 * 2 * n);
  EXPECT_EQ(lines(records_as_gff3(report)), 1 + 3 * n);
}

TEST(ReportTables, Gff3HasTheArmsWhereTheyLie) {
  Report report;
  report.records = {record("x")};
  report.records[0].place = ReportPlace{"chr1", 1000, 1023, '-'};
  const std::string gff = records_as_gff3(report);
  EXPECT_THAT(gff, HasSubstr("chr1\tstemloop\tpre_miRNA\t1001\t1023\t0.9000\t-\t.\tID=hairpin1;Name=x\n"));
  EXPECT_THAT(
      gff, HasSubstr("chr1\tstemloop\tmiRNA\t1015\t1023\t.\t-\t.\tID=hairpin1-5p;Name=x-5p;Derives_from=hairpin1\n"));
  EXPECT_THAT(gff, HasSubstr("chr1\tstemloop\tmiRNA\t1001\t1009\t.\t-\t"));
}

TEST(ReportEscapes, KnownAnswers) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64(std::string("\x00\xff", 2)), "AP8=");
  EXPECT_EQ(url_part("a b/\xc3\xa9"), "a%20b%2F%C3%A9");
  EXPECT_EQ(gff_field("a;b=c,d&e\tf"), "a%3Bb%3Dc%2Cd%26e%09f");
  EXPECT_EQ(html_text("<a href='x'>\"&"), "&lt;a href=&#39;x&#39;&gt;&quot;&amp;");
}

TEST(LadderSvg, HoldsEveryBaseAndItsMarks) {
  ReportRecord r = record("x");
  r.support[3] = 0.1;
  const std::string svg = ladder_svg(r);
  std::string letters;
  for (std::size_t at = svg.find("<text y="); at != std::string::npos; at = svg.find("<text y=", at + 1)) {
    const std::size_t begin = svg.find('>', at) + 1;
    letters += svg.substr(begin, svg.find('<', begin) - begin);
  }
  letters.erase(std::remove(letters.begin(), letters.end(), '-'), letters.end());
  std::string expected = r.sequence;
  std::sort(letters.begin(), letters.end());
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(letters, expected);
  for (const char* style : {"\"a5\"", "\"a3\"", "\"sd\"", "\"s1\"", "\"s4\"", "\"bl\""})
    EXPECT_THAT(svg, HasSubstr(style));
  r.structure = std::string(r.sequence.size(), '.');
  EXPECT_EQ(ladder_svg(r), "");
}

TEST(Loci, OfATableAndOfGff3) {
  const std::string header =
      "contig\tstart\tend\tstrand\tprobability\tq_value\tid\tlength\tmfe\tfalse_per_mb\t5p_start\t5p_end\t3p_start\t3p_"
      "end\t"
      "antisense_of\tsequence\tstructure\n";
  const TemporaryFile table(
      header + "chr1\t4\t12\t-\t0.9\t0.01\tone\t9\t-3.20\t0.1\t10\t12\t4\t6\ttwo\tGGGAAACCC\t(((...)))\n", "loci.tsv");
  const auto records = read_loci_table(table.path());
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].place->begin, 3);
  EXPECT_EQ(records[0].marks.five_prime, (BaseSpan{0, 3}));  // on the reverse strand it begins at the right
  EXPECT_EQ(records[0].marks.three_prime, (BaseSpan{6, 9}));
  EXPECT_THAT(records[0].notes[0], HasSubstr("antisense of two"));
  const auto bad = [&](const std::string& line) {
    const TemporaryFile file(header + line, "loci.tsv");
    return error_of([&] { read_loci_table(file.path()); });
  };
  EXPECT_THAT(bad("chr1\t4\t12\tx\t0.9\t0.01\tone\t9\t-3.20\t0.1\t\t\t\t\t\tGGGAAACCC\t(((...)))\n"),
              HasSubstr("loci.tsv:2: 'x' is no strand"));
  EXPECT_THAT(bad("chr1\t4\t11\t+\t0.9\t0.01\tone\t9\t-3.20\t0.1\t\t\t\t\t\tGGGAAACCC\t(((...)))\n"),
              HasSubstr("the sequence has 9 letters, the locus 8"));
  EXPECT_THAT(bad("chr1\t4\t12\t+\t0.9\t0.01\tone\t9\t-3.20\t0.1\t1\t12\t\t\t\tGGGAAACCC\t(((...)))\n"),
              HasSubstr("an arm from 1 to 12 lies outside its hairpin"));

  const TemporaryFile genome(">chr%1 x\nAAAGGGUUUCCCAAA\n>other\nACGU\n", "genome.fa");
  const TemporaryFile gff(
      "##gff-version 3\nchr%251\tstemloop\tpre_miRNA\t4\t12\t0.9\t-\t.\tID=one;q_value=0.01;structure=(((...)))\n"
      "chr%251\tstemloop\tmiRNA\t10\t12\t.\t-\t.\tID=one-5p;Parent=one\n",
      "loci.gff3");
  const auto cut = read_loci_gff3(gff.path(), genome.path());
  ASSERT_EQ(cut.size(), 1U);
  EXPECT_EQ(cut[0].sequence, "GGGAAACCC");
  EXPECT_EQ(cut[0].structure, "(((...)))");
  EXPECT_EQ(cut[0].marks.five_prime, (BaseSpan{0, 3}));
  EXPECT_EQ(*cut[0].q_value, 0.01);
  const TemporaryFile other(">else\nACGU\n", "genome.fa");
  EXPECT_THAT(error_of([&] { read_loci_gff3(gff.path(), other.path()); }), HasSubstr("has no 'chr%1'"));
  const TemporaryFile small(">chr%1\nACGU\n", "genome.fa");
  EXPECT_THAT(error_of([&] { read_loci_gff3(gff.path(), small.path()); }), HasSubstr("which has 4 bases"));
  EXPECT_EQ(kind_of_input(gff.path()), ReportInput::kGff3);
  EXPECT_EQ(kind_of_input(table.path()), ReportInput::kTable);
  EXPECT_EQ(kind_of_input(genome.path()), ReportInput::kFasta);
}

TEST(Multiqc, CountsBySample) {
  Report report = hostile_report();
  report.records[0].source = "second";
  report.records[0].label = "other";
  const auto files = multiqc_files(report, "1.2.3");
  ASSERT_EQ(files.size(), 4U);
  for (const auto& [name, text] : files) {
    if (name.find(".json") == std::string::npos) continue;
    const auto json = nlohmann::json::parse(text);
    EXPECT_TRUE(json.contains("id") && json.contains("plot_type") && json.contains("data")) << name;
  }
  EXPECT_EQ(files[0].first, "stemloop_table_mqc.tsv");
  EXPECT_THAT(files[0].second,
              AllOf(HasSubstr("# plot_type: 'table'"), HasSubstr("\nSample\tRecords\tLeft out\tCalled other"),
                    HasSubstr("\nsample\t11\t0\t0\t11\t23\t-0.543\n")));
  EXPECT_EQ(files[1].second, "stemloop: \"1.2.3\"\n");
}

TEST(Methods, SayWhatWasDoneAndCiteIt) {
  MethodsFacts facts;
  facts.version = "0.1.0";
  facts.model = "premirna";
  facts.folded = true;
  facts.records = 1;
  facts.left_out = 2;
  const std::string text = methods_paragraph(facts);
  EXPECT_THAT(text, AllOf(StartsWith("1 hairpin was analysed"), HasSubstr("premirna"), HasSubstr("turner2004"),
                          HasSubstr("2 records were left out")));
  EXPECT_EQ(works_to_cite(facts).size(), 5U);  // as many as the paragraph cites
  EXPECT_THAT(text, AllOf(HasSubstr("[4]"), HasSubstr("[5]")));
}

// A unit is as long across as up, and the legend counts.
TEST(Scatter, HasEqualScales) {
  const Matrix points{2, 2, {0, 0, 10, 1}};
  const Drawing drawing = scatter(points, {"a", "a"}, {"PC 1", "PC 2"}, "two");
  EXPECT_THAT(to_svg(drawing), HasSubstr("a (2)"));
  std::vector<Point> marks;
  for (const Shape& shape : drawing.shapes) {
    const auto* const mark = std::get_if<Circle>(&shape);
    if (mark != nullptr && mark->radius < 3.5) marks.push_back(mark->centre);  // the legend's is larger
  }
  ASSERT_EQ(marks.size(), 2U);
  EXPECT_NEAR((marks[1].x - marks[0].x) / 10, marks[0].y - marks[1].y, 1e-6);
}

}  // namespace
}  // namespace stemloop
