// classify, describe and model on a network trained here, as a user runs them.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "data/data.h"
#include "shell.h"

namespace stemloop {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Json = nlohmann::json;
using testing::content;
using testing::kExampleHairpins;
using testing::Outcome;
using testing::shell;

namespace fs = std::filesystem;

// A tiny network and a classifier on it: what is tested here is the way, not the figures.
class Classifiers : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new testing::TemporaryFolder;
    write_bytes(at("labelled.tsv"), testing::labelled_table());
    Outcome r = shell(fmt::format(
        "stemloop train diva --tsv {} --split part --run {} --epochs 2 --width 16 --decoder-width 16 --batch 16 -t 1",
        at("labelled.tsv"), at("run")));
    ASSERT_EQ(r.code, 0) << r.err;
    r = shell(train("small", "--split part"));
    ASSERT_EQ(r.code, 0) << r.err;
  }
  static void TearDownTestSuite() { delete folder_; }
  static std::string at(const std::string& name) { return folder_->path(name); }
  static std::string train(const std::string& name, const std::string& more) {
    return fmt::format("stemloop model train {} --network {} --tsv {} --rounds 20 -t 1 {}", at(name), at("run/model"),
                       at("labelled.tsv"), more);
  }
  static std::vector<std::string> lines(const std::string& text) {
    std::vector<std::string> found;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) found.push_back(line);
    return found;
  }
  // Runs classify with a changed copy of the model.
  template <class Change>
  static Outcome with_broken(Change change) {
    fs::remove_all(at("broken"));
    fs::copy(at("small"), at("broken"), fs::copy_options::recursive);
    change(at("broken"));
    return shell(fmt::format("stemloop classify {} -t 1 -m {}", kExampleHairpins, at("broken")));
  }
  static testing::TemporaryFolder* folder_;
};
testing::TemporaryFolder* Classifiers::folder_ = nullptr;

TEST_F(Classifiers, EveryRecordComesOutOnce) {
  const Outcome r = shell(fmt::format("stemloop classify {} -t 2 -m {}", kExampleHairpins, at("small")));
  ASSERT_EQ(r.code, 0) << r.err;
  const auto table = lines(r.out);
  EXPECT_EQ(table.size(), 27U);
  EXPECT_THAT(table[0], StartsWith("id\tlabel\tprobability\ttree_label"));
  EXPECT_THAT(table[1], StartsWith("hsa-let-7a-1\t"));
  EXPECT_EQ(split_fields(table[1], '\t').size(), split_fields(table[0], '\t').size());
  // Batches and threads change nothing.
  EXPECT_EQ(shell(fmt::format("stemloop classify {} -t 1 -m {}", kExampleHairpins, at("small"))).out, r.out);
}

TEST_F(Classifiers, JsonTellsPathAndParts) {
  const Outcome r = shell(fmt::format("stemloop classify {} -q -t 1 -f json -m {}", kExampleHairpins, at("small")));
  ASSERT_EQ(r.code, 0) << r.err;
  const Json first = Json::parse(lines(r.out)[0]);
  EXPECT_EQ(first["id"], "hsa-let-7a-1");
  EXPECT_TRUE(first["parts"]["booster"].is_number());
  EXPECT_GE(first["probability"].get<double>(), 0);
  EXPECT_LE(first["probability"].get<double>(), 1);
  for (const Json& step : first["tree"]["path"]) EXPECT_TRUE(step["answer"].is_boolean());
}

TEST_F(Classifiers, BadRecordsAreListedAndToldApart) {
  const Outcome r = shell(fmt::format("stemloop classify -t 1 -m {}", at("small")),
                          ">good\nGGGGGAAAACCCCC\n>flat\nAAAAAAAAAAAA\n>star\nGG*GG\n>two\n"
                          "GGGGGAAAACCCCCAAGGGGGAAAACCCCC\n");
  EXPECT_EQ(r.code, 3);
  EXPECT_EQ(lines(r.out).size(), 3U);
  EXPECT_THAT(r.err, AllOf(HasSubstr("stdin:3: record 'flat'"), HasSubstr("no hairpin loop"), HasSubstr("'*'"),
                           HasSubstr("4 records in, 2 out, 2 rejected")));
  EXPECT_THAT(r.out, HasSubstr("2 hairpins, the one nearest the middle is judged"));
  EXPECT_THAT(r.out, HasSubstr("nucleotides is 14, training hairpins have"));
}

TEST_F(Classifiers, LongHairpinsGetANote) {
  std::string arm(130, 'G'), back(130, 'C');
  const Outcome r =
      shell(fmt::format("stemloop classify -t 1 -m {}", at("small")), ">long\n" + arm + "AAAA" + back + "\n");
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, HasSubstr("columns, the picture shows the 100 nearest the loop"));
}

TEST_F(Classifiers, ExplanationIsAPicture) {
  const std::string page = at("page.svg");
  Outcome r = shell(fmt::format("stemloop classify {} -q -t 1 -m {} --explain hsa-mir-21 --page {}", kExampleHairpins,
                                at("small"), page));
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(content(page), AllOf(HasSubstr("<svg"), HasSubstr("hsa-mir-21"), HasSubstr("so the tree says")));
  r = shell(fmt::format("stemloop classify {} -q -t 1 -m {} --explain nobody --page {}", kExampleHairpins, at("small"),
                        page));
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("no record 'nobody'"));
}

TEST_F(Classifiers, DamagedModelsAreNamed) {
  const auto resize = [](const std::string& file) {
    return [file](const std::string& model) { fs::resize_file(model + file, fs::file_size(model + file) / 2); };
  };
  const auto edit = [](const std::string& file, const std::string& from, const std::string& to) {
    return [=](const std::string& model) {
      std::string text = content(model + file);
      text.replace(text.find(from), from.size(), to);
      write_bytes(model + file, text);
    };
  };
  const std::pair<Outcome, const char*> cases[] = {
      {shell(fmt::format("stemloop classify {} -m /nowhere/model", kExampleHairpins)),
       "/nowhere/model: is no model directory"},
      {with_broken(resize("/booster.ubj")), "booster.ubj: its MD5 is"},
      {with_broken(resize("/tree.json")), "tree.json: its MD5 is"},
      {with_broken(resize("/space.safetensors")), "space.safetensors: its MD5 is"},
      {with_broken(resize("/network/model.safetensors")), "model.safetensors: its MD5 is"},
      {with_broken(resize("/config.json")), "config.json: is no JSON object"},
      {with_broken([](const std::string& m) { fs::remove(m + "/booster.ubj"); }), "booster.ubj"},
      {with_broken([](const std::string& m) { fs::remove_all(m + "/network"); }), "network: is no model directory"},
      {with_broken(edit("/config.json", "\"format\": 1", "\"format\": 9")), "written by a newer stemloop"},
      {with_broken(edit("/config.json", "\"family\": \"premirna\"", "\"family\": \"other\"")),
       "family 'other', no classifier"},
      {with_broken(edit("/config.json", "\"blend\"", "\"bland\"")), "'booster' is missing"}};
  for (const auto& [r, words] : cases) {
    EXPECT_EQ(r.code, 1) << words;
    EXPECT_EQ(r.out, "");
    EXPECT_THAT(r.err, HasSubstr(words));
  }
  const Outcome r = shell(fmt::format("stemloop classify {} -m {}", kExampleHairpins, at("run/model")));
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("family 'diva', no classifier"));
}

TEST_F(Classifiers, TrainingRefusesWhatCannotBeLearned) {
  write_bytes(
      at("one.tsv"), "sequence\tlabel\n" + [] {
        std::string text;
        for (std::uint64_t i = 0; i < 60; ++i) text += testing::random_sequence(70, 0.5, 9, i) + "\t1\n";
        return text;
      }());
  write_bytes(at("few.tsv"), "sequence\tlabel\nGGGGGAAAACCCCC\t1\nGGGGGAAAAUCCCC\t0\n");
  write_bytes(at("labels.tsv"), "sequence\tlabel\nGGGGGAAAACCCCC\t1\nGGGGGAAAAUCCCC\tmaybe\n");
  const auto train_on = [&](const std::string& table) {
    return shell(
        fmt::format("stemloop model train {} --network {} --tsv {} -t 1", at("none"), at("run/model"), at(table)));
  };
  const std::pair<const char*, const char*> cases[] = {
      {"one.tsv", "of class 0; both classes are wanted"},
      {"few.tsv", "2 records to learn from are too few; 10 are wanted"},
      {"labels.tsv", "labels.tsv:3: label 'maybe' is neither 0 nor 1"}};
  for (const auto& [table, words] : cases) {
    const Outcome r = train_on(table);
    EXPECT_EQ(r.code, 1) << table;
    EXPECT_THAT(r.err, HasSubstr(words));
    EXPECT_FALSE(fs::exists(at("none"))) << table << " left half a model";
  }
}

TEST_F(Classifiers, OptionsOfNoUseAreRefused) {
  const std::string small = at("small");
  const std::pair<std::string, const char*> cases[] = {
      {"model verify " + small + " --rounds 3", "--rounds has no meaning for model verify; it is for train premirna"},
      {"model info " + small + " --tsv " + at("labelled.tsv"),
       "--tsv has no meaning for model info; it is for train premirna"},
      {"model verify " + small + " --plot " + at("tree.svg"), "--plot has no meaning for model verify; it is for info"},
      {"model list --params turner2004", "--params has no meaning for model list"},
      {"model list " + small, "model list lists all models; leave out"},
      {"model train " + at("none") + " -o " + at("x.txt"), "--output has no meaning for model train premirna"}};
  for (const auto& [line, words] : cases) {
    const Outcome r = shell("stemloop " + line);
    EXPECT_EQ(r.code, 1) << line;
    EXPECT_EQ(r.out, "");
    EXPECT_THAT(r.err, HasSubstr(words));
  }
  // A classifier could not remember these.
  for (const char* option : {"-T 30", "-d 0", "--no-lp"}) EXPECT_EQ(shell(train("none", option)).code, 2) << option;
  EXPECT_FALSE(fs::exists(at("none")));
}

TEST_F(Classifiers, OtherFoldingIsWarnedOf) {
  for (const char* option : {"-T 30", "-d 0", "--no-lp", "--params turner2004-vienna2.1"}) {
    const Outcome r = shell(fmt::format("stemloop classify {} -t 1 -m {} {}", kExampleHairpins, at("small"), option));
    EXPECT_EQ(r.code, 0) << r.err;
    EXPECT_THAT(r.err, HasSubstr("the model knows hairpins folded with turner2004 at 37 C, dangles 2")) << option;
  }
  const Outcome r = shell(fmt::format("stemloop classify {} -t 1 -m {} -T 37 -d 2", kExampleHairpins, at("small")));
  EXPECT_THAT(r.err, ::testing::Not(HasSubstr("the model knows")));
}

TEST_F(Classifiers, StructureWithoutAnEnergySaysWhy) {
  const std::string line = fmt::format("stemloop classify -q -t 1 -m {}", at("small"));
  const Outcome r = shell(line, ">pair\nGGAGGAAAACCCCC\n(((((....)))))\n>good\nGGGGGAAAACCCCC\n(((((....)))))\n");
  ASSERT_EQ(r.code, 0) << r.err;
  const auto table = lines(r.out);
  ASSERT_EQ(table.size(), 3U);
  const auto header = split_fields(table[0], '\t');
  const auto energy = static_cast<std::size_t>(std::find(header.begin(), header.end(), "energy") - header.begin());
  EXPECT_EQ(split_fields(table[1], '\t')[energy], "");
  EXPECT_THAT(table[1],
              HasSubstr("the structure has no energy: positions 3 and 12 are paired but A and C cannot pair"));
  EXPECT_NE(split_fields(table[2], '\t')[energy], "");
  EXPECT_THAT(table[2], ::testing::Not(HasSubstr("no energy")));
}

TEST_F(Classifiers, AllReasonsOfStrangenessAreTold) {
  fs::remove_all(at("strict"));
  fs::copy(at("small"), at("strict"), fs::copy_options::recursive);
  Json config = Json::parse(content(at("strict/config.json")));
  config["outside"]["latent_distance"] = -1;
  write_bytes(at("strict/config.json"), config.dump());
  const Outcome r =
      shell(fmt::format("stemloop classify -q -t 1 -f text -m {}", at("strict")), ">short\nGGGGGAAAACCCCC\n");
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, AllOf(HasSubstr("nucleotides is 14, training hairpins have"), HasSubstr("(up to -1.00)")));
}

TEST_F(Classifiers, ListInfoVerifyEvaluate) {
  Outcome r =
      shell(fmt::format("export STEMLOOP_MODELS={}; stemloop model list; stemloop model info small -t 1 --plot {}; "
                        "stemloop model verify small -t 1",
                        fs::path(at("x")).parent_path().string(), at("tree.svg")));
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out,
              AllOf(HasSubstr("small\tpremirna\t"), HasSubstr("family\tpremirna"), HasSubstr("every file is there")));
  EXPECT_THAT(content(at("tree.svg")), AllOf(HasSubstr("<svg"), HasSubstr("hairpins, "), HasSubstr(">yes<")));
  r = shell(fmt::format("stemloop evaluate classifier -t 1 --model {} --tsv {} --calls {} --curve {}", at("small"),
                        at("labelled.tsv"), at("calls.tsv"), at("curve.tsv")));
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, AllOf(HasSubstr("auprc\tece"), HasSubstr("blend\t78\t60"), HasSubstr("\ntree\t")));
  EXPECT_EQ(lines(content(at("calls.tsv"))).size(), 139U);
  EXPECT_EQ(lines(content(at("curve.tsv"))).size(), 16U);
  // Commands that want a network take a classifier's.
  r = shell(fmt::format("stemloop embed {} -q -t 1 --model {}", kExampleHairpins, at("small")));
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(lines(r.out).size(), 27U);
}

TEST_F(Classifiers, DescribeFromModelEqualsDescribeFromFiles) {
  const Outcome direct =
      shell(fmt::format("stemloop describe --model {} --tsv {} {} --json {}", at("run/model"), at("labelled.tsv"),
                        "--holdout 0 --resamples 2 -q -t 1 --thresholds auto", at("tree.json")));
  ASSERT_EQ(direct.code, 0) << direct.err;
  EXPECT_THAT(direct.out, AllOf(HasSubstr("too good to be true"), HasSubstr("best single rule")));
  EXPECT_TRUE(Json::parse(content(at("tree.json"))).contains("nodes"));
  // The same latents and the 20 features, as tables.
  const Outcome files = shell(fmt::format(
      "stemloop embed --tsv {0} --model {1} -q -t 1 -o {2} && awk -F'\\t' 'NR>1{{print \">\" $1; print $2}}' {0} | "
      "stemloop features -q > {3} && stemloop describe --latents {2} --features {3} --holdout 0.4 -q -t 1 --dot {4} "
      "--plot {5} --report {6}",
      at("labelled.tsv"), at("run/model"), at("lat.safetensors"), at("features.tsv"), at("t.dot"), at("t.svg"),
      at("t.json")));
  ASSERT_EQ(files.code, 0) << files.err;
  EXPECT_THAT(content(at("t.dot")), HasSubstr("digraph"));
  EXPECT_THAT(content(at("t.svg")), HasSubstr("<svg"));
  EXPECT_TRUE(Json::parse(content(at("t.json")))["unseen"].get<bool>());
  // Features of other records.
  const Outcome other = shell(fmt::format("head -5 {} > {}; stemloop describe --latents {} --features {}",
                                          at("features.tsv"), at("five.tsv"), at("lat.safetensors"), at("five.tsv")));
  EXPECT_EQ(other.code, 1);
  EXPECT_THAT(other.err, HasSubstr("has no line for"));
  const Outcome shorter = shell(fmt::format("cut -f 2- {} > {}; stemloop describe --latents {} --features {}",
                                            at("five.tsv"), at("noid.tsv"), at("lat.safetensors"), at("noid.tsv")));
  EXPECT_EQ(shorter.code, 1);
  EXPECT_THAT(shorter.err, HasSubstr("has no column 'id'"));
  // Records from two places, of which one would be passed over.
  const std::string both =
      fmt::format("stemloop describe --latents {} --features {}", at("lat.safetensors"), at("features.tsv"));
  const Outcome two = shell(fmt::format("{} --tsv {}", both, at("labelled.tsv")));
  EXPECT_EQ(two.code, 1);
  EXPECT_THAT(two.err, HasSubstr("--latents and --features bring their records with them"));
  // The labels as a feature make a tree that is right and says nothing.
  const std::string spoilt = fmt::format(
      "awk -F'\\t' -v OFS='\\t' 'NR==1{{print $0, \"class_name\"; next}} {{print $0, $1 ~ /^random/ ? \"none\" : "
      "\"mirna\"}}' {} > {}; stemloop describe --latents {} --features {} -q -t 1 --resamples 0",
      at("features.tsv"), at("spoilt.tsv"), at("lat.safetensors"), at("spoilt.tsv"));
  const Outcome perfect = shell(spoilt);
  EXPECT_EQ(perfect.code, 1);
  EXPECT_THAT(perfect.err, AllOf(HasSubstr("spoilt.tsv: column 'class_name' repeats the labels"),
                                 HasSubstr("--without class_name")));
  const Outcome without = shell(spoilt + " --without class_name");
  EXPECT_EQ(without.code, 0) << without.err;
}

}  // namespace
}  // namespace stemloop
