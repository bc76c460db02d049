// The one symbol of the neural library. Its object lives until the program ends.
#include "net/neural.h"

namespace stemloop {
Neural& torch_neural();
}  // namespace stemloop

extern "C" __attribute__((visibility("default"))) stemloop::Neural* stemloop_neural() {
  return &stemloop::torch_neural();
}
