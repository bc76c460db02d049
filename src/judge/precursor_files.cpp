#include "judge/precursor_files.h"

#include <cmath>
#include <cstring>

#include "util/util.h"

namespace stemloop {

std::string encode_percentiles(const Matrix& percentiles) {
  TensorFile file;
  const auto bytes = std::as_bytes(std::span(percentiles.values));
  file.tensors["percentiles"] = {"F32", {percentiles.rows, percentiles.columns}, {bytes.begin(), bytes.end()}};
  return encode_safetensors(file);
}

Matrix decode_percentiles(const std::vector<std::byte>& bytes, const std::string& name, std::int64_t rows) {
  const TensorFile file = decode_safetensors(bytes, name);
  const std::int64_t shape[] = {rows, kPercentiles};
  const StoredTensor& stored = expect_tensor(file, "percentiles", "F32", shape, name);
  Matrix matrix{rows, kPercentiles, std::vector<float>(static_cast<std::size_t>(rows * kPercentiles))};
  std::memcpy(matrix.values.data(), stored.bytes.data(), stored.bytes.size());
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::span<const float> values = matrix.row(row);
    for (std::size_t k = 0; k < values.size(); ++k)
      require(std::isfinite(values[k]) && (k == 0 || values[k] >= values[k - 1]),
              "{}: row {} holds no rising percentiles", name, row);
  }
  return matrix;
}

}  // namespace stemloop
