// What the classical classifiers of an experiment see of a sequence: words, letters and pairs at both ends, stem and
// loops of its structure, 156 numbers.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "data/data.h"
#include "fold/fold.h"

namespace stemloop {

/// A row a sequence, folded on all threads. REQUIRES: sequences of A C G U of eight letters or more.
Matrix feature_rows(std::span<const std::string> sequences, const std::shared_ptr<const Model>& model, int threads);

}  // namespace stemloop
