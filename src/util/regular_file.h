// Files that others may have made, in folders that others may have sent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace stemloop {

/// All bytes of a file. Error, before anything is opened or read, if it is a link, a device, a pipe, a folder or larger
/// than `max_bytes`.
std::vector<std::byte> read_regular_file(const std::string& path, std::uint64_t max_bytes);

}  // namespace stemloop
