// stemloop arms and show --arms as a user runs them: known answers, known matures, bad input.
#include <gmock/gmock.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "shell.h"
#include "support.h"

namespace stemloop {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::Outcome;
using testing::shell;
using testing::TemporaryFile;

const std::string kLet7 = "UGGGAUGAGGUAGUAGGUUGUAUAGUUUUAGGGUCACACCCACCACUGGGAGAUAACUAUACAAUCUACUGUCUUUCCUA";

// Rows of a table by id, cells by column.
using Cells = std::map<std::string, std::string>;
using testing::kExampleHairpins;
std::map<std::string, Cells> table_of(const std::string& text) {
  std::istringstream in(text);
  std::string line;
  const auto cells = [](const std::string& row) {
    std::vector<std::string> fields(1);
    for (const char c : row) c == '\t' ? (void)fields.emplace_back() : fields.back().push_back(c);
    return fields;
  };
  std::getline(in, line);
  const std::vector<std::string> header = cells(line);
  std::map<std::string, Cells> rows;
  while (std::getline(in, line)) {
    const std::vector<std::string> fields = cells(line);
    EXPECT_EQ(fields.size(), header.size()) << line;
    for (std::size_t k = 0; k < fields.size(); ++k) rows[fields[0]][header[k]] = fields[k];
  }
  return rows;
}

const char* const kEnds[] = {"5p_start", "5p_end", "3p_start", "3p_end"};

// miRBase 21's positions, as facts; of the second half the model has seen no relative.
struct Annotated {
  const char* id;
  int ends[4];
};
constexpr Annotated kAnnotated[] = {
    {"hsa-let-7a-1", {6, 27, 57, 77}}, {"hsa-let-7g", {5, 26, 62, 82}},  {"hsa-mir-15a", {14, 35, 51, 72}},
    {"hsa-mir-17", {14, 36, 51, 72}},  {"hsa-mir-29a", {4, 25, 42, 63}}, {"hsa-mir-34a", {22, 43, 64, 85}},
    {"hsa-mir-1-1", {7, 28, 46, 67}},  {"hsa-mir-21", {8, 29, 46, 66}},  {"hsa-mir-16-1", {14, 35, 56, 77}},
    {"hsa-mir-30a", {6, 27, 47, 68}},  {"hsa-mir-31", {8, 28, 44, 65}},  {"hsa-mir-125b-1", {15, 36, 55, 76}},
};

TEST(Arms, AreThoseOfMirbaseGiveOrTakeALetterOrTwo) {
  const Outcome r = shell("stemloop arms -q " + kExampleHairpins);
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, ::testing::StartsWith("id\t5p_start\t5p_end\t3p_start\t3p_end\t"));
  auto rows = table_of(r.out);
  EXPECT_EQ(rows.size(), 26U);
  int close = 0, all = 0;
  for (const Annotated& known : kAnnotated) {
    for (int k = 0; k < 4; ++k) {
      close += std::abs(std::stoi(rows[known.id][kEnds[k]]) - known.ends[k]) <= 2;
      ++all;
    }
  }
  EXPECT_GE(close, 0.85 * all);
  Cells& let7 = rows["hsa-let-7a-1"];
  EXPECT_EQ(let7["5p_seed"], "GAGGUAG");
  EXPECT_EQ(let7["guide"], "5p");
  for (auto& [id, row] : rows) {
    for (const char* cut : {"drosha5", "dicer5", "dicer3", "drosha3"}) {
      double last = 0;
      for (const char* off : {"_within_0", "_within_1", "_within_2"}) {
        const double p = std::stod(row[std::string(cut) + off]);
        EXPECT_GE(p, 0) << id;
        EXPECT_LE(p, 1) << id;
        EXPECT_GE(p, last) << id;
        last = p;
      }
    }
  }
}

// What stands around a hairpin changes where its cuts are found by little.
TEST(Arms, DependLittleOnFlanks) {
  std::string fasta;
  for (int flank : {0, 10, 30, 60}) {
    for (std::uint64_t draw = 0; draw < 5; ++draw) {
      const auto letters = [&](std::uint64_t side) {
        return flank == 0 ? "" : testing::random_sequence(flank, 0.45, 40 + side, draw);
      };
      fasta += fmt::format(">{}_{}\n{}{}{}\n", flank, draw, letters(0), kLet7, letters(1));
    }
  }
  auto rows = table_of(shell("stemloop arms -q", fasta).out);
  int same = 0;
  for (auto& [id, row] : rows) {
    const int flank = std::stoi(id);
    if (row["5p_start"].empty()) continue;
    same +=
        std::abs(std::stoi(row["5p_start"]) - flank - 6) <= 1 && std::abs(std::stoi(row["3p_start"]) - flank - 57) <= 1;
  }
  EXPECT_GE(same, 18);
}

TEST(Arms, EveryRecordHasARow) {
  const std::string random = testing::random_sequence(5000, 0.5, 3, 1);
  std::string five;
  for (int k = 0; k < 5; ++k) five += kLet7;
  const Outcome r = shell("stemloop arms -q",
                          ">plain\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n>short\nGGGGGGGAAAACCCCCCC\n>five\n" +
                              five + "\n>protein\nMKVLAAGIVGLLLAQPSWAMKVLAAGIVGLLLAQPSWA\n>long\n" + random + "\n");
  EXPECT_EQ(r.code, 3) << r.err;
  EXPECT_THAT(r.err, HasSubstr("looks like a protein"));
  auto rows = table_of(r.out);
  ASSERT_EQ(rows.size(), 4U);
  for (const char* id : {"plain", "short"}) {
    EXPECT_EQ(rows[id]["5p_start"], "") << id;
    EXPECT_THAT(rows[id]["notes"], HasSubstr("no hairpin")) << id;
  }
  EXPECT_NE(rows["five"]["5p_start"], "");
}

TEST(Arms, FormatsAgreeAndGff3ComesBackAsKnown) {
  auto rows = table_of(shell("stemloop arms -q", ">x\n" + kLet7 + "\n").out);
  const testing::TemporaryFolder folder;
  const std::string gff = folder.path("arms.gff3");
  ASSERT_EQ(shell("stemloop arms -q --format gff3 -o " + gff, ">x\n" + kLet7 + "\n").code, 0);
  EXPECT_THAT(testing::content(gff),
              AllOf(HasSubstr("##gff-version 3\nx\tstemloop\tpre_miRNA\t" + rows["x"]["5p_start"]),
                    HasSubstr("Derives_from=x-pre")));
  auto known = table_of(shell("stemloop arms -q --mature " + gff, ">x\n" + kLet7 + "\n").out);
  for (const char* end : kEnds) EXPECT_EQ(known["x"][end], rows["x"][end]);
  EXPECT_EQ(known["x"]["source"], "known");
  EXPECT_EQ(known["x"]["drosha5_within_0"], "1.000");
  const Outcome fasta = shell("stemloop arms -q --format fasta", ">x\n" + kLet7 + "\n");
  EXPECT_THAT(fasta.out, AllOf(HasSubstr(">x-5p x:"), HasSubstr("\n" + rows["x"]["5p_sequence"] + "\n>x-3p")));
  const auto json = nlohmann::json::parse(shell("stemloop arms -q --format json", ">x\n" + kLet7 + "\n").out);
  EXPECT_EQ(std::to_string(json["3p"]["start"].get<int>()), rows["x"]["3p_start"]);
  EXPECT_EQ(json["structure"].get<std::string>().size(), kLet7.size());
}

TEST(Arms, TheTrackHoldsProbabilities) {
  const testing::TemporaryFolder folder;
  ASSERT_EQ(shell("stemloop arms -q -o /dev/null --track " + folder.path("t.tsv"), ">x\n" + kLet7 + "\n").code, 0);
  std::istringstream in(testing::content(folder.path("t.tsv")));
  std::string line;
  std::getline(in, line);
  EXPECT_EQ(line, "id\tafter\tdrosha5\tdicer5\tdicer3\tdrosha3");
  double total[4] = {};
  std::string id;
  int after = 0;
  for (double p[4]; in >> id >> after >> p[0] >> p[1] >> p[2] >> p[3];) {
    for (int k = 0; k < 4; ++k) total[k] += p[k];
  }
  for (const double one : total) EXPECT_NEAR(one, 1, 0.05);  // boundaries with less than 0.001 are not listed
}

TEST(Arms, KnownMaturesAreCheckedInOneSentenceEach) {
  const TemporaryFile matures(
      ">x-5p\nUGAGGUAGUAGGUUGUAUAGUU\n>y-5p\nGGGGGGGGGGGGGGGGGGGGGG\n>z-5p\n" + kLet7.substr(30, 22) + "\n", "m.fa");
  const std::string fasta = ">x\n" + kLet7 + "\n>y\n" + kLet7 + "\n>z\n" + kLet7 + "\n";
  auto rows = table_of(shell("stemloop arms -q --mature " + matures.path(), fasta).out);
  EXPECT_EQ(rows["x"]["5p_start"], "6");
  EXPECT_EQ(rows["x"]["source"], "5p known");
  EXPECT_EQ(rows["y"]["notes"], "mature y-5p is not in the hairpin");
  EXPECT_EQ(rows["y"]["source"], "predicted");
  EXPECT_EQ(rows["z"]["notes"], "mature z-5p at 31 to 52 lies on the terminal loop");
  const Outcome missing = shell("stemloop arms --mature nowhere.fa", fasta);
  EXPECT_EQ(missing.code, 1);
  EXPECT_THAT(missing.err, HasSubstr("nowhere.fa"));
}

TEST(Arms, DamagedModelsAreRefused) {
  EXPECT_THAT(shell("stemloop arms --model premirna", ">x\n" + kLet7 + "\n").err, HasSubstr("stemloop: error:"));
  const testing::TemporaryFolder folder;
  ASSERT_EQ(shell("cp -r " STEMLOOP_MODELS "/arms " + folder.path("m")).code, 0);
  ASSERT_EQ(shell("truncate -s 1000 " + folder.path("m") + "/model.safetensors").code, 0);
  const Outcome r = shell("stemloop arms --model " + folder.path("m"), ">x\n" + kLet7 + "\n");
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("model.safetensors"));
}

TEST(Show, MarksArmsInCapitals) {
  const Outcome r = shell("stemloop show -q --arms", ">x\n" + kLet7 + "\n");
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, AllOf(HasSubstr("seed GAGGUAG"), HasSubstr("overhangs")));
  // The strands hold lower and upper case.
  EXPECT_THAT(r.out, ::testing::ContainsRegex("[acgu]+[ACGU]+"));
}

}  // namespace
}  // namespace stemloop
