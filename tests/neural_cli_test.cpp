// Commands with a network, as a user runs them: training, resuming, several processes, and use of what was trained.
#include <gmock/gmock.h>

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
using testing::kExampleHairpins;
using testing::labelled_table;
using testing::Outcome;
using testing::shell;

constexpr const char* kSmall = "--width 16 --decoder-width 16 --batch 16 -t 1";

class Trained : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new testing::TemporaryFolder;
    write_bytes(folder_->path("labelled.tsv"), labelled_table());
    const Outcome r = shell(train("run", "--epochs 2 --split part"));
    ASSERT_EQ(r.code, 0) << r.err;
  }
  static void TearDownTestSuite() { delete folder_; }
  static std::string at(const std::string& name) { return folder_->path(name); }
  static std::string train(const std::string& run, const std::string& more) {
    return fmt::format("stemloop train diva --tsv {} --run {} {} {}", at("labelled.tsv"), at(run), kSmall, more);
  }
  static std::string with_model(const std::string& command) {
    return fmt::format("stemloop {} -t 1 --model {}", command, at("run/model"));
  }
  // Trains until the run has written another step, then stops. The shell's function is no process of its own: the
  // program is named for the signal to reach it.
  static Outcome stop_after_a_step(const std::string& run, const std::string& command) {
    return shell(fmt::format(
        "steps() {{ cat {}/metrics.jsonl 2>/dev/null | grep -c '\"kind\":\"step\"'; }}; before=$(steps); \"{}\" {} & "
        "P=$!; "
        "while kill -0 $P 2>/dev/null && [ $(steps) -le $before ]; do sleep 0.1; done; kill -TERM $P; wait $P",
        at(run), STEMLOOP_PROGRAM, command));
  }
  // The losses of the first steps of a run.
  static std::vector<double> losses(const std::string& run) {
    std::vector<double> values;
    std::istringstream in(content(at(run) + "/metrics.jsonl"));
    for (std::string line; std::getline(in, line);) {
      const Json json = Json::parse(line);
      if (json["kind"] == "step") values.push_back(json["loss"].get<double>());
    }
    return values;
  }
  static testing::TemporaryFolder* folder_;
};
testing::TemporaryFolder* Trained::folder_ = nullptr;

TEST_F(Trained, RunDirectoryHoldsEverything) {
  const Json run = Json::parse(content(at("run/run.json")));
  EXPECT_THAT(run["command"].dump(), HasSubstr("--epochs"));
  EXPECT_EQ(run["data"]["md5"].get<std::string>().size(), 32U);
  EXPECT_THAT(run["neural"].get<std::string>(), HasSubstr("libtorch"));
  EXPECT_EQ(run["options"]["seed"], 1);
  std::istringstream in(content(at("run/metrics.jsonl")));
  int epochs = 0;
  for (std::string line; std::getline(in, line);) {
    const Json json = Json::parse(line);
    if (json["kind"] != "epoch") continue;
    ++epochs;
    EXPECT_GT(json["valid"]["mae_nucleotide"], 0);
    EXPECT_GT(json["train"]["kl_m"], 0);
  }
  EXPECT_EQ(epochs, 2);
  EXPECT_THAT(content(at("run/losses.svg")), HasSubstr("<svg"));
  EXPECT_THAT(content(at("run/model/config.json")), HasSubstr("\"params\""));
}

// The recipes of diva_preset(): the small size's, the beta of another likelihood, and no counterfactual visits where
// there are no bonds to ask for.
TEST_F(Trained, WhatIsNotNamedIsThePreset) {
  const Json run = Json::parse(content(at("run/run.json")));
  const auto number = [](const Json& of, const char* name) { return of.at(name).get<double>(); };
  const std::pair<const char*, double> kRecipe[] = {{"rate", 2e-3}, {"clip", 300},         {"mutate", 0.05},
                                                    {"graft", 0.5}, {"even_lengths", 0.7}, {"counterfactual", 0.15}};
  for (const auto& [name, value] : kRecipe) EXPECT_DOUBLE_EQ(number(run["options"], name), value) << name;
  EXPECT_DOUBLE_EQ(number(run["objective"], "beta_m"), 0.004);
  EXPECT_DOUBLE_EQ(number(run["objective"], "warmup_epochs"), 2);

  const Outcome r =
      shell(fmt::format("stemloop train vae --likelihood gaussian --graft 0 --tsv {} --run {} {} --epochs 1",
                        at("labelled.tsv"), at("vae"), kSmall));
  ASSERT_EQ(r.code, 0) << r.err;
  const Json vae = Json::parse(content(at("vae/run.json")));
  EXPECT_DOUBLE_EQ(number(vae["options"], "counterfactual"), 0);
  EXPECT_DOUBLE_EQ(number(vae["options"], "graft"), 0);
  EXPECT_DOUBLE_EQ(number(vae["options"], "mutate"), 0.05);
  EXPECT_DOUBLE_EQ(number(vae["objective"], "beta_x"), 1);
}

TEST_F(Trained, ASecondRunInTheSamePlaceIsRefused) {
  const Outcome r = shell(train("run", "--epochs 2"));
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("holds a run already; go on with it by --resume"));
}

TEST_F(Trained, StoppedRunGoesOn) {
  const Outcome stopped = stop_after_a_step("stopped", train("stopped", "--epochs 400").substr(9));
  EXPECT_EQ(stopped.code, 1) << stopped.err;
  EXPECT_THAT(stopped.err, HasSubstr("go on with: stemloop train --resume"));
  ASSERT_TRUE(std::filesystem::exists(at("stopped/checkpoint.safetensors")));
  // Goes on and is stopped again: it does not begin anew.
  const auto before = losses("stopped").size();
  const Outcome again = stop_after_a_step("stopped", "train --resume " + at("stopped"));
  EXPECT_THAT(again.err, HasSubstr("stopped after"));
  EXPECT_GT(losses("stopped").size(), before);
}

TEST_F(Trained, ResumeRefusesChangedDataAndMissingRuns) {
  EXPECT_THAT(shell("stemloop train --resume " + at("nowhere")).err, HasSubstr("run.json"));
  EXPECT_THAT(shell("stemloop train --resume " + at("run") + " --graft 0.5").err, HasSubstr("leave --graft away"));
  std::filesystem::copy(at("run"), at("changed"), std::filesystem::copy_options::recursive);
  write_bytes(at("other.tsv"), labelled_table() + "one_more\tGGGGGAAAAUCCCCC\t0\ttrain\n");
  std::string run = content(at("changed/run.json"));
  for (std::size_t found = 0; (found = run.find("labelled.tsv")) != std::string::npos;)
    run.replace(found, 12, "other.tsv");
  write_bytes(at("changed/run.json"), run);
  const Outcome r = shell("stemloop train --resume " + at("changed"));
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("the data have changed since this run began"));
  // Found by fuzz_run: the number went into an int as it was.
  const std::size_t threads = run.find("\"threads\": ") + 11;
  using Case = std::pair<const char*, const char*>;
  for (const auto& [value, said] : {Case("1e99", "'threads' is no whole number that it could be"),
                                    Case("-2", "'threads' is -2, outside 0 to 1024")}) {
    write_bytes(at("changed/run.json"), run.replace(threads, run.find(',', threads) - threads, value));
    EXPECT_THAT(shell("stemloop train --resume " + at("changed")).err, HasSubstr(at("changed/run.json: ") + said));
  }
}

TEST_F(Trained, TwoProcessesWithHalfTheBatchLearnLikeOne) {
  const std::string how = "--epochs 2 --split part --counterfactual 0.4";
  ASSERT_EQ(shell(train("one", how)).code, 0);
  const std::string port = std::to_string(20000 + getpid() % 20000);
  const std::string both = fmt::format(
      "export MASTER_ADDR=127.0.0.1 MASTER_PORT={} WORLD_SIZE=2; (RANK=1 {}) & RANK=0 {}; C=$?; wait $!; exit $((C + "
      "$?))",
      port, train("two", how), train("two", how));
  const Outcome r = shell(both);
  ASSERT_EQ(r.code, 0) << r.err;
  const auto one = losses("one"), two = losses("two");
  ASSERT_GE(one.size(), 10U);
  ASSERT_EQ(one.size(), two.size());
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_NEAR(one[i], two[i], 2e-3 * one[i]) << "step " << i + 1;
}

TEST_F(Trained, LostProcessEndsTheRunWithACheckpoint) {
  const std::string port = std::to_string(20000 + (getpid() + 7) % 20000);
  const std::string command = train("lost", "--epochs 5000").substr(9);
  const Outcome r = shell(fmt::format(
      "export MASTER_ADDR=127.0.0.1 MASTER_PORT={} WORLD_SIZE=2; RANK=1 \"{}\" {} & P=$!; "
      "(while kill -0 $P && ! grep -q step {}/metrics.jsonl; do sleep 0.1; done 2>/dev/null; kill -KILL $P) & "
      "RANK=0 \"{}\" {}",
      port, STEMLOOP_PROGRAM, command, at("lost"), STEMLOOP_PROGRAM, command));
  EXPECT_EQ(r.code, 1) << r.err;
  EXPECT_THAT(r.err, AllOf(HasSubstr("lost another one"), HasSubstr("go on with --resume")));
  ASSERT_TRUE(std::filesystem::exists(at("lost/checkpoint.safetensors")));
  const Outcome again = stop_after_a_step("lost", "train --resume " + at("lost"));
  EXPECT_THAT(again.err, HasSubstr("stopped after"));
}

TEST_F(Trained, BadInputIsSaidInASentence) {
  const auto message = [](const std::string& line) {
    const Outcome r = shell(line);
    EXPECT_NE(r.code, 0) << line;
    return r.err;
  };
  EXPECT_THAT(message("stemloop train diva --run " + at("x")), HasSubstr("name one source of records"));
  EXPECT_THAT(message("stemloop train gan --run " + at("x") + " --tsv " + at("labelled.tsv")),
              HasSubstr("'gan' is no model"));
  EXPECT_THAT(message("stemloop train vae --counterfactual 0.2 --run " + at("x") + " --tsv " + at("labelled.tsv")),
              HasSubstr("--counterfactual has no meaning for vae"));
  EXPECT_THAT(message(train("x", "--split missing")), HasSubstr("there is no column 'missing'"));
  EXPECT_THAT(message("stemloop train diva --batch 4000 --run " + at("x") + " --tsv " + at("labelled.tsv")),
              HasSubstr("fewer than one batch of 4000"));
  EXPECT_THAT(message(train("x2", "--device cuda:7")), HasSubstr("cuda"));
  write_bytes(at("bad.tsv"), "id\tsequence\tlabel\na\tACGU\t2\n");
  EXPECT_THAT(message("stemloop train diva --run " + at("x3") + " --tsv " + at("bad.tsv")),
              HasSubstr("bad.tsv:2: label '2' is neither 0 nor 1"));
  EXPECT_THAT(message("stemloop embed --model " + at("nowhere") + " " + kExampleHairpins),
              HasSubstr("is no model directory"));
  EXPECT_THAT(message(with_model("generate --structure '((..'")), HasSubstr("--structure"));
  EXPECT_THAT(message(with_model("generate --structure '......'")), HasSubstr("there is no hairpin loop"));
}

TEST_F(Trained, EvaluateSaysHowGoodItIs) {
  const Outcome r = shell(with_model("evaluate reconstruction --split part --part valid --tsv " + at("labelled.tsv")));
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, HasSubstr("records\tcount\tmae\tmae_nucleotide\tmae_length\tmae_values\texact\nall\t"));
  EXPECT_THAT(r.out, HasSubstr("\nup to 50 columns\t"));
  const Outcome json = shell(with_model("evaluate class --format json --tsv " + at("labelled.tsv")));
  EXPECT_EQ(Json::parse(json.out.substr(0, json.out.find('\n')))["from"], "z_y");
  const Outcome bonds = shell(with_model("evaluate bonds --tsv " + at("labelled.tsv")));
  EXPECT_THAT(bonds.out, AllOf(HasSubstr("edited, z_m drawn\t"), HasSubstr("edited, z_m moved\t")));
  EXPECT_THAT(shell(with_model("evaluate class --keep 1 --tsv " + at("labelled.tsv"))).err,
              HasSubstr("--keep has no meaning for evaluate class"));
  EXPECT_THAT(bonds.err, HasSubstr(" of 138 pictures hold a whole hairpin"));
}

TEST_F(Trained, EmbeddingsAndProjectionsOfThem) {
  const Outcome table = shell(with_model("embed " + kExampleHairpins + " --latent y"));
  ASSERT_EQ(table.code, 0) << table.err;
  EXPECT_EQ(std::count(table.out.begin(), table.out.end(), '\n'), 27);
  EXPECT_THAT(table.out, HasSubstr("id\tclass_from_y\tclass_from_m\tz_y_1\t"));
  ASSERT_EQ(shell(with_model("embed --tsv " + at("labelled.tsv") + " -o " + at("all.safetensors"))).code, 0);
  const TensorFile file = read_safetensors(at("all.safetensors"));
  EXPECT_EQ(file.tensors.at("z_m").shape, (std::vector<std::int64_t>{138, 64}));
  const Outcome plane = shell("stemloop project " + at("all.safetensors") + " --colour class --plot " + at("p.svg"));
  ASSERT_EQ(plane.code, 0) << plane.err;
  EXPECT_EQ(std::count(plane.out.begin(), plane.out.end(), '\n'), 139);
  EXPECT_THAT(content(at("p.svg")), AllOf(HasSubstr("pre-miRNA"), HasSubstr("PC 1")));
  EXPECT_EQ(shell("stemloop project --method tsne --iterations 20 " + at("all.safetensors")).code, 0);
}

TEST_F(Trained, EditsKeepWhatIsAskedToBeKept) {
  const auto sheet = [](const std::string& more) {
    shell(with_model("generate -n 8 --tries 1 --edit " + kExampleHairpins +
                     " --structure '((((((((....))))))))' --sheet " + at("edits.png") + " " + more));
    return content(at("edits.png"));
  };
  const std::string kept = sheet("--keep 1 --seed 1");
  EXPECT_GT(kept.size(), 100U);
  EXPECT_EQ(sheet("--keep 1 --seed 2"), kept);
  EXPECT_NE(sheet("--seed 1"), kept);
  EXPECT_THAT(shell(with_model("generate --keep 1")).err, HasSubstr("--keep requires --edit"));
}

TEST_F(Trained, GenerateCountsEveryDraw) {
  const Outcome r = shell(with_model("generate -n 4 --tries 200 --no-mend --unique --left-out " + at("left.tsv") +
                                     " --table " + at("table.tsv") + " --sheet " + at("sheet.png")));
  const std::string left = content(at("left.tsv"));
  const auto left_count = std::count(left.begin(), left.end(), '\n') - 1;
  const auto kept = std::count(r.out.begin(), r.out.end(), '>');
  // Every draw is either a record or a line of the other table.
  const auto draws = std::stoll(r.err.substr(r.err.find("from ") + 5));
  EXPECT_EQ(kept + left_count, draws) << r.err;
  if (kept == 4) {
    EXPECT_EQ(r.code, 0);
  } else {
    EXPECT_EQ(r.code, 1);
    EXPECT_THAT(r.err, HasSubstr(fmt::format("only {} of 4 hairpins", kept)));
  }
  EXPECT_GT(std::filesystem::file_size(at("sheet.png")), 100U);
  // The same seed, the same hairpins.
  EXPECT_EQ(shell(with_model("generate -n 4 --tries 200 --no-mend --unique")).out, r.out);
}

TEST_F(Trained, GenerateDrawsFromTheFittedOrThePublishedPrior) {
  const auto sheet = [](const std::string& prior) {  // so little trained, it draws no whole hairpins
    shell(with_model("generate -n 3 --tries 1 --sheet " + at("draws.png") + " " + prior));
    return content(at("draws.png"));
  };
  const std::string fitted = sheet("--prior fitted");
  EXPECT_GT(fitted.size(), 100U);
  EXPECT_EQ(sheet(""), fitted);
  EXPECT_NE(sheet("--prior published"), fitted);
  EXPECT_THAT(shell(with_model("generate --prior fitted --structure '((((...))))' --edit " + kExampleHairpins)).err,
              HasSubstr("excludes"));
  EXPECT_THAT(shell(with_model("generate --filter single-hairpin")).err,
              HasSubstr("--filter single-hairpin has no meaning"));
}

// Draws are mended until they fold as drawn; unmended, those that do not are left out.
TEST_F(Trained, FilterKeepsWhatRefoldsAsDrawn) {
  for (const bool mend : {true, false}) {
    const Outcome r =
        shell(fmt::format("stemloop generate --model {}/premirna -n 2 --tries 1000 --filter as-drawn {} --left-out {}",
                          STEMLOOP_MODELS, mend ? "" : "--no-mend", at("left.tsv")));
    ASSERT_EQ(r.code, 0) << r.err;
    int records = 0;
    for (std::size_t at = 0; (at = r.out.find("pair_distance=", at)) != std::string::npos; ++at, ++records)
      EXPECT_EQ(r.out.substr(at, 16), "pair_distance=0 ");
    EXPECT_EQ(records, 2);
    // Free ends that nobody asked for are taken off, draws as they are keep them.
    std::istringstream lines(r.out);
    for (std::string line; mend && std::getline(lines, line);) {
      if (line.find_first_not_of(".()") != std::string::npos) continue;
      EXPECT_EQ(line.front(), '(') << line;
      EXPECT_EQ(line.back(), ')') << line;
    }
    if (!mend) {
      EXPECT_THAT(content(at("left.tsv")), HasSubstr("does not refold as drawn"));
    }
  }
}

// The selector of a model of pictures leaves draws out and changes none; what is asked for is not selected among.
TEST_F(Trained, DrawsForNothingAskedAreSelected) {
  const std::string generate = fmt::format("stemloop generate --model {}/premirna --seed 3 -t 1 -q ", STEMLOOP_MODELS);
  const Outcome some = shell(generate + "-n 2 --left-out " + at("left.tsv"));
  ASSERT_EQ(some.code, 0) << some.err;
  EXPECT_THAT(content(at("left.tsv")), HasSubstr("left out by the selector"));
  const Outcome all = shell(generate + "-n 12 --no-selector --left-out " + at("left.tsv"));
  ASSERT_EQ(all.code, 0) << all.err;
  EXPECT_THAT(content(at("left.tsv")), ::testing::Not(HasSubstr("left out by the selector")));
  std::istringstream lines(some.out);
  int kept = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line[0] == '>') continue;
    EXPECT_THAT(all.out, HasSubstr("\n" + line + "\n"));
    ++kept;
  }
  EXPECT_EQ(kept, 4) << "sequence and structure of two hairpins";
  const Outcome asked =
      shell(generate + "-n 2 --structure '((((((((((((((((((((....))))))))))))))))))))' --left-out " + at("left.tsv"));
  ASSERT_EQ(asked.code, 0) << asked.err;
  EXPECT_THAT(content(at("left.tsv")), ::testing::Not(HasSubstr("left out by the selector")));
}

}  // namespace
}  // namespace stemloop
