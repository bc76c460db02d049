// Training of networks that is interrupted at changes it makes to the disk; interrupted.h says what is wanted then. A
// run that ended before its first checkpoint goes on from its start, one without a run.json is begun again.
#include "interrupted.h"

namespace stemloop::testing {
namespace {

class InterruptedTrain : public Interrupted {
 protected:
  // Checkpoints after every step, so that they are among what is interrupted.
  void check_train(const std::string& options, int step) {
    const std::string line = "stemloop train " + options + " --run out/run --checkpoint-every 0.000001";
    Command c{line, "stemloop train --resume out/run -t 1 -q || " + line, {}, 60, step};
    c.grown = {"run/model", "run/checkpoint.safetensors", "run/metrics.jsonl", "run/losses.svg"};
    c.with_old = false;
    check(c, "true");
  }
};

TEST_F(InterruptedTrain, Classifier) { check_train("cnn --tsv t.tsv --batch 64 --hidden 16 --epochs 2", 6); }

TEST_F(InterruptedTrain, Generator) { check_train("wgan --tsv t.tsv --batch 26 --hidden 16 --epochs 2", 9); }

TEST_F(InterruptedTrain, Diva) {
  check_train("diva --tsv t.tsv --batch 46 --width 8 --decoder-width 8 --epochs 1", 12);
}

}  // namespace
}  // namespace stemloop::testing
