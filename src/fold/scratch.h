// The memory of a Folder, reused from sequence to sequence. Private to fold/.
#pragma once

#include "fold/fold.h"
#include "fold/strand.h"

namespace stemloop {

// Rings and lines of one algebra.
template <class Value>
struct RowScratch {
  std::vector<Value> ring[3];
  std::vector<Value> column[2];
  std::vector<Value> line[5];
};

struct Folder::Scratch {
  std::shared_ptr<const Model> model;
  InteriorRows<Energy> energy_rows{};
  StrandBuffer<EnergyModel> energy_strand;
  StrandBuffer<BoltzmannModel> factor_strand;
  std::vector<int> positions;
  std::vector<std::int64_t> row;
  std::vector<Energy> c, fm, f5;
  RowScratch<Energy> energies;

  InteriorRows<double> factor_rows{};
  std::vector<double> qb, qm, qm1, qb_adjoint, qm1_adjoint, scale, exterior5, exterior3;
  RowScratch<double> factors;

  PartitionFill partition;  // tables of the last ensemble()

  MfeFill prepare_mfe(std::string_view text);
  PartitionFill prepare_partition(std::string_view text, Energy mfe);
  void fill_exterior5(const PartitionFill& f);
  void fill_exterior3(const PartitionFill& f);
};

}  // namespace stemloop
