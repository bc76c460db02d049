// Convolutions: of width 5 on a CPU by Winograd's F(4, 5) on the kernels, others by libtorch.
#include <ATen/Parallel.h>

#include "net/torch/layers.h"

namespace stemloop {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;
using torch::autograd::Variable;

constexpr std::int64_t kChannelStep = 16;  // the kernels' matrix product takes no fewer columns at a time

// Sequences (N, L, groups * in) by filters U (8, groups, in, out) to (N, L, groups * out). The work is cut into runs of
// tiles whose transforms stay in a core's cache. The filter gradient of wide layers takes longer runs: what it adds to
// (8 x in x out numbers) does not stay there and is better touched less often.
constexpr std::int64_t kRun = 48;
constexpr std::int64_t kLongRun = 384;
constexpr std::int64_t kWide = 128 * 128;  // in * out

struct Convolved {
  std::int64_t sequences, length_in, length_out, padding, groups, in, out;
  std::int64_t run = kRun;
  [[nodiscard]] std::int64_t per_sequence() const { return (length_out + kTileOutputs - 1) / kTileOutputs; }
  [[nodiscard]] std::int64_t tiles() const { return sequences * per_sequence(); }
  [[nodiscard]] std::int64_t runs() const { return (tiles() + run - 1) / run; }
  [[nodiscard]] TileRun input(std::int64_t number) const { return tile_run(number, length_in, in); }
  [[nodiscard]] TileRun output(std::int64_t number) const { return tile_run(number, length_out, out); }
  [[nodiscard]] TileRun tile_run(std::int64_t number, std::int64_t length, std::int64_t channels) const {
    const std::int64_t count = std::min(run, tiles() - number * run);
    return {number * run, count, per_sequence(), length, padding, groups * channels, channels, tile_room(run)};
  }
};

std::vector<float>& scratch(int which, std::size_t size) {
  thread_local std::vector<float> buffers[2];
  if (buffers[which].size() < size) buffers[which].resize(size);
  return buffers[which];
}

void convolve(const Convolved& s, const float* x, const float* u, float* y) {
  const TrainingKernels& kernels = training_kernels();
  at::parallel_for(0, s.runs() * s.groups, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t group = task % s.groups;
      const TileRun from = s.input(task / s.groups);
      const TileRun to = s.output(task / s.groups);
      float* v = scratch(0, static_cast<std::size_t>(kTileInputs * tile_room(s.run) * s.in)).data();
      float* products = scratch(1, static_cast<std::size_t>(kTileInputs * tile_room(s.run) * s.out)).data();
      kernels.tile_input(from, x + group * s.in, v);
      for (int i = 0; i < kTileInputs; ++i) {
        kernels.multiply(false, false, from.count, s.out, s.in, v + i * from.together * s.in, s.in,
                         u + (i * s.groups + group) * s.in * s.out, s.out, products + i * to.together * s.out, s.out);
      }
      kernels.tile_output(to, products, y + group * s.out);
    }
  });
}

// The gradient of U: dU_i = sum over tiles (B^T x)_i^T (A dy)_i, summed run by run in each of a fixed number of parts,
// so that the result does not depend on which thread took which part.
void filter_gradient(const Convolved& s, const float* x, const float* dy, float* du) {
  const TrainingKernels& kernels = training_kernels();
  const std::int64_t size = kTileInputs * s.groups * s.in * s.out;
  const std::int64_t parts = std::max<std::int64_t>(1, std::min<std::int64_t>(at::get_num_threads(), s.runs()));
  const Tensor sums = torch::zeros({parts, size});
  float* const all = sums.data_ptr<float>();
  at::parallel_for(0, parts, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t part = begin; part < end; ++part) {
      for (std::int64_t r = s.runs() * part / parts; r < s.runs() * (part + 1) / parts; ++r) {
        for (std::int64_t group = 0; group < s.groups; ++group) {
          const TileRun from = s.input(r);
          const TileRun to = s.output(r);
          float* v = scratch(0, static_cast<std::size_t>(kTileInputs * tile_room(s.run) * s.in)).data();
          float* d = scratch(1, static_cast<std::size_t>(kTileInputs * tile_room(s.run) * s.out)).data();
          kernels.tile_input(from, x + group * s.in, v);
          kernels.tile_output_gradient(to, dy + group * s.out, d);
          for (int i = 0; i < kTileInputs; ++i) {
            kernels.multiply(true, true, s.in, s.out, from.count, v + i * from.together * s.in, s.in,
                             d + i * to.together * s.out, s.out,
                             all + part * size + (i * s.groups + group) * s.in * s.out, s.out);
          }
        }
      }
    }
  });
  std::copy_n(all, size, du);
  for (std::int64_t part = 1; part < parts; ++part) {
    for (std::int64_t i = 0; i < size; ++i) du[i] += all[part * size + i];
  }
}

// G applied to filters (taps last): (..., 5) -> (8, ...).
Tensor filter_transform() {
  return torch::from_blob(const_cast<float*>(&kFilterTransform[0][0]), {kTileInputs, kTaps});  // NOLINT: read only
}

// Gradient at the filters, (groups * out, in, 5).
Tensor weight_gradient(Convolved s, const Tensor& x, const Tensor& dy) {
  if (s.in * s.out > kWide) s.run = kLongRun;
  const Tensor du = torch::empty({kTileInputs, s.groups * s.in * s.out});
  filter_gradient(s, x.data_ptr<float>(), dy.data_ptr<float>(), du.data_ptr<float>());
  return filter_transform().t().mm(du).view({kTaps, s.groups, s.in, s.out}).permute({1, 3, 2, 0});
}

// Gradient at the input: the same convolution backwards, taps reversed, in and out exchanged.
void input_gradient(const Convolved& s, const Tensor& weight, const Tensor& dy, Tensor& dx) {
  const Tensor w = weight.view({s.groups, s.out, s.in, kTaps}).flip(3).permute({3, 0, 1, 2}).reshape({kTaps, -1});
  const Tensor u = filter_transform().mm(w);
  convolve({s.sequences, s.length_out, s.length_in, kTaps - 1 - s.padding, s.groups, s.out, s.in}, dy.data_ptr<float>(),
           u.data_ptr<float>(), dx.data_ptr<float>());
}

// Sequences of one group with zeros on both sides that keep their length.
Convolved same_length(const Tensor& x_NLC, std::int64_t in, std::int64_t out) {
  return {x_NLC.size(0), x_NLC.size(1), x_NLC.size(1), kTaps / 2, 1, in, out};
}

bool fits_kernels(const Tensor& x, std::int64_t in, std::int64_t out, std::int64_t taps) {
  return taps == kTaps && in % kChannelStep == 0 && out % kChannelStep == 0 && on_kernels(x);
}

class Convolution5 : public torch::autograd::Function<Convolution5> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& x_NHWC, const Tensor& weight, std::int64_t groups,
                        std::int64_t padding) {
    const Convolved s = shape(x_NHWC, weight, groups, padding);
    // U (8, groups, in, out) from weight (groups * out, in, 1, 5).
    const Tensor w = weight.view({groups, s.out, s.in, kTaps}).permute({3, 0, 2, 1}).reshape({kTaps, -1});
    const Tensor u = filter_transform().mm(w);
    Tensor y = torch::empty({x_NHWC.size(0), x_NHWC.size(1), s.length_out, groups * s.out});
    convolve(s, x_NHWC.data_ptr<float>(), u.data_ptr<float>(), y.data_ptr<float>());
    context->save_for_backward({x_NHWC, weight});
    context->saved_data["groups"] = groups;
    context->saved_data["padding"] = padding;
    return y;
  }

  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    const auto saved = context->get_saved_variables();
    const Tensor &x = saved[0], &weight = saved[1];
    const std::int64_t groups = context->saved_data["groups"].toInt();
    const Tensor dy = gradients[0].contiguous();
    const Convolved s = shape(x, weight, groups, context->saved_data["padding"].toInt());

    const Tensor dw = weight_gradient(s, x, dy);
    Tensor dx;
    if (context->needs_input_grad(0)) {
      dx = torch::empty_like(x);
      input_gradient(s, weight, dy, dx);
    }
    return {dx, dw.reshape(weight.sizes()), Variable(), Variable()};
  }

 private:
  static Convolved shape(const Tensor& x, const Tensor& weight, std::int64_t groups, std::int64_t padding) {
    const std::int64_t length = x.size(2);
    return {x.size(0) * x.size(1),  length, length + 2 * padding - (kTaps - 1), padding, groups, weight.size(1),
            weight.size(0) / groups};
  }
};

}  // namespace

ConvImpl::ConvImpl(std::int64_t groups, std::int64_t in, std::int64_t out, std::int64_t kernel_h, std::int64_t kernel_w,
                   std::int64_t stride, std::int64_t padding_w)
    : groups_(groups),
      stride_{kernel_h == 1 && kernel_w > 1 ? 1 : stride, stride},
      padding_{kernel_h / 2, padding_w == kSamePadding ? kernel_w / 2 : padding_w} {
  weight =
      register_parameter("weight", initial_weights({groups * out, in, kernel_h, kernel_w}, in * kernel_h * kernel_w));
}

Tensor ConvImpl::forward(const Tensor& x_NHWC) {
  const bool width5 = weight.size(2) == 1 && weight.size(3) == kTaps && stride_[1] == 1;
  const bool even = weight.size(1) % kChannelStep == 0 && weight.size(0) / groups_ % kChannelStep == 0;
  if (width5 && even && on_kernels(x_NHWC))
    return Convolution5::apply(x_NHWC.contiguous(), weight, groups_, padding_[1]);
  const Tensor y_NCHW =
      torch::conv2d(for_product(x_NHWC).permute({0, 3, 1, 2}), for_product(weight), {}, stride_, padding_, 1, groups_);
  return y_NCHW.permute({0, 2, 3, 1}).contiguous();
}

Tensor convolution_input_gradient(const Tensor& dy_NLC, const Tensor& weight) {
  const std::int64_t out = weight.size(0), in = weight.size(1), taps = weight.size(3);
  if (fits_kernels(dy_NLC, in, out, taps)) {
    const Tensor dy = dy_NLC.contiguous();
    Tensor dx = torch::empty({dy.size(0), dy.size(1), in});
    input_gradient(same_length(dy, in, out), weight, dy, dx);
    return dx;
  }
  const Tensor backwards = weight.squeeze(2).flip(2).permute({1, 0, 2});
  return torch::conv1d(dy_NLC.permute({0, 2, 1}), backwards, {}, 1, taps / 2).permute({0, 2, 1}).contiguous();
}

Tensor convolution_weight_gradient(const Tensor& x_NLC, const Tensor& dy_NLC, std::int64_t taps) {
  const std::int64_t in = x_NLC.size(2), out = dy_NLC.size(2), length = x_NLC.size(1);
  if (fits_kernels(x_NLC, in, out, taps)) {
    const Tensor x = x_NLC.contiguous();
    return weight_gradient(same_length(x, in, out), x, dy_NLC.contiguous()).reshape({out, in, 1, taps});
  }
  // Tap k meets the input k - taps / 2 places on.
  const Tensor padded = torch::constant_pad_nd(x_NLC, {0, 0, taps / 2, taps / 2});
  const Tensor dy = dy_NLC.reshape({-1, out}).t();
  std::vector<Tensor> of_taps;
  for (std::int64_t k = 0; k < taps; ++k) of_taps.push_back(dy.mm(padded.narrow(1, k, length).reshape({-1, in})));
  return torch::stack(of_taps, 2).unsqueeze(2);
}

}  // namespace stemloop
