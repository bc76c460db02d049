// Stem-loops of a strand: the fast algorithm and its plain twin name the same ones, whatever the letters and options.
// The first bytes set the options, the others are letters.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "fold/fold.h"
#include "fold/local.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stemloop;
  constexpr std::size_t kLongest = 120, kOptions = 4;  // the twin takes n span 30^2
  if (size <= kOptions || size > kLongest) return 0;
  static const auto model = make_model(load_parameters("turner2004"), {});
  LocalOptions options;
  options.span = 20 + data[0] % 100;
  options.min_length = std::min(5 + data[1] % 40, options.span);
  options.length_cost = data[1] / 40 * 5;
  options.bound = -1000 + 20 * data[2];
  options.rival_overlap = data[3] % 101;
  options.least_stacking = data[3] > 100 ? data[3] % 30 : 0;
  std::string piece;
  for (std::size_t i = kOptions; i < size; ++i) piece += "ACGUGCGCN"[data[i] % 9];
  LocalFolder folder(model, options);
  const auto fast = folder.stem_loops(piece);
  const auto plain = stem_loops_plain(*model, options, piece);
  if (fast.size() != plain.size()) std::abort();
  for (std::size_t k = 0; k < fast.size(); ++k) {
    const LocalStemLoop &a = fast[k], &b = plain[k];
    if (a.begin != b.begin || a.end != b.end || a.loop_open != b.loop_open || a.loop_close != b.loop_close ||
        a.energy != b.energy || a.score != b.score || a.structure != b.structure)
      std::abort();
  }
  return 0;
}
