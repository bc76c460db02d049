// The network that scores every boundary of a window for each of the four cuts.
//
//   x = sum of the rows the letter's answers pick                         (length, channels)
//   for every layer, dilation d:
//     r = relu(sum_k own_k x[i + k d] + sum_k facing_k x[opposite(i + k)] + bias)
//     x = x + out r + out_bias
//   score of boundary i = before x[i - 1] + behind x[i]                   (length + 1, cuts)
//
// So a letter hears its own strand and the one it faces. All numbers lie in one vector; slices() names them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "arms/cut_window.h"
#include "arms/quadruples.h"

namespace stemloop {

inline constexpr int kOwnTaps = 5, kFacingTaps = 3;
inline constexpr int kHeadColumns = 16;  // what the kernels ask for; the first kCuts are used

struct CutNetworkShape {
  int channels = 32;  // a multiple of 16
  std::vector<int> dilations = {1, 1, 2, 4, 8};
  bool operator==(const CutNetworkShape&) const = default;
};

/// A named part of the parameters.
struct CutSlice {
  std::string name;
  std::vector<std::int64_t> shape;
  std::size_t first = 0, size = 0;
};

struct CutNetwork {
  CutNetworkShape shape;
  std::vector<float> parameters;

  /// All slices in their order: embedding, {own, facing, bias, out, out_bias} of every layer, heads, none, terms.
  [[nodiscard]] std::vector<CutSlice> slices() const;
  [[nodiscard]] CutTerms terms() const {
    return {std::span(parameters).last(static_cast<std::size_t>(CutTerms::kSize))};
  }
  /// Added to the logarithm of the sum over quadruples, it is the log odds of some cuts against none.
  [[nodiscard]] float none() const { return parameters[parameters.size() - CutTerms::kSize - 1]; }
};

/// Where the slices of a layer begin.
struct CutLayerPlaces {
  std::size_t own = 0, facing = 0, bias = 0, out = 0, out_bias = 0;
};
struct CutPlaces {
  std::size_t embedding = 0, heads = 0, none = 0, terms = 0, size = 0;
  std::vector<CutLayerPlaces> layers;
};
CutPlaces places_of(const CutNetworkShape& shape);

/// A network at work on one window after another; owns the memory for it.
class CutForward {
 public:
  /// Scores of all boundaries, kCuts * (length + 1); valid until the next call.
  std::span<const float> run(const CutNetwork& network, const CutWindow& window);

  // What the layers made of the last window, for training: rows of `channels` floats, `margin` rows of zeros before and
  // behind those of x and one before and behind those of facing.
  struct Layer {
    std::vector<float> x, facing, r;
  };
  /// Called behind the embedding (layer -1) and every layer's relu with its rows; training drops some of them.
  using Drop = void (*)(void* context, int layer, std::span<float> rows);
  void set_drop(Drop drop, void* context) { drop_ = drop, context_ = context; }

  [[nodiscard]] int margin() const { return margin_; }
  [[nodiscard]] const std::vector<Layer>& layers() const { return layers_; }  // one more than there are layers

 private:
  int margin_ = 0;
  std::vector<Layer> layers_;
  std::vector<float> heads_, scores_;
  Drop drop_ = nullptr;
  void* context_ = nullptr;
};

/// The plain twin of CutForward: the formula above, term by term.
std::vector<float> cut_scores_plain(const CutNetwork& network, const CutWindow& window);

}  // namespace stemloop
