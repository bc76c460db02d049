// Partition function: fills qb, qm, qm1 row by row, i descending (McCaskill, Biopolymers 29:1105, 1990), and the
// derivatives of ln Z by running the same steps backwards, i ascending: what row i read from others on the way in it
// hands back to them on the way out. adjoint(qb(i,j)) * qb(i,j) is the probability of the pair (i, j).
// Every factor carries scale[k] for its k nucleotides. Part of fill_kernels.cpp.

// Calls visit(p, q, factor) for the loops with tables of their own.
template <class Visit>
STEMLOOP_INLINE void each_small_interior(const PartitionFill& f, int i, int j, Visit visit) {
  const Base* base = f.strand.base;
#pragma GCC unroll 9
  for (const SmallLoop& loop : kSmallLoops) {
    const int p = i + 1 + loop.u5;
    const int q = j - 1 - loop.u3;
    if (q - p <= kMinHairpinLoop || kPairTypes[base[p]][base[q]] == kNoPair) continue;
    visit(p, q, interior_loop(*f.model, base, i, j, p, q) * f.scale[loop.u5 + loop.u3 + 2]);
  }
}

STEMLOOP_INLINE double* ring_row(const PartitionFill& f, double* rows, int p) {
  return rows + (p & (kRingRows - 1)) * f.ring_stride + kRingPad;
}

// The 32 places of column q that belong to rows i + 1 .. i + 32.
template <class T>
STEMLOOP_INLINE T* column_window(T* columns, int i, int q) {
  return columns + q * 2 * kRingRows + ((i + 1) & (kRingRows - 1));
}

// Row i takes the place of row i + 32 in the columns: the pairs of that row are taken out.
STEMLOOP_INLINE void clear_columns(const PartitionFill& f, int row, int slot) {
  if (row >= f.strand.length) return;
  const Base old = f.strand.base[row];
  for (int at = f.partners.count[old] - 1; at >= 0 && f.partners.position[old][at] > row; --at) {
    put_in_column(f.column_1n, f.partners.position[old][at], slot, 0.0);
    put_in_column(f.column_bulge, f.partners.position[old][at], slot, 0.0);
  }
}

// Blocks of eight lanes that row u5 of the interior rows fills.
STEMLOOP_INLINE int blocks_of(int u5) { return (kMaxInteriorLoop - u5) / kDoubleLanes + 1; }

STEMLOOP_INLINE void clear(double* values, int count) {
  for (int k = 0; k < count; k += kDoubleLanes) store(values + k, broadcast(0.0));
}

// to[j] += factor * from[j], j in [begin, end); up to seven entries behind `end` are written too.
STEMLOOP_INLINE void add_scaled(double* to, const double* from, double factor, int begin, int end) {
  const auto f = broadcast(factor);
  for (int j = begin; j < end; j += kDoubleLanes) store(to + j, add(load(to + j), multiply(load(from + j), f)));
}

// The sum over [begin, end) of a[j] * b[j]. REQUIRES: b is zero behind `end`, a is finite there.
STEMLOOP_INLINE double dot(const double* a, const double* b, int begin, int end) {
  auto total = broadcast(0.0);
  for (int j = begin; j < end; j += kDoubleLanes) total = add(total, multiply(load(a + j), load(b + j)));
  return sum(total);
}

// The three factors of the closing pair (i, j) for bulges, 1 x n and generic loops.
struct OuterFactors {
  double end;
  double one_n;
  double generic;
};
STEMLOOP_INLINE OuterFactors outer_factors(const PartitionFill& f, int i, int j) {
  const Base* base = f.strand.base;
  const PairType pair = kPairTypes[base[i]][base[j]];
  return {stem_end(*f.model, pair), f.model->tables.mismatch_interior_1n[pair][base[i + 1]][base[j - 1]],
          f.model->tables.mismatch_interior[pair][base[i + 1]][base[j - 1]]};
}
// The same three for (i, j) as the inner pair of a loop.
STEMLOOP_INLINE OuterFactors inner_factors(const PartitionFill& f, int i, int j) {
  const Base* base = f.strand.base;
  const PairType pair = kPairTypes[base[j]][base[i]];
  return {stem_end(*f.model, pair), f.model->tables.mismatch_interior_1n[pair][base[j + 1]][base[i - 1]],
          f.model->tables.mismatch_interior[pair][base[j + 1]][base[i - 1]]};
}

STEMLOOP_INLINE double inside_large_interior(const PartitionFill& f, int i, int j) {
  const OuterFactors outer = outer_factors(f, i, j);
  const auto row_sum = [&](double* rows, int u5) {
    const double* values = ring_row(f, rows, i + 1 + u5) + j - 1 - kMaxInteriorLoop + u5;
    const double* lengths = f.rows->row[u5];
    auto total = broadcast(0.0);
    for (int b = 0; b < blocks_of(u5); ++b) {
      total = add(total, multiply(load(values + b * kDoubleLanes), load(lengths + b * kDoubleLanes)));
    }
    return total;
  };
  const auto column_sum = [&](const double* columns, int q, const double* lengths) {
    const double* values = column_window(columns, i, q);
    auto total = broadcast(0.0);
    for (int k = 0; k < kRingRows; k += kDoubleLanes) total = add(total, multiply(load(values + k), load(lengths + k)));
    return total;
  };
  auto generic = broadcast(0.0);
  for (int u5 = 2; u5 <= last_generic(i, j); ++u5) generic = add(generic, row_sum(f.ring_generic, u5));
  const auto bulge = add(row_sum(f.ring_bulge, 0), column_sum(f.column_bulge, j - 1, f.rows->bulge_column));
  const auto one_n = add(row_sum(f.ring_1n, 1), column_sum(f.column_1n, j - 2, f.rows->one_n_column));
  auto total = multiply(generic, broadcast(outer.generic));
  total = add(total, multiply(bulge, broadcast(outer.end)));
  total = add(total, multiply(one_n, broadcast(outer.one_n)));
  return sum(total);
}

// qm1, qm and the splits of row i; `single` holds the one-stem part of qm and is carried to the next row.
STEMLOOP_INLINE void inside_multi_row(PartitionFill& f, int i, double unpaired) {
  const int n = f.strand.length;
  const Base* base = f.strand.base;
  const double* qb = f.qb + f.row[i];
  double* qm = f.qm + f.row[i];
  double* qm1 = f.qm1 + f.row[i];
  double before = 0.0;
  for (int j = i; j < n && j <= i + kMinHairpinLoop; ++j) qm[j] = qm1[j] = 0.0;
  for (int j = i + kMinHairpinLoop + 1; j < n; ++j) {
    before *= unpaired;
    if (qb[j] > 0) before += qb[j] * multi_stem(*f.model, kPairTypes[base[i]][base[j]], base[i - 1], base[j + 1]);
    qm1[j] = before;
    f.single[j] = qm1[j] + unpaired * f.single[j];
    qm[j] = f.single[j] + f.split[j];
    const int right = j + 1;
    if (qm[j] > 0 && right + kMinHairpinLoop + 1 < n) {
      add_scaled(f.split, f.qm1 + f.row[right], qm[j], right + kMinHairpinLoop + 1, n);
    }
  }
}

static void fill_inside(PartitionFill& f) {
  const int n = f.strand.length;
  const Base* base = f.strand.base;
  const bool no_lonely_pairs = f.model->options.no_lonely_pairs;
  const double unpaired = f.model->tables.multi_unpaired * f.scale[1];
  int first[kBaseCount];
  for (int b = 0; b < kBaseCount; ++b) first[b] = f.partners.count[b];
  for (double* ring : {f.ring_generic, f.ring_bulge, f.ring_1n}) clear(ring, kRingRows * f.ring_stride);
  for (double* columns : {f.column_bulge, f.column_1n}) clear(columns, 2 * kRingRows * n);
  clear(f.split_before, n + kDoubleLanes);
  clear(f.single, n);

  for (int i = n - 1; i >= 0; --i) {
    double* qb = f.qb + f.row[i];
    for (int j = i; j < n; ++j) qb[j] = 0.0;
    for (double* ring : {f.ring_generic, f.ring_bulge, f.ring_1n}) clear(ring_row(f, ring, i), n);
    clear_columns(f, i + kRingRows, i & (kRingRows - 1));
    clear(f.split, n + kDoubleLanes);
    if (const int j = i + kMinHairpinLoop + 1; j < n) {
      for (int b = 1; b < kBaseCount; ++b) first[b] -= kPairTypes[b][base[j]] != kNoPair ? 1 : 0;
    }
    const int* partner = f.partners.position[base[i]];
    const int count = f.partners.count[base[i]];
    for (int at = first[base[i]]; at < count; ++at) {
      const int j = partner[at];
      if (no_lonely_pairs && only_lonely(base, n, i, j)) continue;
      double q = hairpin_loop(*f.model, f.strand, i, j) * f.scale[j - i + 1];
      each_small_interior(f, i, j, [&](int p, int r, double factor) { q += f.qb[f.row[p] + r] * factor; });
      q += inside_large_interior(f, i, j);
      q += f.split_before[j - 1] * multi_closing(*f.model, base, i, j) * f.scale[2];
      qb[j] = q;
      const OuterFactors inner = inner_factors(f, i, j);
      ring_row(f, f.ring_generic, i)[j] = q * inner.generic;
      ring_row(f, f.ring_1n, i)[j] = q * inner.one_n;
      ring_row(f, f.ring_bulge, i)[j] = q * inner.end;
      put_in_column(f.column_1n, j, i & (kRingRows - 1), q * inner.one_n);
      put_in_column(f.column_bulge, j, i & (kRingRows - 1), q * inner.end);
    }
    inside_multi_row(f, i, unpaired);
    swap_rows(f.split, f.split_before);
  }
}

// --- the way out -----------------------------------------------------------------------------------------------------
// Rings, columns, `single` and the two split rows now hold adjoints of what they held on the way in.

// What enclosing interior loops left in column j for row i, in either copy of its place.
STEMLOOP_INLINE double in_column(const double* columns, int i, int j) {
  const double* place = columns + j * 2 * kRingRows + (i & (kRingRows - 1));
  return place[0] + place[kRingRows];
}

// Takes what enclosing interior loops left in the rings of (i, j).
STEMLOOP_INLINE void outside_collect(PartitionFill& f, int i, int j) {
  const OuterFactors inner = inner_factors(f, i, j);
  const double one_n = ring_row(f, f.ring_1n, i)[j] + in_column(f.column_1n, i, j);
  const double bulge = ring_row(f, f.ring_bulge, i)[j] + in_column(f.column_bulge, i, j);
  f.qb_adjoint[f.row[i] + j] +=
      ring_row(f, f.ring_generic, i)[j] * inner.generic + one_n * inner.one_n + bulge * inner.end;
}

// Backwards through inside_multi_row(): splits from the far end, then single, then qm1. `split` holds the adjoints that
// closing pairs of row i - 1 left; `qm_adjoint` is scratch.
STEMLOOP_INLINE void outside_multi_row(PartitionFill& f, int i, double unpaired, double* qm_adjoint) {
  const int n = f.strand.length;
  const Base* base = f.strand.base;
  const double* qm = f.qm + f.row[i];
  double* qm1_adjoint = f.qm1_adjoint + f.row[i];
  for (int j = n - 1; j > i + kMinHairpinLoop; --j) {
    const int right = j + 1;
    const int begin = right + kMinHairpinLoop + 1;
    qm_adjoint[j] = 0.0;
    if (begin < n && qm[j] > 0) {
      qm_adjoint[j] = dot(f.qm1 + f.row[right], f.split, begin, n);
      add_scaled(f.qm1_adjoint + f.row[right], f.split, qm[j], begin, n);
    }
    f.split[j] += qm_adjoint[j];
  }
  double behind = 0.0;
  for (int j = n - 1; j > i + kMinHairpinLoop; --j) {
    // qm = single + split takes both its adjoints from qm's readers: the left parts of splits (qm_adjoint).
    f.single[j] = qm_adjoint[j] + unpaired * f.single[j];
    behind = behind * unpaired + qm1_adjoint[j] + f.single[j];
    if (f.qb[f.row[i] + j] > 0) {
      f.qb_adjoint[f.row[i] + j] +=
          behind * multi_stem(*f.model, kPairTypes[base[i]][base[j]], base[i - 1], base[j + 1]);
    }
  }
}

// Hands the adjoint of (i, j) to every pair that an interior loop closed by (i, j) can enclose.
STEMLOOP_INLINE void outside_interior(PartitionFill& f, int i, int j, double adjoint) {
  each_small_interior(f, i, j, [&](int p, int q, double factor) { f.qb_adjoint[f.row[p] + q] += adjoint * factor; });
  const OuterFactors outer = outer_factors(f, i, j);
  const auto spread = [&](double* rows, int u5, double factor) {
    double* values = ring_row(f, rows, i + 1 + u5) + j - 1 - kMaxInteriorLoop + u5;
    const double* lengths = f.rows->row[u5];
    const auto a = broadcast(adjoint * factor);
    for (int b = 0; b < blocks_of(u5); ++b) {
      double* block = values + b * kDoubleLanes;
      store(block, add(load(block), multiply(load(lengths + b * kDoubleLanes), a)));
    }
  };
  spread(f.ring_bulge, 0, outer.end);
  spread(f.ring_1n, 1, outer.one_n);
  for (int u5 = 2; u5 <= last_generic(i, j); ++u5) spread(f.ring_generic, u5, outer.generic);
  const auto spread_column = [&](double* columns, int q, const double* lengths, double factor) {
    double* values = column_window(columns, i, q);
    const auto a = broadcast(adjoint * factor);
    for (int k = 0; k < kRingRows; k += kDoubleLanes)
      store(values + k, add(load(values + k), multiply(load(lengths + k), a)));
  };
  spread_column(f.column_bulge, j - 1, f.rows->bulge_column, outer.end);
  spread_column(f.column_1n, j - 2, f.rows->one_n_column, outer.one_n);
}

static void fill_outside(PartitionFill& f) {
  const int n = f.strand.length;
  const Base* base = f.strand.base;
  const double unpaired = f.model->tables.multi_unpaired * f.scale[1];
  for (double* ring : {f.ring_generic, f.ring_bulge, f.ring_1n}) clear(ring, kRingRows * f.ring_stride);
  for (double* columns : {f.column_bulge, f.column_1n}) clear(columns, 2 * kRingRows * n);
  clear(f.split, n + kDoubleLanes);
  clear(f.split_before, n + kDoubleLanes);
  clear(f.single, n);
  int first[kBaseCount] = {};
  for (int i = 0; i < n; ++i) {
    for (int b = 1; b < kBaseCount; ++b) {
      while (first[b] < f.partners.count[b] && f.partners.position[b][first[b]] <= i + kMinHairpinLoop) ++first[b];
    }
    const int* partner = f.partners.position[base[i]];
    const int count = f.partners.count[base[i]];
    for (int at = first[base[i]]; at < count; ++at) outside_collect(f, i, partner[at]);
    // The places of row i go to row i + 32; cells that no pair can use have collected values too.
    for (double* ring : {f.ring_generic, f.ring_bulge, f.ring_1n}) clear(ring_row(f, ring, i), n);
    for (int j = i + kMinHairpinLoop + 1; j < n; ++j) {
      put_in_column(f.column_bulge, j, i & (kRingRows - 1), 0.0);
      put_in_column(f.column_1n, j, i & (kRingRows - 1), 0.0);
    }
    outside_multi_row(f, i, unpaired, f.scratch_line);
    clear(f.split_before, n + kDoubleLanes);
    for (int at = first[base[i]]; at < count; ++at) {
      const int j = partner[at];
      if (f.qb[f.row[i] + j] <= 0) continue;
      const double adjoint = f.qb_adjoint[f.row[i] + j];
      if (adjoint <= 0) continue;
      outside_interior(f, i, j, adjoint);
      f.split_before[j - 1] += adjoint * multi_closing(*f.model, base, i, j) * f.scale[2];
    }
    swap_rows(f.split, f.split_before);
  }
}
