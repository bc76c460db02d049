// Model directories: config.json and model.safetensors in one input, parted by the first zero byte. What parses must
// survive being written and parsed again.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "nn/nn.h"
#include "util/util.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stemloop;
  const std::uint8_t* middle = std::find(data, data + size, std::uint8_t{0});
  const std::string config(data, middle);
  const auto rest = static_cast<std::size_t>(data + size - middle);
  const std::span<const std::byte> weights(reinterpret_cast<const std::byte*>(middle) + (rest > 0 ? 1 : 0),
                                           rest > 0 ? rest - 1 : 0);
  try {
    const DivaConfig parsed = config_from_json(config, "fuzz");
    if (!(config_from_json(config_json(parsed), "fuzz") == parsed)) std::abort();
  } catch (const Error&) {
  }
  try {
    const DivaObjective objective = objective_from_json(config, "fuzz");
    objective_from_json(objective_json(objective), "fuzz");
  } catch (const Error&) {
  }
  try {
    // The checksum of damaged weights would never fit: it is made to.
    std::string fitted = config;
    const std::string mark = "@md5@";
    if (const auto at = fitted.find(mark); at != std::string::npos) fitted.replace(at, mark.size(), md5_hex(weights));
    parse_model(fitted, weights, "fuzz");
  } catch (const Error&) {
  }
  return 0;
}
