// The layers DIVA is made of: convolutions, normalisation with its activation, upsampling, grouped linear maps.
// Every layer works on G networks of the same shape side by side (the encoders of the latent spaces): their channels
// lie beside each other and one call does for all of them. On a CPU, convolutions of width 5 and normalisation run on
// the kernels of net/kernels.h; elsewhere, and for comparison (plain_layers), on torch's own operations.
#pragma once

#include "data/data.h"
#include "net/kernels.h"
#include "net/torch/tensors.h"

namespace stemloop {

/// While set, every layer uses torch's own operations: the plain twin that tests and benches compare with.
bool& plain_layers();

/// While set, convolutions on a GPU and what stands between them work in bfloat16; weights, statistics and linear maps
/// stay in single precision.
bool& bfloat16_layers();

/// A tensor as products on its device take it.
Tensor for_product(const Tensor& x);

/// True where the kernels do the work.
bool on_kernels(const Tensor& x);

/// While one lives, networks are made whose weights lie in a file: one that asks for more numbers than the file has is
/// refused before memory is taken for them.
class WeightBudget {
 public:
  WeightBudget(const TensorFile& weights, std::string path);
  ~WeightBudget();
  WeightBudget(const WeightBudget&) = delete;
  WeightBudget& operator=(const WeightBudget&) = delete;
  void take(torch::IntArrayRef shape);

 private:
  std::int64_t left_ = 0;
  std::string path_;
};

/// Uniform within 1 / sqrt(inputs of a unit), as torch initialises linear maps and convolutions.
Tensor initial_weights(torch::IntArrayRef shape, std::int64_t fan_in);

inline constexpr std::int64_t kSamePadding = -1;

/// Convolution without bias (one always follows in the normalisation). Padding: kSamePadding for odd kernels, or zeros
/// to each side along W.
class ConvImpl : public torch::nn::Module {
 public:
  ConvImpl(std::int64_t groups, std::int64_t in, std::int64_t out, std::int64_t kernel_h, std::int64_t kernel_w,
           std::int64_t stride = 1, std::int64_t padding_w = kSamePadding);
  /// x (N, H, W, groups * in) -> (N, H / stride, W / stride, groups * out).
  Tensor forward(const Tensor& x_NHWC);

  Tensor weight;  // (groups * out, in, kernel_h, kernel_w)

 private:
  std::int64_t groups_;
  std::vector<std::int64_t> stride_, padding_;
};
TORCH_MODULE(Conv);

/// The gradients of a convolution of odd width along a sequence, same padding, written out for those who keep no tape:
/// at the input, from dy (N, L, out) and the weight (out, in, 1, taps) -> (N, L, in); and at the weight, from the
/// input (N, L, in) and dy.
Tensor convolution_input_gradient(const Tensor& dy_NLC, const Tensor& weight);
Tensor convolution_weight_gradient(const Tensor& x_NLC, const Tensor& dy_NLC, std::int64_t taps);

/// Nearest relative of a transposed convolution with kernel = stride: every position becomes a block of h x w.
class UpsampleImpl : public torch::nn::Module {
 public:
  UpsampleImpl(std::int64_t in, std::int64_t out, std::int64_t h, std::int64_t w);
  /// x (N, H, W, in) -> (N, H h, W w, out).
  Tensor forward(const Tensor& x_NHWC);

  Tensor weight;  // (in, h * w * out)

 private:
  std::int64_t out_, h_, w_;
};
TORCH_MODULE(Upsample);

/// Batch normalisation over all axes but the last, and the activation after it. Statistics of training are those of the
/// whole batch over all processes.
class NormImpl : public torch::nn::Module {
 public:
  NormImpl(std::int64_t channels, Activation activation, Peers* peers);
  Tensor forward(const Tensor& x);

  Tensor weight, bias, running_mean, running_var;

 private:
  Activation activation_;
  Peers* peers_;
};
TORCH_MODULE(Norm);

/// A linear map in single precision, whatever it is given.
class LinearImpl : public torch::nn::LinearImpl {
 public:
  using torch::nn::LinearImpl::LinearImpl;
  Tensor forward(const Tensor& x) { return torch::nn::LinearImpl::forward(x.to(torch::kFloat32)); }
};
TORCH_MODULE(Linear);

/// G linear maps: x (G, B, in) -> (G, B, out).
class GroupLinearImpl : public torch::nn::Module {
 public:
  GroupLinearImpl(std::int64_t groups, std::int64_t in, std::int64_t out);
  Tensor forward(const Tensor& x_GBI);

  Tensor weight, bias;  // (G, in, out), (G, 1, out)
};
TORCH_MODULE(GroupLinear);

}  // namespace stemloop
