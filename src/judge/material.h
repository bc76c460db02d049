// What a latent tree is grown on: labelled records with latents and features, from a network or from tables.
#pragma once

#include <string>
#include <vector>

#include "data/dataset.h"
#include "describe/describe.h"
#include "net/net.h"

namespace stemloop {

struct Material {
  DescribedRecords records;
  std::vector<Part> parts;  // empty without a split
  Tally tally;
};

/// A data set through a network, with what is measured of its pictures. Error if the network has no latent `latent`.
Material material_of(HairpinNetwork& network, const std::string& latent, const Dataset& dataset,
                     const FoldingOptions& folding, int threads);

struct MaterialFiles {
  std::string latents;   // as embed writes them
  std::string features;  // a line a record, by id
  std::string latent = "m";
  std::string labels = "label";      // column of `features`, where the latents have none
  std::string split;                 // column; empty: no parts
  std::vector<std::string> without;  // columns that are no features
};

/// The same from tables. Error with file and line where they do not fit together.
Material material_of(const MaterialFiles& files);

/// Some of the records.
DescribedRecords select(const DescribedRecords& all, const std::vector<std::int64_t>& records);

}  // namespace stemloop
