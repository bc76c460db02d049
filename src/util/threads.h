// How many worker threads a run may use on this machine, in this container, in this batch job.
#pragma once

namespace stemloop {

inline constexpr int kMostThreads = 1024;  // that may be asked for

/// The smallest of: CPUs this process may run on, the cgroup's CPU quota (rounded up), SLURM_CPUS_PER_TASK. At least 1.
int available_threads();

}  // namespace stemloop
