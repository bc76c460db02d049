// Which of several processes that train together this one is, as torchrun, srun and mpirun say it in the environment.
#pragma once

#include <cstdint>
#include <string>

namespace stemloop {

struct PeerEnvironment {
  std::int64_t rank = 0;
  std::int64_t size = 1;
  std::string address;  // of process 0: MASTER_ADDR, MASTER_PORT
  std::int64_t port = 0;
};

/// RANK and WORLD_SIZE, or what Open MPI (OMPI_COMM_WORLD_*), MPICH (PMI_*) and, within srun, Slurm (SLURM_PROCID,
/// SLURM_NTASKS) set; one process without them. Error if they do not fit together.
PeerEnvironment peer_environment();

}  // namespace stemloop
