// What the program says while it works. Nothing below cli/ prints: it says, and whoever has set a talker hears it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace stemloop {

enum class Loud : std::uint8_t { kDebug, kInfo, kWarning, kError };

using Talker = std::function<void(Loud, const std::string&)>;

/// To be set before threads start; none: nobody hears.
void set_talker(Talker talker);

/// Writes to stderr as it is; whether that is closed, full or a pipe nobody reads, the run goes on.
void write_stderr(std::string_view text);

/// Opens descriptors 0 to 2 on /dev/null where they are closed, so that no file gets their numbers and the talk: what
/// is read from stdin or written to stdout then fails, what is said is lost. To be called first.
void open_standard_descriptors();

/// A sentence without a full stop at its end.
void say_text(Loud how, const std::string& text);

template <class... Values>
void say(Loud how, fmt::format_string<Values...> format, Values&&... values) {
  say_text(how, fmt::format(format, std::forward<Values>(values)...));
}

}  // namespace stemloop
