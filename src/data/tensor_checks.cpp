#include "data/tensor_checks.h"

#include <cstring>

namespace stemloop {

namespace {

// Calls `wrong` with the exponent (all ones: infinite or no number) and sign of every number of a floating type.
template <class Wrong>
bool none_of_floats(const StoredTensor& tensor, Wrong wrong) {
  struct Layout {
    std::string_view dtype;
    std::size_t bytes;
    unsigned exponent_bits;
  };
  constexpr Layout kFloats[] = {{"F16", 2, 5}, {"BF16", 2, 8}, {"F32", 4, 8}, {"F64", 8, 11}};
  for (const Layout& layout : kFloats) {
    if (tensor.dtype != layout.dtype) continue;
    const unsigned bits = static_cast<unsigned>(8 * layout.bytes), all = (1U << layout.exponent_bits) - 1;
    for (std::size_t at = 0; at + layout.bytes <= tensor.bytes.size(); at += layout.bytes) {
      std::uint64_t number = 0;
      std::memcpy(&number, tensor.bytes.data() + at, layout.bytes);
      const bool negative = (number >> (bits - 1)) != 0;
      const bool finite = (number >> (bits - 1 - layout.exponent_bits) & all) != all;
      const bool zero = (number & ~(std::uint64_t{1} << (bits - 1))) == 0;
      if (wrong(negative && !zero, finite)) return false;
    }
  }
  return true;
}

}  // namespace

bool all_finite(const StoredTensor& tensor) {
  return none_of_floats(tensor, [](bool, bool finite) { return !finite; });
}

bool none_negative(const StoredTensor& tensor) {
  return none_of_floats(tensor, [](bool negative, bool) { return negative; });
}

}  // namespace stemloop
