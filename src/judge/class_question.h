// One question to a classifier, asked again and again while sequences are made: is this of the class wanted?
#pragma once

#include <memory>
#include <string>

#include "judge/family.h"

namespace stemloop {

/// Classes that sequences may be asked to be of, and the family of the shipped models that know them.
inline constexpr const char* kPremirnaClass = "pre-miRNA";
inline constexpr const char* kMirtronClass = "mirtron";

struct ClassAnswer {
  bool called = false;     // the classifier's label is the class
  double probability = 0;  // of the class, as the classifier tells it; of the least where it tells several
  std::string label;       // what the classifier calls it
};

class ClassQuestion {
 public:
  /// `model` is a name or a directory; empty: the model that ships for the class. Error if it cannot be opened or knows
  /// no such class.
  ClassQuestion(const std::string& wanted, const std::string& model);
  ~ClassQuestion();
  ClassQuestion(ClassQuestion&&) noexcept;

  /// May be called by several threads at once.
  [[nodiscard]] ClassAnswer ask(const std::string& sequence) const;
  [[nodiscard]] const std::string& wanted() const;
  /// The model's directory.
  [[nodiscard]] const std::string& model() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace stemloop
