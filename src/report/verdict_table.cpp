#include "report/verdict_table.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "learn/learn.h"
#include "util/util.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

Json json_of(const TypedCell& cell) {
  if (const auto* truth = std::get_if<bool>(&cell)) return *truth;
  if (const auto* count = std::get_if<std::int64_t>(&cell)) return *count;
  if (const auto* number = std::get_if<double>(&cell)) return *number;
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  return {};
}

// Scores have six digits that count, whatever their size.
std::string score_text(const TypedCell& cell) {
  const auto* number = std::get_if<double>(&cell);
  if (number == nullptr) return cell_text(cell, 0);
  return std::isnan(*number) ? "" : fmt::format("{:.6g}", *number);
}

}  // namespace

std::string cell_text(const TypedCell& cell, int digits) {
  if (const auto* truth = std::get_if<bool>(&cell)) return *truth ? "yes" : "no";
  if (const auto* count = std::get_if<std::int64_t>(&cell)) return fmt::format("{}", *count);
  if (const auto* number = std::get_if<double>(&cell)) return fmt::format("{:.{}f}", *number, digits);
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  return "";
}

std::string verdict_header(const std::vector<VerdictColumn>& columns) {
  std::string line = "id";
  for (const VerdictColumn& column : columns) line += "\t" + column.name;
  return line + "\n";
}

std::string verdict_row(const Verdict& verdict, const std::vector<VerdictColumn>& columns) {
  const std::vector<TypedCell> cells = verdict.cells();
  std::string line = table_cell(verdict.id());
  for (std::size_t k = 0; k < columns.size(); ++k) line += "\t" + cell_text(cells[k], columns[k].digits);
  return line + "\n";
}

void write_calls(const std::string& path, const JudgeScores& scores) {
  TextWriter out(path);
  std::string header = "id\tlabel";
  for (const VerdictColumn& column : scores.call_columns) header += "\t" + column.name;
  out.write(header + "\n");
  for (std::size_t i = 0; i < scores.ids.size(); ++i) {
    std::string line = fmt::format("{}\t{}", scores.ids[i], scores.labels[i]);
    for (std::size_t k = 0; k < scores.call_columns.size(); ++k)
      line += "\t" + cell_text(scores.calls[i][k], scores.call_columns[k].digits);
    out.write(line + "\n");
  }
  out.close();
}

void write_curve(const std::string& path, const JudgeScores& scores) {
  TextWriter out(path);
  out.write("low\thigh\tcount\tprobability\tshare\n");
  for (const CalibrationBin& bin : calibration_curve(scores.probability, scores.labels))
    out.write(
        fmt::format("{:.4f}\t{:.4f}\t{}\t{:.4f}\t{:.4f}\n", bin.low, bin.high, bin.count, bin.probability, bin.share));
  out.close();
}

void ScoreTable::add(const NamedRow& row) {
  if (json_) {
    Json object = Json::object();
    for (const auto& [name, cell] : row) object[name] = json_of(cell);
    out_.write(object.dump() + "\n");
    return;
  }
  std::string header, cells;
  for (const auto& [name, cell] : row) {
    header += (header.empty() ? "" : "\t") + name;
    cells += (&name == &row.front().first ? "" : "\t") + score_text(cell);
  }
  if (!std::exchange(started_, true)) out_.write(header + "\n");
  out_.write(cells + "\n");
}

}  // namespace stemloop
