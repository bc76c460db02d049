// Latents of a network as tables: side by side, and as `embed` writes them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "net/neural.h"

namespace stemloop {

/// The latents of each record side by side, as the decoder takes them: N x (latents * 64).
Matrix joined(const Encoded& encoded);

/// Latents as `embed` writes them.
struct Latents {
  Matrix z;
  std::vector<std::string> ids;
  std::vector<std::uint8_t> labels;  // 1 pre-miRNA; empty if there are none
};

/// The latent called x, y or m. Error if the file has none.
Latents read_latents(const std::string& path, const std::string& latent);

}  // namespace stemloop
