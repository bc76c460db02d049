// The stacking filter: rows by d, bytes side by side. Every value is at least 0, so that a loss is a saturating
// subtraction. Part of fill_kernels.cpp.

// NOLINTNEXTLINE: GCC vector extension
typedef std::uint8_t Bytes __attribute__((vector_size(STEMLOOP_VECTOR_BYTES)));

STEMLOOP_INLINE Bytes load_bytes(const std::uint8_t* from) {
  Bytes bytes;
  __builtin_memcpy(&bytes, from, sizeof bytes);
  return bytes;
}

STEMLOOP_INLINE Bytes bytes_of(int value) { return Bytes{} + static_cast<std::uint8_t>(value); }

STEMLOOP_INLINE Bytes higher(Bytes a, Bytes b) { return a > b ? a : b; }

STEMLOOP_INLINE Bytes lessened(Bytes value, int by) { return higher(value, bytes_of(by)) - bytes_of(by); }

// One cell of either table: `pair` lies beyond the pair of the letters at `near` and `far`, the others beyond a gap.
STEMLOOP_INLINE Bytes stacking_cells(const StackingFill& f, int near, int far, Bytes pair, Bytes gap_a, Bytes gap_b) {
  const Bytes letter = load_bytes(f.letter + far);
  const Bytes none{};
  // w + mismatch; no two of the three are there.
  const Bytes gain = ((load_bytes(f.gc + near) & letter) != none ? bytes_of(kStackGc + kStackMismatch) : none) |
                     ((load_bytes(f.au + near) & letter) != none ? bytes_of(kStackAu + kStackMismatch) : none) |
                     ((load_bytes(f.gu + near) & letter) != none ? bytes_of(kStackGu + kStackMismatch) : none);
  const Bytes value = higher(lessened(pair + gain, kStackMismatch), lessened(higher(gap_a, gap_b), kStackGap));
  return value < bytes_of(kMostStacking) ? value : bytes_of(kMostStacking);
}

static void fill_stacking(StackingFill& f) {
  constexpr int kStep = sizeof(Bytes);
  const auto row = [&f](int d) { return f.table + d * f.stride; };
  __builtin_memset(f.table, 0, static_cast<std::size_t>(kMinHairpinLoop + 1) * static_cast<std::size_t>(f.stride));
  for (int d = kMinHairpinLoop + 1; d < f.span; ++d) {
    const std::uint8_t* one = row(d - 1);
    const std::uint8_t* two = row(d - 2);
    for (int k = 0; k < f.columns; k += kStep) {
      const Bytes value =
          stacking_cells(f, k, k + d, load_bytes(two + k + 1), load_bytes(one + k + 1), load_bytes(one + k));
      __builtin_memcpy(row(d) + k, &value, sizeof value);
    }
    __builtin_memset(row(d) + f.columns, 0, static_cast<std::size_t>(f.stride - f.columns));
  }
  // Pairs as far apart as the span, or one less, have nothing outside them: the three rows begin as zeros.
  for (int d = f.span - 1; d > kMinHairpinLoop; --d) {
    std::uint8_t* outside = f.outside[d % 3];
    const std::uint8_t* one = f.outside[(d + 1) % 3];
    const std::uint8_t* two = f.outside[(d + 2) % 3];
    for (int k = 0; k < f.columns; k += kStep) {
      Bytes value{};
      if (d < f.span - 2) {
        value =
            stacking_cells(f, k - 1, k + d + 1, load_bytes(two + k - 1), load_bytes(one + k - 1), load_bytes(one + k));
        __builtin_memcpy(outside + k, &value, sizeof value);
      }
      const Bytes through = load_bytes(row(d) + k) + value;
      const Bytes worth = through >= bytes_of(f.least) ? bytes_of(1) : Bytes{};
      __builtin_memcpy(row(d) + k, &worth, sizeof worth);
    }
  }
}
