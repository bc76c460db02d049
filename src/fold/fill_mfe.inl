// Minimum free energy: fills c and fm row by row, i descending. Zuker & Stiegler, NAR 9:133, 1981, with the interior
// loops of a pair taken as vectors: along the 3' end of the inner pair for generic loops, along its 5' end for those
// with no or one unpaired base on the 3' side. Part of fill_kernels.cpp.

// What all pairs of row i share: where the rows below begin.
struct MfeRow {
  int i;
  const Energy* generic[kSideRows];  // + j: 32 lanes of row i + 1 + u5 that end at 3' side u3 = 0
  const Energy* bulge;               // the same of the bulge rows for u5 = 0
  const Energy* one_n;               // and of the 1 x n rows for u5 = 1
  const Energy* c[5];                // c(i + k, .)
  int column;                        // where the columns' windows begin
};

STEMLOOP_INLINE MfeRow start_row(const MfeFill& f, int i) {
  MfeRow r;
  r.i = i;
  const auto ring = [&](const Energy* rows, int u5) {
    return rows + ((i + 1 + u5) & (kRingRows - 1)) * f.ring_stride + kRingPad - 1 - kMaxInteriorLoop + u5;
  };
  for (int u5 = 0; u5 < kSideRows; ++u5) r.generic[u5] = ring(f.ring_generic, u5);
  r.bulge = ring(f.ring_bulge, 0);
  r.one_n = ring(f.ring_1n, 1);
  for (int k = 0; k < 5; ++k) r.c[k] = f.c + (i + k < f.strand.length ? f.row[i + k] : 0);
  r.column = (i + 1) & (kRingRows - 1);
  return r;
}

// Best loop of the kinds that have tables of their own, inner pair at most four bases inside. Away from the diagonal
// all nine are looked up: an inner pair that cannot be has energy kForbidden, which is cheaper than asking.
[[gnu::noinline]] static Energy small_interior(const MfeFill& f, const MfeRow& r, int j) {
  const Base* base = f.strand.base;
  const bool roomy = j - r.i > kMinHairpinLoop + 7;
  Energy best = kForbidden;
#pragma GCC unroll 9
  for (const SmallLoop& loop : kSmallLoops) {
    const int p = r.i + 1 + loop.u5;
    const int q = j - 1 - loop.u3;
    if (!roomy && q - p <= kMinHairpinLoop) continue;
    const Energy energy = r.c[1 + loop.u5][q] + interior_loop(*f.model, base, r.i, j, p, q);
    best = energy < best ? energy : best;
  }
  return best;
}

STEMLOOP_INLINE Lanes<Energy> row_minimum(const Energy* values, const Energy* lengths) {
  return minimum(add(load(values), load(lengths)), add(load(values + kIntLanes), load(lengths + kIntLanes)));
}

// Bulges, 1 x n and generic loops.
[[gnu::noinline]] static Energy large_interior(const MfeFill& f, const MfeRow& r, int j) {
  const auto& t = f.model->tables;
  const Base* base = f.strand.base;
  const PairType pair = kPairTypes[base[r.i]][base[j]];
  const Base five = base[r.i + 1];
  const Base three = base[j - 1];
  const auto& lengths = f.rows->row;

  // Generic loops: two vectors a row while u3 can exceed 15, one after that.
  const int last = last_generic(r.i, j);
  const int wide_last = last < kMaxInteriorLoop - kIntLanes ? last : kMaxInteriorLoop - kIntLanes;
  auto generic = broadcast(kForbidden);
  for (int u5 = 2; u5 <= wide_last; ++u5) generic = minimum(generic, row_minimum(r.generic[u5] + j, lengths[u5]));
  for (int u5 = kMaxInteriorLoop - kIntLanes + 1; u5 <= last; ++u5) {
    generic = minimum(generic, add(load(r.generic[u5] + j), load(lengths[u5])));
  }
  // Bulges on the 3' side (row i + 1) and the 5' side (column j - 1); 1 x n loops in row i + 2 and column j - 2.
  auto bulge = row_minimum(r.bulge + j, lengths[0]);
  bulge = minimum(bulge, row_minimum(f.column_bulge + (j - 1) * 2 * kRingRows + r.column, f.rows->bulge_column));
  auto one_n = row_minimum(r.one_n + j, lengths[1]);
  one_n = minimum(one_n, row_minimum(f.column_1n + (j - 2) * 2 * kRingRows + r.column, f.rows->one_n_column));

  auto best = add(generic, broadcast(t.mismatch_interior[pair][five][three]));
  best = minimum(best, add(bulge, broadcast(stem_end(*f.model, pair))));
  best = minimum(best, add(one_n, broadcast(t.mismatch_interior_1n[pair][five][three])));
  return lowest(best);
}

// c(i, j) goes to its table and, with what an enclosing interior loop adds for it, to the rings.
STEMLOOP_INLINE void keep_pair(MfeFill& f, int i, int j, Energy energy) {
  f.c[f.row[i] + j] = energy;
  const Base* base = f.strand.base;
  const auto& t = f.model->tables;
  const PairType inside = kPairTypes[base[j]][base[i]];
  const Base after = base[j + 1];
  const Base before = base[i - 1];
  const int slot = i & (kRingRows - 1);
  const int at = slot * f.ring_stride + kRingPad + j;
  f.ring_generic[at] = energy + t.mismatch_interior[inside][after][before];
  const Energy one_n = energy + t.mismatch_interior_1n[inside][after][before];
  const Energy bulge = energy + stem_end(*f.model, inside);
  f.ring_1n[at] = one_n;
  f.ring_bulge[at] = bulge;
  put_in_column(f.column_1n, j, slot, one_n);
  put_in_column(f.column_bulge, j, slot, bulge);
  f.stem[j] = energy + multi_stem(*f.model, kPairTypes[base[i]][base[j]], before, after);
}

// fm(i, *) from the row below, the stems of i and the splits; a new optimum at k opens splits for all j behind it.
// A k at which fm only gained an unpaired base needs none: the split one base earlier is as good.
[[gnu::noinline]] static void fill_fm_row(const MfeFill& f, int i) {
  const int n = f.strand.length;
  const Energy unpaired = f.model->tables.multi_unpaired;
  Energy* fm = f.fm + f.row[i];
  for (int j = i; j < n && j <= i + kMinHairpinLoop; ++j) fm[j] = kForbidden;
  if (i + kMinHairpinLoop + 1 >= n) return;
  const Energy* fm_below = f.fm + f.row[i + 1];
  Energy before = kForbidden;
  for (int j = i + kMinHairpinLoop + 1; j < n; ++j) {
    const Energy shorter = fm_below[j] + unpaired;
    Energy best = f.split[j] < f.stem[j] ? f.split[j] : f.stem[j];
    best = shorter < best ? shorter : best;
    const Energy longer = before + unpaired;
    const bool opens = best < longer && best < kForbidden;
    best = best < longer ? best : longer;
    best = best < kForbidden ? best : kForbidden;
    fm[j] = before = best;
    if (!opens || j + kMinHairpinLoop + 2 >= n) continue;
    const Energy* right = f.fm + f.row[j + 1];
    const auto left = broadcast(best);
    for (int k = j + kMinHairpinLoop + 2; k < n; k += kIntLanes) {
      store(f.split + k, minimum(load(f.split + k), add(load(right + k), left)));
    }
  }
}

STEMLOOP_INLINE void forbid(Energy* values, int count) {
  const Lanes<Energy> impossible = broadcast(kForbidden);
  for (int k = 0; k < count; k += kIntLanes) store(values + k, impossible);
}

// Clears what belonged to row i + 32 or to no row yet.
[[gnu::noinline]] static void clear_row(const MfeFill& f, int i) {
  const int n = f.strand.length;
  const int slot = i & (kRingRows - 1);
  const int ring = slot * f.ring_stride + kRingPad;
  Energy* c = f.c + f.row[i];
  for (int j = i; j < n; ++j) c[j] = kForbidden;
  for (Energy* rows : {f.ring_generic, f.ring_bulge, f.ring_1n}) forbid(rows + ring, n);
  if (i + kRingRows < n) {
    const Base old = f.strand.base[i + kRingRows];
    for (int at = f.partners.count[old] - 1; at >= 0 && f.partners.position[old][at] > i + kRingRows; --at) {
      put_in_column(f.column_1n, f.partners.position[old][at], slot, kForbidden);
      put_in_column(f.column_bulge, f.partners.position[old][at], slot, kForbidden);
    }
  }
  forbid(f.split, n);
  forbid(f.stem, n);
}

template <bool kNoLonelyPairs>
static void fill_mfe_rows(MfeFill& f) {
  const int n = f.strand.length;
  const Base* base = f.strand.base;
  int first[kBaseCount];  // partners from here on are far enough from i
  for (int b = 0; b < kBaseCount; ++b) first[b] = f.partners.count[b];
  for (Energy* rows : {f.ring_generic, f.ring_bulge, f.ring_1n}) forbid(rows, kRingRows * f.ring_stride);
  for (Energy* columns : {f.column_bulge, f.column_1n}) forbid(columns, 2 * kRingRows * n);
  forbid(f.split_before, n);
  if (kNoLonelyPairs) forbid(f.any_before, n);

  for (int i = n - 1; i >= 0; --i) {
    // 1. Clear what belongs to row i.
    clear_row(f, i);
    if (kNoLonelyPairs) forbid(f.any, n);
    // 2. Position i + 4 has come into reach of i.
    if (const int j = i + kMinHairpinLoop + 1; j < n) {
      for (int b = 1; b < kBaseCount; ++b) first[b] -= kPairTypes[b][base[j]] != kNoPair ? 1 : 0;
    }
    // 3. Pairs of i.
    const MfeRow row = start_row(f, i);
    const int* partner = f.partners.position[base[i]];
    const int count = f.partners.count[base[i]];
    for (int at = first[base[i]]; at < count; ++at) {
      const int j = partner[at];
      if (kNoLonelyPairs && only_lonely(base, n, i, j)) continue;
      Energy energy = hairpin_loop(*f.model, f.strand, i, j);
      const Energy small = small_interior(f, row, j);
      energy = small < energy ? small : energy;
      const Energy large = large_interior(f, row, j);
      energy = large < energy ? large : energy;
      const Energy multi = f.split_before[j - 1] + multi_closing(*f.model, base, i, j);
      energy = multi < energy ? multi : energy;
      if (kNoLonelyPairs) {
        // c needs a pair stacked inside; `any` is free to begin a helix, which the pair around it will have to
        // continue.
        const Energy inner = f.any_before[j - 1];
        const Energy stacked =
            inner < kForbidden ? inner + interior_loop(*f.model, base, i, j, i + 1, j - 1) : kForbidden;
        f.any[j] = stacked < energy ? stacked : energy;
        energy = stacked;
      }
      if (energy < kForbidden) keep_pair(f, i, j, energy);
    }
    // 4. Multiloop parts that begin at i.
    fill_fm_row(f, i);
    swap_rows(f.split, f.split_before);
    if (kNoLonelyPairs) swap_rows(f.any, f.any_before);
  }
}

static void fill_mfe(MfeFill& f) {
  if (f.model->options.no_lonely_pairs) {
    fill_mfe_rows<true>(f);
  } else {
    fill_mfe_rows<false>(f);
  }
}
