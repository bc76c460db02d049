// What a strand could pair with itself at all, before any energy is computed: the best alignment of the strand with its
// own reverse complement through every pair (i, j), in a few bits a cell. Local folding leaves out pairs that no good
// alignment runs through. Private to fold/.
//
//   inside(i,j)  = max(0, inside(i+1,j-1) + w(i,j), inside(i+1,j) - gap, inside(i,j-1) - gap)
//   outside(i,j) = max(0, outside(i-1,j+1) + w(i-1,j+1), outside(i-1,j) - gap, outside(i,j+1) - gap)
//   w = 3 for GC, 2 for AU, 1 for GU, else -mismatch;    through = inside + outside
//
// Only pairs closer than the span count, so a cell depends on letters less than the span away from it.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "fold/local_fill.h"

namespace stemloop {

inline constexpr int kStackGc = 3, kStackAu = 2, kStackGu = 1, kStackMismatch = 2, kStackGap = 4;
inline constexpr int kMostStacking = 120;    // scores are cut off there, so that two of them fit into a byte
inline constexpr int kStackingBlock = 2048;  // rows worked off at once

/// Tables of a block of rows, by d = j - i: entry k of row d is the pair (origin + k, origin + k + d).
struct StackingFill {
  const std::uint8_t* letter = nullptr;  // one bit a letter: A, C, G, U; 0 for others. From here on, of column 0
  const std::uint8_t* gc = nullptr;      // the bit that makes a GC pair with the letter here, likewise AU and GU
  const std::uint8_t* au = nullptr;
  const std::uint8_t* gu = nullptr;
  int columns = 0;  // a multiple of 64
  int stride = 0;
  int span = 0;
  int least = 0;
  std::uint8_t* table = nullptr;  // inside(), then 1 where through() >= least
  std::uint8_t* outside[3] = {};  // rows, entry -1 readable
};

/// Says of the pairs of a strand whether they are worth folding, block after block.
// NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming): names within the compiler's own copy
class StackingFilter {
 public:
  StackingFilter(int span, int least) : span_(span), least_(least) {}
  void prepare(const Base* base, int length);
  /// Tells `local` what rows [from, to) are worth. REQUIRES: to - from <= kStackingBlock.
  void fill(int from, int to, LocalFill& local);

 private:
  int span_;
  int least_;
  std::vector<std::uint8_t> letter_, partner_[3], table_, outside_[3];
};

/// The plain twin: the formulas above, cell by cell. Entry i * span + d says whether (i, i + d) is worth folding.
std::vector<std::uint8_t> stacking_plain(const Base* base, int length, int span, int least);

}  // namespace stemloop
