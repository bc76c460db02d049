#include "scan/decoy.h"

#include <cctype>
#include <cmath>

#include "data/shuffle.h"
#include "util/hash.h"
#include "util/util.h"

namespace stemloop {

namespace {

std::uint64_t seed_of(std::uint64_t seed, std::string_view contig) { return fnv1a(contig, kFnvStart ^ seed); }

char upper(char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); }

bool is_base(char c) {
  c = upper(c);
  return c == 'A' || c == 'C' || c == 'G' || c == 'U';
}

}  // namespace

Tile decoy_of(const Tile& tile, std::string_view contig, std::uint64_t seed, int replicate) {
  Tile decoy = tile;
  std::string& s = decoy.letters;
  const std::uint64_t own_seed = seed_of(seed, contig);
  for (std::size_t window = 0; window < s.size(); window += kDecoyWindow) {
    const auto place = static_cast<std::uint64_t>((tile.offset + static_cast<std::int64_t>(window)) / kDecoyWindow);
    Random random(own_seed, place * 64 + static_cast<std::uint64_t>(replicate));
    const std::size_t end = std::min(s.size(), window + kDecoyWindow);
    for (std::size_t from = window; from < end;) {
      std::size_t to = from;
      std::string run;
      while (to < end && is_base(s[to])) run += upper(s[to++]);
      if (run.size() > 1) {
        run = shuffle_dinucleotides(run, random);
        for (std::size_t k = 0; k < run.size(); ++k) {
          const bool masked = std::islower(static_cast<unsigned char>(s[from + k])) != 0;
          s[from + k] = masked ? static_cast<char>(std::tolower(run[k])) : run[k];
        }
      }
      from = to + 1;
    }
  }
  return decoy;
}

int decoys_of_tile(double share, std::string_view contig, std::int64_t number, std::uint64_t seed) {
  const double whole = std::floor(share);
  Random random(seed_of(seed, contig) ^ 0x9e3779b97f4a7c15U, static_cast<std::uint64_t>(number));
  return static_cast<int>(whole) + (random.uniform() < share - whole ? 1 : 0);
}

}  // namespace stemloop
