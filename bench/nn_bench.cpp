// Training steps and their parts, each with its plain twin in torch's own operations in the same run; the ratio counts.
//   nn_bench --benchmark_filter=step
#include <benchmark/benchmark.h>

#include "net/torch/diva/diva.h"
#include "net/torch/loop/training.h"
#include "net/torch/sequences/critic_loss.h"
#include "net/torch/sequences/gan.h"

namespace stemloop {
namespace {

constexpr std::int64_t kBatch = 64;

// Layers alone, with gradients of input and weights: channels-last sequences of the small network.
void convolution(benchmark::State& state) {
  plain_layers() = state.range(0) != 0;
  const std::int64_t groups = state.range(1), channels = state.range(2), length = state.range(3);
  Conv conv(groups, channels, channels, 1, 5);
  const Tensor x = torch::randn({kBatch, 1, length, groups * channels}).requires_grad_();
  const Tensor dy = torch::randn_like(x);
  for (auto _ : state) {
    x.mutable_grad() = Tensor();
    conv->weight.mutable_grad() = Tensor();
    conv->forward(x).backward(dy);
  }
  plain_layers() = false;
  state.counters["GFLOP/s"] = benchmark::Counter(6.0 * 5 * kBatch * length * groups * channels * channels * 1e-9,
                                                 benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(convolution)
    ->ArgNames({"plain", "groups", "channels", "length"})
    ->ArgsProduct({{0, 1}, {3}, {64}, {100}})
    ->ArgsProduct({{0, 1}, {3}, {96}, {50}})
    ->ArgsProduct({{0, 1}, {3}, {128}, {25}})
    ->ArgsProduct({{0, 1}, {1}, {128}, {36, 108}})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

void normalisation(benchmark::State& state) {
  plain_layers() = state.range(0) != 0;
  Norm norm(192, Activation::kElu, nullptr);
  const Tensor x = torch::randn({kBatch, 1, 100, 192}).requires_grad_();
  const Tensor dy = torch::randn_like(x);
  for (auto _ : state) {
    x.mutable_grad() = Tensor();
    norm->forward(x).backward(dy);
  }
  plain_layers() = false;
}
BENCHMARK(normalisation)->ArgName("plain")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond)->UseRealTime();

void flow(benchmark::State& state) {
  Flow flow(3, 64, 32, state.range(0), state.range(1));
  const Tensor z = torch::randn({3, kBatch, 64}).requires_grad_();
  const Tensor context = torch::randn({3, kBatch, 32});
  for (auto _ : state) {
    const Flowed out = flow->forward(z, context);
    (out.z_GBD.sum() + out.log_det_GB.sum()).backward();
  }
}
BENCHMARK(flow)
    ->ArgNames({"blocks", "hidden"})
    ->Args({4, 256})
    ->Args({8, 1080})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

// One whole step of DIVA, Adam included.
void step(benchmark::State& state) {
  plain_layers() = state.range(1) != 0;
  const DivaPreset preset = diva_preset("diva", state.range(0) != 0 ? "paper" : "small");
  DivaNet network(preset.config, nullptr);
  Adam adam(Learned{network.get(), network->masks()});
  PictureData data;
  std::vector<std::int64_t> records;
  const std::string sequence = "UGGGAUGAGGUAGUAGGUUGUAUAGUUUUAGGGUCACACCCACCACUGGGAGAUAACUAUACAAUCUACUGUCUUUCCUA";
  const std::string structure = "(((((.(((((((((((((((((((((.....(((...((((....)))).)))))))))))))))))))))))))))))";
  for (std::int64_t i = 0; i < kBatch; ++i) {
    data.add(draw_picture(lay_out(sequence, structure).columns), static_cast<int>(i % 2));
    records.push_back(i);
  }
  const DivaBatch batch = expand_batch(preset.config, data, records);
  std::int64_t count = 0;
  for (auto _ : state) {
    Draws draws(1, static_cast<std::uint64_t>(count), 0, kBatch, torch::kCPU);
    adam.clear_gradients();
    network->loss(batch, preset.objective, torch::ones({}), kBatch, draws).total.backward();
    benchmark::DoNotOptimize(adam.length());
    adam.step(1e-4, 1, ++count);
  }
  plain_layers() = false;
}
BENCHMARK(step)
    ->ArgNames({"paper", "plain"})
    ->ArgsProduct({{0, 1}, {0, 1}})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

// One iteration of a WGAN: five steps of the critic and one of the generator, Adam included, batch 32. `automatic`: the
// penalty's gradient by automatic differentiation. bench/reference/gan_twin.py is the same in Python.
void wgan(benchmark::State& state) {
  constexpr std::int64_t kRows = 32;
  const bool automatic = state.range(1) != 0;
  plain_layers() = automatic;
  SequenceNetConfig config = gan_preset("wgan", "paper").network;
  config.hidden = state.range(0);
  Critic critic(config);
  Generator generator(config);
  Adam adam_critic(Learned{critic.get(), {}, 0.5, 0.9}), adam_generator(Learned{generator.get(), {}, 0.5, 0.9});
  const Tensor real_NLV =
      torch::one_hot(torch::randint(config.symbols(), {kRows, config.length}), config.symbols()).to(torch::kFloat32);
  const auto fake = [&] {
    const Tensor gumbel =
        -torch::log(-torch::log(torch::rand({kRows, config.length, config.symbols()}).clamp_min(1e-12)));
    return generator->forward({torch::randn({kRows, config.noise}), torch::rand({kRows})}, gumbel);
  };
  std::int64_t count = 0;
  for (auto _ : state) {
    for (int k = 0; k < 5; ++k) {
      adam_critic.clear_gradients();
      Tensor fake_NLV;
      {
        torch::NoGradGuard no_gradient;
        fake_NLV = fake();
      }
      const Tensor share_N = torch::rand({kRows});
      if (automatic) {
        plain_critic_loss(*critic, real_NLV, fake_NLV, share_N, 10).backward();
      } else {
        critic_gradient(*critic, real_NLV, fake_NLV, share_N, 10, kRows);
      }
      adam_critic.step(1e-4, 1, 5 * count + k + 1);
    }
    adam_generator.clear_gradients();
    const Tensor fake_NLV = fake();
    if (automatic) {
      (-critic->plain_score(fake_NLV).mean()).backward();
    } else {
      const auto trace = critic->forward(fake_NLV.detach());
      const Tensor down = torch::full({kRows}, -1.0 / kRows);
      (fake_NLV * critic->backward(trace, down).x_NLV).sum().backward();
    }
    adam_generator.step(1e-4, 1, ++count);
  }
  plain_layers() = false;
}
BENCHMARK(wgan)
    ->ArgNames({"hidden", "automatic"})
    ->ArgsProduct({{64, 512}, {0, 1}})
    ->Unit(benchmark::kMillisecond)
    ->Iterations(2)
    ->UseRealTime();

}  // namespace
}  // namespace stemloop

int main(int argc, char** argv) {
  stemloop::keep_freed_memory();
  torch::set_num_threads(stemloop::available_threads());
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
