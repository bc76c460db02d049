// The stacking filter: rows by d, bytes side by side. Every value is at least 0, so that a loss is a saturating
// subtraction. Part of fill_kernels.cpp.

STEMLOOP_INLINE std::uint8_t lessened(std::uint8_t value, std::uint8_t by) {
  return static_cast<std::uint8_t>((value > by ? value : by) - by);
}

STEMLOOP_INLINE std::uint8_t higher(std::uint8_t a, std::uint8_t b) { return a > b ? a : b; }

// w(i, j) + mismatch
STEMLOOP_INLINE std::uint8_t stacking_gain(std::uint8_t gc, std::uint8_t au, std::uint8_t gu, std::uint8_t letter) {
  const std::uint8_t by_gc = (gc & letter) != 0 ? kStackGc + kStackMismatch : 0;
  const std::uint8_t by_au = (au & letter) != 0 ? kStackAu + kStackMismatch : 0;
  const std::uint8_t by_gu = (gu & letter) != 0 ? kStackGu + kStackMismatch : 0;
  return static_cast<std::uint8_t>(by_gc | by_au | by_gu);
}

// One row of either table; `pair` is the row whose cell lies beyond the pair (i, j), `gap` the one beyond a gap.
STEMLOOP_INLINE std::uint8_t stacking_cell(std::uint8_t pair, std::uint8_t gain, std::uint8_t gap_a, std::uint8_t gap_b) {
  const std::uint8_t paired = lessened(static_cast<std::uint8_t>(pair + gain), kStackMismatch);
  const std::uint8_t value = higher(paired, lessened(higher(gap_a, gap_b), kStackGap));
  return value < kMostStacking ? value : static_cast<std::uint8_t>(kMostStacking);
}

static void stacking_inside_row(const StackingFill& f, int d) {
  std::uint8_t* __restrict row = f.table + d * f.stride;
  const std::uint8_t* __restrict one = row - f.stride;
  const std::uint8_t* __restrict two = one - f.stride;
  const std::uint8_t* __restrict far = f.letter + d;
  const std::uint8_t* __restrict gc = f.gc;
  const std::uint8_t* __restrict au = f.au;
  const std::uint8_t* __restrict gu = f.gu;
  for (int k = 0; k < f.columns; ++k) {
    row[k] = stacking_cell(two[k + 1], stacking_gain(gc[k], au[k], gu[k], far[k]), one[k + 1], one[k]);
  }
}

static void stacking_outside_row(const StackingFill& f, int d) {
  std::uint8_t* __restrict row = f.outside[d % 3];
  const std::uint8_t* __restrict one = f.outside[(d + 1) % 3];
  const std::uint8_t* __restrict two = f.outside[(d + 2) % 3];
  const std::uint8_t* __restrict far = f.letter + d + 1;
  const std::uint8_t* __restrict gc = f.gc - 1;
  const std::uint8_t* __restrict au = f.au - 1;
  const std::uint8_t* __restrict gu = f.gu - 1;
  for (int k = 0; k < f.columns; ++k) {
    row[k] = stacking_cell(two[k - 1], stacking_gain(gc[k], au[k], gu[k], far[k]), one[k - 1], one[k]);
  }
}

static void stacking_through_row(const StackingFill& f, int d) {
  std::uint8_t* __restrict row = f.table + d * f.stride;
  const std::uint8_t* __restrict outside = f.outside[d % 3];
  const auto least = static_cast<std::uint8_t>(f.least);
  for (int k = 0; k < f.columns; ++k) row[k] = static_cast<std::uint8_t>(row[k] + outside[k]) >= least ? 1 : 0;
}

static void fill_stacking(StackingFill& f) {
  const auto clear = [](std::uint8_t* row, int count) {
    for (int k = 0; k < count; ++k) row[k] = 0;
  };
  clear(f.table, (kMinHairpinLoop + 1) * f.stride);
  for (int d = kMinHairpinLoop + 1; d < f.span; ++d) {
    stacking_inside_row(f, d);
    clear(f.table + d * f.stride + f.columns, f.stride - f.columns);
  }
  // Pairs as far apart as the span, or one less, have nothing outside them.
  for (int d = f.span - 1; d > kMinHairpinLoop; --d) {
    if (d < f.span - 2) stacking_outside_row(f, d);
    stacking_through_row(f, d);
  }
}
