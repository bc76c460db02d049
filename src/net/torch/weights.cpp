#include "net/torch/weights.h"

#include <algorithm>

namespace stemloop {

void put_tensor(TensorFile& file, const std::string& name, const Tensor& tensor) {
  const Tensor t = tensor.detach().to(torch::kCPU).contiguous();
  const auto* bytes = static_cast<const std::byte*>(t.data_ptr());
  file.tensors[name] = {t.scalar_type() == torch::kInt64 ? "I64" : "F32", t.sizes().vec(), {bytes, bytes + t.nbytes()}};
}

void take_tensor(const TensorFile& file, const std::string& name, const Tensor& tensor, const std::string& path) {
  torch::NoGradGuard no_gradient;
  const auto shape = tensor.sizes().vec();
  const auto& stored = expect_tensor(file, name, tensor.scalar_type() == torch::kInt64 ? "I64" : "F32", shape, path);
  const Tensor from = torch::from_blob(const_cast<std::byte*>(stored.bytes.data()), shape,  // NOLINT: read only
                                       torch::TensorOptions().dtype(tensor.scalar_type()));
  tensor.copy_(from);
}

TensorFile weights_of(const torch::nn::Module& network) {
  TensorFile file;
  for (const auto& p : network.named_parameters()) put_tensor(file, p.key(), p.value());
  for (const auto& b : network.named_buffers()) put_tensor(file, b.key(), b.value());
  return file;
}

void set_weights(torch::nn::Module& network, const TensorFile& file, const std::string& path,
                 const std::vector<std::string>& besides) {
  std::vector<std::string> known = besides;
  const auto take = [&](const std::string& key, const Tensor& tensor) {
    take_tensor(file, key, tensor, path);
    known.push_back(key);
  };
  for (const auto& p : network.named_parameters()) take(p.key(), p.value());
  for (const auto& b : network.named_buffers()) take(b.key(), b.value());
  for (const auto& [key, tensor] : file.tensors)
    require(std::find(known.begin(), known.end(), key) != known.end(), "{}: tensor '{}' has no place in this network",
            path, printable(key));
}

}  // namespace stemloop
