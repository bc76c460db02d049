// Files of model and run directories: the first byte says which reader gets the rest. What passes the check of boosted
// trees is opened and asked by XGBoost; what else parses must survive being written and parsed again.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "design/design.h"
#include "judge/known_hairpins.h"
#include "judge/precursor_files.h"
#include "judge/training_records.h"
#include "learn/booster_check.h"
#include "learn/learn.h"
#include "net/checkpoint.h"
#include "net/model_reading.h"
#include "util/util.h"

namespace {

using namespace stemloop;
using Bytes = std::span<const std::byte>;

void booster(Bytes bytes) {
  check_booster(bytes, "fuzz");
  const auto loaded = load_xgboost(bytes, "fuzz", 1);
  const Matrix row{1, loaded->columns(), std::vector<float>(static_cast<std::size_t>(loaded->columns()))};
  for (const float value : loaded->contributions(row).values) {
    if (!std::isfinite(value)) std::abort();
  }
}

void natural(Bytes bytes) {
  const auto model = parse_natural_model(bytes, "fuzz");
  const std::string text = natural_model_text(*model);
  if (natural_model_text(*parse_natural_model(std::as_bytes(std::span(text)), "fuzz")) != text) std::abort();
}

void index(Bytes bytes) {
  const KnownHairpins known = decode_known(bytes, "fuzz");
  const auto words = sketch_of("GUAAGUGGCUUGGGAAGCCACUUAG");
  known.closest(words);
  known.holds(words);
}

void records(Bytes bytes) {
  const std::vector<std::string> asked = {"GUAAGUGGCUUGGGAAGCCACUUAG"};
  if (TrainingRecords::decode(bytes, "fuzz").near(asked).size() != asked.size()) std::abort();
}

void checkpoint(Bytes bytes) {
  const std::string sealed = seal_checkpoint(decode_safetensors(bytes, "fuzz"), "run");
  parse_checkpoint(std::as_bytes(std::span(sealed)), "fuzz", "run");
  parse_checkpoint(bytes, "fuzz", "run");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes bytes(reinterpret_cast<const std::byte*>(data + 1), size - 1);
  try {
    switch (data[0] % 7) {
      case 0:
        booster(bytes);
        break;
      case 1:
        natural(bytes);
        break;
      case 2:
        index(bytes);
        break;
      case 3:
        checkpoint(bytes);
        break;
      case 4:
        decode_percentiles({bytes.begin(), bytes.end()}, "fuzz", 2);
        break;
      case 5:
        records(bytes);
        break;
      default:
        run_identity(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
        parse_model_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, "fuzz");
    }
  } catch (const Error&) {
  }
  return 0;
}
