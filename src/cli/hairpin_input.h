// What the hairpin commands share: records to structures and pictures, file names, options.
#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>

#include "cli/stream.h"
#include "fold/fold.h"
#include "hairpin/hairpin.h"

namespace stemloop {

inline constexpr const char* kHairpinInputHelp =
    "FASTA file, plain or gzip, with or without dot-bracket lines; sequences without are folded; - is stdin";

/// What one worker needs: the folder for records that bring no structure.
struct Hairpins {
  std::shared_ptr<const Model> model;
  Folder folder;
};

std::function<Hairpins()> hairpin_state(const FoldingOptions& options);

/// The structure of a record: its own, or the minimum free energy one. Error if its own does not balance.
std::string structure_of(Hairpins& state, const Record& record);

/// "72 nt, -34.60 kcal/mol", or why there is no energy.
std::string size_and_energy(const Model& model, const Record& record, const std::string& structure);

/// Error if there is no hairpin loop in the structure.
Picture picture_of(const Record& record, const std::string& structure);

/// True if the name ends in ".png".
bool is_png(const std::string& path);

/// Names for one file a record in a folder, which is made: what an id has that not every file system allows becomes
/// "_", repeated ids get a number.
class FileNames {
 public:
  explicit FileNames(std::string folder);
  std::string next(const std::string& id, const std::string& extension);

 private:
  std::string folder_;
  std::unordered_set<std::string> used_;
  std::unordered_map<std::string, int> repeats_;
};

/// Input, output, folding and run options of a command on hairpins.
template <class Options>
void add_hairpin_options(CLI::App& app, Options& c, const char* output_help) {
  app.add_option("input", c.input, kHairpinInputHelp)->capture_default_str()->type_name("FASTA");
  add_run_options(app, c.common, c.folding, output_help);
}

}  // namespace stemloop
