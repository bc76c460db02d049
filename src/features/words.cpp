#include "features/words.h"

#include "seq/seq.h"

namespace stemloop {

std::vector<double> kmer_shares(std::span<const std::string> sequences, int k) {
  std::vector<double> shares(std::size_t{1} << (2 * static_cast<unsigned>(k)));
  const std::size_t mask = shares.size() - 1;
  double total = 0;
  for (const std::string& sequence : sequences) {
    std::size_t code = 0;
    for (std::size_t i = 0; i < sequence.size(); ++i) {
      code = (code << 2U | static_cast<std::size_t>(base_code(sequence[i]) - kBaseA)) & mask;
      if (i + 1 < static_cast<std::size_t>(k)) continue;
      ++shares[code];
      ++total;
    }
  }
  if (total > 0) {
    for (double& share : shares) share /= total;
  }
  return shares;
}

}  // namespace stemloop
