// Tables as the world writes them, and what is refused of them; labels that contradict each other.
#include <gmock/gmock.h>

#include <cmath>

#include "data/data.h"
#include "features/features.h"
#include "learn/learn.h"
#include "support.h"

namespace stemloop {
namespace {

using ::testing::ElementsAre;
using testing::error_of;
using ::testing::HasSubstr;
using testing::TemporaryFile;

struct Rows {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> cells;
  std::vector<std::string> places;
};

Rows read(const std::string& text) {
  const TemporaryFile file(text, "table");
  Rows rows;
  stemloop::read_table(
      file.path(), [&](const auto& header) { rows.header = header; },
      [&](const auto& fields, const std::string& place) {
        rows.cells.emplace_back(fields.begin(), fields.end());
        rows.places.push_back(place.substr(place.rfind(':') + 1));
      });
  return rows;
}

std::string refusal(const std::string& text) {
  return error_of([&] { read(text); });
}

TEST(Table, FieldsInQuotes) {
  const Rows rows = read("id,words\n\"a, b\",\"say \"\"hi\"\"\"\nplain, \"two\nlines\" \n5\" end,x\n,\n");
  EXPECT_THAT(rows.header, ElementsAre("id", "words"));
  EXPECT_THAT(rows.cells, ElementsAre(ElementsAre("a, b", "say \"hi\""), ElementsAre("plain", "two\nlines"),
                                      ElementsAre("5\" end", "x"), ElementsAre("", "")));
  EXPECT_THAT(rows.places, ElementsAre("2", "3", "5", "6"));
  EXPECT_THAT(refusal("a,b\n1,\"x\n2,y\n"), HasSubstr(":2: a quote that is opened in this line is never closed"));
  EXPECT_THAT(refusal("a,b\n\"x\"y,1\n"), HasSubstr(":2: 'y' behind a closing quote"));
  EXPECT_THAT(refusal("a\tb\n1\n"), HasSubstr(":2: 1 fields where the header has 2"));
  EXPECT_THAT(refusal("# only\n# words\n"), HasSubstr("is empty; a header line is wanted"));
}

TEST(Table, CommentsMarksAndHeadersWithASign) {
  const std::string mark = "\xef\xbb\xbf";
  for (const std::string& text :
       {mark + "id\tx\na\t1\n", std::string("# made on 5 May, by hand\n##version 2\nid\tx\na\t1\n# end\n"),
        std::string("#id\tx\na\t1\n"), std::string("id\tx\r\na\t1\r\n"), std::string("id\tx\ra\t1"),
        std::string("\n#id\tx\n\na\t1\n"), std::string(" id \t x\na\t 1\n")}) {
    const Rows rows = read(text);
    EXPECT_THAT(rows.header, ElementsAre("id", "x")) << text;
    EXPECT_THAT(rows.cells, ElementsAre(ElementsAre("a", "1"))) << text;
  }
  // A record whose name begins with the sign is no comment.
  EXPECT_EQ(read("id\tx\n#a\t1\n").cells.size(), 1U);
}

TEST(Table, CellsReadBack) {
  for (const std::string cell :
       {"plain", "a\tb", "two\nlines", "\"quoted\"", "5\" end", "", " blank", "#1", "a,b", "\"", "x\r"}) {
    const Rows rows = read("id\tx\n" + table_cell(cell) + "\t1\n");
    ASSERT_EQ(rows.cells.size(), 1U) << cell;
    EXPECT_EQ(rows.cells[0][0], cell);
  }
}

// Kind 7: rows are joined by id or refused, however the column of ids is called.
TEST(Kind7, TheIdColumnByAnyOfItsNames) {
  for (const char* header : {"id\tx\n", "ID\tx\n", "#id\tx\n", "#ID\tx\n", "\"id\"\tx\n", "\xef\xbb\xbfid\tx\n",
                             "name\tx\n", "Name\tx\n", "x\tid\n"}) {
    const Rows rows = read(std::string(header) + "1\t2\n");
    EXPECT_EQ(id_column(rows.header, "f"), header[0] == 'x' ? 1U : 0U) << header;
  }
  EXPECT_FALSE(id_column({"hairpin", "x"}, "f").has_value());
  EXPECT_EQ(id_column({"name", "ID"}, "f"), 1U);
  EXPECT_THAT(error_of([] { id_column({"id", "id"}, "f"); }), HasSubstr("two columns 'id'"));
  EXPECT_THAT(error_of([] { id_column({"ID", "Id"}, "f"); }), HasSubstr("columns 'ID' and 'Id' may both be 'id'"));
}

TEST(Kind7, JoinsByIdOrRefuses) {
  EXPECT_THAT(join_by_id({"b", "a"}, "records", {"a", "x", "b"}, "table"), ElementsAre(2U, 0U));
  EXPECT_THAT(error_of([] {
                join_by_id({"a", "c"}, "records", {"a"}, "table");
              }),
              HasSubstr("table: has no line for 'c' of records"));
  EXPECT_THAT(error_of([] {
                join_by_id({"a"}, "records", {"a", "a"}, "table");
              }),
              HasSubstr("table: has two lines for 'a'"));
  EXPECT_THAT(error_of([] {
                join_by_id({"a", "a"}, "records", {"a", "b"}, "table");
              }),
              HasSubstr("records: two records are called 'a'"));
  EXPECT_THAT(join_by_id({"b"}, "records", {"a", "a", "b"}, "table"), ElementsAre(2U));  // not asked for, not ambiguous
}

// Kind 8: one odd cell does not turn a column of numbers into words.
TEST(Kind8, MissingIsMissingAndAnythingElseIsNamed) {
  const std::vector<std::string> places = {"f:2", "f:3", "f:4", "f:5"};
  const auto column = [&](std::vector<std::string> cells) {
    return feature_table({"x"}, {std::move(cells)}, places).columns[0];
  };
  for (const char* missing : {"NA", ""}) {
    const FeatureColumn with_gap = column({"1", missing, "2.5", "-3e2"});
    EXPECT_EQ(with_gap.kind, FeatureKind::kNumber);
    EXPECT_TRUE(std::isnan(with_gap.values[1]));
    EXPECT_EQ(with_gap.values[3], -300);
  }
  for (const char* odd : {"nan", "NaN", "Inf", "-inf", "+5", "1,000", "0x10", "1e999", "n/a", "five"}) {
    EXPECT_EQ(error_of([&] {
                column({"1", "2", odd, "3"});
              }),
              fmt::format("f:4: '{}' in column 'x' is not a number; missing values are empty or NA", odd));
  }
  EXPECT_EQ(column({"a", "b", "NA", "7"}).kind, FeatureKind::kText);
  EXPECT_EQ(column({"True", "NA", "False", "True"}).kind, FeatureKind::kBoolean);
  // Blanks around a field are none of it.
  EXPECT_THAT(read("id\tx\na\t 5\n").cells[0][1], "5");
}

// Kind 1: conflicts are counted, and a class without records of its own is refused.
TEST(Kind1, LabelConflictsAreCountedAndRefusedWhereNothingIsLeft) {
  const std::vector<std::string> keys = {"A", "B", "A", "C", "A"};
  const LabelConflicts found = label_conflicts(keys, std::vector<std::uint8_t>{1, 1, 0, 0, 0});
  EXPECT_EQ(found.distinct[0], 2);
  EXPECT_EQ(found.distinct[1], 2);
  EXPECT_EQ(found.own[0], 1);
  EXPECT_EQ(found.own[1], 1);
  EXPECT_EQ(found.records, 3);
  EXPECT_EQ(error_of([&] { check_labels(keys, std::vector<std::uint8_t>{1, 1, 0, 0, 0}, "sequences"); }), "(no error)");
  EXPECT_EQ(error_of([&] {
              check_labels(keys, std::vector<std::uint8_t>{1, 0, 0, 0, 0}, "sequences");
            }),
            "all 1 sequences of class 1 stand in class 0 too; nothing tells the classes apart");
  EXPECT_EQ(error_of([&] { check_labels(keys, std::vector<std::uint8_t>(5, 1), "sequences"); }),
            "there are no sequences of class 0; both classes are wanted");
}

// Kind 17: an interval of a share ends at 1.
TEST(Kind17, IntervalsStayInsideTheirRange) {
  const std::vector<double> values = {1, 1, 0.9, 1, 0.97};
  EXPECT_GT(mean_interval(values, 0.25).high, 1);
  const MeanInterval cut = within(mean_interval(values, 0.25), 0, 1);
  EXPECT_EQ(cut.high, 1);
  EXPECT_EQ(cut.mean, mean_interval(values, 0.25).mean);
  EXPECT_TRUE(std::isnan(within(mean_interval(std::vector<double>{1}), 0, 1).high));
}

}  // namespace
}  // namespace stemloop
