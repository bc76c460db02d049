#include "net/latents.h"

#include <algorithm>

#include "data/tensor_checks.h"
#include "util/util.h"

namespace stemloop {

Matrix joined(const Encoded& encoded) {
  Matrix z{encoded.latents.front().z.rows, 0, {}};
  for (std::int64_t i = 0; i < z.rows; ++i) {
    for (const EncodedLatent& latent : encoded.latents) {
      const auto row = latent.z.row(i);
      z.values.insert(z.values.end(), row.begin(), row.end());
    }
  }
  for (const EncodedLatent& latent : encoded.latents) z.columns += latent.z.columns;
  return z;
}

Latents read_latents(const std::string& path, const std::string& latent) {
  const TensorFile file = read_safetensors(path);
  Latents latents;
  const std::string name = "z_" + latent;
  constexpr std::int64_t kShape[] = {-1, -1};
  const StoredTensor& tensor = expect_tensor(file, name, "F32", kShape, path);
  require(all_finite(tensor), "{}: tensor '{}' holds something that is no number", path, name);
  latents.z = {tensor.shape[0], tensor.shape[1], std::vector<float>(tensor.bytes.size() / sizeof(float))};
  std::copy(tensor.bytes.begin(), tensor.bytes.end(), std::as_writable_bytes(std::span(latents.z.values)).begin());
  const auto ids = file.metadata.find("ids");
  if (ids != file.metadata.end()) {
    for (const auto id : split_fields(ids->second, '\n')) latents.ids.emplace_back(id);
  }
  require(latents.ids.size() == static_cast<std::size_t>(latents.z.rows), "{}: {} ids for {} records", path,
          latents.ids.size(), latents.z.rows);
  if (file.tensors.count("label") == 0) return latents;
  const std::int64_t shape[] = {latents.z.rows};
  for (const std::byte label : expect_tensor(file, "label", "U8", shape, path).bytes)
    latents.labels.push_back(label == std::byte{0} ? 0 : 1);
  return latents;
}

}  // namespace stemloop
