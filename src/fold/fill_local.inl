// Local folding: rows of unbranched stem-loops, i descending, each pair's interior loops as vectors like those of
// fill_mfe.inl. Rows are laid out by d = j - i, in which the inner pairs of one u5 stand at d - 32 + l whatever u5 is.
// Part of fill_kernels.cpp.

STEMLOOP_INLINE Packed* local_row(Packed* rows, const LocalFill& f, int slot) {
  return rows + slot * f.stride + kRingPad;
}

[[gnu::noinline]] static Packed local_small(const LocalFill& f, int i, int j) {
  const Base* base = f.strand.base;
  const int d = j - i;
  Packed best = kNoStemLoop;
#pragma GCC unroll 9
  for (const SmallLoop& loop : kSmallLoops) {
    const int p = i + 1 + loop.u5;
    // Entries before d = 4 are forbidden, or lie in the pad, which is.
    const Packed inner = local_row(f.c, f, p & f.row_mask)[d - 2 - loop.u5 - loop.u3];
    const Packed value = inner + interior_loop(*f.packed, base, i, j, p, j - 1 - loop.u3) + 2 * (p - i);
    best = value < best ? value : best;
  }
  return best;
}

[[gnu::noinline]] static Packed local_large(const LocalFill& f, int i, int j) {
  const auto& t = f.packed->tables;
  const Base* base = f.strand.base;
  const PairType pair = kPairTypes[base[i]][base[j]];
  const Base five = base[i + 1];
  const Base three = base[j - 1];
  const auto& lengths = f.rows->row;
  const int at = j - i - 2 - kMaxInteriorLoop;
  const auto ring = [&](Packed* rows, int u5) { return local_row(rows, f, (i + 1 + u5) & (kRingRows - 1)) + at; };
  const auto column = [&](const Packed* columns, int q) {
    return columns + (q & f.column_mask) * 2 * kRingRows + ((i + 1) & (kRingRows - 1));
  };

  const int last = last_generic(i, j);
  const int wide_last = last < kMaxInteriorLoop - kIntLanes ? last : kMaxInteriorLoop - kIntLanes;
  auto generic = broadcast(kNoStemLoop);
  for (int u5 = 2; u5 <= wide_last; ++u5)
    generic = minimum(generic, row_minimum(ring(f.ring_generic, u5), lengths[u5]));
  for (int u5 = kMaxInteriorLoop - kIntLanes + 1; u5 <= last; ++u5) {
    generic = minimum(generic, add(load(ring(f.ring_generic, u5)), load(lengths[u5])));
  }
  auto bulge = row_minimum(ring(f.ring_bulge, 0), lengths[0]);
  bulge = minimum(bulge, row_minimum(column(f.column_bulge, j - 1), f.rows->bulge_column));
  auto one_n = row_minimum(ring(f.ring_1n, 1), lengths[1]);
  one_n = minimum(one_n, row_minimum(column(f.column_1n, j - 2), f.rows->one_n_column));

  auto best = add(generic, broadcast(t.mismatch_interior[pair][five][three]));
  best = minimum(best, add(bulge, broadcast(stem_end(*f.packed, pair))));
  best = minimum(best, add(one_n, broadcast(t.mismatch_interior_1n[pair][five][three])));
  return lowest(best);
}

STEMLOOP_INLINE void keep_local(const LocalFill& f, int i, int j, Packed value) {
  const Base* base = f.strand.base;
  const auto& t = f.packed->tables;
  const PairType inside = kPairTypes[base[j]][base[i]];
  const Base after = base[j + 1];
  const Base before = base[i - 1];
  const int slot = i & (kRingRows - 1);
  const int d = j - i;
  local_row(f.c, f, i & f.row_mask)[d] = value;
  local_row(f.ring_generic, f, slot)[d] = value + t.mismatch_interior[inside][after][before];
  const Packed one_n = value + t.mismatch_interior_1n[inside][after][before];
  const Packed bulge = value + stem_end(*f.packed, inside);
  local_row(f.ring_1n, f, slot)[d] = one_n;
  local_row(f.ring_bulge, f, slot)[d] = bulge;
  put_in_column(f.column_1n, j & f.column_mask, slot, one_n);
  put_in_column(f.column_bulge, j & f.column_mask, slot, bulge);
  f.kept[slot * f.span + f.kept_count[slot]++] = j;
  const int length = d + 1;
  const Energy score = packed_energy(value) + f.end[inside] + f.length_cost * length;
  if (score > f.bound || length < f.min_length) return;
  const BestInterval interval{score, i, j + 1};
  BestInterval& best = f.best[2 * i + packed_place(value)];
  if (interval.better_than(best)) best = interval;
}

// Clears what belonged to row i + 32, and to an older row of c.
[[gnu::noinline]] static void clear_local(const LocalFill& f, int i) {
  const int slot = i & (kRingRows - 1);
  for (int k = 0; k < f.kept_count[slot]; ++k) {
    const int j = f.kept[slot * f.span + k] & f.column_mask;
    put_in_column(f.column_1n, j, slot, kNoStemLoop);
    put_in_column(f.column_bulge, j, slot, kNoStemLoop);
  }
  f.kept_count[slot] = 0;
  const auto impossible = broadcast(kNoStemLoop);
  for (Packed* row : {local_row(f.c, f, i & f.row_mask), local_row(f.ring_generic, f, slot),
                      local_row(f.ring_bulge, f, slot), local_row(f.ring_1n, f, slot)}) {
    for (int k = 0; k < f.span; k += kIntLanes) store(row + k, impossible);
  }
}

static void fill_local(LocalFill& f, int from, int to) {
  const Base* base = f.strand.base;
  for (int i = from - 1; i >= to; --i) {
    clear_local(f, i);
    // Position i + 4 comes into reach, i + span leaves it.
    for (int b = 1; b < kBaseCount; ++b) {
      const int j = i + kMinHairpinLoop + 1;
      if (j < f.strand.length) f.first[b] -= kPairTypes[b][base[j]] != kNoPair ? 1 : 0;
      while (f.last[b] > f.first[b] && f.partners.position[b][f.last[b] - 1] >= i + f.span) --f.last[b];
    }
    const int* partner = f.partners.position[base[i]];
    for (int at = f.first[base[i]]; at < f.last[base[i]]; ++at) {
      const int j = partner[at];
      if (f.worth != nullptr && f.worth[(j - i) * f.worth_stride + i - f.worth_origin] == 0) continue;
      Packed value = hairpin_loop(*f.packed, f.strand, i, j) + (j - i);
      const Packed small = local_small(f, i, j);
      value = small < value ? small : value;
      const Packed large = local_large(f, i, j);
      value = large < value ? large : value;
      if (value < kHopeless) keep_local(f, i, j, value);
    }
  }
}
