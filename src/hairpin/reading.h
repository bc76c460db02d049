// Records to structures and pictures.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "fold/fold.h"
#include "hairpin/picture.h"
#include "seq/seq.h"

namespace stemloop {

/// What one worker needs: the folder for records that bring no structure.
struct Hairpins {
  std::shared_ptr<const Model> model;
  Folder folder;
};

std::function<Hairpins()> hairpin_state(const FoldingOptions& options);

/// The structure of a record: its own, or the minimum free energy one. Error if its own does not balance.
std::string structure_of(Hairpins& state, const Record& record);

/// Error if there is no hairpin loop in the structure.
Picture picture_of(const Record& record, const std::string& structure);

}  // namespace stemloop
