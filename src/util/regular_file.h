// Files that others may have made, in folders that others may have sent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace stemloop {

/// All bytes of a file. Error, before anything is opened or read, if it is a link, a device, a pipe, a folder or larger
/// than `max_bytes`.
std::vector<std::byte> read_regular_file(const std::string& path, std::uint64_t max_bytes);

/// read_bytes() of a file or a stream that may be none of the kind wanted, and have no end: `look` sees its first bytes
/// (up to 64 KiB) before more is read, and may throw.
using LookAtBegin = std::function<void(std::span<const std::byte>)>;
std::vector<std::byte> read_looking(const std::string& path, std::uint64_t max_bytes, const LookAtBegin& look);

}  // namespace stemloop
