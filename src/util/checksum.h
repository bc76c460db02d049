// Checksums of files and data.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace stemloop {

/// MD5 of bytes, 32 hexadecimal digits: against damage, not against malice.
std::string md5_hex(std::span<const std::byte> bytes);

}  // namespace stemloop
