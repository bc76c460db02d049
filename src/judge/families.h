// How each family is opened, for the list in family.cpp.
#pragma once

#include <memory>
#include <string>

#include "judge/family.h"

namespace stemloop {

std::unique_ptr<Judge> open_premirna(const std::string& directory, const OpenOptions& options);
std::unique_ptr<Judge> open_mirtron(const std::string& directory, const OpenOptions& options);

}  // namespace stemloop
