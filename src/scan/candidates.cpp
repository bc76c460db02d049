#include "scan/candidates.h"

#include <time.h>

#include <algorithm>
#include <tuple>

#include "scan/shape.h"
#include "util/util.h"

namespace stemloop {

namespace {

bool is_letter(char c) { return c == 'A' || c == 'C' || c == 'G' || c == 'U'; }

}  // namespace

std::string reverse_complement(std::string_view rna) {
  std::string result(rna.rbegin(), rna.rend());
  for (char& c : result) c = c == 'A' ? 'U' : c == 'C' ? 'G' : c == 'G' ? 'C' : 'A';
  return result;
}

double thread_seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

CandidateFinder::CandidateFinder(std::shared_ptr<const Model> model, const CandidateOptions& options)
    : model_(std::move(model)), options_(options), folder_(model_, options.local) {}

std::vector<Candidate> CandidateFinder::find(const Tile& tile) {
  std::vector<Candidate> found;
  const std::string& s = tile.letters;
  for (std::size_t from = 0; from < s.size();) {
    if (!is_letter(s[from])) {
      ++from;
      continue;
    }
    std::size_t to = from;
    while (to < s.size() && is_letter(s[to])) ++to;
    find_in_run(tile, from, std::string_view(s).substr(from, to - from), found);
    from = to;
  }
  std::sort(found.begin(), found.end(), [](const Candidate& a, const Candidate& b) {
    return std::tie(a.begin, a.end, a.reverse, a.stem_loop.loop_open) <
           std::tie(b.begin, b.end, b.reverse, b.stem_loop.loop_open);
  });
  return found;
}

// Both strands of a run of letters that begins at `from` of the tile.
void CandidateFinder::find_in_run(const Tile& tile, std::size_t from, std::string_view run,
                                  std::vector<Candidate>& found) {
  const auto length = static_cast<std::int64_t>(run.size());
  if (length < options_.local.min_length) return;
  const std::int64_t start = tile.offset + static_cast<std::int64_t>(from);
  for (const bool reverse : {false, true}) {
    if (reverse && !options_.reverse) break;
    const std::string strand = reverse ? reverse_complement(run) : std::string(run);
    const double before = thread_seconds();
    std::vector<LocalStemLoop> loops = folder_.stem_loops(strand);
    const double folded = thread_seconds();
    fold_seconds_ += folded - before;
    for (LocalStemLoop& t : loops) {
      // Twice the middle of the loop, on the forward strand.
      const std::int64_t place = t.loop_open + t.loop_close;
      const std::int64_t middle = reverse ? 2 * (start + length - 1) - place : 2 * start + place;
      if (middle < 2 * tile.core_begin || middle >= 2 * tile.core_end) continue;
      ++folded_;
      Candidate c;
      c.shape = shape_score(model_->energy, t, std::string_view(strand).substr(t.begin, t.end - t.begin));
      if (c.shape < options_.shape) continue;
      c.reverse = reverse;
      c.begin = reverse ? start + length - t.end : start + t.begin;
      c.end = c.begin + (t.end - t.begin);
      const int centre = static_cast<int>(place / 2);
      const int from_here = std::max(0, std::min(t.begin - options_.flank, centre - options_.reach));
      const int to_here = std::min(static_cast<int>(length), std::max(t.end + options_.flank, centre + options_.reach));
      c.window = strand.substr(from_here, to_here - from_here);
      for (int* at : {&t.begin, &t.end, &t.loop_open, &t.loop_close}) *at -= from_here;
      c.stem_loop = std::move(t);
      found.push_back(std::move(c));
    }
    shape_seconds_ += thread_seconds() - folded;
  }
}

}  // namespace stemloop
