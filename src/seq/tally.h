// What became of the records of a run.
#pragma once

#include <cstdint>
#include <exception>

#include "seq/fasta.h"

namespace stemloop {

struct Tally {
  std::int64_t in = 0;
  std::int64_t out = 0;
  std::int64_t rejected = 0;
  std::exception_ptr broken;  // the input broke off here; all records before it are counted
};

/// Says that a record is rejected, and why.
void report(const Rejection& rejection);

}  // namespace stemloop
