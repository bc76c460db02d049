// A report as one HTML file that needs nothing else: no network, no font, and for its content no script (sorting,
// filtering and downloads of a selection are a script's; the page allows no other than its own). It is read from a mail
// attachment, printed, searched by hand, and holds 1 to 5,000 hairpins.
#pragma once

#include <string>

#include "report/record.h"

namespace stemloop {

/// The page. Whatever the records hold is escaped. REQUIRES: structures as long as their sequences, with matching
/// brackets, marks inside them.
std::string report_page(const Report& report);

}  // namespace stemloop
