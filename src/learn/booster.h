// Gradient-boosted trees on a table of numbers, NaN where a value is missing. XGBoost does the work, in a library of
// its own (libstemloop_booster.so), so that the program itself loads neither it nor OpenMP before a command needs them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "data/data.h"

namespace stemloop {

inline constexpr const char* kBoosterFile = "booster.ubj";  // of a model directory that brings trees

struct BoosterOptions {
  int rounds = 500;
  int depth = 5;
  double rate = 0.05;
  double rows = 0.7;     // share of the records each tree is grown on
  double columns = 0.5;  // share of the columns each tree may use
  double leaf = 3;       // least weight of a leaf: about four records of even odds each
  int seed = 1;
  int threads = 1;
};

/// A random forest by the same library: regression trees on the labels, each on a draw of the rows, with a draw of the
/// columns at every split.
struct ForestOptions {
  int trees = 300;
  int depth = 25;
  int least_split = 2;  // rows of a node that is split further
  double rows = 0.632;  // share of the rows each tree is grown on, drawn without putting back: as many different ones
                        // as a bootstrap has
  double columns = 0;   // share tried at each split; 0: the root of their number
  std::uint64_t seed = 1;
};

/// Several threads may ask one that was loaded at once.
class Booster {
 public:
  virtual ~Booster() = default;
  /// Log odds of class 1. REQUIRES: as many columns as it was trained with.
  [[nodiscard]] virtual std::vector<float> logits(const Matrix& rows) const = 0;
  /// In XGBoost's binary JSON.
  [[nodiscard]] virtual std::vector<std::byte> bytes() const = 0;
  [[nodiscard]] virtual std::int64_t columns() const = 0;
  /// What each column adds to the log odds (Shapley values, exact for trees: Lundberg et al. 2018) and, last, what is
  /// said before any column is looked at: N x (columns + 1), a row sums to its logit. REQUIRES: as logits().
  [[nodiscard]] virtual Matrix contributions(const Matrix& rows) const = 0;
};

/// Learns class 1 against class 0; `weights` of the rows, empty: all weigh 1. Error if XGBoost reports one, or the
/// library cannot be opened.
std::unique_ptr<Booster> train_xgboost(const Matrix& rows, std::span<const std::uint8_t> labels,
                                       const BoosterOptions& options, std::span<const float> weights = {});

/// From bytes() of another. Error naming `name` if they are no model.
std::unique_ptr<Booster> load_xgboost(std::span<const std::byte> bytes, const std::string& name, int threads);

/// logits() of a forest are no log odds: they are the mean of its leaves, the share of class 1. `weights` as above. One
/// thread.
std::unique_ptr<Booster> train_forest(const Matrix& rows, std::span<const std::uint8_t> labels,
                                      const ForestOptions& options, std::span<const float> weights = {});

/// Opens the library if it is not open yet, so that threads find it there.
void open_booster_library();

/// The library behind these.
class BoosterLibrary {
 public:
  virtual ~BoosterLibrary() = default;
  virtual std::unique_ptr<Booster> train(const Matrix& rows, std::span<const std::uint8_t> labels,
                                         const BoosterOptions& options, std::span<const float> weights) = 0;
  virtual std::unique_ptr<Booster> forest(const Matrix& rows, std::span<const std::uint8_t> labels,
                                          const ForestOptions& options, std::span<const float> weights) = 0;
  virtual std::unique_ptr<Booster> load(std::span<const std::byte> bytes, const std::string& name, int threads) = 0;
};

}  // namespace stemloop
