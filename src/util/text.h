// Text helpers: whole tokens or an Error, never half of one. `place` is "file:line" for the message.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace stemloop {

/// The blank-separated tokens of a line.
std::vector<std::string_view> split_blanks(std::string_view line);

/// The fields of a line between single separators; "a\t\tb" has an empty middle field.
std::vector<std::string_view> split_fields(std::string_view line, char separator);

/// The text without blanks at both ends.
std::string_view trim(std::string_view text);

/// The whole token as an integer; Error "place: 'token' is not an integer" otherwise.
std::int64_t parse_integer(std::string_view token, std::string_view place);

/// The whole token as a finite number; Error otherwise.
double parse_number(std::string_view token, std::string_view place);

/// Shortest text that reads back as the same double, with ".0" added to whole numbers (as Python prints it).
std::string shortest(double value);

/// The text for a message: as escaped(), line ends too, cut after 40 characters.
std::string printable(std::string_view text);

/// The text with control characters and bytes that are no UTF-8 as \xNN, so that a terminal shows it and obeys nothing
/// in it; line ends stay.
std::string escaped(std::string_view text);

}  // namespace stemloop
