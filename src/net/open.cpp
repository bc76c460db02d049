// Opens the neural library when it is first needed.
#include "net/neural.h"
#include "util/util.h"

namespace stemloop {

Neural& neural() {
  static Neural* const opened =
      reinterpret_cast<Neural* (*)()>(open_library("libstemloop_neural.so", "STEMLOOP_NEURAL", "stemloop_neural"))();
  return *opened;
}

}  // namespace stemloop
