// Folding and measuring, per sequence, on random sequences of one length (GC 0.5) and on hairpins.
//   build/release/bench/stemloop_bench            STEMLOOP_SIMD=scalar build/release/bench/stemloop_bench
// The figures that count are ratios against RNAfold in one run: bench/compare_rnafold.sh.
#include <benchmark/benchmark.h>

#include "fold/fold.h"
#include "hairpin/hairpin.h"
#include "util/util.h"

namespace stemloop {
namespace {

constexpr int kSequences = 64;

std::vector<std::string> random_sequences(int length) {
  std::vector<std::string> sequences;
  for (int item = 0; item < kSequences; ++item) {
    Random random(1, static_cast<std::uint64_t>(item));
    std::string& sequence = sequences.emplace_back();
    for (int i = 0; i < length; ++i) sequence += "ACGU"[random.below(4)];
  }
  return sequences;
}

std::vector<std::string> random_hairpins(int arm_length) {
  std::vector<std::string> sequences = random_sequences(arm_length);
  for (std::string& sequence : sequences) {
    const std::string arm = sequence;
    sequence += "GUGAAACCAU";
    for (const char c : std::string(arm.rbegin(), arm.rend()))
      sequence += c == 'A' ? 'U' : c == 'U' ? 'A' : c == 'G' ? 'C' : 'G';
  }
  return sequences;
}

template <class Work>
void each(benchmark::State& state, const std::vector<std::string>& sequences, Work work) {
  std::size_t next = 0;
  for (auto _ : state) {
    work(sequences[next]);
    next = (next + 1) % sequences.size();
  }
  state.SetItemsProcessed(state.iterations());
  state.SetLabel(simd_name());
}

void BM_Fold(benchmark::State& state) {
  Folder folder(make_model(turner2004_parameters()));
  each(state, random_sequences(static_cast<int>(state.range(0))),
       [&](const std::string& s) { benchmark::DoNotOptimize(folder.fold(s)); });
}
BENCHMARK(BM_Fold)->Arg(20)->Arg(40)->Arg(80)->Arg(160)->Arg(320)->Arg(400)->Arg(1000);

void BM_Ensemble(benchmark::State& state) {
  Folder folder(make_model(turner2004_parameters()));
  each(state, random_sequences(static_cast<int>(state.range(0))), [&](const std::string& s) {
    Fold mfe;
    benchmark::DoNotOptimize(folder.ensemble(s, mfe));
  });
}
BENCHMARK(BM_Ensemble)->Arg(20)->Arg(40)->Arg(80)->Arg(160)->Arg(320)->Arg(400);

void BM_FoldPlain(benchmark::State& state) {
  const auto model = make_model(turner2004_parameters());
  each(state, random_sequences(static_cast<int>(state.range(0))),
       [&](const std::string& s) { benchmark::DoNotOptimize(fold_plain(model->energy, s)); });
}
BENCHMARK(BM_FoldPlain)->Arg(80);

void BM_SequenceToFeatures(benchmark::State& state) {
  Folder folder(make_model(turner2004_parameters()));
  each(state, random_hairpins(static_cast<int>(state.range(0))), [&](const std::string& s) {
    const Fold fold = folder.fold(s);
    benchmark::DoNotOptimize(hairpin_features(draw_picture(lay_out(s, fold.structure).columns)));
  });
}
BENCHMARK(BM_SequenceToFeatures)->Arg(34);

}  // namespace
}  // namespace stemloop
