// What a CutModel is made of; for the files of this folder.
#pragma once

#include <memory>
#include <vector>

#include "arms/cut_model.h"
#include "arms/cut_network.h"

namespace stemloop {

struct CutModel::Parts {
  std::shared_ptr<const Model> energies;
  std::vector<CutNetwork> networks;
  CutSettings settings;
};

}  // namespace stemloop
