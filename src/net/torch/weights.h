// Tensors of a network, and of a run, in and out of files by name.
#pragma once

#include "data/data.h"
#include "net/torch/tensors.h"

namespace stemloop {

/// float32 as "F32", int64 as "I64".
void put_tensor(TensorFile& file, const std::string& name, const Tensor& tensor);

/// Writes the stored numbers into `tensor`. Error naming `path` if there is none of that name, type and shape.
void take_tensor(const TensorFile& file, const std::string& name, const Tensor& tensor, const std::string& path);

/// Parameters and buffers of a network.
TensorFile weights_of(const torch::nn::Module& network);

/// Sets every parameter and buffer; Error naming what is missing, of another shape, or too many (but `besides`).
void set_weights(torch::nn::Module& network, const TensorFile& file, const std::string& path,
                 const std::vector<std::string>& besides = {});

}  // namespace stemloop
