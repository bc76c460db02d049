// Points of many dimensions in the plane.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "data/data.h"

namespace stemloop {

struct PcaResult {
  Matrix points;                  // N x components, largest variance first
  std::vector<double> explained;  // share of the variance, a component each
};

/// Principal components of the rows. Of each component the largest loading is positive, so that signs do not depend on
/// the solver. Error if there are fewer than two rows or numbers that are none.
PcaResult pca(const Matrix& rows, int components = 2);

struct TsneOptions {
  double perplexity = 30;
  int iterations = 1000;
  std::uint64_t seed = 1;
  double theta = 0.5;  // coarseness of distant points (Barnes and Hut); 0 takes every pair: the plain twin
  int threads = 1;     // results do not depend on it
};

/// t-SNE in two dimensions (van der Maaten & Hinton 2008; Barnes-Hut as in van der Maaten 2014), begun from the first
/// two principal components. `progress` is called with the share done. N x 2. Error if there are fewer rows than three
/// times the perplexity.
Matrix tsne(const Matrix& rows, const TsneOptions& options, const std::function<void(double)>& progress = {});

}  // namespace stemloop
