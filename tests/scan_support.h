// A small genome with known precursors, and what tests of the scan do with it.
#pragma once

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include "scan/scan.h"
#include "standard_model.h"
#include "support.h"

namespace stemloop::testing {

// cel-mir-35 to 41 lie in such distances; hsa-let-7a-1 stands for all precursors here.
inline const std::string kPrecursor =
    "UGGGAUGAGGUAGUAGGUUGUAUAGUUUUAGGGUCACACCCACCACUGGGAGAUAACUAUACAAUCUACUGUCUUUCCUA";

inline std::string reversed(std::string s) {
  std::reverse(s.begin(), s.end());
  for (char& c : s) c = c == 'A' ? 'U' : c == 'C' ? 'G' : c == 'G' ? 'C' : c == 'U' ? 'A' : c;
  return s;
}

inline std::string plant(std::string genome, std::size_t at, const std::string& what) {
  return genome.replace(at, what.size(), what);
}

inline std::string fasta(const std::string& name, const std::string& letters) {
  std::string text = ">" + name + "\n";
  for (std::size_t k = 0; k < letters.size(); k += 60) text += letters.substr(k, 60) + "\n";
  return text;
}

// Two contigs: one of three tiles with precursors on both strands, one at a border of cores and two in a row, N runs
// and soft-masked letters; one shorter than the span.
inline std::string test_genome() {
  std::string a = random_sequence(150'000, 0.42, 31, 0);
  a = plant(a, 5'000, kPrecursor);
  a = plant(a, 20'000, reversed(kPrecursor));
  a = plant(a, 64'960, kPrecursor);
  a = plant(a, 90'000, kPrecursor);
  a = plant(a, 90'090, kPrecursor);
  a = plant(a, 70'000, std::string(3'000, 'N'));
  for (std::size_t k = 100'000; k < 101'000; ++k) a[k] = static_cast<char>(std::tolower(a[k]));
  return fasta("one", a) + fasta("two:x-y", kPrecursor + "ACGUACGUAC");
}

inline ScanOptions options_for(const std::string& genome, const std::string& part) {
  ScanOptions o;
  o.genome = genome;
  o.part = part;
  o.decoy_share = 0.5;
  o.least_decoy_letters = 0;
  o.told = {{"version", "test"}};
  return o;
}

inline std::string text_of(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

inline ScanTally scan(const ScanOptions& o) {
  return scan_tiles(o, survey_genome(o.genome), standard_model(), shape_judge(), {});
}

inline std::string merged(const std::vector<std::string>& parts, const TemporaryFolder& folder,
                          const std::string& format = "tsv") {
  MergeOptions m;
  m.outputs.main = folder.path("merged");
  m.outputs.format = format;
  merge_parts(parts, m);
  return text_of(m.outputs.main);
}

inline std::vector<std::vector<std::string>> rows_of(const std::string& tsv) {
  std::vector<std::vector<std::string>> rows;
  std::stringstream lines(tsv);
  for (std::string line; std::getline(lines, line);) {
    std::vector<std::string> row;
    for (const auto field : split_fields(line, '\t')) row.emplace_back(field);
    rows.push_back(row);
  }
  rows.erase(rows.begin());
  return rows;
}

}  // namespace stemloop::testing
