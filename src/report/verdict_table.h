// Verdicts and scores as tables.
#pragma once

#include <string>
#include <vector>

#include "judge/judge.h"
#include "util/util.h"

namespace stemloop {

/// "0.1234", "yes", "" where missing.
std::string cell_text(const TypedCell& cell, int digits);

/// id and the columns, a line.
std::string verdict_header(const std::vector<VerdictColumn>& columns);
std::string verdict_row(const Verdict& verdict, const std::vector<VerdictColumn>& columns);

/// Calls of an evaluation, and its calibration curve, as files.
void write_calls(const std::string& path, const JudgeScores& scores);
void write_curve(const std::string& path, const JudgeScores& scores);

/// Rows of scores that are printed as TSV or as JSON lines. A score that is not defined is an empty cell, or null.
class ScoreTable {
 public:
  ScoreTable(const std::string& output, bool json) : out_(output), json_(json) {}
  void add(const NamedRow& row);
  void close() { out_.close(); }

 private:
  TextWriter out_;
  bool json_;
  bool started_ = false;
};

}  // namespace stemloop
