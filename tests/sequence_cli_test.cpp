// Generators and classifiers of sequences, as a user runs them: train, resume, generate, analyzers, and what goes
// wrong.
#include <gmock/gmock.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "data/data.h"
#include "shell.h"

namespace stemloop {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;
using testing::content;
using testing::Outcome;
using testing::shell;

// Hairpins of 64 letters, all different: 32 columns, so that no row has a pad and generators draw valid ones soon.
std::string hairpins(int count) {
  std::string fasta;
  for (int i = 0; i < count; ++i) {
    const std::string arm = testing::random_sequence(30, 0.6, 11, static_cast<std::uint64_t>(i));
    std::string other;
    for (auto c = arm.rbegin(); c != arm.rend(); ++c)
      other += *c == 'A' ? 'U' : *c == 'U' ? 'A' : *c == 'G' ? 'C' : 'G';
    fasta += fmt::format(">h{}\n{}GAAA{}\n", i, arm, other);
  }
  return fasta;
}

std::string random_fasta(int count) {
  std::string fasta;
  for (int i = 0; i < count; ++i)
    fasta += fmt::format(">r{}\n{}\n", i, testing::random_sequence(64, 0.4, 12, static_cast<std::uint64_t>(i)));
  return fasta;
}

class SequenceModels : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new testing::TemporaryFolder;
    write_bytes(at("real.fa"), hairpins(40));
    write_bytes(at("others.fa"), random_fasta(40));
    const Outcome r = shell(train("wgan", "wgan", "--epochs 12 --judge-every 6 --judged 40"));
    ASSERT_EQ(r.code, 0) << r.err;
  }
  static void TearDownTestSuite() { delete folder_; }
  static std::string at(const std::string& name) { return folder_->path(name); }
  static std::string train(const std::string& model, const std::string& run, const std::string& more,
                           const std::string& positives = "real.fa") {
    return fmt::format("stemloop train {} --positives {} --run {} --hidden 16 -t 1 {} {}", model, at(positives),
                       at(run), more.find("--batch") == std::string::npos ? "--batch 16" : "", more);
  }
  static Outcome generate(const std::string& more) {
    return shell(fmt::format("stemloop generate --model {} -t 1 {}", at("wgan/model"), more));
  }
  static testing::TemporaryFolder* folder_;
};
testing::TemporaryFolder* SequenceModels::folder_ = nullptr;

TEST_F(SequenceModels, RunHoldsWhatItTakesToRepeatIt) {
  const Json run = Json::parse(content(at("wgan/run.json")));
  EXPECT_EQ(run["options"]["model"], "wgan");
  EXPECT_EQ(run["network"]["layout"], "columns");
  EXPECT_EQ(run["data"]["train"], 40);
  EXPECT_THAT(content(at("wgan/losses.svg")), HasSubstr("one_hairpin"));
  const Json config = Json::parse(content(at("wgan/model/config.json")));
  EXPECT_EQ(config["family"], "gan");
  EXPECT_TRUE(config["training"]["metrics"]["valid"].contains("jsd4"));
}

TEST_F(SequenceModels, ModelCommandsKnowTheFamily) {
  const Outcome r = shell(fmt::format("stemloop model info {0} && stemloop model verify {0}", at("wgan/model")));
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, AllOf(HasSubstr("family\tgan"), HasSubstr("\"fitted\":true"), HasSubstr("every file is there")));
}

TEST_F(SequenceModels, GenerateGivesWhatIsAskedForOrSaysWhyNot) {
  const Outcome r = generate("-n 30 --unique --tries 1000 --left-out " + at("left.tsv"));
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(std::count(r.out.begin(), r.out.end(), '>'), 30);
  EXPECT_THAT(content(at("left.tsv")), HasSubstr("draw\tsequence\treason\n"));
  EXPECT_EQ(generate("-n 30 --unique --tries 1000").out, r.out);
  const Outcome none = generate("-n 5 --min-length 1000 --tries 10");
  EXPECT_EQ(none.code, 1);
  EXPECT_THAT(none.err, AllOf(HasSubstr("only 0 of 5 sequences after 50 draws"), HasSubstr("by length")));
  const Outcome one = generate("-n 10 --filter single-hairpin --tries 1000");
  ASSERT_EQ(one.code, 0) << one.err;
  EXPECT_THAT(one.out, Not(HasSubstr("hairpins=2")));
}

TEST_F(SequenceModels, KnownSequencesAreKeptAway) {
  const Outcome r = generate("-n 20 --tries 1000");
  write_bytes(at("known.fa"), r.out);
  const Outcome novel = generate("-n 20 --tries 1000 --novel-against " + at("known.fa"));
  ASSERT_EQ(novel.code, 0) << novel.err;
  std::istringstream in(r.out);
  for (std::string line; std::getline(in, line);) {
    if (line[0] == '>' || line[0] == '.' || line[0] == '(') continue;
    EXPECT_THAT(novel.out, Not(HasSubstr(line + "\n")));
  }
}

TEST_F(SequenceModels, SelectorKeepsDrawsThatAreLikeTheRealOnes) {
  std::filesystem::copy(at("wgan/model"), at("selected"));
  const Outcome plain = generate("-n 10 --tries 1000");
  const Outcome fitted = shell(fmt::format("stemloop model select {} --positives {}", at("selected"), at("real.fa")));
  ASSERT_EQ(fitted.code, 0) << fitted.err;
  EXPECT_THAT(fitted.err, AllOf(HasSubstr("selector.json: keeps "), HasSubstr("40 records in, 40 out")));
  const auto selected = [](const std::string& more) {
    return shell(fmt::format("stemloop generate --model {} -t 1 -n 10 --tries 1000 {}", at("selected"), more));
  };
  const Outcome kept = selected("--left-out " + at("unlike.tsv"));
  ASSERT_EQ(kept.code, 0) << kept.err;
  EXPECT_EQ(std::count(kept.out.begin(), kept.out.end(), '>'), 10);
  EXPECT_THAT(content(at("unlike.tsv")), HasSubstr("left out by the selector"));
  EXPECT_EQ(selected("").out, kept.out);
  EXPECT_EQ(selected("--no-selector").out, plain.out);
  EXPECT_THAT(shell("stemloop model info " + at("selected")).out, HasSubstr("selector.json, of sequences folded with"));
  EXPECT_THAT(shell(fmt::format("stemloop model select {} --positives {} --negatives {}", at("selected"), at("real.fa"),
                                at("others.fa")))
                  .err,
              HasSubstr("--negatives has no meaning for model select"));
  // Draws may come in a file, of which a letter that is none is refused.
  const Outcome from_file = shell(fmt::format("stemloop model select {} --positives {} --drawn {}", at("selected"),
                                              at("real.fa"), at("others.fa")));
  EXPECT_EQ(from_file.code, 0) << from_file.err;
  write_bytes(at("odd.fa"), ">a\nACGUN\n");
  EXPECT_THAT(shell(fmt::format("stemloop model select {} --positives {} --drawn {}", at("selected"), at("real.fa"),
                                at("odd.fa")))
                  .err,
              HasSubstr("odd.fa:1: a draw has letters A, C, G and U alone"));
  write_bytes(at("selected/selector.json"), content(at("selected/selector.json")).substr(0, 100));
  for (const char* command : {"generate -n 1 --model", "model verify"}) {
    const Outcome r = shell(fmt::format("stemloop {} {}", command, at("selected")));
    EXPECT_EQ(r.code, 1);
    EXPECT_THAT(r.err, HasSubstr("selector.json: is no selector of this program"));
  }
  EXPECT_THAT(shell("stemloop model select premirna --positives " + at("real.fa")).err,
              HasSubstr("draws of others come in a file (--drawn)"));
}

TEST_F(SequenceModels, OptionsOfTheOtherKindAreRefused) {
  EXPECT_THAT(generate("--sheet x.png").err, HasSubstr("--sheet has no meaning for"));
  EXPECT_THAT(generate("--filter as-drawn").err, HasSubstr("--filter as-drawn has no meaning for"));
  EXPECT_THAT(shell(train("wgan", "x", "--beta 1")).err, HasSubstr("--beta has no meaning for wgan"));
  EXPECT_THAT(shell(train("wgan", "x", "--analyzer structure")).err, HasSubstr("--analyzer has no meaning for wgan"));
  EXPECT_THAT(shell(train("wgan", "x", "--negatives " + at("others.fa"))).err, HasSubstr("--negatives has no meaning"));
  EXPECT_THAT(shell(train("wgan", "x", "--layout strand --refold 0.5")).err,
              HasSubstr("only rows of the columns layout"));
  EXPECT_THAT(shell(train("cnn", "x", "--refold 0.5")).err, HasSubstr("--refold has no meaning for cnn"));
  EXPECT_THAT(shell(train("cnn", "x", "--average 0.9")).err, HasSubstr("--average has no meaning for cnn"));
}

// A generator that has learned from the records that are to be judged has seen what its draws would be tested on.
TEST_F(SequenceModels, AugmentationByAGeneratorOfTheSameRecordsIsRefused) {
  const Outcome r =
      shell(fmt::format("stemloop model train {} --family mirtron --positives {} --negatives {} -t 1 --augment {}",
                        at("judge"), at("real.fa"), at("others.fa"), at("wgan/model")));
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("this generator has learned from these records"));
  EXPECT_FALSE(std::filesystem::exists(at("judge")));
}

TEST_F(SequenceModels, BadInputIsNamed) {
  EXPECT_THAT(shell(train("wgan", "few", "--batch 64")).err,
              HasSubstr("40 training records are fewer than one batch of 64"));
  EXPECT_THAT(shell(train("cnn", "one", "")).err, HasSubstr("of class 0; both classes are wanted"));
  write_bytes(at("empty.fa"), "");
  EXPECT_NE(shell(train("wgan", "empty", "", "empty.fa")).code, 0);
  write_bytes(at("long.fa"), content(at("real.fa")) + ">long\n" + std::string(122, 'A') + "\n>odd\nACGNACG\n");
  const Outcome r = shell(train("wgan", "long", "--layout strand --epochs 1", "long.fa"));
  EXPECT_EQ(r.code, 3);
  EXPECT_THAT(r.err, AllOf(HasSubstr("long: 122 places are more than the 121 of the network"),
                           HasSubstr("'N' at position 4"), HasSubstr("42 records in, 40 out, 2 rejected")));
  EXPECT_THAT(shell(train("wgan", "wgan", "")).err, HasSubstr("holds a run already"));
}

TEST_F(SequenceModels, RunsOfOtherModelsAreNotMixedUp) {
  const Outcome diva = shell("stemloop embed " + at("real.fa") + " -o " + at("z.tsv") + " --model " + at("wgan/model"));
  EXPECT_EQ(diva.code, 1);
  EXPECT_THAT(diva.err, HasSubstr("family 'gan', not 'diva'"));
  const Outcome cnn = shell(train("fbgan", "mixed", "--epochs 1 --analyzer " + at("wgan/model")));
  EXPECT_EQ(cnn.code, 1);
  EXPECT_THAT(cnn.err, HasSubstr("family 'gan', not 'cnn'"));
}

TEST_F(SequenceModels, InterruptedTrainingGoesOn) {
  std::string command = train("wgan", "stopped", "--epochs 100000");
  command.replace(0, std::string("stemloop").size(),
                  std::string("timeout -s TERM --preserve-status 3 ") + STEMLOOP_PROGRAM);
  const Outcome stopped = shell(command);
  EXPECT_EQ(stopped.code, 1) << stopped.err;
  EXPECT_THAT(stopped.err, HasSubstr("go on with: stemloop train --resume"));
  // The same data are asked for again.
  write_bytes(at("real.fa.kept"), content(at("real.fa")));
  write_bytes(at("real.fa"), hairpins(39));
  EXPECT_THAT(shell("stemloop train --resume " + at("stopped")).err, HasSubstr("the data have changed"));
  write_bytes(at("real.fa"), content(at("real.fa.kept")));
}

TEST_F(SequenceModels, CnnLearnsAndScoresForFbgan) {
  const Outcome cnn = shell(train("cnn", "cnn", "--epochs 20 --rate 1e-3 --negatives " + at("others.fa")));
  ASSERT_EQ(cnn.code, 0) << cnn.err;
  const Json config = Json::parse(content(at("cnn/model/config.json")));
  EXPECT_EQ(config["family"], "cnn");
  EXPECT_GE(config["training"]["metrics"]["valid"]["accuracy"].get<double>(), 0.5);
  for (const char* analyzer : {"structure", "cnn/model"}) {
    const std::string name = analyzer == std::string("structure") ? analyzer : at(analyzer);
    const Outcome r = shell(train("fbgan", fmt::format("fb_{}", analyzer[0]), "--epochs 2 --analyzer " + name));
    EXPECT_EQ(r.code, 0) << r.err;
  }
}

TEST_F(SequenceModels, ProgramsThatAnalyzeAreHeldToTheirContract) {
  write_bytes(at("good.sh"), "awk '/^>/{print substr($1,2) \"\\t0.99\"}'\n");
  const auto with = [&](const std::string& command, const std::string& run) {
    return shell(train("fbgan", run, "--epochs 3 --analyzer-seconds 2 --analyzer 'program:" + command + "'"));
  };
  const Outcome good = with("sh " + at("good.sh"), "program_good");
  EXPECT_EQ(good.code, 0) << good.err;
  const std::pair<const char*, const char*> kBad[] = {
      {"/no/such/program", "there is no such program"},
      {"cat > /dev/null; exit 7", "ended with exit code 7"},
      {"cat > /dev/null; kill -SEGV $$", "ended by signal 11"},
      {"sleep 60", "no answer within 2 s"},
      {"cat > /dev/null; echo nonsense", "is not id<TAB>score"},
      {"cat > /dev/null; printf \"1\\tgood\\n\"", "'good' is not a number"},
      {"cat > /dev/null; printf \"1\\t7\\n\"", "score 7 is not between 0 and 1"},
      {"cat > /dev/null", "0 scores for"},
  };
  int number = 0;
  for (const auto& [command, said] : kBad) {
    const Outcome r = with(command, fmt::format("program_bad_{}", number++));
    EXPECT_EQ(r.code, 1) << command << r.err;
    EXPECT_THAT(r.err, HasSubstr(said)) << command;
  }
}

TEST_F(SequenceModels, SmoteAndQualityRunOnAnyFasta) {
  const Outcome smote = shell("stemloop smote " + at("real.fa") + " -n 20 --unique -o " + at("more.fa"));
  ASSERT_EQ(smote.code, 0) << smote.err;
  EXPECT_EQ(testing::content(at("more.fa")).substr(0, 1), ">");
  const Outcome quality =
      shell(fmt::format("stemloop quality {} {} --plot {}", at("real.fa"), at("more.fa"), at("q.svg")));
  ASSERT_EQ(quality.code, 0) << quality.err;
  EXPECT_THAT(quality.out, AllOf(HasSubstr("jsd3"), HasSubstr("markov_3"), HasSubstr("more.fa")));
  EXPECT_THAT(content(at("q.svg")), HasSubstr("<svg"));
  EXPECT_THAT(shell("stemloop smote " + at("real.fa") + " -n 5 -k 40").err, HasSubstr("k"));
  EXPECT_EQ(shell("stemloop smote " + at("real.fa") + " -n 5 -k 40").code, 1);
  write_bytes(at("single.fa"), ">a\nGGGGAAAACCCC\n");
  EXPECT_EQ(shell("stemloop smote " + at("single.fa") + " -n 5").code, 1);
  write_bytes(at("none.fa"), "");
  EXPECT_EQ(shell("stemloop smote " + at("none.fa") + " -n 5").code, 1);
}

}  // namespace
}  // namespace stemloop
