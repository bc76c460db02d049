// The energy model that most tests fold with: Turner 2004 at 37 C.
#pragma once

#include <memory>

#include "fold/fold.h"

namespace stemloop::testing {

inline std::shared_ptr<const Model> standard_model() {
  static const auto model = make_model(turner2004_parameters());
  return model;
}

}  // namespace stemloop::testing
