// Drawing from a generator of sequences, in training and from a model directory. Draw number i of a seed has noise of
// its own, so it does not depend on how many are drawn at once.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "net/neural.h"
#include "net/torch/sequences/gan.h"

namespace stemloop {

/// Draws number first, first + 1, ... of a seed, as rows of symbols: noise and Gumbel noise of each are its own.
SymbolData draw_rows(GeneratorImpl& generator, std::int64_t count, std::uint64_t seed, std::uint64_t first,
                     torch::Device device);

/// Of rows of symbols; nothing for one that is no sequence.
std::vector<std::optional<std::string>> sequences_of(const SequenceNetConfig& config, const SymbolData& rows);

}  // namespace stemloop
