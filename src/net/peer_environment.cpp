#include "net/peer_environment.h"

#include <cstdlib>
#include <optional>

#include "util/util.h"

namespace stemloop {

namespace {

std::optional<std::int64_t> number_in(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return parse_integer(value, name);
}

}  // namespace

PeerEnvironment peer_environment() {
  constexpr const char* kNames[][2] = {{"WORLD_SIZE", "RANK"},
                                       {"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"},
                                       {"PMI_SIZE", "PMI_RANK"},
                                       {"SLURM_NTASKS", "SLURM_PROCID"}};
  PeerEnvironment peers;
  for (const auto& [size_name, rank_name] : kNames) {
    const auto size = number_in(size_name);
    const auto rank = number_in(rank_name);
    // Slurm sets its names in batch scripts too, where one process runs: MASTER_ADDR says that several are meant.
    if (!size || *size <= 1) continue;
    if (std::string(size_name) == "SLURM_NTASKS" && std::getenv("MASTER_ADDR") == nullptr) continue;
    constexpr std::int64_t kMost = 65536;
    require(*size <= kMost, "{} is {}: too many processes", size_name, *size);
    require(rank.has_value() && *rank >= 0 && *rank < *size, "{} is {}, but {} is {}", size_name, *size, rank_name,
            rank ? std::to_string(*rank) : "not set");
    peers.rank = *rank;
    peers.size = *size;
    break;
  }
  if (peers.size == 1) return peers;
  const char* address = std::getenv("MASTER_ADDR");
  const auto port = number_in("MASTER_PORT");
  require(address != nullptr && port && *port > 0 && *port < 65536,
          "this is one of {} processes: set MASTER_ADDR and MASTER_PORT to where process 0 is to be found", peers.size);
  peers.address = address;
  peers.port = *port;
  return peers;
}

}  // namespace stemloop
