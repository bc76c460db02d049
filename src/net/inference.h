// A trained DIVA network in use on a CPU, without libtorch: what libstemloop_neural.so computes in torch's operations
// is written out for inference alone, on the kernels of net/kernels.h. The other is its plain twin; inference_test
// compares them.
#pragma once

#include <memory>
#include <string>

#include "net/neural.h"

namespace stemloop {

/// Opens a model directory as Neural::open() does, device "cpu", "auto", "cuda" or "cuda:N". Networks of the small size
/// run here unless a GPU is asked for; all others, and draws from the priors, in the neural library, which is opened
/// when it is first needed. Results do not depend on the number of threads nor on which records stand together.
std::unique_ptr<HairpinNetwork> open_network(const std::string& directory, const std::string& device, int threads);

}  // namespace stemloop
