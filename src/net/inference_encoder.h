// The encoder of one latent space in use (columns backbone): stem, residual blocks, heads and flow, as DivaNet in
// net/torch/diva/diva.h has them for all spaces side by side.
//
// Hairpins fill 45 of a picture's 100 columns, in the middle. Behind them the picture is blank, and so is, a few
// columns further on, what every layer makes of it: the same numbers for every hairpin. They are computed once, and of
// a hairpin only the places that its columns can reach.
#pragma once

#include "hairpin/hairpin.h"
#include "net/config.h"
#include "net/inference_layers.h"

namespace stemloop {

struct EncoderWeights;  // where they are read from

class LatentEncoder {
 public:
  /// The encoder of latent space `group`. Error naming `path` if a weight is missing or of another shape.
  LatentEncoder(const DivaConfig& config, const TensorFile& weights, const std::string& path, std::int64_t group);

  /// Memory of one thread.
  struct Scratch {
    std::vector<float> sequences[3], skip, features, heads, context, hidden[2], shift_scale[2];
    Convolution::Scratch convolution;
  };
  /// To rows of `latent` floats each: mean, standard deviation, and the flow's output from the mean.
  void operator()(std::span<const Picture> pictures, Scratch& scratch, float* mu, float* sigma, float* z) const;

 private:
  struct Residual {
    std::int64_t length = 0, in = 0, out = 0;  // length of the output
    bool half = false;
    Convolution first, second;
    Product first_half, skip;  // where stride is 2
    Finish middle, last;
  };
  struct Network {  // MADE: three masked products
    Product product[3];
    Finish finish[3];
  };

  // The constructor's work, see inference_weights.cpp.
  void read_stem(const EncoderWeights& from);
  std::int64_t read_residuals(const EncoderWeights& from);  // returns the length of the last one's output
  Residual read_residual(const EncoderWeights& from, std::int64_t in, std::int64_t out, bool half, std::int64_t length);
  void read_heads(const EncoderWeights& from, std::int64_t length);
  void read_codes(const EncoderWeights& from);
  void read_flow(const EncoderWeights& from);

  // Calls layer(number, its output) after each; with `whole` every place is computed.
  template <class Layer>
  void convolve(std::span<const Picture> pictures, bool whole, Scratch& scratch, Layer layer) const;
  void stem(const Picture& picture, std::int64_t wanted, float* y) const;
  void add_letters(const Picture& picture, float* mu) const;
  void add_bonds(const Picture& picture, float* z) const;
  void flow(std::int64_t rows, Scratch& scratch, float* z) const;

  std::int64_t latent_, width_;
  std::vector<float> stem_;  // (5 taps, 39 inputs, width)
  Finish stem_finish_;
  std::vector<Residual> residuals_;
  std::vector<std::vector<float>> blank_;  // of a picture without bars, by layer
  std::vector<float> letters_;             // (100, 12, latent), or none
  std::vector<float> bond_code_;           // (200, latent) of z_m, or none
  Product heads_, context_;
  Finish heads_finish_, context_finish_;
  std::vector<std::array<Network, 2>> flow_;  // blocks of s and t
};

/// A stored network, of which one group of channels is wanted.
struct EncoderWeights {
  const DivaConfig& config;
  const TensorFile& file;
  const std::string& path;
  std::int64_t group;

  /// This group's part of a tensor whose first axis goes through all groups, in each of which are `parts`.
  [[nodiscard]] std::span<const float> floats(const std::string& name, const std::vector<std::int64_t>& shape,
                                              std::int64_t parts = 1, std::int64_t part = 0) const;
  [[nodiscard]] Finish norm(const std::string& name, std::int64_t channels) const;
};

}  // namespace stemloop
