#include "net/read_out.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "net/hairpin_reader.h"
#include "util/util.h"

namespace stemloop {

namespace {

double highest_of(std::span<const float> p) { return *std::max_element(p.begin(), p.end()); }

// How much more probable a bar is than none.
double bar_gain(const Bar& bar) {
  const double with = highest_of(bar.colour.first(kBarColours)) + highest_of(bar.height.subspan(bar.first_class));
  const double colour_blank =
      bar.colour.size() > kBarColours ? bar.colour[kBarColours] : highest_of(bar.colour.first(kBarColours));
  return with - (colour_blank + bar.height[0]);
}

}  // namespace

double standard_normal(Random& random) {
  const double u = 1 - random.uniform();
  return std::sqrt(-2 * std::log(u)) * std::cos(2 * M_PI * random.uniform());
}

bool wants_log_probabilities(const ReadOut& how) { return how.hairpin || how.temperature > 0; }

std::vector<Picture> read_out(const DivaConfig& config, const BarScores& scores, const ReadOut& how) {
  const bool columns = config.backbone == "columns";
  std::vector<Picture> pictures(static_cast<std::size_t>(scores.records));
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    Random random(how.seed, how.first_item + i);
    const auto bar = [&](int strand, int x) {
      const auto at = static_cast<std::int64_t>(i) * kPictureColumns + x;
      const auto colour = scores.colour[strand].at(at), height = scores.height[strand].at(at);
      // columns: class = pixels, 13 or 12 at most; picture: class k is k + 1 pixels, the bottom half has room for 12.
      if (columns) return Bar{colour, height, 2, 0};
      return Bar{colour, strand == 0 ? height : height.first(kBottomRows), 1, 1};
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
    if (how.hairpin) {
      std::vector<Bar> strands[2];
      for (int strand = 0; strand < 2; ++strand) {
        for (int x = 0; x < width; ++x) strands[strand].push_back(bar(strand, x));
      }
      const auto [sequence, structure] = read_hairpin(strands[0], strands[1], how.temperature, random);
      if (!sequence.empty()) {
        pictures[i] = draw_picture(lay_out(sequence, structure).columns);
        continue;
      }
    }
    for (int strand = 0; strand < 2; ++strand) {
      for (int x = 0; x < width; ++x) {
        const Bar b = bar(strand, x);
        pictures[i].colour[strand][x] =
            static_cast<std::uint8_t>(choose(b.colour.first(kBarColours), how.temperature, random));
        const int height = b.first_class + choose(b.height.subspan(b.first_class), how.temperature, random);
        pictures[i].height[strand][x] = static_cast<std::uint8_t>(height + b.pixels_less);
      }
    }
  }
  return pictures;
}

}  // namespace stemloop
