#include <algorithm>
#include <cmath>

#include "fold/scratch.h"
#include "fold/traceback.h"
#include "util/util.h"

namespace stemloop {

namespace {

// RNAfold's default: the ensemble is a little below the MFE.
constexpr double kScaleFactor = 1.07;

template <class T>
T* sized(std::vector<T>& buffer, std::size_t size) {
  if (buffer.size() < size) buffer.resize(size);
  return buffer.data();
}

}  // namespace

MfeFill Folder::Scratch::prepare_mfe(std::string_view text) {
  MfeFill f;
  const std::size_t n = text.size();
  f.model = &model->energy;
  f.strand = energy_strand.prepare(model->energy, text);
  f.partners = list_partners(f.strand, positions);
  triangular_rows(static_cast<std::int64_t>(n), row);
  f.rows = &energy_rows;
  f.row = row.data();
  f.c = sized(c, triangular_size(static_cast<std::int64_t>(n)));
  f.fm = sized(fm, triangular_size(static_cast<std::int64_t>(n)));
  f.ring_stride = static_cast<int>((n + 2 * kRingPad + kIntLanes) / kIntLanes * kIntLanes);
  Energy** rings[] = {&f.ring_generic, &f.ring_bulge, &f.ring_1n};
  for (int k = 0; k < 3; ++k) *rings[k] = sized(energies.ring[k], static_cast<std::size_t>(kRingRows) * f.ring_stride);
  Energy** columns[] = {&f.column_bulge, &f.column_1n};
  for (int k = 0; k < 2; ++k) *columns[k] = sized(energies.column[k], 2 * kRingRows * n + kRowTail);
  Energy** lines[] = {&f.stem, &f.split, &f.split_before, &f.any, &f.any_before};
  for (int k = 0; k < 5; ++k) *lines[k] = sized(energies.line[k], n + kRowTail);
  return f;
}

PartitionFill Folder::Scratch::prepare_partition(std::string_view text, Energy mfe) {
  PartitionFill f;
  const std::size_t n = text.size();
  f.model = &model->boltzmann;
  f.strand = factor_strand.prepare(model->boltzmann, text);
  triangular_rows(static_cast<std::int64_t>(n), row);
  for (int b = 0; b < kBaseCount; ++b) {
    f.partners.position[b] = positions.data() + b * n;
    f.partners.count[b] = static_cast<int>(
        std::count_if(f.strand.base, f.strand.base + n, [b](Base other) { return kPairTypes[b][other] != kNoPair; }));
  }
  // One factor per nucleotide keeps all sums near 1; it cancels in every result.
  const double kcal_per_base = mfe / 100.0 / static_cast<double>(n);
  const double per_base = std::min(1.0, std::exp(kScaleFactor * kcal_per_base * 1000.0 / model->boltzmann.kt));
  scale.resize(n + 1);
  scale[0] = 1.0;
  for (std::size_t k = 1; k <= n; ++k) scale[k] = scale[k - 1] * per_base;
  factor_rows = interior_rows(model->boltzmann, 0.0, [&](double factor, int bases) {
    return bases <= static_cast<int>(n) ? factor * scale[bases] : 0.0;
  });
  f.rows = &factor_rows;
  f.scale = scale.data();
  f.row = row.data();
  const std::size_t cells = triangular_size(static_cast<std::int64_t>(n));
  f.qb = sized(qb, cells);
  f.qm = sized(qm, cells);
  f.qm1 = sized(qm1, cells);
  f.qb_adjoint = sized(qb_adjoint, cells);
  f.qm1_adjoint = sized(qm1_adjoint, cells);
  // Rows are read a little beyond their end, times zero: what lies there must be numbers.
  std::fill(f.qm1 + cells - kRowTail, f.qm1 + cells, 0.0);
  f.ring_stride = static_cast<int>((n + 2 * kRingPad + kDoubleLanes) / kDoubleLanes * kDoubleLanes);
  double** rings[] = {&f.ring_generic, &f.ring_bulge, &f.ring_1n};
  for (int k = 0; k < 3; ++k) *rings[k] = sized(factors.ring[k], static_cast<std::size_t>(kRingRows) * f.ring_stride);
  double** columns[] = {&f.column_bulge, &f.column_1n};
  for (int k = 0; k < 2; ++k) *columns[k] = sized(factors.column[k], 2 * kRingRows * n + kRowTail);
  double** lines[] = {&f.scratch_line, &f.split, &f.split_before, &f.single};
  for (int k = 0; k < 4; ++k) *lines[k] = sized(factors.line[k], n + kRowTail);
  return f;
}

// exterior5[j]: sum over structures of the first j bases.
void Folder::Scratch::fill_exterior5(const PartitionFill& f) {
  const int n = f.strand.length;
  exterior5.assign(static_cast<std::size_t>(n) + 1, 0.0);
  exterior5[0] = 1.0;
  for (int i = 0; i < n; ++i) {
    exterior5[i + 1] += exterior5[i] * f.scale[1];
    for (int j = i + kMinHairpinLoop + 1; j < n; ++j) {
      const double pair = f.qb[f.row[i] + j];
      if (pair > 0) exterior5[j + 1] += exterior5[i] * pair * exterior_stem(*f.model, f.strand.base, n, i, j);
    }
  }
}

// exterior3[i]: sum over structures of the bases from i on.
void Folder::Scratch::fill_exterior3(const PartitionFill& f) {
  const int n = f.strand.length;
  exterior3.assign(static_cast<std::size_t>(n) + 1, 0.0);
  exterior3[n] = 1.0;
  for (int i = n - 1; i >= 0; --i) {
    exterior3[i] = exterior3[i + 1] * f.scale[1];
    for (int j = i + kMinHairpinLoop + 1; j < n; ++j) {
      const double pair = f.qb[f.row[i] + j];
      if (pair > 0) exterior3[i] += exterior3[j + 1] * pair * exterior_stem(*f.model, f.strand.base, n, i, j);
    }
  }
}

Folder::Folder(std::shared_ptr<const Model> model) : scratch_(std::make_unique<Scratch>()) {
  scratch_->model = std::move(model);
  scratch_->energy_rows = interior_rows(scratch_->model->energy, kForbidden, [](Energy e, int) { return e; });
}
Folder::~Folder() = default;
Folder::Folder(Folder&&) noexcept = default;
Folder& Folder::operator=(Folder&&) noexcept = default;

const Model& Folder::model() const { return *scratch_->model; }

Fold Folder::fold(std::string_view sequence) {
  if (sequence.empty()) return {};
  Scratch& x = *scratch_;
  MfeFill f = x.prepare_mfe(sequence);
  kernels().fill_mfe(f);
  Energy* f5 = sized(x.f5, sequence.size() + 1);
  fill_exterior(*f.model, f.strand, f.row, f.c, f5);
  return {traceback(*f.model, f.strand, {f.row, f.c, f.fm, f5}), f5[sequence.size()]};
}

namespace {

// A sequence with a very strong and a very weak part can leave the range of double in either direction; sums from both
// ends and the probabilities show it.
constexpr double kTolerance = 1e-9;
void check_range(bool in_range, int n) {
  require(in_range, "the Boltzmann sums of its {} nucleotides leave the range of numbers; it has no ensemble here", n);
}

}  // namespace

double Folder::ensemble_energy(std::string_view sequence, Fold& mfe) {
  mfe = fold(sequence);
  Scratch& x = *scratch_;
  x.partition = {};
  if (sequence.empty()) return 0;
  x.partition = x.prepare_partition(sequence, mfe.energy);
  PartitionFill& f = x.partition;
  const int n = f.strand.length;
  kernels().fill_inside(f);
  x.fill_exterior5(f);
  const double z = x.exterior5[n];
  check_range(std::isfinite(z) && z > 0, n);
  return -f.model->kt / 1000.0 * (std::log(z) - n * std::log(x.scale[1]));
}

Ensemble Folder::ensemble(std::string_view sequence, Fold& mfe) {
  Ensemble result;
  result.energy_kcal = ensemble_energy(sequence, mfe);
  if (sequence.empty()) return result;
  Scratch& x = *scratch_;
  PartitionFill& f = x.partition;
  const int n = f.strand.length;
  const double z = x.exterior5[n];
  x.fill_exterior3(f);
  check_range(std::fabs(x.exterior3[0] - z) <= kTolerance * z, n);

  std::fill(f.qm1_adjoint, f.qm1_adjoint + triangular_size(n), 0.0);
  std::fill(f.qb_adjoint, f.qb_adjoint + triangular_size(n), 0.0);
  for (int i = 0; i < n; ++i) {
    for (int j = i + kMinHairpinLoop + 1; j < n; ++j) {
      if (f.qb[f.row[i] + j] <= 0) continue;
      f.qb_adjoint[f.row[i] + j] =
          x.exterior5[i] * exterior_stem(*f.model, f.strand.base, n, i, j) * x.exterior3[j + 1] / z;
    }
  }
  kernels().fill_outside(f);

  const double kt_kcal = f.model->kt / 1000.0;
  result.mfe_frequency = std::exp((result.energy_kcal - mfe.energy / 100.0) / kt_kcal);
  std::vector<int> centroid(sequence.size(), -1);
  std::vector<double> paired(sequence.size(), 0.0);
  for (int i = 0; i < n; ++i) {
    for (int j = i + kMinHairpinLoop + 1; j < n; ++j) {
      const double p = f.qb[f.row[i] + j] * f.qb_adjoint[f.row[i] + j];
      check_range(p >= 0 && p <= 1 + kTolerance, n);
      paired[i] += p;
      paired[j] += p;
      result.diversity += 2 * p * (1 - p);
      result.centroid_distance += p > 0.5 ? 1 - p : p;
      if (p > 0.5) {
        centroid[i] = j;
        centroid[j] = i;
      }
      if (p >= Ensemble::kMinProbability) result.pairs.push_back({i, j, p});
    }
  }
  check_range(std::all_of(paired.begin(), paired.end(), [](double sum) { return sum <= 1 + kTolerance; }), n);
  result.centroid = dot_bracket(centroid);
  result.centroid_energy = evaluate(x.model->energy, sequence, result.centroid).energy;
  return result;
}

const char* simd_name() { return kernels().name; }

}  // namespace stemloop
