#include "util/checksum.h"

#include <htslib/hts.h>

namespace stemloop {

std::string md5_hex(std::span<const std::byte> bytes) {
  hts_md5_context* context = hts_md5_init();
  hts_md5_update(context, bytes.data(), bytes.size());
  unsigned char digest[16];
  hts_md5_final(digest, context);
  hts_md5_destroy(context);
  char hex[33];
  hts_md5_hex(hex, digest);
  return hex;
}

}  // namespace stemloop
