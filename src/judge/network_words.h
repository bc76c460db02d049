// What a DIVA network says of a hairpin in words: the path down the latent tree grown on it. Beside a call of
// precursors it is the network's own description of what lies between the cuts, not a reason of the number.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "judge/classifier.h"
#include "judge/cut_hairpin.h"

namespace stemloop {

/// Question, answer and the feature's value at every step down the tree, and what its leaf says.
std::vector<std::string> tree_lines(const Tree& tree, const Call& call);

/// Opened when it is first asked: it takes longer than all else of a model. May be asked by several threads at once.
class NetworkWords {
 public:
  NetworkWords(std::string directory, std::string device);
  [[nodiscard]] bool there() const { return there_; }
  /// Lines about the letters between the Drosha cuts of a hairpin called class `label`. REQUIRES: there().
  [[nodiscard]] std::vector<std::string> of(const CutHairpin& hairpin, int label) const;
  /// REQUIRES: there(). Error naming the file and what is wrong.
  [[nodiscard]] const Classifier& classifier() const;

 private:
  struct Opened;
  const Opened& opened() const;

  std::string directory_, device_;
  bool there_;
  mutable std::mutex opening_;
  mutable std::shared_ptr<const Opened> opened_;
};

}  // namespace stemloop
