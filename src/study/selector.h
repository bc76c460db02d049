// Which draws of a generator to keep, so that what is kept is more like the real set than what is drawn: discriminator
// rejection sampling (Azadi et al., ICLR 2019). A logistic regression tells real sequences from drawn ones; its odds
// are, up to a factor, the ratio of the two densities, and a draw is kept with a probability in proportion to them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "learn/learn.h"
#include "study/sequence_quality.h"

namespace stemloop {

struct Selector {
  std::string parameters;       // energy parameters that sequences were folded with
  ColumnScale columns;          // of selector_rows()
  std::vector<double> weights;  // of the standardised columns: log odds of being real, less a constant
  double top = 0;               // log odds from which on every draw is kept
};

/// What the selector sees of a set's sample: sequence_rows(), and the products of any two of the shares of A, C, G and
/// U, the length and the energy per nucleotide, which tell how much these vary together.
Matrix selector_rows(const MeasuredSet& set);

/// Fitted on all of both samples; as many drawn as there are, ten times as many as real ones are plenty. `pull` is the
/// weight of the squared weights beside the log-likelihood; the share `certain` of draws that is likest is kept for
/// certain: less of it keeps fewer draws, and those are liker. Error with fewer than 20 real or drawn sequences.
Selector fit_selector(const MeasuredSet& real, const MeasuredSet& drawn, const std::string& parameters,
                      double pull = 0.3, double certain = 0.05);

/// Probability of keeping each of the set's sample.
std::vector<double> keep_probabilities(const Selector& selector, const MeasuredSet& drawn);

/// As JSON text, and back; Error naming `name` if it is no selector or one for other columns.
std::string selector_json(const Selector& selector);
Selector selector_from_json(const std::string& text, const std::string& name);

/// In the directory of a generator, of draws like the real ones (model select).
inline constexpr const char* kSelectorFile = "selector.json";

/// The selector of a generator, if it has one. Error if it is damaged.
std::optional<Selector> read_selector(const std::string& directory);

}  // namespace stemloop
