// What is done with sources of synthetic sequences: mirtrons beside the real ones a classifier learns from, made inside
// each fold from its training records; a selector for a generator, which keeps the draws that are like real sequences.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "data/sequence_set.h"

namespace stemloop {

struct AugmentOptions {
  CommonOptions common;
  FoldingOptions folding;
  std::string device = "auto";
};

/// Mirtrons made of `records`, real mirtrons of the training part, to fill up `missing` that there are fewer than
/// canonical ones; drawn by `seed`. May be called by several threads.
using Augmenter = std::function<std::vector<std::string>(std::span<const std::int64_t> records, std::int64_t missing,
                                                         std::uint64_t seed)>;

/// Of "SOURCE[:N]": smote-a, smote-b, smote-c, smote-aligned, wgan, fbgan, or a generator by name or path; N of them,
/// else until both classes are equal. `set` must outlive it. Error if a generator has learned from records of `set`.
Augmenter augmenter(const std::string& source, const SequenceSet& set, const AugmentOptions& how);

/// Says how many records are synthetic and how many are nearly alike, and what is done about it.
void tell_lineage(const SequenceSet& set, int threads);

/// Fits a selector to what a generator draws and to the sequences of class 1 of `set`, and writes it into the
/// generator's directory. The draws are those of the FASTA file `drawn`; if it is empty, a generator of sequences is
/// asked for some. Error if there is nothing to tell apart, or no file and no such generator.
void write_selector(const std::string& directory, const SequenceSet& set, const std::string& drawn,
                    const FoldingOptions& folding, const std::string& device, int threads, std::uint64_t seed);

}  // namespace stemloop
