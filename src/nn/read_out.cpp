#include "nn/read_out.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace stemloop {

namespace {

constexpr int kBarColours = 5;

// Log-probabilities of one bar: colours 0 to 4 (and no bar), heights by class.
struct Bar {
  std::span<const float> colour;
  std::span<const float> height;
  int first_class;  // of a bar: the first that is two pixels
  int pixels_less;  // pixels - class
};

int best(std::span<const float> p) { return static_cast<int>(std::max_element(p.begin(), p.end()) - p.begin()); }

int choose(std::span<const float> log_p, const ReadOut& how, Random& random) {
  if (how.temperature <= 0) return best(log_p);
  const float highest = *std::max_element(log_p.begin(), log_p.end());
  double sum = 0;
  std::vector<double> weights;
  for (const float l : log_p) {
    weights.push_back(std::exp((l - highest) / how.temperature));
    sum += weights.back();
  }
  double left = random.uniform() * sum;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    left -= weights[i];
    if (left < 0) return static_cast<int>(i);
  }
  return best(log_p);
}

double highest(std::span<const float> p) { return *std::max_element(p.begin(), p.end()); }

// How much more probable a bar is than none.
double bar_gain(const Bar& bar) {
  const double with = highest(bar.colour.first(kBarColours)) + highest(bar.height.subspan(bar.first_class));
  const double colour_blank = bar.colour.size() > kBarColours ? bar.colour[kBarColours] : highest(bar.colour.first(kBarColours));
  return with - (colour_blank + bar.height[0]);
}

}  // namespace

double standard_normal(Random& random) {
  const double u = 1 - random.uniform();
  return std::sqrt(-2 * std::log(u)) * std::cos(2 * M_PI * random.uniform());
}

std::vector<Picture> read_out(const DivaConfig& config, const BarLogits& logits, const ReadOut& how) {
  const BarLogits log_p = log_probabilities(logits);
  const Tensor colour = log_p.colour.to(torch::kCPU).contiguous();
  const Tensor top = log_p.top.to(torch::kCPU).contiguous();
  const Tensor bottom = log_p.bottom.to(torch::kCPU).contiguous();
  const auto row = [](const Tensor& t, std::int64_t index) {
    const auto width = static_cast<std::size_t>(t.size(-1));
    return std::span<const float>(t.data_ptr<float>() + index * t.size(-1), width);
  };
  const bool columns = config.backbone == "columns";
  std::vector<Picture> pictures(static_cast<std::size_t>(colour.size(0)));
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    Random random(how.seed, how.first_item + i);
    const auto bar = [&](int strand, int x) {
      const auto at = static_cast<std::int64_t>(i) * kPictureColumns + x;
      const auto height = row(strand == 0 ? top : bottom, at);
      // columns: class = pixels, 13 or 12 at most; picture: class k is k + 1 pixels, the bottom half has room for 12.
      if (columns) return Bar{row(colour, 2 * at + strand), height, 2, 0};
      return Bar{row(colour, 2 * at + strand), strand == 0 ? height : height.first(kBottomRows), 1, 1};
    };
    int width = 1;
    double gain = 0, best_gain = -std::numeric_limits<double>::infinity();
    for (int x = 0; x < kPictureColumns; ++x) {
      gain += bar_gain(bar(0, x)) + bar_gain(bar(1, x));
      if (gain > best_gain) {
        best_gain = gain;
        width = x + 1;
      }
    }
    for (int strand = 0; strand < 2; ++strand) {
      for (int x = 0; x < width; ++x) {
        const Bar b = bar(strand, x);
        pictures[i].colour[strand][x] = static_cast<std::uint8_t>(choose(b.colour.first(kBarColours), how, random));
        const int height = b.first_class + choose(b.height.subspan(b.first_class), how, random);
        pictures[i].height[strand][x] = static_cast<std::uint8_t>(height + b.pixels_less);
      }
    }
  }
  return pictures;
}

}  // namespace stemloop
