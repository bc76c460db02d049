#include "learn/booster.h"

#include <xgboost/c_api.h>

#include <algorithm>
#include <cmath>
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

class XgBooster : public Booster {
 public:
  explicit XgBooster(const DataMatrix* cached) {
    const DMatrixHandle handles[] = {cached != nullptr ? cached->get() : nullptr};
    check(XGBoosterCreate(handles, cached != nullptr ? 1 : 0, &handle_));
  }
  ~XgBooster() override { XGBoosterFree(handle_); }
  XgBooster(const XgBooster&) = delete;
  XgBooster& operator=(const XgBooster&) = delete;
  [[nodiscard]] BoosterHandle get() const { return handle_; }
  void set(const char* name, const std::string& value) { check(XGBoosterSetParam(handle_, name, value.c_str())); }

  [[nodiscard]] std::vector<float> logits(const Matrix& rows) const override {
    constexpr int kMargin = 1;
    return predict(rows, kMargin);
  }

  [[nodiscard]] Matrix contributions(const Matrix& rows) const override {
    constexpr int kContributions = 4;
    return {rows.rows, columns() + 1, predict(rows, kContributions)};
  }

  [[nodiscard]] std::vector<std::byte> bytes() const override {
    bst_ulong length = 0;
    const char* bytes = nullptr;
    check(XGBoosterSaveModelToBuffer(handle_, R"({"format": "ubj"})", &length, &bytes));
    const auto* begin = reinterpret_cast<const std::byte*>(bytes);
    return {begin, begin + length};
  }

  [[nodiscard]] std::int64_t columns() const override {
    bst_ulong count = 0;
    check(XGBoosterGetNumFeature(handle_, &count));
    return static_cast<std::int64_t>(count);
  }

 private:
  [[nodiscard]] std::vector<float> predict(const Matrix& rows, int what) const {
    if (rows.rows == 0) return {};
    const DataMatrix data(rows);
    bst_ulong count = 0;
    const float* values = nullptr;
    check(XGBoosterPredict(handle_, data.get(), what, 0, 0, &count, &values));
    return {values, values + count};
  }

  BoosterHandle handle_ = nullptr;
};

class XgBoosterLibrary : public BoosterLibrary {
 public:
  std::unique_ptr<Booster> train(const Matrix& rows, std::span<const std::uint8_t> labels,
                                 const BoosterOptions& options, std::span<const float> weights) override {
    const DataMatrix data(rows);
    const std::vector<float> targets(labels.begin(), labels.end());
    check(XGDMatrixSetFloatInfo(data.get(), "label", targets.data(), targets.size()));
    if (!weights.empty()) check(XGDMatrixSetFloatInfo(data.get(), "weight", weights.data(), weights.size()));
    auto booster = std::make_unique<XgBooster>(&data);
    booster->set("objective", "binary:logistic");
    booster->set("tree_method", "hist");
    booster->set("max_depth", std::to_string(options.depth));
    booster->set("eta", shortest(options.rate));
    booster->set("subsample", shortest(options.rows));
    booster->set("colsample_bytree", shortest(options.columns));
    booster->set("min_child_weight", shortest(options.leaf));
    booster->set("verbosity", "0");
    booster->set("seed", std::to_string(options.seed));
    booster->set("nthread", std::to_string(options.threads));
    for (int round = 0; round < options.rounds; ++round)
      check(XGBoosterUpdateOneIter(booster->get(), round, data.get()));
    return booster;
  }

  // One round of many trees whose leaves are not pulled towards 0: their mean is the share of class 1.
  std::unique_ptr<Booster> forest(const Matrix& rows, std::span<const std::uint8_t> labels,
                                  const ForestOptions& options, std::span<const float> weights) override {
    const DataMatrix data(rows);
    const std::vector<float> targets(labels.begin(), labels.end());
    check(XGDMatrixSetFloatInfo(data.get(), "label", targets.data(), targets.size()));
    if (!weights.empty()) check(XGDMatrixSetFloatInfo(data.get(), "weight", weights.data(), weights.size()));
    const auto width = static_cast<double>(rows.columns);
    const double columns = options.columns > 0 ? options.columns : std::sqrt(width) / width;
    auto forest = std::make_unique<XgBooster>(&data);
    forest->set("objective", "reg:squarederror");
    forest->set("base_score", "0");
    forest->set("tree_method", "exact");
    forest->set("num_parallel_tree", std::to_string(options.trees));
    forest->set("eta", "1");
    forest->set("lambda", "0");
    forest->set("max_depth", std::to_string(options.depth));
    // A leaf of one row is allowed; a node of fewer than `least_split` is none to split.
    forest->set("min_child_weight", std::to_string(std::max(1, options.least_split / 2)));
    forest->set("subsample", shortest(options.rows));
    forest->set("colsample_bynode", shortest(columns));
    forest->set("verbosity", "0");
    forest->set("seed", std::to_string(options.seed >> 33U));
    forest->set("nthread", "1");
    check(XGBoosterUpdateOneIter(forest->get(), 0, data.get()));
    return forest;
  }

  std::unique_ptr<Booster> load(std::span<const std::byte> bytes, const std::string& name, int threads) override {
    auto booster = std::make_unique<XgBooster>(nullptr);
    require(XGBoosterLoadModelFromBuffer(booster->get(), bytes.data(), bytes.size()) == 0, "{}: is no XGBoost model",
            name);
    booster->set("nthread", std::to_string(threads));
    // Whatever is set up at the first prediction is set up here: from now on several threads may predict at once.
    const std::int64_t columns = booster->columns();
    const Matrix nothing{1, columns, std::vector<float>(static_cast<std::size_t>(columns))};
    static_cast<void>(booster->logits(nothing));
    return booster;
  }
};

}  // namespace

}  // namespace stemloop

// The one symbol of the booster library. Its object lives until the program ends.
extern "C" __attribute__((visibility("default"))) stemloop::BoosterLibrary* stemloop_booster() {
  static stemloop::XgBoosterLibrary library;
  return &library;
}
