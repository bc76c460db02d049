#include "fold/folding_options.h"

#include "fold/fold.h"

namespace stemloop {

std::shared_ptr<const Model> load_model(const FoldingOptions& options) {
  return make_model(load_parameters(options.parameters), options.fold);
}

}  // namespace stemloop
