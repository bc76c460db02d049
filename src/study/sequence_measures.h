// Distances between sequences, and between sets of them by their statistics: the parts that sequence_quality.h puts
// together. Sequences are RNA, upper case, A C G U only.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace stemloop {

/// Jensen-Shannon divergence of two distributions in bits: 0 if equal, 1 if disjoint. REQUIRES: equal lengths.
double jensen_shannon(std::span<const double> p, std::span<const double> q);

/// Largest difference between the distribution functions of two samples (Kolmogorov and Smirnov). REQUIRES: not empty.
double kolmogorov_smirnov(std::vector<double> a, std::vector<double> b);

/// For each sequence of `from` the least edit distance / longer length to one of `to`; `left_out`, if not empty, names
/// for each the one of `to` that does not count. 1 if there is none.
std::vector<double> nearest_distances(std::span<const std::string> from, std::span<const std::string> to, int threads,
                                      std::span<const std::size_t> left_out = {});

/// The published nearest-real measure: letters as N A C G U = 0..4, padded with 0 to 121 or the longest sequence; the
/// least mean squared difference to one of `to`. Otherwise as nearest_distances().
std::vector<double> nearest_squares(std::span<const std::string> from, std::span<const std::string> to, int threads,
                                    std::span<const std::size_t> left_out = {});

}  // namespace stemloop
