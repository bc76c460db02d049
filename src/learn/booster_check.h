// What is asked of a booster.ubj before XGBoost sees it. Its loader believes every number: a child that is not there is
// read, a cycle walked for ever, a wrong class written behind the results. So the whole file is parsed here, in the
// dialect of UBJSON that XGBoost 1.7 writes, and only trees that are trees pass. Nothing is copied but a list of
// places.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace stemloop {

inline constexpr int kDeepestTree = 64;

/// Error naming `name` and what is wrong: no UBJSON, a key that is not known or stands twice, trees whose nodes have no
/// or two parents, lie deeper than kDeepestTree or ask for columns there are not, numbers that are not finite or above
/// a million, another objective than binary:logistic, several classes.
void check_booster(std::span<const std::byte> bytes, const std::string& name);

}  // namespace stemloop
