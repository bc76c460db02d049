// What the program says while it works. Nothing below cli/ prints: it says, and whoever has set a talker hears it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace stemloop {

enum class Loud : std::uint8_t { kDebug, kInfo, kWarning, kError };

using Talker = std::function<void(Loud, const std::string&)>;

/// To be set before threads start; none: nobody hears.
void set_talker(Talker talker);

/// A sentence without a full stop at its end.
void say_text(Loud how, const std::string& text);

template <class... Values>
void say(Loud how, fmt::format_string<Values...> format, Values&&... values) {
  say_text(how, fmt::format(format, std::forward<Values>(values)...));
}

}  // namespace stemloop
