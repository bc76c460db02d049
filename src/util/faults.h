// The system calls that outputs are made of, each of which a test can make fail. STEMLOOP_FAULT=write:3 lets the third
// write fail as on a full disk (also open, fsync, rename); write:3:stop ends the process there as a kill would, so
// nothing is tidied up; several faults stand between commas. Without the variable these are the calls themselves.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>

namespace stemloop {

/// Sets the faults from now on and counts calls anew; "" for none. Error if it is no list of faults. For tests.
void set_faults(const std::string& faults);

// As open(2) with O_CLOEXEC and mode 0666, write(2), fsync(2), rename(2): negative and errno on failure.
int system_open(const char* path, int flags);
ssize_t system_write(int descriptor, const void* data, std::size_t size);
int system_fsync(int descriptor);
int system_rename(const char* from, const char* to);

}  // namespace stemloop
