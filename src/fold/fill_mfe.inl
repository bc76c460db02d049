// Minimum free energy: fills c and fm row by row, i descending. Zuker & Stiegler, NAR 9:133, 1981, with the interior
// loops of row i taken as vectors over the 3' end of the inner pair.
// Part of fill_kernels.cpp.

// Best loop of the kinds that have tables of their own, inner pair at most four bases inside.
STEMLOOP_INLINE Energy small_interior(const MfeFill& f, int i, int j) {
  const Base* base = f.strand.base;
  Energy best = kForbidden;
#pragma GCC unroll 9
  for (const SmallLoop& loop : kSmallLoops) {
    const int p = i + 1 + loop.u5;
    const int q = j - 1 - loop.u3;
    if (q - p <= kMinHairpinLoop || kPairTypes[base[p]][base[q]] == kNoPair) continue;
    const Energy energy = f.c[f.row[p] + q] + interior_loop(*f.model, base, i, j, p, q);
    best = energy < best ? energy : best;
  }
  return best;
}

// Bulges with u3 = 0 and loops with u3 = 1 unpaired bases on the 3' side, for all j of row i at once.
STEMLOOP_INLINE void columns_of_row(MfeFill& f, int i) {
  const int n = f.strand.length;
  const auto& rows = *f.rows;
  const Lanes<Energy> impossible = broadcast(kForbidden);
  for (int j = i; j < n; j += kIntLanes) {
    store(f.column_bulge + j, impossible);
    store(f.column_1n + j, impossible);
  }
  for (int u5 = 2; u5 <= kMaxInteriorLoop; ++u5) {
    const int p = i + 1 + u5;
    if (p + kMinHairpinLoop + 2 >= n) break;
    const Energy* bulge = f.ring_bulge + (p & (kRingRows - 1)) * f.ring_stride + kRingPad - 1;
    const Energy* one_n = f.ring_1n + (p & (kRingRows - 1)) * f.ring_stride + kRingPad - 2;
    const auto bulge_length = broadcast(rows.row[0][kMaxInteriorLoop - u5]);
    // 1 x n is symmetric: the term of u5 x 1 is the one of 1 x u5; it begins with three bases.
    const auto one_n_length = broadcast(u5 >= 3 && u5 < kMaxInteriorLoop ? rows.row[1][kMaxInteriorLoop - 1 - u5] : kForbidden);
    for (int j = p + kMinHairpinLoop + 2; j < n; j += kIntLanes) {
      store(f.column_bulge + j, minimum(load(f.column_bulge + j), add(load(bulge + j), bulge_length)));
      store(f.column_1n + j, minimum(load(f.column_1n + j), add(load(one_n + j), one_n_length)));
    }
  }
}

// Bulges, 1 x n and generic loops with the inner pair in rows i+1 .. i+31: one or two vectors a row.
STEMLOOP_INLINE Energy large_interior(const MfeFill& f, int i, int j) {
  const auto& t = f.model->tables;
  const Base* base = f.strand.base;
  const PairType pair = kPairTypes[base[i]][base[j]];
  const Base five = base[i + 1];
  const Base three = base[j - 1];
  const Energy end = stem_end(*f.model, pair);
  const Energy one_n = t.mismatch_interior_1n[pair][five][three];
  const auto ring = [&](const Energy* rows, int u5) {
    return rows + ((i + 1 + u5) & (kRingRows - 1)) * f.ring_stride + kRingPad + j - 1 - kMaxInteriorLoop + u5;
  };
  const auto row_minimum = [&](const Energy* values, int u5) {
    const Energy* lengths = f.rows->row[u5];
    return minimum(add(load(values), load(lengths)), add(load(values + kIntLanes), load(lengths + kIntLanes)));
  };
  auto best = add(row_minimum(ring(f.ring_bulge, 0), 0), broadcast(end));
  best = minimum(best, add(row_minimum(ring(f.ring_1n, 1), 1), broadcast(one_n)));
  auto generic = broadcast(kForbidden);
  const int last = last_generic(i, j);
  const int wide_last = last < kMaxInteriorLoop - kIntLanes ? last : kMaxInteriorLoop - kIntLanes;
  for (int u5 = 2; u5 <= wide_last; ++u5) generic = minimum(generic, row_minimum(ring(f.ring_generic, u5), u5));
  for (int u5 = kMaxInteriorLoop - kIntLanes + 1; u5 <= last; ++u5) {
    generic = minimum(generic, add(load(ring(f.ring_generic, u5)), load(f.rows->row[u5])));
  }
  best = minimum(best, add(generic, broadcast(t.mismatch_interior[pair][five][three])));
  const Energy row_best = lowest(best);
  const Energy bulge = f.column_bulge[j] + end;
  const Energy side = f.column_1n[j] + one_n;
  const Energy column_best = bulge < side ? bulge : side;
  return row_best < column_best ? row_best : column_best;
}

// c(i, j) goes to its table and, with what an enclosing interior loop adds for it, to the ring rows.
STEMLOOP_INLINE void keep_pair(MfeFill& f, int i, int j, Energy energy) {
  f.c[f.row[i] + j] = energy;
  const Base* base = f.strand.base;
  const auto& t = f.model->tables;
  const PairType inside = kPairTypes[base[j]][base[i]];
  const Base after = base[j + 1];
  const Base before = base[i - 1];
  const int at = (i & (kRingRows - 1)) * f.ring_stride + kRingPad + j;
  f.ring_generic[at] = energy + t.mismatch_interior[inside][after][before];
  f.ring_1n[at] = energy + t.mismatch_interior_1n[inside][after][before];
  f.ring_bulge[at] = energy + stem_end(*f.model, inside);
}

// fm(i, *) from the row below, c(i, *) and the splits; a new optimum at k opens splits for all j behind it.
// A k at which fm only gained an unpaired base needs none: the split one base earlier is as good.
STEMLOOP_INLINE void fill_fm_row(MfeFill& f, int i) {
  const int n = f.strand.length;
  const Base* base = f.strand.base;
  const Energy unpaired = f.model->tables.multi_unpaired;
  Energy* fm = f.fm + f.row[i];
  const Energy* fm_below = i + 1 < n ? f.fm + f.row[i + 1] : nullptr;
  const Energy* c = f.c + f.row[i];
  Energy before = kForbidden;
  for (int j = i; j < n && j <= i + kMinHairpinLoop; ++j) fm[j] = kForbidden;
  for (int j = i + kMinHairpinLoop + 1; j < n; ++j) {
    Energy best = fm_below[j] + unpaired;
    best = f.split[j] < best ? f.split[j] : best;
    if (c[j] < kForbidden) {
      const Energy stem = c[j] + multi_stem(*f.model, kPairTypes[base[i]][base[j]], base[i - 1], base[j + 1]);
      best = stem < best ? stem : best;
    }
    const Energy longer = before + unpaired;
    const bool opens = best < longer && best < kForbidden;
    best = best < longer ? best : longer;
    best = best < kForbidden ? best : kForbidden;
    fm[j] = before = best;
    if (!opens || j + 1 + kMinHairpinLoop + 1 >= n) continue;
    const Energy* right = f.fm + f.row[j + 1];
    const auto left = broadcast(best);
    for (int k = j + 1 + kMinHairpinLoop + 1; k < n; k += kIntLanes) {
      store(f.split + k, minimum(load(f.split + k), add(load(right + k), left)));
    }
  }
}

template <bool kNoLonelyPairs>
static void fill_mfe_rows(MfeFill& f) {
  const int n = f.strand.length;
  const Base* base = f.strand.base;
  const Lanes<Energy> impossible = broadcast(kForbidden);
  int first[kBaseCount];  // partners from here on are far enough from i
  for (int b = 0; b < kBaseCount; ++b) first[b] = f.partners.count[b];
  for (int at = 0; at < kRingRows * f.ring_stride; at += kIntLanes) {
    store(f.ring_generic + at, impossible);
    store(f.ring_bulge + at, impossible);
    store(f.ring_1n + at, impossible);
  }
  for (int j = 0; j < n; j += kIntLanes) {
    store(f.split_before + j, impossible);
    if (kNoLonelyPairs) store(f.any_before + j, impossible);
  }

  for (int i = n - 1; i >= 0; --i) {
    // 1. Clear what belongs to row i.
    const int ring = (i & (kRingRows - 1)) * f.ring_stride + kRingPad;
    for (int j = i; j < n; ++j) f.c[f.row[i] + j] = kForbidden;
    for (int j = 0; j < n; j += kIntLanes) {
      store(f.ring_generic + ring + j, impossible);
      store(f.ring_bulge + ring + j, impossible);
      store(f.ring_1n + ring + j, impossible);
      store(f.split + j, impossible);
      if (kNoLonelyPairs) store(f.any + j, impossible);
    }
    // 2. Position i + 4 has come into reach of i.
    if (const int j = i + kMinHairpinLoop + 1; j < n) {
      for (int b = 1; b < kBaseCount; ++b) first[b] -= kPairTypes[b][base[j]] != kNoPair ? 1 : 0;
    }
    // 3. Pairs of i.
    const int* partner = f.partners.position[base[i]];
    const int count = f.partners.count[base[i]];
    if (first[base[i]] < count) columns_of_row(f, i);
    for (int at = first[base[i]]; at < count; ++at) {
      const int j = partner[at];
      if (kNoLonelyPairs && only_lonely(base, n, i, j)) continue;
      Energy energy = hairpin_loop(*f.model, f.strand, i, j);
      const Energy small = small_interior(f, i, j);
      energy = small < energy ? small : energy;
      const Energy large = large_interior(f, i, j);
      energy = large < energy ? large : energy;
      const Energy multi = f.split_before[j - 1] + multi_closing(*f.model, base, i, j);
      energy = multi < energy ? multi : energy;
      if (kNoLonelyPairs) {
        // c needs a pair stacked inside; `any` is free to begin a helix, which the pair around it will have to continue.
        const Energy inner = f.any_before[j - 1];
        const Energy stacked = inner < kForbidden ? inner + interior_loop(*f.model, base, i, j, i + 1, j - 1) : kForbidden;
        f.any[j] = stacked < energy ? stacked : energy;
        energy = stacked;
      }
      if (energy < kForbidden) keep_pair(f, i, j, energy);
    }
    // 4. Multiloop parts that begin at i.
    fill_fm_row(f, i);
    Energy* row = f.split;
    f.split = f.split_before;
    f.split_before = row;
    row = f.any;
    f.any = f.any_before;
    f.any_before = row;
  }
}

static void fill_mfe(MfeFill& f) {
  if (f.model->options.no_lonely_pairs) {
    fill_mfe_rows<true>(f);
  } else {
    fill_mfe_rows<false>(f);
  }
}
