// Row-major numbers, one record a row.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace stemloop {

struct Matrix {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::vector<float> values;

  [[nodiscard]] std::span<const float> row(std::int64_t i) const {
    return {values.data() + i * columns, static_cast<std::size_t>(columns)};
  }
  /// Some of the rows.
  [[nodiscard]] Matrix select(std::span<const std::int64_t> records) const {
    Matrix chosen{static_cast<std::int64_t>(records.size()), columns, {}};
    for (const std::int64_t i : records) chosen.values.insert(chosen.values.end(), row(i).begin(), row(i).end());
    return chosen;
  }
};

}  // namespace stemloop
