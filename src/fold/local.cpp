#include "fold/local.h"

#include "fold/local_trace.h"
#include "fold/stacking.h"
#include "fold/strand.h"
#include "util/util.h"

namespace stemloop {

namespace {

// Every energy times kPlaces; what is forbidden stays far above all others and can still be added up.
EnergyModel packed_model(const EnergyModel& m) {
  constexpr Packed kForbiddenLoop = kNoStemLoop / 2;
  const auto scale = [](Energy& e) { e = e >= kHopeless >> kPlaceBits ? kForbiddenLoop : e * kPlaces; };
  EnergyModel packed = m;
  auto& t = packed.tables;
  for_each_table([&scale](auto& table) { for_each_entry(scale, table); }, t);
  for (Energy* e : {&t.multi_closing, &t.multi_stem, &t.multi_unpaired, &t.asymmetry, &t.terminal_au}) scale(*e);
  for (Energy& e : packed.special) scale(e);
  scale(packed.max_asymmetry);
  return packed;
}

// The interior rows of a packed model, with what (i, j) around (p, q) adds to the place: 2 (u5 + 1).
InteriorRows<Packed> packed_rows(const EnergyModel& packed) {
  auto rows = interior_rows(packed, kNoStemLoop / 2, [](Packed value, int) { return value; });
  const auto shift = [](Packed& value, int u5) {
    if (value < kHopeless) value += 2 * (u5 + 1);
  };
  for (int u5 = 0; u5 < kSideRows; ++u5) {
    for (Packed& value : rows.row[u5]) shift(value, u5);
  }
  for (int u5 = 0; u5 < kRingRows; ++u5) {
    shift(rows.bulge_column[u5], u5);
    shift(rows.one_n_column[u5], u5);
  }
  return rows;
}

int power_of_two(int at_least) {
  int size = 1;
  while (size < at_least) size *= 2;
  return size;
}

}  // namespace

struct LocalFolder::Scratch {
  std::shared_ptr<const Model> model;
  LocalOptions options;
  EnergyModel packed;
  InteriorRows<Packed> rows{};
  std::vector<Packed> hairpin_length;
  StrandBuffer<EnergyModel> buffer;
  std::vector<int> positions;
  std::vector<Packed> c, ring[3], column[2];
  std::vector<int> kept, kept_count;
  std::vector<BestInterval> best, chosen;
  StackingFilter filter{0, 0};

  LocalFill prepare(const Strand<Energy>& s);
};

// Sizes and clears the memory for a piece.
LocalFill LocalFolder::Scratch::prepare(const Strand<Energy>& s) {
  LocalFill f;
  f.packed = &packed;
  f.strand = s;
  f.strand.hairpin_length = hairpin_length.data();
  f.strand.special_value = packed.special.data();
  f.partners = list_partners(s, positions);
  f.rows = &rows;
  f.span = std::min(options.span, s.length);
  f.stride = kRingPad + (f.span + kIntLanes - 1) / kIntLanes * kIntLanes + kIntLanes;
  const int c_rows = power_of_two(std::min(s.length, 2 * f.span + kLocalBatch) + kRingRows);
  const int columns = power_of_two(f.span + 2 * kRingRows);
  f.row_mask = c_rows - 1;
  f.column_mask = columns - 1;
  const auto cleared = [](std::vector<Packed>& table, int size) {
    table.assign(static_cast<std::size_t>(size), kNoStemLoop);
    return table.data();
  };
  f.c = cleared(c, c_rows * f.stride);
  f.ring_generic = cleared(ring[0], kRingRows * f.stride);
  f.ring_bulge = cleared(ring[1], kRingRows * f.stride);
  f.ring_1n = cleared(ring[2], kRingRows * f.stride);
  f.column_bulge = cleared(column[0], columns * 2 * kRingRows);
  f.column_1n = cleared(column[1], columns * 2 * kRingRows);
  kept.resize(static_cast<std::size_t>(kRingRows) * f.span);
  kept_count.assign(kRingRows, 0);
  f.kept = kept.data();
  f.kept_count = kept_count.data();
  for (int b = 0; b < kBaseCount; ++b) f.first[b] = f.last[b] = f.partners.count[b];
  for (int pair = 1; pair < kPairTypeCount; ++pair) f.end[pair] = stem_end(model->energy, static_cast<PairType>(pair));
  f.length_cost = options.length_cost;
  f.bound = options.bound;
  f.min_length = options.min_length;
  best.assign(2 * static_cast<std::size_t>(s.length), {});
  f.best = best.data();
  return f;
}

LocalFolder::LocalFolder(std::shared_ptr<const Model> model, const LocalOptions& options)
    : scratch_(std::make_unique<Scratch>()) {
  check_local(*model, options);
  Scratch& x = *scratch_;
  x.options = options;
  x.filter = StackingFilter(options.span, options.least_stacking);
  x.packed = packed_model(model->energy);
  x.rows = packed_rows(x.packed);
  for (int unpaired = 0; unpaired <= options.span; ++unpaired) {
    x.hairpin_length.push_back(pack(length_term(model->energy, model->energy.tables.hairpin, unpaired), 0));
  }
  x.model = std::move(model);
}
LocalFolder::~LocalFolder() = default;
LocalFolder::LocalFolder(LocalFolder&&) noexcept = default;
LocalFolder& LocalFolder::operator=(LocalFolder&&) noexcept = default;

std::vector<LocalStemLoop> LocalFolder::stem_loops(std::string_view piece) {
  std::vector<LocalStemLoop> result;
  if (piece.empty()) return result;
  Scratch& x = *scratch_;
  const EnergyModel& m = x.model->energy;
  const Strand<Energy> s = x.buffer.prepare(m, piece);
  LocalFill f = x.prepare(s);
  int known = s.length;  // from here on the filter has spoken
  if (x.options.least_stacking > 0) x.filter.prepare(s.base, s.length);
  // A hairpin is final once the rows have gone `span` beyond it; its rows are still there then.
  for (int top = s.length; top > 0;) {
    const int bottom = std::max(0, top - kLocalBatch);
    if (x.options.least_stacking > 0 && top == known) {
      known = std::max(0, top - kStackingBlock);
      x.filter.fill(known, top, f);
    }
    kernels().fill_local(f, top, bottom);
    x.chosen.clear();
    const int from = bottom == 0 ? 0 : bottom + f.span;
    choose(x.best, x.options, from, top == s.length ? s.length : top + f.span, x.chosen);
    for (const BestInterval& interval : x.chosen) {
      result.push_back(trace(
          m, s, [&f](int i, int j) { return f.at(i, j); }, interval));
    }
    top = bottom;
  }
  std::sort(result.begin(), result.end(), [](const LocalStemLoop& a, const LocalStemLoop& b) {
    return a.loop_open + a.loop_close < b.loop_open + b.loop_close;
  });
  return result;
}

}  // namespace stemloop
