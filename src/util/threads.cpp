#include "util/threads.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <string>

namespace stemloop {

namespace {

// cgroup v2: "max 100000" or "150000 100000"; v1: the two numbers in two files.
int cgroup_cpus() {
  double quota = -1;
  double period = -1;
  std::string word;
  if (std::ifstream v2("/sys/fs/cgroup/cpu.max"); v2 >> word >> period) {
    if (word == "max") return 0;
    quota = std::strtod(word.c_str(), nullptr);
  } else {
    std::ifstream("/sys/fs/cgroup/cpu/cpu.cfs_quota_us") >> quota;
    std::ifstream("/sys/fs/cgroup/cpu/cpu.cfs_period_us") >> period;
  }
  return quota > 0 && period > 0 ? static_cast<int>(std::ceil(quota / period)) : 0;
}

int slurm_cpus() {
  const char* text = std::getenv("SLURM_CPUS_PER_TASK");
  return text != nullptr ? std::atoi(text) : 0;
}

}  // namespace

int available_threads() {
  cpu_set_t set;
  CPU_ZERO(&set);
  int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
  for (const int limit : {cgroup_cpus(), slurm_cpus()}) {
    if (limit > 0) count = std::min(count, limit);
  }
  return std::max(count, 1);
}

}  // namespace stemloop
