#include "hairpin/features.h"

#include <algorithm>

#include "util/util.h"

namespace stemloop {

const std::array<const char*, kFeatureCount> kFeatureNames = {"presence_terminal_loop",
                                                              "start_loop_upperhalf_col",
                                                              "highest_point_loop_upperhalf_row",
                                                              "highest_point_loop_upperhalf_col",
                                                              "loop_length",
                                                              "loop_width",
                                                              "gap_start",
                                                              "palindrome_score",
                                                              "asymmetric",
                                                              "large_asymmetric_bulge",
                                                              "largest_asym_bulge_strand_location",
                                                              "largest_asym_bulge_sequence_location",
                                                              "stem_begin",
                                                              "stem_end",
                                                              "stem_length",
                                                              "total_length",
                                                              "base_pairs_in_stem",
                                                              "base_pairs_wobbles_in_stem",
                                                              "AU_pair_begin_maturemiRNA",
                                                              "UGU"};

namespace {

enum class Pair { kNone, kStrong, kWeak, kWobble };  // none, CG, AU, GU

// The picture with columns outside it read as blank.
class View {
 public:
  explicit View(const Picture& picture) : picture_(picture), width_(picture.width()) {}

  [[nodiscard]] int width() const { return width_; }
  [[nodiscard]] int colour(int strand, int x) const { return inside(x) ? picture_.colour[strand][x] : int{kBlank}; }
  [[nodiscard]] int height(int strand, int x) const { return inside(x) ? picture_.height[strand][x] : 0; }
  /// Both bars as the bottom half can show them: a full top bar has 13 pixels, a full bottom bar 12.
  [[nodiscard]] int top_clipped(int x) const { return std::min(height(0, x), kBottomRows); }

  [[nodiscard]] Pair pair(int x) const {
    const int low = std::min(colour(0, x), colour(1, x));
    const int high = std::max(colour(0, x), colour(1, x));
    const int pixels = height(0, x) == height(1, x) ? height(0, x) : 0;
    if (low == kRed && high == kBlue && pixels == 2) return Pair::kStrong;
    if (low == kGreen && high == kYellow && pixels == 3) return Pair::kWeak;
    if (low == kRed && high == kGreen && pixels == 4) return Pair::kWobble;
    return Pair::kNone;
  }

 private:
  [[nodiscard]] bool inside(int x) const { return x >= 0 && x < width_; }
  const Picture& picture_;
  int width_;
};

void loop_features(const View& v, HairpinFeatures& f) {
  constexpr int kNoPairAtAll = 4;  // what the reference gives when no column pairs
  int start = kNoPairAtAll;
  for (int x = 0; x < v.width(); ++x) {
    if (v.pair(x) == Pair::kNone) continue;
    start = x - 1;
    break;
  }
  int highest = 1;  // with an empty range the reference's row 12
  int column = start;
  if (start > 0) {
    highest = 0;
    for (int x = 0; x < start; ++x) {  // the last column of the loop is left out, as published
      if (v.height(0, x) < highest) continue;
      highest = v.height(0, x);
      column = x;
    }
  }
  const int row = kTopRows - highest;
  const int low = kTopRows + v.height(1, column);
  f.start_loop_upperhalf_col = start;
  f.highest_point_loop_upperhalf_row = row;
  f.highest_point_loop_upperhalf_col = column;
  f.loop_length = low == kPictureRows - 1 && row == 0 ? kPictureRows : low - row;
  f.loop_width = start + 1;
}

void gap_feature(const View& v, HairpinFeatures& f) {
  const int strand = v.colour(0, 0) == kBlack ? 0 : 1;
  int run = 0;
  while (v.colour(strand, run) == kBlack) ++run;
  f.gap_start = run;
}

void symmetry_features(const View& v, HairpinFeatures& f) {
  constexpr double kAsymmetric = 0.6;
  if (v.width() == 0) return;
  int equal = 0;
  for (int x = 0; x < v.width(); ++x) equal += v.top_clipped(x) == v.height(1, x) ? 1 : 0;
  f.palindrome_score = static_cast<double>(equal) / v.width();
  f.asymmetric = static_cast<double>(v.width() - equal) / v.width() > kAsymmetric;
}

void bulge_features(const View& v, HairpinFeatures& f) {
  constexpr int kGapHeight = 2;
  const auto lower = [&](int x) { return v.top_clipped(x) == kGapHeight && v.height(1, x) == kBottomRows; };
  const auto upper = [&](int x) { return v.top_clipped(x) == kBottomRows && v.height(1, x) == kGapHeight; };
  int longest = 0;
  for (int begin = 0; begin < v.width();) {
    int end = begin;
    while (end < v.width() && (lower(end) || upper(end))) ++end;
    if (end - begin > longest && end < v.width()) {
      longest = end - begin;
      f.large_asymmetric_bulge = longest;
      f.largest_asym_bulge_strand = upper(begin) ? "upper" : "lower";
      f.largest_asym_bulge_sequence_location = begin + longest / 2;
    }
    begin = end + 1;
  }
}

void stem_features(const View& v, HairpinFeatures& f) {
  const int last = v.width() - 1;
  f.stem_begin = last;
  f.total_length = last;
  f.stem_end = f.presence_terminal_loop ? *f.loop_width : 0;
  f.stem_length = last - f.stem_end;
  // The stem is taken to begin at the last column of the loop, which never pairs: the ratios stay below 1.
  const int begin = f.presence_terminal_loop ? *f.start_loop_upperhalf_col : 0;
  int pairs = 0;
  int wobbles = 0;
  for (int x = std::max(begin, 0); x <= last; ++x) {
    const Pair pair = v.pair(x);
    pairs += pair == Pair::kStrong || pair == Pair::kWeak ? 1 : 0;
    wobbles += pair == Pair::kWobble ? 1 : 0;
  }
  if (last - begin > 0) {
    f.base_pairs_in_stem = static_cast<double>(pairs) / (last - begin);
    f.base_pairs_wobbles_in_stem = static_cast<double>(pairs + wobbles) / (last - begin);
  }
}

void motif_features(const View& v, HairpinFeatures& f) {
  constexpr int kMatureFrom = 18;
  constexpr int kMatureTo = 25;
  for (int k = kMatureFrom; k < kMatureTo; ++k) {
    const int x = v.width() - 1 - k;
    if (v.pair(x) == Pair::kWeak && v.pair(x - 1) == Pair::kWeak) f.au_pair_begin_mature = true;
  }
  if (!f.presence_terminal_loop) return;
  for (int x = *f.highest_point_loop_upperhalf_col; x <= *f.start_loop_upperhalf_col + 3; ++x) {
    const int first = v.colour(0, x);
    const int second = v.colour(0, x + 1);
    const int third = v.colour(0, x + 2);
    if (first == third && ((first == kGreen && second == kRed) || (first == kRed && second == kGreen))) f.ugu = true;
  }
}

std::string cell(bool value) { return value ? "True" : "False"; }
std::string cell(const std::optional<double>& value) { return value ? shortest(*value) : ""; }
std::string cell(const std::optional<int>& value) { return value ? shortest(*value) : ""; }

}  // namespace

HairpinFeatures hairpin_features(const Picture& picture) {
  const View v(picture);
  HairpinFeatures f;
  f.presence_terminal_loop = v.width() > 0 && v.colour(0, 0) != kBlack && v.colour(1, 0) != kBlack;
  if (f.presence_terminal_loop) {
    loop_features(v, f);
  } else {
    gap_feature(v, f);
  }
  symmetry_features(v, f);
  bulge_features(v, f);
  stem_features(v, f);
  motif_features(v, f);
  return f;
}

std::array<std::string, kFeatureCount> feature_cells(const HairpinFeatures& f) {
  return {cell(f.presence_terminal_loop),
          cell(f.start_loop_upperhalf_col),
          cell(f.highest_point_loop_upperhalf_row),
          cell(f.highest_point_loop_upperhalf_col),
          cell(f.loop_length),
          cell(f.loop_width),
          cell(f.gap_start),
          cell(f.palindrome_score),
          cell(f.asymmetric),
          cell(f.large_asymmetric_bulge),
          f.largest_asym_bulge_strand.value_or(""),
          cell(f.largest_asym_bulge_sequence_location),
          fmt::format("{}", f.stem_begin),
          fmt::format("{}", f.stem_end),
          fmt::format("{}", f.stem_length),
          fmt::format("{}", f.total_length),
          cell(f.base_pairs_in_stem),
          cell(f.base_pairs_wobbles_in_stem),
          cell(f.au_pair_begin_mature),
          cell(f.ugu)};
}

}  // namespace stemloop
