// Rows of symbols as the networks of net/torch/sequences/gan.h take them, and in which order.
#pragma once

#include <span>
#include <vector>

#include "net/neural.h"
#include "net/torch/tensors.h"

namespace stemloop {

inline constexpr std::int64_t kSymbolRowsAtOnce = 256;  // more add nothing to speed

/// Rows of symbols as distributions, (N, L, V).
Tensor one_hot_rows(const SymbolData& data, std::span<const std::int64_t> records, std::int64_t symbols,
                    torch::Device device);
/// All records.
Tensor one_hot_rows(const SymbolData& data, std::int64_t symbols, torch::Device device);

/// The records of an epoch in an order of its own.
std::vector<std::int64_t> epoch_order(std::int64_t records, std::uint64_t seed, std::int64_t epoch);

/// Error unless the processes can share a batch evenly and there are records for one.
void check_batch(std::int64_t batch, std::int64_t records, const Peers& peers);

}  // namespace stemloop
