#include "report/models.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "arms/arms.h"
#include "design/design.h"
#include "judge/judge.h"
#include "net/net.h"
#include "report/drawing_file.h"
#include "study/study.h"

namespace stemloop {

namespace fs = std::filesystem;

namespace {

constexpr const char* kCutFamily = "arms";  // where Drosha and Dicer cut

double megabytes(const fs::path& directory) {
  double bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (fs::is_regular_file(entry.symlink_status())) bytes += static_cast<double>(entry.file_size());
  }
  return bytes / 1e6;
}

}  // namespace

std::string model_table() {
  std::string out = "name\tfamily\tmegabytes\tpath\n";
  for (const std::string& folder : model_folders()) {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(folder)) {
      const bool in_the_making = entry.path().extension() == ".draft";
      if (!in_the_making && fs::exists(entry.path() / "config.json")) found.push_back(entry.path());
    }
    std::sort(found.begin(), found.end());
    for (const fs::path& path : found) {
      std::string family;
      try {
        family = printable(model_family(path.string()));
      } catch (const Error& error) {  // one that is damaged hides no other
        say(Loud::kWarning, "{}", error.what());
        continue;
      }
      out += fmt::format("{}\t{}\t{:.1f}\t{}\n", path.filename().string(), family, megabytes(path), path.string());
    }
  }
  return out;
}

std::string model_told(const std::string& name, const std::string& plot, const std::string& device, int threads) {
  const std::string directory = find_model(name);
  const std::string family = model_family(directory);
  const bool judges = find_family(family) != nullptr;
  require(plot.empty() || judges, "--plot draws the tree of a model of pre-miRNAs; {} is of family {}", directory,
          family);
  std::string out =
      fmt::format("path\t{}\nfound by\t{}\nfamily\t{}\nmegabytes\t{:.1f}\n", directory,
                  is_model_path(name) ? "its path" : fmt::format("its name, '{}'", name), family, megabytes(directory));
  if (judges) {
    const auto judge = open_judge(directory, {device, threads});
    out += judge->info();
    if (const auto kept = training_records_of(directory))
      out += fmt::format("training records kept\t{}, as hashed words\n", kept->size());
    if (!plot.empty()) write_drawing(plot, judge->plot(fs::path(directory).filename().string()));
  } else if (family == kGanFamily || family == kCnnFamily || family == kCutFamily) {
    out += fmt::format("network\t{}\n", read_stored_model(directory, family).network);
    if (const auto selector = family == kGanFamily ? read_selector(directory) : std::nullopt)
      out +=
          fmt::format("selector\t{}/{}, of sequences folded with {}\n", directory, kSelectorFile, selector->parameters);
  } else if (family == kNaturalFamily) {
    for (const auto& chain : open_natural_directory(directory)->chains)
      out += fmt::format("chain\tweight {:.3f}, GC {:.3f}\n", chain.weight, chain.gc);
  } else {
    out += fmt::format("network\t{}\n", config_json(read_model_directory(directory).config));
  }
  const fs::path card = fs::path(directory) / "README.md";
  if (fs::exists(card)) out += fmt::format("card\t{}\n", card.string());
  return out;
}

std::string model_verified(const std::string& name, const std::string& device, int threads) {
  const std::string directory = find_model(name);
  const std::string family = model_family(directory);
  if (find_family(family) != nullptr) {
    open_judge(directory, {device, threads});
    training_records_of(directory);
    if (fs::exists(directory + "/" + kPrecursorTree)) open_judge(directory + "/" + kPrecursorTree, {device, threads});
    if (fs::exists(directory + "/network")) open_network(directory + "/network", device, threads);
  } else if (family == kGanFamily) {
    neural().open_generator(directory, device, threads);
    read_selector(directory);
  } else if (family == kCnnFamily) {
    neural().open_scorer(directory, device, threads);
  } else if (family == kNaturalFamily) {
    open_natural_directory(directory);
  } else if (family == kCutFamily) {
    CutModel::open(directory);
  } else {
    neural().open(directory, device, threads);
  }
  return fmt::format("{}: every file is there, whole and of the shapes config.json tells\n", directory);
}

}  // namespace stemloop
