// The table of a report's page: what a reader sorts, searches and downloads.
#pragma once

#include <string>

#include "report/record.h"

namespace stemloop {

/// Columns that some record of the report fills.
struct ReportColumns {
  bool call = false, probability = false, q_value = false, place = false, arms = false;
};
ReportColumns columns_of(const Report& report);

/// Downloads, tools, table and behind it the page's script. Rows stand in groups of a hundred, so that a browser lays
/// out only those that are seen.
std::string report_table(const Report& report, const ReportColumns& columns);

/// The sequence of an arm; empty if it is not known.
std::string letters_of(const ReportRecord& record, const BaseSpan& arm);

/// "contig:1-80(+)", counted from 1.
std::string place_text(const ReportPlace& place);

}  // namespace stemloop
