// experiment: what is in its folder, the run that it belongs to and the cells that are done.
#include "study/experiment_cells.h"
#include "util/regular_file.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kExperimentFormat = "stemloop experiment 2";

// What a cell's numbers depend on. Which cells are wanted (--arms, --repeats, ...) may change from call to call.
Json options_json(const ExperimentOptions& c) {
  return {{"task", c.task},
          {"label_column", c.label_column},
          {"folds", c.folds},
          {"groups", "near-duplicates"},
          {"seed", c.seed},
          {"gan_epochs", c.gan_epochs},
          {"gan_steps", c.gan_steps},
          {"gan_rate", c.gan_rate},
          {"gan_size", c.gan_size},
          {"cnn_epochs", c.cnn_epochs},
          {"cnn_rate", c.cnn_rate},
          {"params", c.folding.parameters},
          {"temperature", c.folding.fold.temperature_celsius},
          {"dangles", c.folding.fold.dangles},
          {"no_lp", c.folding.fold.no_lonely_pairs}};
}

std::string header_line() {
  std::string line = "repeat\tfold\tends\tarm\tclassifier\ttest\treal\tsynthetic\tcanonical";
  for (const char* metric : kMetrics) line += fmt::format("\t{}", metric);
  return line + "\n";
}

std::string line_of(const Cell& cell) {
  std::string line = fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}", cell.repeat, cell.fold, cell.ends, cell.arm,
                                 cell.classifier, cell.test, cell.real, cell.synthetic, cell.canonical);
  for (const double value : cell.metrics) line += "\t" + (std::isnan(value) ? "" : shortest(value));
  return line + "\n";
}

// Cells are written by this program, but anyone may have changed the file since.
std::int64_t count_of(std::string_view text, const std::string& place) {
  const std::int64_t count = parse_integer(text, place);
  require(count >= 0 && count <= std::numeric_limits<int>::max(), "{}: {} is no count", place, count);
  return count;
}

std::string word_of(std::string_view text, const std::string& place) {
  constexpr std::string_view kInWords = "abcdefghijklmnopqrstuvwxyz0123456789-_:@";
  require(text.find_first_not_of(kInWords) == std::string_view::npos, "{}: '{}' is no word of this program's cells",
          place, printable(text));
  return std::string(text);
}

// Finished cells; a line that a killed run left half-written is taken off the file.
std::vector<Cell> read_cells(const std::string& path) {
  std::vector<Cell> cells;
  if (!std::filesystem::exists(path)) return cells;
  constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 30U;
  const auto bytes = read_regular_file(path, kMostBytes);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const std::size_t whole = text.rfind('\n') + 1;
  if (whole < text.size()) replace_file(path, text.substr(0, whole));
  if (whole == 0) return cells;
  constexpr std::size_t kFields = 9;
  read_table(
      path,
      [&](const std::vector<std::string>& header) {
        require(header.size() == kFields + kMetricCount && header.front() == "repeat" &&
                    header.back() == kMetrics[kMetricCount - 1],
                "{}: are no cells of this program", path);
      },
      [&](const std::vector<std::string_view>& fields, const std::string& place) {
        Cell cell;
        cell.repeat = static_cast<int>(count_of(fields[0], place));
        cell.fold = static_cast<int>(count_of(fields[1], place));
        cell.ends = word_of(fields[2], place);
        cell.arm = word_of(fields[3], place);
        cell.classifier = word_of(fields[4], place);
        cell.test = word_of(fields[5], place);
        cell.real = count_of(fields[6], place);
        cell.synthetic = count_of(fields[7], place);
        cell.canonical = count_of(fields[8], place);
        for (std::size_t m = 0; m < kMetricCount; ++m)
          cell.metrics[m] = fields[kFields + m].empty() ? std::nan("") : parse_number(fields[kFields + m], place);
        cells.push_back(cell);
      });
  return cells;
}

}  // namespace

bool run_has_begun(const ExperimentOptions& c, const SequenceSet& set, const SequenceSet& blind) {
  const std::string path = c.run + "/run.json", md5 = md5_of(set);
  if (!std::filesystem::exists(path)) {
    // A run that was killed before its first file was in place leaves its draft.
    const bool taken = std::filesystem::exists(c.run) &&
                       std::any_of(std::filesystem::directory_iterator(c.run), std::filesystem::directory_iterator(),
                                   [](const auto& entry) { return entry.path().extension() != ".draft"; });
    require(!taken, "{}: is not empty and no experiment; name another --run", c.run);
    return false;
  }
  const auto bytes = read_regular_file(path, 1 << 20);
  const Json run =
      Json::parse(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()), nullptr, false);
  require(run.is_object() && run.value("format", Json()) == kExperimentFormat && run.contains("options") &&
              run["options"].is_object() && run.contains("data") && run["data"].is_object(),
          "{}: is no experiment of this program", path);
  const Json options = options_json(c);
  for (const auto& [name, value] : options.items()) {
    const Json began = run["options"].value(name, Json());
    require(began == value, "{}: this experiment began with {} {}, not {}; name another --run", path, name,
            began.dump(), value.dump());
  }
  require(run["data"].value("blind_md5", Json("")) == Json(md5_of(blind)),
          "{}: this experiment began with another --blind; name another --run", path);
  const std::string began = run["data"].value("md5", Json("")).dump();
  require(began == Json(md5).dump(),
          "{}: this experiment began with other data (MD5 {}, now \"{}\"); name another --run", path, began, md5);
  return true;
}

void start_run(const ExperimentOptions& c, const SequenceSet& set, const SequenceSet& blind) {
  std::filesystem::create_directories(c.run);
  const Json run = {{"format", kExperimentFormat},
                    {"command", c.command},
                    {"version", c.version},
                    {"options", options_json(c)},
                    {"data",
                     {{"md5", md5_of(set)},
                      {"records", set.tally.out},
                      {"rejected", set.tally.rejected},
                      {"blind_md5", md5_of(blind)},
                      {"blind_records", blind.size()}}}};
  replace_file(c.run + "/run.json", run.dump(2) + "\n");
}

CellFile::CellFile(const std::string& run) : path_(run + "/cells.tsv"), cells_(read_cells(path_)) {
  if (!std::filesystem::exists(path_) || std::filesystem::file_size(path_) == 0) replace_file(path_, header_line());
  out_.emplace(path_);
  for (const Cell& cell : cells_) {
    const bool fresh = known_.insert(key(cell)).second;
    require(fresh, "{}: the cell {} {} {} {} {} stands there twice", path_, cell.repeat, cell.fold, cell.ends, cell.arm,
            cell.classifier);
  }
}

void CellFile::add(const Cell& cell) {
  const std::lock_guard<std::mutex> lock(mutex_);
  out_->append(line_of(cell));
  cells_.push_back(cell);
  known_.insert(key(cell));
}

void CellFile::put_in_order() {
  out_.reset();
  std::sort(cells_.begin(), cells_.end(), [](const Cell& a, const Cell& b) { return key(a) < key(b); });
  std::string text = header_line();
  for (const Cell& cell : cells_) text += line_of(cell);
  replace_file(path_, text);
}

CellFile::Key CellFile::key(const Cell& cell) {
  return {cell.repeat, cell.fold, cell.ends, cell.arm, cell.classifier, cell.test};
}

}  // namespace stemloop
