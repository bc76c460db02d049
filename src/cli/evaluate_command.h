// What the ways of `evaluate` share: options and the table of scores.
#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "cli/model_input.h"
#include "data/dataset.h"

namespace stemloop {

struct EvaluateCommand {
  CommonOptions common;
  FoldingOptions folding;
  DatasetOptions data;
  ModelOptions model;
  std::string what;
  std::string part;
  std::string label_column = "label";
  std::string format = "tsv";
  std::string calls, curve;
  double temperature = 1;
  double keep = 1;
  std::uint64_t seed = 1;
};

/// Rows of a table that is printed as TSV or as JSON lines. A score that is not defined is an empty cell, or null.
class ScoreTable {
 public:
  ScoreTable(const std::string& output, bool json) : out_(output), json_(json) {}
  void add(const nlohmann::ordered_json& row) {
    if (json_) {
      out_.write(row.dump() + "\n");
      return;
    }
    std::string header, cells;
    for (const auto& [key, value] : row.items()) {
      header += (header.empty() ? "" : "\t") + key;
      cells += (cells.empty() ? "" : "\t") + cell(value);
    }
    if (!std::exchange(started_, true)) out_.write(header + "\n");
    out_.write(cells + "\n");
  }
  void close() { out_.close(); }

 private:
  static std::string cell(const nlohmann::ordered_json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (!value.is_number_float()) return value.dump();
    const auto number = value.get<double>();
    return std::isnan(number) ? "" : fmt::format("{:.6g}", number);
  }

  TextWriter out_;
  bool json_;
  bool started_ = false;
};

/// evaluate classifier: the blend of a classifier of pre-miRNAs, its tree and every part, a row each; the calls and the
/// calibration curve go to files if named.
void evaluate_premirna(const Classifier& classifier, const PictureData& data, const std::vector<std::string>& ids,
                       const EvaluateCommand& c, ScoreTable& table);

/// evaluate classifier with a model of mirtrons: all records and, where some are among those the model was trained on,
/// these and the others, a row each.
int evaluate_mirtrons(EvaluateCommand& c, const CLI::App& app);

}  // namespace stemloop
