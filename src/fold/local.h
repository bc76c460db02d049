// Stem-loops of a strand: every interval of at most `span` bases is folded as one unbranched stem-loop (a hairpin loop
// and interior loops, nothing else), exactly, in the nearest-neighbour model of fold.h, and the best intervals are
// named.
//
//   c(i,j)      best energy of [i, j] as a stem-loop closed by (i, j); it depends on the letters of [i, j] alone
//   score(i,j)  c(i,j) + end of the stem + length_cost * (j - i + 1): what a longer stem-loop must earn. Random letters
//               pair too; without a cost per base nearly every best interval would be as long as the span.
//   hairpin     all intervals whose best structures have their terminal loop in one place (the sum of its two ends).
//               Among structures of equal energy the one with the 5'-most loop counts.
//
// A stem-loop is the best-scored interval of its hairpin (ties: shorter, then more to the 5' side) if the score is at
// most `bound` and it has no rival: a better one whose loop lies in the interval and which is nearly the same interval
// (they share more than `rival_overlap` percent of what they cover together). A weaker hairpin beside or inside a
// better one is told too: in a genome chance makes a better fold of half a precursor and its surroundings more often
// than not. Each of these steps looks no further than `span` beyond the interval's ends, so the answer is the same
// whatever lies there. With a filter (least_stacking) they are the best of all stem-loops that have none but the pairs
// it leaves. A branched fold is left to fold.h: a side hairpin counts here as bases of an interior loop (30 at most).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fold/model.h"

namespace stemloop {

struct LocalOptions {
  int span = 160;           // longest stem-loop, 20 to kMaxLocalSpan
  int min_length = 30;      // shortest one that is told
  Energy length_cost = 10;  // a base, 0.01 kcal/mol
  Energy bound = -300;      // highest score that is told, 0.01 kcal/mol
  int rival_overlap = 50;   // percent, 0 to 100
  /// Pairs are left out unless an alignment of the strand with its reverse complement runs through them with at least
  /// this score (stacking.h: a GC pair is 3, AU 2, GU 1, a mismatch -2, a gap -4), 0 to 120; 0: none is left out.
  int least_stacking = 0;
};

inline constexpr int kMaxLocalSpan = 400;

/// A stem-loop at [begin, end) of the piece; begin and end - 1 pair, and so do loop_open and loop_close, the terminal
/// loop's ends. `structure` is the dot-bracket of [begin, end).
struct LocalStemLoop {
  int begin = 0;
  int end = 0;
  int loop_open = 0;
  int loop_close = 0;
  Energy energy = 0;  // c, without the end of the stem
  Energy score = 0;
  std::string structure;
};

class LocalFolder {
 public:
  /// Error if an option is outside its range or the model forbids lonely pairs.
  explicit LocalFolder(std::shared_ptr<const Model> model, const LocalOptions& options = {});
  ~LocalFolder();
  LocalFolder(LocalFolder&&) noexcept;
  LocalFolder& operator=(LocalFolder&&) noexcept;

  /// The stem-loops of `piece` (letters as in fold.h) by their loops' places from 5' to 3'.
  std::vector<LocalStemLoop> stem_loops(std::string_view piece);

 private:
  struct Scratch;
  std::unique_ptr<Scratch> scratch_;
};

/// The plain twin: every interval folded by itself, every interior loop visited; O(n span 30^2), for tests.
std::vector<LocalStemLoop> stem_loops_plain(const Model& model, const LocalOptions& options, std::string_view piece);

}  // namespace stemloop
