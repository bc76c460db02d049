// Text from users on its way into HTML, tables and addresses. Ids may hold anything: markup, quotes, emoji, bytes that
// are no UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace stemloop {

/// For HTML text and attributes in either quotes; bytes that are no UTF-8 and control characters become "?".
std::string html_text(std::string_view text);

/// One field of a tab-separated table: tabs and line ends become blanks.
std::string table_field(std::string_view text);

/// For a GFF3 column: everything its standard reserves, percent-encoded.
std::string gff_field(std::string_view text);

/// For an address: everything but letters, digits, "-", "_", "." and "~", percent-encoded.
std::string url_part(std::string_view text);

/// Bytes as base64.
std::string base64(std::string_view bytes);

}  // namespace stemloop
