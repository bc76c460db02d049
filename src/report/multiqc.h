// Counts of a report for MultiQC, as its "custom content": files that it finds by their names.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "report/record.h"

namespace stemloop {

/// Name and content of each file:
///   stemloop_table_mqc.tsv       a row a sample: records, left out, called what, medians
///   stemloop_calls_mqc.json      how many records were called what, a bar a sample
///   stemloop_probability_mqc.json  distribution of the probabilities, a line a sample
///   stemloop_mqc_versions.yml    the program's version
std::vector<std::pair<std::string, std::string>> multiqc_files(const Report& report, const std::string& version);

}  // namespace stemloop
