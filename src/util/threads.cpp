#include "util/threads.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <string>

namespace stemloop {

namespace {

int cpus(double quota, double period) {
  return quota > 0 && period > 0 ? static_cast<int>(std::ceil(quota / period)) : 0;
}

// The tightest CPU quota of this process's control group and those above it, 0 for none.
// Version 2: cpu.max holds "max 100000" or "150000 100000"; version 1: the two numbers in two files.
int cgroup_cpus() {
  std::string group;
  std::ifstream own("/proc/self/cgroup");
  for (std::string line; std::getline(own, line);) {
    if (line.rfind("0::", 0) == 0) group = line.substr(3);
  }
  int fewest = 0;
  for (;;) {
    std::string quota;
    double period = -1;
    if (std::ifstream("/sys/fs/cgroup" + group + "/cpu.max") >> quota >> period && quota != "max") {
      const int count = cpus(std::strtod(quota.c_str(), nullptr), period);
      if (count > 0 && (fewest == 0 || count < fewest)) fewest = count;
    }
    if (group.empty()) break;
    group.erase(group.find_last_of('/') == std::string::npos ? 0 : group.find_last_of('/'));
  }
  if (fewest > 0) return fewest;
  double quota = -1;
  double period = -1;
  std::ifstream("/sys/fs/cgroup/cpu/cpu.cfs_quota_us") >> quota;
  std::ifstream("/sys/fs/cgroup/cpu/cpu.cfs_period_us") >> period;
  return cpus(quota, period);
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
