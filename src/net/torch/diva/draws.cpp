// Random numbers of a step, drawn for the whole batch of all processes.
#include "net/torch/diva/diva.h"

namespace stemloop {

Draws::Draws(std::uint64_t seed, std::uint64_t step, std::int64_t first_row, std::int64_t all_rows,
             torch::Device device)
    : generator_(at::detail::createCPUGenerator()), first_row_(first_row), all_rows_(all_rows), device_(device) {
  this->seed(seed, step);
}

void Draws::seed(std::uint64_t seed, std::uint64_t step) { generator_.set_current_seed(Random(seed, step).next()); }

Tensor Draws::normal(std::int64_t groups, std::int64_t rows, std::int64_t width) {
  return placed([=, this] {
    const Tensor all = torch::empty({all_rows_, groups, width}).normal_(0, 1, generator_);
    return all.narrow(0, first_row_, rows).permute({1, 0, 2}).contiguous();
  });
}

Tensor Draws::uniform(std::int64_t rows, std::int64_t width) {
  return placed([=, this] {
    return torch::empty({all_rows_, width}).uniform_(0, 1, generator_).narrow(0, first_row_, rows);
  });
}

Tensor Draws::dropout(std::int64_t rows, std::int64_t width, double p) {
  return placed([=, this] {
    const Tensor all = torch::empty({all_rows_, width}).bernoulli_(1 - p, generator_) / (1 - p);
    return all.narrow(0, first_row_, rows);
  });
}

void KeptDraws::begin(std::uint64_t seed, std::uint64_t step) {
  this->seed(seed, step);
  for (const Place& place : places_) place.numbers.copy_(place.make());
  next_ = 0;
}

Tensor KeptDraws::placed(const std::function<Tensor()>& make) {
  if (next_ == places_.size()) places_.push_back({make, Draws::placed(make)});
  return places_[next_++].numbers;
}

}  // namespace stemloop
