// Safetensors headers and picture sets. What parses must survive a round trip.
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "data/data.h"
#include "util/util.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stemloop;
  try {
    const TensorFile file = decode_safetensors({reinterpret_cast<const std::byte*>(data), size}, "fuzz");
    const std::string again = encode_safetensors(file);
    const TensorFile back =
        decode_safetensors({reinterpret_cast<const std::byte*>(again.data()), again.size()}, "fuzz");
    if (back.tensors.size() != file.tensors.size()) std::abort();
    const PictureSet set = pictures_from_tensors(file, "fuzz");
    for (const Picture& picture : set.pictures) hairpin_features(picture);
  } catch (const Error&) {
  }
  return 0;
}
