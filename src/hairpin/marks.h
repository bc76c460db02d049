// What is known of a precursor besides its structure: the two arms, the four cuts, the seed. Positions count from 0; a
// span is [begin, end).
//
//            5p arm              cuts are named by the base before which they lie:
//        |-------------|         0 Drosha 5', 1 Dicer 5', 2 Dicer 3', 3 Drosha 3'
//   5' --0=============1--
//   3' --3=============2--
//            3p arm
#pragma once

#include <array>

namespace stemloop {

struct BaseSpan {
  int begin = -1;
  int end = -1;
  [[nodiscard]] bool known() const { return begin >= 0 && end > begin; }
  [[nodiscard]] bool holds(int i) const { return i >= begin && i < end; }
  bool operator==(const BaseSpan&) const = default;
};

struct HairpinMarks {
  BaseSpan five_prime;
  BaseSpan three_prime;
  BaseSpan seed;                               // bases 2 to 8 of the guide
  std::array<int, 4> cuts = {-1, -1, -1, -1};  // -1: not told
  [[nodiscard]] bool any() const { return five_prime.known() || three_prime.known(); }
};

enum class GuideArm { kNotTold, kFivePrime, kThreePrime };

/// Arms with their ends as cuts, and the guide's bases 2 to 8 as the seed.
inline HairpinMarks marks_of_arms(BaseSpan five_prime, BaseSpan three_prime, GuideArm guide = GuideArm::kNotTold) {
  HairpinMarks marks{
      five_prime, three_prime, {}, {five_prime.begin, five_prime.end, three_prime.begin, three_prime.end}};
  const BaseSpan arm = guide == GuideArm::kFivePrime    ? five_prime
                       : guide == GuideArm::kThreePrime ? three_prime
                                                        : BaseSpan{};
  if (arm.known() && arm.end - arm.begin >= 8) marks.seed = {arm.begin + 1, arm.begin + 8};
  return marks;
}

}  // namespace stemloop
