#include "data/shallow_json.h"

namespace stemloop {

ShallowJson shallow_json(std::string_view text, int most_depth) {
  ShallowJson json;
  json.value = nlohmann::ordered_json::parse(
      text,
      [&](int depth, nlohmann::ordered_json::parse_event_t, nlohmann::ordered_json&) {
        json.deep = json.deep || depth > most_depth;
        return !json.deep;
      },
      false);
  return json;
}

}  // namespace stemloop
