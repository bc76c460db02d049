// What holds for every structure asked for: letters, motifs, ends, flanks, share of G and C.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "design/make_designs.h"

namespace stemloop {

class Conditions {
 public:
  /// Error naming the option whose text is none of its kind. `c` must outlive the object.
  explicit Conditions(const DesignOptions& c);

  /// A structure, with its flanks, as a target under these conditions. Error if they cannot all hold.
  [[nodiscard]] DesignTarget target(const std::string& structure) const;
  [[nodiscard]] DesignTarget narrowed(DesignTarget target) const;

  /// Motifs without a place get one of those they can have.
  void place_holds(DesignTarget& target, Random random) const;
  [[nodiscard]] bool any_placed() const;

 private:
  struct Hold {
    std::vector<LetterMask> masks;
    std::string text;
    int at = -1;  // anywhere
  };

  static Hold parse_hold(const std::string& text, const char* option);

  const DesignOptions& c_;
  std::int64_t before_ = 0, behind_ = 0;
  double gc_low_ = 0, gc_high_ = 1;
  std::vector<Hold> holds_;
  std::vector<std::vector<LetterMask>> avoid_;
  std::vector<LetterMask> five_, three_;
};

}  // namespace stemloop
