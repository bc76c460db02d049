// Opens the library of the boosted trees when it is first needed.
#include "learn/booster.h"

#include "learn/booster_check.h"
#include "util/util.h"

namespace stemloop {

namespace {

BoosterLibrary& booster_library() {
  static BoosterLibrary* const opened = reinterpret_cast<BoosterLibrary* (*)()>(
      open_library("libstemloop_booster.so", "STEMLOOP_BOOSTER", "stemloop_booster"))();
  return *opened;
}

}  // namespace

std::unique_ptr<Booster> train_xgboost(const Matrix& rows, std::span<const std::uint8_t> labels,
                                       const BoosterOptions& options, std::span<const float> weights) {
  return booster_library().train(rows, labels, options, weights);
}

std::unique_ptr<Booster> train_forest(const Matrix& rows, std::span<const std::uint8_t> labels,
                                      const ForestOptions& options, std::span<const float> weights) {
  return booster_library().forest(rows, labels, options, weights);
}

void open_booster_library() { booster_library(); }

std::unique_ptr<Booster> load_xgboost(std::span<const std::byte> bytes, const std::string& name, int threads) {
  check_booster(bytes, name);
  return booster_library().load(bytes, name, threads);
}

}  // namespace stemloop
