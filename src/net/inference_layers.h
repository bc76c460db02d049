// The layers of a trained network in use: weights as they lie in its file, laid out once for the kernels of
// net/kernels.h. Everything runs in the thread that calls it; the sums of a row do not depend on the rows beside it.
// Sequences are channels-last; a number of places after "rows" is that of the leading places that are wanted.
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "data/data.h"
#include "net/kernels.h"

namespace stemloop {

/// Memory of a thread that grows to the largest size asked for.
float* room(std::vector<float>& buffer, std::int64_t size);

/// The numbers of a tensor, F32 and of this shape. Error naming the file and the tensor otherwise.
std::span<const float> stored_floats(const TensorFile& file, const std::string& path, const std::string& tensor,
                                     std::span<const std::int64_t> shape);

/// What follows a product: x * scale + shift, channel by channel, and an activation.
struct Finish {
  std::vector<float> scale, shift;
  Activation activation = Activation::kNone;

  /// In place, over `rows` rows of as many floats as there are channels.
  void operator()(float* x, std::int64_t rows) const;
};

/// A bias, padded with zeros to a number of channels.
Finish add_bias(std::span<const float> bias, std::int64_t channels, Activation activation);
/// The normalisation called `name` (of all groups side by side), as one group applies it with its own statistics.
Finish normalisation(const TensorFile& file, const std::string& path, const std::string& name, std::int64_t groups,
                     std::int64_t group, std::int64_t channels, Activation activation);

/// y = x W. Columns of W are padded with zeros to a multiple of 16. They lie in panels of 64; of each panel the rows
/// below its last that is not all zeros are left out, half of them in the triangular matrices of the flows.
class Product {
 public:
  Product() = default;
  /// `weight` holds element (row, column) at row * row_step + column * column_step.
  Product(const float* weight, std::int64_t rows, std::int64_t columns, std::int64_t row_step,
          std::int64_t column_step);
  /// Rows of x lie `step` floats apart, those of y columns() floats.
  void operator()(const float* x, std::int64_t step, std::int64_t rows, float* y) const;
  [[nodiscard]] std::int64_t columns() const { return columns_; }

 private:
  struct Panel {
    std::int64_t first = 0, width = 0, rows = 0;
    std::vector<float> weight;  // (rows, width)
  };
  std::int64_t columns_ = 0;
  std::vector<Panel> panels_;
};

/// Several sequences of one shape in memory.
struct Sequences {
  float* first = nullptr;
  std::int64_t step = 0;  // floats from one to the next
  std::int64_t length = 0, channels = 0;
  [[nodiscard]] float* at(std::int64_t number) const { return first + number * step; }
};

/// Convolution of width 5, stride 1 and as many outputs as inputs, by Winograd's F(4, 5).
class Convolution {
 public:
  Convolution() = default;
  /// `weight` (out, in, 5). REQUIRES: in and out are multiples of 16.
  Convolution(std::span<const float> weight, std::int64_t in, std::int64_t out);

  /// Memory of one thread.
  struct Scratch {
    std::vector<float> inputs, products;
  };
  /// The first wanted[i] places of y's sequence i, and up to three more; then calls finished(i). Reads up to five
  /// places of x behind those wanted, zeros beyond its length.
  template <class Finished>
  void operator()(const Sequences& x, const Sequences& y, std::span<const std::int64_t> wanted, Scratch& scratch,
                  Finished finished) const {
    std::size_t begin = 0;
    while (begin < wanted.size()) {
      const std::size_t end = run(x, y, wanted, begin, scratch);
      for (; begin < end; ++begin) finished(static_cast<std::int64_t>(begin));
    }
  }

 private:
  // As many sequences from `begin` as fill a run of tiles; returns the first that is left.
  std::size_t run(const Sequences& x, const Sequences& y, std::span<const std::int64_t> wanted, std::size_t begin,
                  Scratch& scratch) const;

  std::int64_t in_ = 0, out_ = 0;
  std::array<Product, kTileInputs> filters_;
};

}  // namespace stemloop
