// Words of sequences, counted. Sequences are RNA, upper case, A C G U only.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace stemloop {

/// Shares of the 4^k k-mers in all sequences together, ordered by letters ACGU; zeros if no sequence has k letters.
std::vector<double> kmer_shares(std::span<const std::string> sequences, int k);

}  // namespace stemloop
