#include "net/torch/sequences/symbol_rows.h"

#include <numeric>

namespace stemloop {

Tensor one_hot_rows(const SymbolData& data, std::span<const std::int64_t> records, std::int64_t symbols,
                    torch::Device device) {
  const Tensor rows_NLV = torch::zeros({static_cast<std::int64_t>(records.size()), data.length, symbols});
  auto* to = rows_NLV.data_ptr<float>();
  for (const std::int64_t record : records) {
    for (const std::uint8_t symbol : data.row(record)) {
      to[symbol] = 1;
      to += symbols;
    }
  }
  return rows_NLV.to(device);
}

Tensor one_hot_rows(const SymbolData& data, std::int64_t symbols, torch::Device device) {
  std::vector<std::int64_t> all(static_cast<std::size_t>(data.size()));
  std::iota(all.begin(), all.end(), std::int64_t{0});
  return one_hot_rows(data, all, symbols, device);
}

std::vector<std::int64_t> epoch_order(std::int64_t records, std::uint64_t seed, std::int64_t epoch) {
  constexpr std::uint64_t kSequenceOrderStream = std::uint64_t{1} << 40U;
  std::vector<std::int64_t> order(static_cast<std::size_t>(records));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  Random random(seed, kSequenceOrderStream + static_cast<std::uint64_t>(epoch));
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  return order;
}

void check_batch(std::int64_t batch, std::int64_t records, const Peers& peers) {
  require(batch % peers.size() == 0, "a batch of {} cannot be shared by {} processes evenly", batch, peers.size());
  require(records >= batch, "{} training records are fewer than one batch of {}", records, batch);
}

}  // namespace stemloop
