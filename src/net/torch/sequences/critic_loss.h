// What a Wasserstein critic learns by: the distance of real rows from fake ones, and a penalty on its gradient between
// them, whose own gradient needs no tape.
#pragma once

#include "net/torch/sequences/gan.h"

namespace stemloop {

/// Rows of `a`, then those of `b`.
CriticImpl::Trace stacked(const CriticImpl::Trace& a, const CriticImpl::Trace& b);

struct CriticLoss {
  double total = 0;     // -distance + penalty
  double distance = 0;  // mean score of real rows - mean score of fake rows
  double penalty = 0;   // weight * mean of (length of the gradient at mixed rows - 1)^2
};

/// One step of the Wasserstein critic with gradient penalty (Gulrajani et al. 2017): adds gradients to the critic's
/// parameters. Means are over `batch` rows, of which this process holds real.size(0).
///
/// The penalty is a function of g = dD/dx at the mixed rows. With u = dP/dg held fixed, dP/dtheta is the derivative of
/// <u, g>, which is D's derivative along u; relus are linear around a point, so that each linear map gets the outer
/// product of its input along u and of its adjoint in g. Both come out of passes made anyway.
CriticLoss critic_gradient(CriticImpl& critic, const Tensor& real_NLV, const Tensor& fake_NLV, const Tensor& share_N,
                           double weight, std::int64_t batch);

/// The same loss by automatic differentiation, twice over: the plain twin. Differentiable.
Tensor plain_critic_loss(CriticImpl& critic, const Tensor& real_NLV, const Tensor& fake_NLV, const Tensor& share_N,
                         double weight);

}  // namespace stemloop
