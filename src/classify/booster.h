// Gradient-boosted trees (XGBoost) on a table of numbers, NaN where a value is missing.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "data/data.h"

namespace stemloop {

struct BoosterOptions {
  int rounds = 500;
  int depth = 5;
  double rate = 0.05;
  double rows = 0.7;     // share of the records each tree is grown on
  double columns = 0.5;  // share of the columns each tree may use
  int seed = 1;
  int threads = 1;
};

class Booster {
 public:
  /// Learns class 1 against class 0. Error if XGBoost reports one.
  static Booster train(const Matrix& rows, std::span<const std::uint8_t> labels, const BoosterOptions& options);
  /// From bytes() of another. Error naming `name` if they are no model.
  static Booster load(std::span<const std::byte> bytes, const std::string& name, int threads);
  Booster(Booster&&) noexcept;
  Booster& operator=(Booster&&) noexcept;
  ~Booster();

  /// Log odds of class 1. REQUIRES: as many columns as it was trained with.
  [[nodiscard]] std::vector<float> logits(const Matrix& rows) const;
  /// In XGBoost's binary JSON.
  [[nodiscard]] std::vector<std::byte> bytes() const;
  [[nodiscard]] std::int64_t columns() const;

 private:
  struct State;
  explicit Booster(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace stemloop
