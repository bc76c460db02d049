// Parts of the program that are opened when they are first needed, because what they are linked to takes long to load.
#pragma once

#include <string>

namespace stemloop {

/// The address of `symbol` in the shared library `file`: the one the environment variable `named_by` names, else beside
/// the program (a build) or in ../lib/stemloop (an installation). It stays open. Error if it is not there, cannot be
/// opened or has no such symbol. Sets, before the first one, how OpenMP threads wait and what the allocator keeps.
void* open_library(const std::string& file, const char* named_by, const char* symbol);

}  // namespace stemloop
