// Mirtron or canonical: what the trees see, the cross-validation, the model's directory, classify as a user runs it.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <set>

#include "judge/judge.h"
#include "shell.h"

namespace stemloop {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using Json = nlohmann::json;
using testing::content;
using testing::Outcome;
using testing::shell;
namespace fs = std::filesystem;

const std::string kHairpins = STEMLOOP_EXAMPLES "/hairpins.fa";
const std::string kMirtrons = STEMLOOP_EXAMPLES "/mirtrons.fa";
const std::string kShipped = STEMLOOP_MODELS "/mirtron";

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> found;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) found.push_back(line);
  return found;
}

// Sequences of either class: made-up mirtrons begin with GU and end with a pyrimidine tract and AG.
std::string made_up(int label, std::uint64_t i) {
  const std::string random = testing::random_sequence(70, 0.5, 7, i);
  return label == 1 ? "GUGAGU" + random.substr(20) + "CUUCUCUCCUUCCAG" : random;
}

LabelledHairpins made_up_data(std::uint64_t of_each) {
  std::vector<std::string> sequences;
  LabelledHairpins data;
  for (std::uint64_t i = 0; i < 2 * of_each; ++i) {
    data.labels.push_back(i % 2);
    data.ids.push_back("made-up-" + std::to_string(i));
    sequences.push_back(made_up(static_cast<int>(i % 2), i));
  }
  data.hairpins = fold_hairpins(sequences, make_model(load_parameters("turner2004"), FoldOptions{}), 1);
  return data;
}

TEST(Mirtron, ColumnsHaveNamesAndValues) {
  const auto columns = mirtron_columns();
  EXPECT_EQ(std::set<std::string>(columns.begin(), columns.end()).size(), columns.size());
  //                            123456789012345678901234567890123456789
  const FoldedHairpin hairpin{"GUGAGGGGGGAAAACCCCCCUUCUCUUAAGCCUUUUCAG",  //
                              "....((((((....))))))...................", -12.5};
  const FoldedHairpin hairpins[] = {hairpin, {}};
  const Matrix rows = mirtron_matrix(hairpins);
  ASSERT_EQ(rows.columns, static_cast<std::int64_t>(columns.size()));
  const auto value = [&](const std::string& name, std::int64_t row = 0) {
    const auto at = std::find(columns.begin(), columns.end(), name) - columns.begin();
    EXPECT_LT(at, rows.columns) << name;
    return rows.row(row)[static_cast<std::size_t>(at)];
  };
  EXPECT_EQ(value("nucleotides"), 39);
  EXPECT_EQ(value("mfe"), -12.5F);
  EXPECT_EQ(value("letter_5_1_G"), 1);
  EXPECT_EQ(value("letter_5_2_U"), 1);
  EXPECT_EQ(value("letter_5_2_A"), 0);
  EXPECT_EQ(value("letter_3_1_G"), 1);
  EXPECT_EQ(value("letter_3_2_A"), 1);
  EXPECT_EQ(value("overhang_5"), 4);
  EXPECT_EQ(value("overhang_3"), 19);
  EXPECT_EQ(value("overhang_difference"), 15);
  EXPECT_FLOAT_EQ(value("paired_share"), 12.0F / 39);
  EXPECT_EQ(value("hairpins"), 1);
  EXPECT_EQ(value("longest_G_run"), 6);
  EXPECT_EQ(value("longest_pyrimidine_run"), 13);
  EXPECT_FLOAT_EQ(value("tract_3_G"), 1.0F / 18);
  EXPECT_EQ(value("last_AG"), 9);  // of ...AGCCUUUUCAG, not the AG it ends with
  EXPECT_NEAR(value("share_GU"), 1.0 / 38, 1e-6);
  EXPECT_TRUE(std::isnan(value("overhang_5", 1)));
  EXPECT_EQ(in_words(Contribution{"letter_5_2", "U", 1}), "letter 2 is U");
  EXPECT_EQ(in_words(Contribution{"letter_3_1", "G", 1}), "letter 1 from the end is G");
}

TEST(Mirtron, SameSequencesAreLeftOutTogether) {
  LabelledHairpins data = made_up_data(25);
  for (const std::size_t i : {0U, 0U, 3U, 7U}) {
    data.ids.push_back("again");
    data.hairpins.push_back(data.hairpins[i]);
    data.labels.push_back(data.labels[i]);
  }
  MirtronTraining how;
  how.booster.rounds = 5;
  how.folds = 5;
  how.repeats = 3;
  how.depths = {2, 3};
  const OutOfFold found = out_of_fold(data, how);
  ASSERT_EQ(found.parts.size(), 3U);
  for (const auto& parts : found.parts) {
    EXPECT_EQ(parts[0], parts[50]);
    EXPECT_EQ(parts[0], parts[51]);
    EXPECT_EQ(parts[3], parts[52]);
    EXPECT_EQ(parts[7], parts[53]);
    std::map<int, std::array<int, 2>> count;
    for (std::size_t i = 0; i < parts.size(); ++i) ++count[parts[i]][data.labels[i]];
    EXPECT_EQ(count.size(), 5U);
    for (const auto& [part, of_class] : count) {
      EXPECT_NEAR(of_class[0], 5, 2);
      EXPECT_NEAR(of_class[1], 5, 2);
    }
  }
  EXPECT_NE(found.parts[0], found.parts[1]);
  // The same sequence was held out with the same trees; threads change nothing.
  EXPECT_EQ(found.logits[0][0], found.logits[0][50]);
  how.threads = 2;
  EXPECT_EQ(out_of_fold(data, how).logits, found.logits);
  const Figures figures = figures_of(found, data.labels);
  EXPECT_GT(figures.at("accuracy").mean, 0.9);
  EXPECT_LE(figures.at("accuracy").low, figures.at("accuracy").mean);
  EXPECT_GE(figures.at("accuracy").high, figures.at("accuracy").mean);
}

class Mirtrons : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new testing::TemporaryFolder;
    std::string table = "id\tsequence\tmirtron\n";
    for (std::uint64_t i = 0; i < 60; ++i)
      table += fmt::format("made-up-{}\t{}\t{}\n", i, made_up(static_cast<int>(i % 2), i), i % 2);
    write_bytes(at("labelled.tsv"), table);
    const Outcome r = shell(train("small", "--label-column mirtron --rounds 8 --boost-depth 3 --repeats 1"));
    ASSERT_EQ(r.code, 0) << r.err;
    EXPECT_THAT(r.err, AllOf(HasSubstr("30 mirtrons and 30 canonical"), HasSubstr("masked hairpins, out of fold")));
  }
  static void TearDownTestSuite() { delete folder_; }
  static std::string at(const std::string& name) { return folder_->path(name); }
  static std::string train(const std::string& name, const std::string& more) {
    return fmt::format("stemloop model train {} --family mirtron --tsv {} -t 1 {}", at(name), at("labelled.tsv"), more);
  }
  static std::string classify(const std::string& more, const std::string& model = "small") {
    return fmt::format("stemloop classify -t 1 -m {} {}", at(model), more);
  }
  static std::string evaluate(const std::string& model, const std::string& more) {
    return fmt::format("stemloop evaluate classifier --model {} {}", at(model), more);
  }
  template <class Change>
  static Outcome with_broken(Change change) {
    fs::remove_all(at("broken"));
    fs::copy(at("small"), at("broken"), fs::copy_options::recursive);
    change(at("broken"));
    return shell(classify(kMirtrons, "broken"));
  }
  static testing::TemporaryFolder* folder_;
};
testing::TemporaryFolder* Mirtrons::folder_ = nullptr;

TEST_F(Mirtrons, ReasonsSumToTheProbability) {
  const MirtronModel model = MirtronModel::open(at("small"));
  const LabelledHairpins data = made_up_data(10);
  const auto calls = model.classify(data.hairpins);
  ASSERT_EQ(calls.size(), 20U);
  for (std::size_t i = 0; i < calls.size(); ++i) {
    double sum = calls[i].base;
    for (const Contribution& reason : calls[i].reasons) sum += reason.log_odds;
    EXPECT_NEAR(1 / (1 + std::exp(-sum)), calls[i].probability, 1e-4);
    EXPECT_EQ(calls[i].label(), data.labels[i]);
    EXPECT_EQ(calls[i].closest.name, data.ids[i]);  // it was trained on
    EXPECT_EQ(calls[i].closest.similarity, 1);
    EXPECT_EQ(calls[i].starts_gu && calls[i].ends_ag, data.labels[i] == 1);
    EXPECT_TRUE(calls[i].trained_on);
  }
  FoldedHairpin part = data.hairpins[0];  // all of its words are known, but it was not trained on
  part.sequence = part.sequence.substr(0, 40);
  part.structure = part.structure.substr(0, 40);
  const FoldedHairpin parts[] = {part, {"GUG", "...", 0}};
  const auto of_parts = model.classify(parts);
  EXPECT_EQ(of_parts[0].closest.similarity, 1);
  EXPECT_FALSE(of_parts[0].trained_on);
  EXPECT_FALSE(of_parts[1].trained_on);
  EXPECT_EQ(model.classify({}).size(), 0U);
}

TEST_F(Mirtrons, EveryRecordComesOutOnceInEveryFormat) {
  const Outcome r = shell(classify(kMirtrons));
  ASSERT_EQ(r.code, 0) << r.err;
  const auto table = lines(r.out);
  ASSERT_EQ(table.size(), 12U);
  EXPECT_THAT(table[0], StartsWith("id\tlabel\tprobability\tstarts_gu"));
  for (const std::string& line : table) EXPECT_EQ(split_fields(line, '\t').size(), split_fields(table[0], '\t').size());
  EXPECT_EQ(shell(fmt::format("stemloop classify -q -t 2 -m {} {}", at("small"), kMirtrons)).out, r.out);
  const Outcome json = shell(classify("-q -f json " + kMirtrons));
  const Json first = Json::parse(lines(json.out)[0]);
  EXPECT_TRUE(first["for"].is_array() && first["against"].is_array());
  EXPECT_TRUE(first["probability"].is_number());
  EXPECT_THAT(shell(classify("-q -f text " + kMirtrons)).out,
              AllOf(HasSubstr("probability of a mirtron"), HasSubstr("closest known: made-up-")));
  const Outcome page = shell(classify(fmt::format("-q {} --explain hsa-mir-877 --page {}", kMirtrons, at("page.svg"))));
  EXPECT_EQ(page.code, 0) << page.err;
  EXPECT_THAT(content(at("page.svg")), AllOf(HasSubstr("hsa-mir-877"), HasSubstr("starts with GU, ends with AG")));
}

TEST_F(Mirtrons, BadRecordsAreListed) {
  const Outcome r = shell(classify(""), ">good\nGUGGGAAAACCCAG\n>flat\nAAAAAAAAAAAA\n>star\nGG*GG\n");
  EXPECT_EQ(r.code, 3);
  EXPECT_EQ(lines(r.out).size(), 2U);
  EXPECT_THAT(r.err, AllOf(HasSubstr("no hairpin loop"), HasSubstr("'*'"), HasSubstr("3 records in, 1 out")));
  EXPECT_THAT(r.out, HasSubstr("nucleotides is 14, training hairpins have"));
}

TEST_F(Mirtrons, DamagedModelsAreNamed) {
  const auto resize = [](const std::string& file) {
    return [file](const std::string& model) { fs::resize_file(model + file, fs::file_size(model + file) / 2); };
  };
  const auto edit = [](const std::string& from, const std::string& to) {
    return [=](const std::string& model) {
      std::string text = content(model + "/config.json");
      text.replace(text.find(from), from.size(), to);
      write_bytes(model + "/config.json", text);
    };
  };
  const std::pair<Outcome, const char*> cases[] = {
      {with_broken(resize("/booster.ubj")), "booster.ubj: its MD5 is"},
      {with_broken(resize("/index.safetensors")), "index.safetensors: its MD5 is"},
      {with_broken(resize("/config.json")), "config.json: is no JSON object"},
      {with_broken([](const std::string& m) { fs::remove(m + "/index.safetensors"); }), "index.safetensors"},
      {with_broken([](const std::string& m) {
         Json config = Json::parse(content(m + "/config.json"));
         const std::string sum = config["md5"]["booster.ubj"];
         config["md5"]["index.safetensors"] = sum;
         fs::copy_file(m + "/booster.ubj", m + "/index.safetensors", fs::copy_options::overwrite_existing);
         write_bytes(m + "/config.json", config.dump());
       }),
       "index.safetensors: "},
      {with_broken(edit("\"format\": 1", "\"format\": 9")), "written by a newer stemloop"},
      {with_broken(edit("\"slope\"", "\"slop\"")), "'slope' of 'calibration' is missing"},
      {with_broken(edit("\"figures\"", "\"digits\"")), "the figure 'accuracy' (whole) is missing"},
      {with_broken(edit("\"family\": \"mirtron\"", "\"family\": \"premirna\"")), "config.json"}};
  for (const auto& [r, words] : cases) {
    EXPECT_EQ(r.code, 1) << words;
    EXPECT_EQ(r.out, "");
    EXPECT_THAT(r.err, HasSubstr(words));
  }
}

// A table as columns by name.
std::map<std::string, std::vector<std::string>> columns_of(const std::string& table) {
  std::map<std::string, std::vector<std::string>> columns;
  std::vector<std::string> header;
  for (const std::string& line : lines(table)) {
    const auto fields = split_fields(line, '\t');
    if (header.empty()) {
      header.assign(fields.begin(), fields.end());
      continue;
    }
    EXPECT_EQ(fields.size(), header.size()) << line;
    for (std::size_t k = 0; k < header.size(); ++k) columns[header[k]].emplace_back(fields[k]);
  }
  return columns;
}

// The fourth record in five the model was trained on, all others are new to it.
TEST_F(Mirtrons, EvaluateTellsTrainingRecordsFromNewOnes) {
  std::string fasta[2];
  for (std::uint64_t i = 0; i < 100; ++i) {
    const std::uint64_t number = i % 5 == 4 ? i % 60 : 1000 + i;
    fasta[i % 2] += fmt::format(">r{}\n{}\n", i, made_up(static_cast<int>(i % 2), number));
  }
  write_bytes(at("both.fa"), fasta[1] + fasta[0]);
  write_bytes(at("mirtrons.fa"), fasta[1]);
  write_bytes(at("canonical.fa"), fasta[0] + ">flat\nAAAAAAAAAAAA\n");
  const std::string records = fmt::format("--positives {} --negatives {} ", at("mirtrons.fa"), at("canonical.fa"));
  const Outcome r =
      shell(evaluate("small", records + fmt::format("--calls {} --curve {}", at("calls.tsv"), at("curve.tsv"))));
  EXPECT_EQ(r.code, 3);
  EXPECT_THAT(r.err, AllOf(HasSubstr("flat: there is no hairpin loop"), HasSubstr("101 records in, 100 out"),
                           HasSubstr("20 of 100 records are among those the model was trained on")));
  auto rows = columns_of(r.out);
  EXPECT_THAT(rows["records"], ::testing::ElementsAre("all", "trained on", "new"));
  EXPECT_THAT(rows["positives"], ::testing::ElementsAre("50", "10", "40"));
  EXPECT_THAT(rows["negatives"], ::testing::ElementsAre("50", "10", "40"));

  // The calls are those of classify, and the table is the score of the calls.
  auto calls = columns_of(content(at("calls.tsv")));
  auto by_classify = columns_of(shell(classify("-q " + at("both.fa"))).out);
  ASSERT_EQ(calls["id"].size(), 100U);
  std::vector<float> probability[2];  // of all, of the new ones
  std::vector<std::uint8_t> labels[2];
  for (std::size_t i = 0; i < calls["id"].size(); ++i) {
    EXPECT_EQ(calls["id"][i], by_classify["id"][i]);
    const double p = std::stod(calls["probability"][i]);
    EXPECT_NEAR(p, std::stod(by_classify["probability"][i]), 6e-5);
    EXPECT_EQ(calls["closest"][i], by_classify["closest"][i]);
    const bool trained_on = std::stoi(calls["id"][i].substr(1)) % 5 == 4;
    EXPECT_EQ(calls["trained_on"][i], trained_on ? "1" : "0") << calls["id"][i];
    for (int k = 0; k < (trained_on ? 1 : 2); ++k) {
      probability[k].push_back(static_cast<float>(p));
      labels[k].push_back(i < 50 ? 1 : 0);
    }
    EXPECT_EQ(calls["label"][i], i < 50 ? "1" : "0");
  }
  for (const auto& [k, row] : {std::pair(0, 0U), std::pair(1, 2U)}) {
    const ClassificationScore score = score_classification(probability[k], labels[k]);
    EXPECT_NEAR(std::stod(rows["accuracy"][row]), score.accuracy, 1e-5);
    EXPECT_NEAR(std::stod(rows["sensitivity"][row]), score.sensitivity, 1e-5);
    EXPECT_NEAR(std::stod(rows["specificity"][row]), score.specificity, 1e-5);
    EXPECT_NEAR(std::stod(rows["mcc"][row]), score.mcc, 1e-5);
    EXPECT_NEAR(std::stod(rows["auroc"][row]), score.auroc, 1e-4);
    EXPECT_NEAR(std::stod(rows["auprc"][row]), score.auprc, 1e-3);
    EXPECT_GT(score.accuracy, 0.8);
    EXPECT_LE(std::stod(rows["accuracy_low"][row]), score.accuracy);
    EXPECT_GE(std::stod(rows["accuracy_high"][row]), score.accuracy);
    const auto curve = calibration_curve(probability[k], labels[k]);
    EXPECT_NEAR(std::stod(rows["ece"][row]), expected_calibration_error(curve), 1e-4);
  }
  EXPECT_EQ(columns_of(content(at("curve.tsv")))["count"].size(), 15U);
  EXPECT_EQ(shell(evaluate("small", records + "-q -t 2 --skip-bad")).out, r.out);
}

TEST_F(Mirtrons, EvaluateReadsTables) {
  const std::string of_table = "--format json --label-column mirtron --tsv ";
  const Outcome r = shell(evaluate("small", of_table + at("labelled.tsv")));
  EXPECT_EQ(r.code, 0) << r.err;
  const auto rows = lines(r.out);
  ASSERT_EQ(rows.size(), 2U);  // none is new
  EXPECT_EQ(Json::parse(rows[0])["records"], "all");
  EXPECT_EQ(Json::parse(rows[1])["records"], "trained on");
  EXPECT_EQ(Json::parse(rows[0])["mcc"], Json::parse(rows[1])["mcc"]);
  EXPECT_THAT(r.err, HasSubstr("60 of 60 records"));
  // Of one class, what two are needed for is not defined.
  const Outcome one = shell(fmt::format("grep -v '0$' {} > {}; {}", at("labelled.tsv"), at("one.tsv"),
                                        evaluate("small", of_table + at("one.tsv"))));
  EXPECT_EQ(one.code, 0) << one.err;
  const Json row = Json::parse(lines(one.out)[0]);
  EXPECT_TRUE(row["specificity"].is_null() && row["auroc"].is_null());
  EXPECT_TRUE(row["sensitivity"].is_number());
}

TEST_F(Mirtrons, WrongUseIsRefused) {
  const std::pair<std::string, const char*> cases[] = {
      {train("none", "--label-column mirtron --network x"), "--network is of the other family"},
      {fmt::format("stemloop model train {} --tsv {} --repeats 2", at("none"), at("labelled.tsv")),
       "--repeats is of the other family"},
      {train("none", ""), "there is no column 'label'"},
      {fmt::format("head -20 {0} > {1}; stemloop model train {2} --family mirtron --tsv {1} --label-column mirtron",
                   at("labelled.tsv"), at("few.tsv"), at("none")),
       "different sequences called mirtron are too few; 20 are wanted"},
      {classify("--premirna x " + kMirtrons), "--premirna is of --three-way"},
      {evaluate("small", "--bars x"), "--bars has no meaning for a model of mirtrons"},
      {evaluate("small", "--tsv x --split a --part test"), "--split has no meaning for a model of mirtrons"},
      {evaluate("small", "--positives " + kMirtrons), "--positives and --negatives are wanted together"},
      {evaluate("small", "--tsv " + at("labelled.tsv")), "there is no column 'label'"},
      {fmt::format("stemloop evaluate classifier --model {} --tsv {} --label-column mirtron",
                   STEMLOOP_MODELS "/premirna-modmirbase", at("labelled.tsv")),
       "--label-column is of models of mirtrons"},
      {fmt::format("stemloop classify --three-way -m {} {}", STEMLOOP_MODELS "/premirna-modmirbase", kMirtrons),
       "family 'premirna', not 'mirtron'"},
      {classify("--three-way --premirna " STEMLOOP_MODELS "/premirna-modmirbase " + kMirtrons), "models of the same energy"}};
  for (const auto& [line, words] : cases) {
    const Outcome r = shell(line);
    EXPECT_EQ(r.code, 1) << line;
    EXPECT_THAT(r.err, HasSubstr(words)) << line;
  }
  EXPECT_FALSE(fs::exists(at("none")));
}

TEST_F(Mirtrons, ListInfoVerify) {
  const Outcome r =
      shell(fmt::format("export STEMLOOP_MODELS={}; stemloop model list; stemloop model info small -t 1; "
                        "stemloop model verify small -t 1",
                        fs::path(at("x")).parent_path().string()));
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, AllOf(HasSubstr("small\tmirtron\t"), HasSubstr("family\tmirtron"), HasSubstr("calibration\t"),
                           HasSubstr("accuracy\twhole\t"), HasSubstr("mcc\tmasked\t"), HasSubstr("letter_"),
                           HasSubstr("every file is there")));
}

// The model that ships. mir-1227 and mir-1237, known mirtrons (Berezikov 2007), were not in its training data.
TEST(ShippedMirtron, KnowsTheExamples) {
  const auto column = [](const std::string& text, std::size_t k) {
    std::map<std::string, std::string> cells;
    for (const std::string& line : lines(text)) {
      const auto fields = split_fields(line, '\t');
      cells[std::string(fields[0])] = std::string(fields[k]);
    }
    return cells;
  };
  const Outcome known = shell(fmt::format("stemloop classify -q -t 1 -m {} {}", kShipped, kMirtrons));
  ASSERT_EQ(known.code, 0) << known.err;
  for (const auto& [id, label] : column(known.out, 1)) EXPECT_EQ(label, id == "id" ? "label" : "mirtron") << id;
  const Outcome others = shell(fmt::format("stemloop classify -q -t 1 -m {} {}", kShipped, kHairpins));
  int canonical = 0;
  for (const auto& [id, label] : column(others.out, 1)) canonical += label == "canonical" ? 1 : 0;
  EXPECT_GE(canonical, 25);
  EXPECT_EQ(column(others.out, 1)["hsa-let-7a-1"], "canonical");
  EXPECT_EQ(column(others.out, 1)["hsa-mir-21"], "canonical");
  EXPECT_EQ(shell(fmt::format("stemloop model verify {} -t 1", kShipped)).code, 0);
  double bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(kShipped)) bytes += static_cast<double>(entry.file_size());
  EXPECT_LE(bytes, 4e6);
}

TEST(ShippedMirtron, ThreeWay) {
  const Outcome r =
      shell(fmt::format("cat {} {} | stemloop classify -q -t 1 --three-way -m {} --premirna {}", kHairpins,
                        STEMLOOP_EXAMPLES "/others.fa", kShipped, STEMLOOP_MODELS "/premirna-modmirbase"));
  ASSERT_EQ(r.code, 0) << r.err;
  const auto table = lines(r.out);
  EXPECT_THAT(table[0], StartsWith("id\tlabel\tpremirna_probability\tmirtron_probability\toutside"));
  std::map<std::string, int> count;
  for (std::size_t i = 1; i < table.size(); ++i) ++count[std::string(split_fields(table[i], '\t')[1])];
  EXPECT_LE(count.size(), 3U);
  EXPECT_GE(count["canonical"], 20);
  EXPECT_GE(count["not a pre-miRNA"], 2);
}

}  // namespace
}  // namespace stemloop
