// Mirtron or canonical: what the trees see, the cross-validation, the model's directory, classify as a user runs it.
#include <gmock/gmock.h>

#include <cmath>
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
using testing::kExampleHairpins;
using testing::kExampleMirtrons;
using testing::Outcome;
using testing::shell;
namespace fs = std::filesystem;

const std::string kShipped = STEMLOOP_MODELS "/mirtron";

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> found;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) found.push_back(line);
  return found;
}

// Sequences of either class: a hairpin; of mirtrons the intron's ends lie at its base, canonical ones stand in flanks.
std::string made_up(int label, std::uint64_t i) {
  const std::string arm = testing::random_sequence(24, 0.5, 7, i), flanks = testing::random_sequence(24, 0.5, 8, i);
  std::string other(arm.rbegin(), arm.rend());
  for (char& letter : other) letter = letter == 'A' ? 'U' : letter == 'U' ? 'A' : letter == 'G' ? 'C' : 'G';
  const std::string hairpin = arm + "GAAUUCAUCGAC" + other;
  return label == 1 ? "GUGAGU" + hairpin + "UUUCCUUCUCUCCUUCCAG" : flanks.substr(0, 12) + hairpin + flanks.substr(12);
}

TEST(Mirtron, SitesAreScoredByTheirConsensus) {
  const std::string exon = "CAG", intron = "GUAAGUAAAAUUUUCUUUCCUUCUCAG";
  const std::string sequence = exon + intron + "G";
  const int begin = 3, end = 3 + static_cast<int>(intron.size());
  const auto acceptor = acceptor_near(sequence, end + 2);
  const auto donor = donor_near(sequence, begin + 4);
  ASSERT_TRUE(acceptor && donor);
  EXPECT_EQ(acceptor->at, end);
  EXPECT_EQ(donor->at, begin);
  EXPECT_GT(acceptor_score(sequence, end), 4);
  for (int at = 2; at < end; ++at) EXPECT_LT(acceptor_score(sequence, at), acceptor_score(sequence, end)) << at;
  EXPECT_GT(donor_score(sequence, begin), 5);
  // Letters beyond the ends say nothing: neither for nor against.
  EXPECT_EQ(donor_score("GU", 0), 0);
  EXPECT_EQ(acceptor_score("AG", 2), 0);
  EXPECT_FALSE(donor_near("AAAACCCC", 0));
  EXPECT_FALSE(acceptor_near("AAAACCCC", 8));
  EXPECT_FALSE(acceptor_near("", 0));
}

TEST(Mirtron, MeasuresHaveNamesAndValues) {
  const std::vector<Measure>& measures = mirtron_measures();
  std::set<std::string> names;
  for (const Measure& measure : measures) names.insert(measure.name);
  EXPECT_EQ(names.size(), measures.size());
  EXPECT_THAT(names, AllOf(::testing::Contains("acceptor_score"), ::testing::Contains("low_share"),
                           Not(::testing::Contains("wide_mfe"))));
  const CutModel cuts = CutModel::open(STEMLOOP_MODELS "/mirtron/cuts");
  SplicedFinder finder(cuts);
  const std::string sequence = made_up(1, 3);
  const auto found = finder.find(sequence);
  ASSERT_FALSE(found.empty());
  for (const auto& look : found[0].looks) EXPECT_EQ(look.size(), measures.size());
  const auto value = [&](const std::string& name) {
    const auto at = std::find_if(measures.begin(), measures.end(), [&](const Measure& m) { return m.name == name; });
    return found[0].looks[0][static_cast<std::size_t>(at - measures.begin())];
  };
  EXPECT_TRUE(value("end_AG") == 1 || std::isnan(value("end_AG")));  // missing where the cut lies far from the end
  EXPECT_GT(value("stem_pairs"), 15);
  EXPECT_TRUE(finder.find("").empty());
  EXPECT_TRUE(finder.find("AAAAAAAAAAAAAAAAAAAA").empty());
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
    EXPECT_THAT(r.err, AllOf(HasSubstr("30 mirtrons and 30 canonical"), HasSubstr("30 nt of flank, out of fold")));
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
    return shell(classify(kExampleMirtrons, "broken"));
  }
  static testing::TemporaryFolder* folder_;
};
testing::TemporaryFolder* Mirtrons::folder_ = nullptr;

TEST_F(Mirtrons, ReasonsSumToTheProbability) {
  const MirtronModel model = MirtronModel::open(at("small"));
  SplicedFinder finder(model.cuts());
  int right = 0;
  for (std::uint64_t i = 0; i < 20; ++i) {
    const int label = static_cast<int>(i % 2);
    const std::string sequence = made_up(label, i);
    const auto hairpins = finder.find(sequence);
    const std::string_view one[] = {sequence};
    const std::vector<SplicedHairpin>* found[] = {&hairpins};
    const MirtronCall call = model.judge(one, found).front();
    ASSERT_TRUE(call.hairpin);
    double sum = call.base;
    for (const MirtronReason& reason : call.reasons) sum += reason.log_odds;
    EXPECT_NEAR(1 / (1 + std::exp(-sum)), call.probability, 1e-4);
    right += call.label() == kMirtronClasses[label] ? 1 : 0;
    EXPECT_EQ(call.closest.name, fmt::format("made-up-{}", i));  // it was trained on
    EXPECT_EQ(call.closest.similarity, 1);
    EXPECT_TRUE(call.trained_on);
    EXPECT_EQ(call.against_others, 1);  // it was shown none
  }
  EXPECT_GE(right, 18);
  const std::vector<SplicedHairpin> none;
  const std::string_view one[] = {"GUG"};
  const std::vector<SplicedHairpin>* found[] = {&none};
  const MirtronCall call = model.judge(one, found).front();
  EXPECT_EQ(call.label(), kNoHairpin);
  EXPECT_EQ(call.probability, 0);
  EXPECT_FALSE(call.trained_on);
  EXPECT_TRUE(model.judge({}, {}).empty());
}

TEST_F(Mirtrons, EveryRecordComesOutOnceInEveryFormat) {
  const Outcome r = shell(classify(kExampleMirtrons));
  ASSERT_EQ(r.code, 0) << r.err;
  const auto table = lines(r.out);
  ASSERT_EQ(table.size(), 12U);
  EXPECT_THAT(table[0], StartsWith("id\tlabel\tprobability\tagainst_others\toutside\tlength\thairpin_start"));
  for (const std::string& line : table) EXPECT_EQ(split_fields(line, '\t').size(), split_fields(table[0], '\t').size());
  EXPECT_EQ(shell(fmt::format("stemloop classify -q -t 2 -m {} {}", at("small"), kExampleMirtrons)).out, r.out);
  const Outcome json = shell(classify("-q -f json " + kExampleMirtrons));
  const Json first = Json::parse(lines(json.out)[0]);
  EXPECT_TRUE(first["for"].is_array() && first["against"].is_array());
  EXPECT_TRUE(first["probability"].is_number());
  EXPECT_THAT(shell(classify("-q -f text " + kExampleMirtrons)).out,
              AllOf(HasSubstr("probability of a mirtron"), HasSubstr("closest known: made-up-")));
  const Outcome page =
      shell(classify(fmt::format("-q {} --explain hsa-mir-877 --page {}", kExampleMirtrons, at("page.svg"))));
  EXPECT_EQ(page.code, 0) << page.err;
  EXPECT_THAT(content(at("page.svg")), AllOf(HasSubstr("hsa-mir-877"), HasSubstr("from the 3' cut")));
}

TEST_F(Mirtrons, BadRecordsAreListed) {
  const std::string good = made_up(1, 1);
  const Outcome r = shell(classify(""), ">good\n" + good + "\n>flat\nAAAAAAAAAAAAAAAAAAAA\n>star\nGG*GG\n>dna\n" +
                                            good + "\n>five\n" + good + std::string(5, 'A') + made_up(0, 2) +
                                            made_up(0, 3) + made_up(1, 4) + made_up(0, 5) + "\n");
  EXPECT_EQ(r.code, 3);
  const auto table = lines(r.out);
  ASSERT_EQ(table.size(), 5U);
  EXPECT_THAT(r.err, AllOf(HasSubstr("'*'"), HasSubstr("5 records in, 4 out")));
  EXPECT_THAT(table[2], StartsWith("flat\tno hairpin\t0.0000"));
  for (const std::string& line : table) EXPECT_EQ(split_fields(line, '\t').size(), split_fields(table[0], '\t').size());
}

// Identical sequences stand in one fold: what is said of them out of fold is the same.
TEST_F(Mirtrons, SameSequencesAreLeftOutTogether) {
  std::string table = content(at("labelled.tsv"));
  table += fmt::format("again\t{}\t0\n", made_up(0, 4));
  write_bytes(at("twice.tsv"), table);
  const Outcome r =
      shell(fmt::format("stemloop model train {} --family mirtron --tsv {} -q -t 1 --label-column mirtron --rounds 8 "
                        "--boost-depth 3 --repeats 1 --calls {}",
                        at("twice"), at("twice.tsv"), at("twice_calls.tsv")));
  ASSERT_EQ(r.code, 0) << r.err;
  std::map<std::string, std::string> as_given;
  for (const std::string& line : lines(content(at("twice_calls.tsv")))) {
    const auto fields = split_fields(line, '\t');
    if (fields[3] == "as given") as_given[std::string(fields[0])] = std::string(fields[5]);
  }
  EXPECT_EQ(as_given.size(), 61U);
  EXPECT_EQ(as_given["again"], as_given["made-up-4"]);
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
      {with_broken(edit("\"format\": 2", "\"format\": 9")), "written by a newer stemloop"},
      {with_broken(edit("\"format\": 2", "\"format\": 1")),
       "format 1 judged sequences by their ends and is not read any more"},
      {with_broken(edit("\"length\"", "\"lengthy\"")), "is missing"},
      {with_broken(edit("\"acceptor_score\",", "\"acceptor\",")), "train it again"},
      {with_broken(edit("\"slope\"", "\"slop\"")), "'slope' of 'calibration' is missing"},
      {with_broken(edit("\"figures\"", "\"digits\"")), "'figures' is missing"},
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
  write_bytes(at("canonical.fa"), fasta[0]);
  const std::string records = fmt::format("--positives {} --negatives {} ", at("mirtrons.fa"), at("canonical.fa"));
  const Outcome r =
      shell(evaluate("small", records + fmt::format("--calls {} --curve {}", at("calls.tsv"), at("curve.tsv"))));
  EXPECT_EQ(r.code, 0);
  EXPECT_THAT(r.err, HasSubstr("20 of 100 records are among those the model was trained on"));
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
      {train("none", "--label-column mirtron --network x"), "--network has no meaning for model train mirtron"},
      {fmt::format("stemloop model train {} --tsv {} --repeats 2", at("none"), at("labelled.tsv")),
       "--repeats has no meaning for model train premirna"},
      {train("none", ""), "there is no column 'label'"},
      {fmt::format("head -12 {0} > {1}; stemloop model train {2} --family mirtron --tsv {1} --label-column mirtron",
                   at("labelled.tsv"), at("few.tsv"), at("none")),
       "different sequences called mirtron are too few; 10 are wanted"},
      {classify("--premirna x " + kExampleMirtrons), "--premirna has no meaning for"},
      {evaluate("small", "--bars x"), "--bars has no meaning for a model of mirtrons"},
      {evaluate("small", "--tsv x --split a --part test"), "--split has no meaning for a model of mirtrons"},
      {evaluate("small", "--positives " + kExampleMirtrons), "--positives and --negatives are wanted together"},
      {evaluate("small", "--tsv " + at("labelled.tsv")), "there is no column 'label'"},
      {fmt::format("stemloop evaluate classifier --model {} --tsv {} --label-column mirtron",
                   STEMLOOP_MODELS "/premirna-modmirbase", at("labelled.tsv")),
       "--label-column is of models of mirtrons"},
      {fmt::format("stemloop classify --three-way -m {} {}", STEMLOOP_MODELS "/premirna-modmirbase", kExampleMirtrons),
       "family 'premirna', not 'mirtron'"},
      {classify("--three-way " + kExampleMirtrons), "was not trained on introns and other RNAs"},
      {train("none", "--label-column mirtron --params turner2004"), "--params has no meaning for model train mirtron"},
      {fmt::format("stemloop classify --three-way --premirna {} {}", kShipped, kExampleMirtrons),
       "is no classifier of pre-miRNAs"},
      {fmt::format(
           "printf 'id\\tkind\\tgroup\\tweight\\tflank5\\tflank3\\tsequence\\nx\\tmirtron\\tg\\t1\\t9\\t9\\tGUGAG\\n' "
           "> {0}; stemloop model train {1} --family mirtron --tsv {0}",
           at("bad.tsv"), at("none")),
       "flanks of 9 and 9 letters"}};
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
                           HasSubstr("accuracy\tas given\t"), HasSubstr("mcc\t10 nt of flank\t"),
                           HasSubstr("others\tnot known"), HasSubstr("every file is there")));
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
  const Outcome known = shell(fmt::format("stemloop classify -q -t 1 -m {} {}", kShipped, kExampleMirtrons));
  ASSERT_EQ(known.code, 0) << known.err;
  int mirtrons = 0;
  for (const auto& [id, label] : column(known.out, 1)) mirtrons += label == "mirtron" ? 1 : 0;
  EXPECT_GE(mirtrons, 8);  // of 11
  const Outcome others = shell(fmt::format("stemloop classify -q -t 1 -m {} {}", kShipped, kExampleHairpins));
  int canonical = 0;
  for (const auto& [id, label] : column(others.out, 1)) canonical += label == "canonical" ? 1 : 0;
  EXPECT_GE(canonical, 25);
  EXPECT_EQ(column(others.out, 1)["hsa-let-7a-1"], "canonical");
  EXPECT_EQ(column(others.out, 1)["hsa-mir-21"], "canonical");
  EXPECT_EQ(shell(fmt::format("stemloop model verify {} -t 1", kShipped)).code, 0);
  double bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(kShipped)) {
    if (entry.is_regular_file()) bytes += static_cast<double>(entry.file_size());
  }
  EXPECT_LE(bytes, 4e6);
}

// Letters added at both ends leave the call and the probability nearly as they are.
TEST(ShippedMirtron, FlanksChangeLittle) {
  std::string fasta;
  std::size_t records = 0;
  for (const std::string& file : {kExampleMirtrons, kExampleHairpins}) {
    for (const std::string& line : lines(content(file))) {
      if (line.empty() || line[0] == '>' || line[0] == '(' || line[0] == '.') continue;
      ++records;
      for (const int flank : {0, 10, 30})
        fasta += fmt::format(">{}_{}\n{}{}{}\n", records, flank, testing::random_sequence(flank, 0.5, 21, records),
                             line, testing::random_sequence(flank, 0.5, 22, records));
    }
  }
  const Outcome r = shell(fmt::format("stemloop classify -q -t 2 -m {}", kShipped), fasta);
  ASSERT_EQ(r.code, 0) << r.err;
  const auto table = lines(r.out);
  ASSERT_EQ(table.size(), 1 + 3 * records);
  std::size_t same = 0;
  double change = 0;
  for (std::size_t i = 1; i < table.size(); ++i) {
    const auto fields = split_fields(table[i], '\t'), plain = split_fields(table[i - (i - 1) % 3], '\t');
    same += fields[1] == plain[1] ? 1 : 0;
    change += std::abs(std::stod(std::string(fields[2])) - std::stod(std::string(plain[2])));
  }
  EXPECT_GE(static_cast<double>(same), 0.9 * static_cast<double>(3 * records));
  EXPECT_LE(change / static_cast<double>(2 * records), 0.12);
}

TEST(ShippedMirtron, ThreeWay) {
  const std::string others = STEMLOOP_EXAMPLES "/others.fa";
  const Outcome r = shell(
      fmt::format("cat {} {} {} | stemloop classify -q -t 1 --three-way", kExampleMirtrons, kExampleHairpins, others));
  ASSERT_EQ(r.code, 0) << r.err;
  const auto table = lines(r.out);
  EXPECT_THAT(table[0], StartsWith("id\tlabel\tpremirna_probability\tmirtron_probability\tagainst_others\toutside"));
  std::map<std::string, int> count;
  for (std::size_t i = 1; i < table.size(); ++i) ++count[std::string(split_fields(table[i], '\t')[1])];
  int all = 0;
  for (const auto& [label, records] : count) {
    EXPECT_THAT(label, ::testing::AnyOf("canonical", "mirtron", "other", "no hairpin"));
    all += records;
  }
  EXPECT_EQ(all, static_cast<int>(table.size()) - 1);
  EXPECT_GE(count["mirtron"], 8);
  EXPECT_GE(count["canonical"], 20);
  EXPECT_GE(count["other"] + count["no hairpin"], 2);
}

}  // namespace
}  // namespace stemloop
