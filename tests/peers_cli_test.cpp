// Training in several processes: they compare what they train first, one that waits can be stopped, and when one is
// lost the run goes on to the same model as if it had not been.
#include <gmock/gmock.h>

#include "shell.h"

namespace stemloop::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class Peers : public ::testing::Test {
 protected:
  Peers() { std::ofstream(at("t.tsv")) << labelled_table(); }

  std::string at(const std::string& name) const { return folder_.path(name); }
  std::string train(const std::string& run, const std::string& more) const {
    return fmt::format("train diva --tsv {} --run {} --batch 46 --width 8 --decoder-width 8 -t 1 {}", at("t.tsv"),
                       at(run), more);
  }
  // Ports of other tests that run beside this one are others.
  static std::string meeting(int offset) {
    return fmt::format("export MASTER_ADDR=127.0.0.1 MASTER_PORT={} WORLD_SIZE=2; ",
                       20000 + (getpid() + offset) % 20000);
  }
  // Both processes; the shell's function is none, so the program is named.
  static Outcome both(int offset, const std::string& first, const std::string& second,
                      const std::string& meanwhile = "true") {
    return shell(fmt::format("{}RANK=1 \"{}\" {} & P=$!; ({}) & RANK=0 \"{}\" {}; C=$?; wait $P; exit $C",
                             meeting(offset), STEMLOOP_PROGRAM, second, meanwhile, STEMLOOP_PROGRAM, first));
  }

  TemporaryFolder folder_;
};

TEST_F(Peers, OtherOptionsOrDataAreSeenBeforeTheFirstStep) {
  const Outcome r = both(101, train("a", "--epochs 1"), train("a", "--epochs 1 --seed 2"));
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("was begun with other options or data than process"));
  EXPECT_FALSE(std::filesystem::exists(at("a/metrics.jsonl")));
}

TEST_F(Peers, OneThatWaitsForOthersCanBeStopped) {
  // Its run.json is written shortly before it waits.
  const Outcome r = shell(fmt::format(
      "{}RANK=0 \"{}\" {} & P=$!; for i in $(seq 600); do [ -e {}/run.json ] && break; sleep 0.1; done; sleep 3; "
      "kill -TERM $P; wait $P",
      meeting(102), STEMLOOP_PROGRAM, train("b", "--epochs 1"), at("b")));
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("process 0 of 2 was asked to stop while it waited for the others"));
}

TEST_F(Peers, ALostOneChangesNothingInTheEnd) {
  const std::string epochs = "--epochs 10 --checkpoint-every 100000";
  ASSERT_EQ(both(103, train("whole", epochs), train("whole", epochs)).code, 0);
  const Outcome lost =
      both(104, train("lost", epochs), train("lost", epochs),
           fmt::format("for i in $(seq 600); do grep -q '\"epoch\":3' {}/metrics.jsonl 2>/dev/null && break; "
                       "sleep 0.05; done; kill -KILL $P",
                       at("lost")));
  ASSERT_EQ(lost.code, 1) << lost.err;
  EXPECT_THAT(lost.err, AllOf(HasSubstr("lost another one"), HasSubstr("go on with --resume")));
  const std::string again = "train -t 1 --resume " + at("lost");
  const Outcome resumed = both(105, again, again);
  ASSERT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_EQ(content(at("lost/model/model.safetensors")), content(at("whole/model/model.safetensors")));
  EXPECT_EQ(content(at("lost/checkpoint.safetensors")), content(at("whole/checkpoint.safetensors")));
}

}  // namespace
}  // namespace stemloop::testing
