// JSON text that a stranger may have written, read so that brackets in brackets cost no memory.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

namespace stemloop {

struct ShallowJson {
  nlohmann::ordered_json value;  // discarded where the text is no JSON
  bool deep = false;             // it goes deeper than was allowed; what lies there is not built
};

/// At most `most_depth` values deep. Throws nothing.
ShallowJson shallow_json(std::string_view text, int most_depth);

}  // namespace stemloop
