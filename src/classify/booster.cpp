#include "classify/booster.h"

#include <xgboost/c_api.h>

#include <limits>

#include "util/util.h"

namespace stemloop {

namespace {

void check(int code) { require(code == 0, "XGBoost: {}", printable(XGBGetLastError())); }

class DataMatrix {
 public:
  explicit DataMatrix(const Matrix& rows) {
    check(XGDMatrixCreateFromMat(rows.values.data(), static_cast<bst_ulong>(rows.rows),
                                 static_cast<bst_ulong>(rows.columns), std::numeric_limits<float>::quiet_NaN(),
                                 &handle_));
  }
  ~DataMatrix() { XGDMatrixFree(handle_); }
  DataMatrix(const DataMatrix&) = delete;
  DataMatrix& operator=(const DataMatrix&) = delete;
  [[nodiscard]] DMatrixHandle get() const { return handle_; }

 private:
  DMatrixHandle handle_ = nullptr;
};

}  // namespace

struct Booster::State {
  BoosterHandle handle = nullptr;
  ~State() {
    if (handle != nullptr) XGBoosterFree(handle);
  }
};

Booster::Booster(std::unique_ptr<State> state) : state_(std::move(state)) {}
Booster::Booster(Booster&&) noexcept = default;
Booster& Booster::operator=(Booster&&) noexcept = default;
Booster::~Booster() = default;

Booster Booster::train(const Matrix& rows, std::span<const std::uint8_t> labels, const BoosterOptions& options) {
  const DataMatrix data(rows);
  const std::vector<float> targets(labels.begin(), labels.end());
  check(XGDMatrixSetFloatInfo(data.get(), "label", targets.data(), targets.size()));
  auto state = std::make_unique<State>();
  const DMatrixHandle handles[] = {data.get()};
  check(XGBoosterCreate(handles, 1, &state->handle));
  const std::pair<const char*, std::string> parameters[] = {{"objective", "binary:logistic"},
                                                            {"tree_method", "hist"},
                                                            {"max_depth", std::to_string(options.depth)},
                                                            {"eta", shortest(options.rate)},
                                                            {"subsample", shortest(options.rows)},
                                                            {"colsample_bytree", shortest(options.columns)},
                                                            {"min_child_weight", "3"},
                                                            {"verbosity", "0"},
                                                            {"seed", std::to_string(options.seed)},
                                                            {"nthread", std::to_string(options.threads)}};
  for (const auto& [name, value] : parameters) check(XGBoosterSetParam(state->handle, name, value.c_str()));
  for (int round = 0; round < options.rounds; ++round) check(XGBoosterUpdateOneIter(state->handle, round, data.get()));
  return Booster(std::move(state));
}

Booster Booster::load(std::span<const std::byte> bytes, const std::string& name, int threads) {
  auto state = std::make_unique<State>();
  check(XGBoosterCreate(nullptr, 0, &state->handle));
  require(XGBoosterLoadModelFromBuffer(state->handle, bytes.data(), bytes.size()) == 0, "{}: is no XGBoost model", name);
  check(XGBoosterSetParam(state->handle, "nthread", std::to_string(threads).c_str()));
  return Booster(std::move(state));
}

std::vector<float> Booster::logits(const Matrix& rows) const {
  if (rows.rows == 0) return {};
  const DataMatrix data(rows);
  constexpr int kMargin = 1;
  bst_ulong count = 0;
  const float* values = nullptr;
  check(XGBoosterPredict(state_->handle, data.get(), kMargin, 0, 0, &count, &values));
  return {values, values + count};
}

std::vector<std::byte> Booster::bytes() const {
  bst_ulong length = 0;
  const char* bytes = nullptr;
  check(XGBoosterSaveModelToBuffer(state_->handle, R"({"format": "ubj"})", &length, &bytes));
  const auto* begin = reinterpret_cast<const std::byte*>(bytes);
  return {begin, begin + length};
}

std::int64_t Booster::columns() const {
  bst_ulong count = 0;
  check(XGBoosterGetNumFeature(state_->handle, &count));
  return static_cast<std::int64_t>(count);
}

}  // namespace stemloop
