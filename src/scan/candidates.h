// Candidates of a stretch of genome: the stem-loops of both strands that have the shape of a precursor, each with the
// letters around it, and what a judge says of them.
//
// Positions on the genome count from 0 on the forward strand, [begin, end). Letters of a candidate are RNA, 5' to 3' on
// its own strand.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fold/fold.h"
#include "fold/local.h"

namespace stemloop {

struct CandidateOptions {
  LocalOptions local{.rival_overlap = 67, .least_stacking = 26};
  double shape = -2.95;  // lowest shape_score() that is judged
  int flank = 30;        // letters that a judge sees on either side of the stem-loop, as far as there are,
  int reach = 70;        // and on either side of the middle of its loop
  bool reverse = true;   // the other strand too
};

struct Candidate {
  std::int64_t begin = 0;  // of the stem-loop
  std::int64_t end = 0;
  bool reverse = false;
  std::string window;       // the stem-loop and letters around it
  LocalStemLoop stem_loop;  // positions in the window
  double shape = 0;
};

/// [begin, end) in a candidate's window; begin < 0 if there is none.
struct Stretch {
  int begin = -1;
  int end = -1;
};

/// What is said of a candidate: how likely it is a precursor, from where to where, and its arms.
struct Judgement {
  double probability = 0;
  Stretch hairpin;
  Stretch five, three;
};

/// Judges the candidates of a tile, one answer each, in order. REQUIRES: may be called from several threads at once.
using CandidateJudge = std::function<std::vector<Judgement>(std::span<const Candidate>)>;

/// A stretch of a contig with what surrounds it. Candidates belong to it if the middle of their terminal loop lies in
/// [core_begin, core_end).
struct Tile {
  int contig = 0;
  int number = 0;  // among the tiles of the contig
  std::int64_t core_begin = 0;
  std::int64_t core_end = 0;
  std::int64_t offset = 0;  // of the first letter
  std::string letters;      // RNA; whatever is not one of ACGU ends a fold
};

/// One worker's memory for finding candidates.
class CandidateFinder {
 public:
  CandidateFinder(std::shared_ptr<const Model> model, const CandidateOptions& options);

  /// The candidates of a tile by begin, end and strand. They are the same wherever tiles are cut, as long as a tile has
  /// 2 span + flank letters before and behind its core or the contig ends.
  std::vector<Candidate> find(const Tile& tile);

  [[nodiscard]] double fold_seconds() const { return fold_seconds_; }  // CPU of this thread
  [[nodiscard]] double shape_seconds() const { return shape_seconds_; }
  [[nodiscard]] std::int64_t folded() const { return folded_; }  // stem-loops before the shape was looked at

 private:
  void find_in_run(const Tile& tile, std::size_t from, std::string_view run, std::vector<Candidate>& found);

  std::shared_ptr<const Model> model_;
  CandidateOptions options_;
  LocalFolder folder_;
  double fold_seconds_ = 0;
  double shape_seconds_ = 0;
  std::int64_t folded_ = 0;
};

/// Of letters ACGU.
std::string reverse_complement(std::string_view rna);

/// CPU seconds of the calling thread.
double thread_seconds();

}  // namespace stemloop
