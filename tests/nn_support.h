// What tests of the networks share: pictures to learn from, a network small enough for a test.
#pragma once

#include <cstdint>

#include "net/neural.h"

namespace stemloop {

/// The neural library linked into the tests, without the door.
Neural& torch_neural();

namespace testing {

/// Real hairpins of the shipped example, labelled in turns; beyond their number with substitutions.
PictureData example_pictures(std::int64_t count);

/// The small preset with hardly any weights.
DivaConfig tiny_config();

}  // namespace testing
}  // namespace stemloop
