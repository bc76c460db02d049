// What the commands share: the table of commands, common options, the way a run ends.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "fold/fold.h"
#include "seq/seq.h"
#include "util/util.h"

namespace stemloop {

// Exit codes, the same for every command.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailure = 1;   // the run could not be carried out
inline constexpr int kExitUsage = 2;     // the command line is wrong
inline constexpr int kExitRejected = 3;  // some records were rejected; all others are in the output

/// A command: its place in the table and how it adds itself. `action` is called after parsing if the command was chosen
/// and returns the exit code.
struct Command {
  const char* name;
  const char* summary;
  std::function<int()> (*add)(CLI::App& app);
};

/// All commands, in the order of the help.
const std::vector<Command>& commands();

/// The word nearest to a mistyped one, "" if none is near.
std::string nearest_word(const std::string& word, const std::vector<std::string>& words);

/// The program's command line. `chosen` runs the command that was given once parsing is done.
std::unique_ptr<CLI::App> make_command_line(std::function<int()>& chosen);

/// Checks of an option's number, which must be finite: CLI11's own name the largest of all numbers where they refuse
/// one.
extern const CLI::Validator kPositiveNumber, kNonNegativeNumber;

inline constexpr const char* kTextOutputHelp = "Where to write; - is stdout, a name ending in .gz is compressed";

/// -o
void add_output(CLI::App& app, CommonOptions& options, const char* help);
/// -f, one of `formats`
void add_format(CLI::App& app, std::string& format, const std::vector<std::string>& formats, const char* help);
/// -t
void add_threads(CLI::App& app, CommonOptions& options);
/// --skip-bad, -q, --log-level
void add_talk(CLI::App& app, CommonOptions& options);
/// -T, -d, --params, --max-length
void add_energy_model(CLI::App& app, FoldingOptions& options);
/// The same and --no-lp.
void add_folding(CLI::App& app, FoldingOptions& options);
/// Where a command writes and how it runs, the last options of most: -o, (those of folding,) -t, --skip-bad, -q,
/// --log-level.
void add_run_options(CLI::App& app, CommonOptions& options, const char* output_help = kTextOutputHelp);
void add_run_options(CLI::App& app, CommonOptions& options, FoldingOptions& folding,
                     const char* output_help = kTextOutputHelp);

/// The files a command reads one after the other: those named, and those listed in a file, one a line; stdin if there
/// are none.
struct InputFiles {
  std::vector<std::string> named;
  std::string list;  // --files-from

  /// Reads the list once.
  const std::vector<std::string>& all();

 private:
  std::vector<std::string> all_;
};

inline constexpr const char* kInputHelp =
    "FASTA, FASTQ, dot-bracket, CT, BPSEQ or Stockholm, plain or gzip; any number of files; - is stdin";

/// The positional and --files-from.
void add_input_files(CLI::App& app, InputFiles& input, const char* help);

/// Input, output, folding and run options of a command on hairpins.
template <class Options>
void add_hairpin_options(CLI::App& app, Options& c, const char* output_help) {
  add_input_files(app, c.input, kInputHelp);
  add_run_options(app, c.common, c.folding, output_help);
}

/// The help's default of --params where the model brings its own.
void tell_model_parameters(CLI::App& app, const char* text = "the model's");

/// The command line of this run, words as the shell handed them over.
std::vector<std::string>& command_words();

/// Sets the log level and the thread count (--threads, else available_threads()) for a run; to be called first by an
/// action.
void begin_run(CommonOptions& options);

/// The files a folding command reads: its input and, if --params names one, the parameter file.
std::vector<std::string> input_files(InputFiles& input, const FoldingOptions& options);
std::vector<std::string> input_files(const std::string& input, const FoldingOptions& options);

/// check_files() of a run, which also may not write over the files of its model (name or directory; "" for none). Keeps
/// them for --provenance.
void check_run_files(const std::vector<std::string>& inputs, const std::vector<std::string>& outputs,
                     const std::vector<std::string>& models = {});

/// Closes the outputs of a run; if its input broke off, what there is goes beside the old files, and that is said.
void close_outputs(const Tally& tally, std::initializer_list<TextWriter*> outputs);

/// Says "N in, N out, N rejected" and returns the exit code it means; to be called when all output is written.
/// Throws the Error of an input that broke off.
int finish(const Tally& tally, const CommonOptions& options);

// Each returns its action; see the file of its group.
std::function<int()> add_fold(CLI::App& app);
std::function<int()> add_eval(CLI::App& app);
std::function<int()> add_leakage(CLI::App& app);
std::function<int()> add_split(CLI::App& app);
std::function<int()> add_arms(CLI::App& app);
std::function<int()> add_classify(CLI::App& app);
std::function<int()> add_scan(CLI::App& app);
std::function<int()> add_model_command(CLI::App& app);
std::function<int()> add_describe(CLI::App& app);
std::function<int()> add_evaluate(CLI::App& app);
std::function<int()> add_embed(CLI::App& app);
std::function<int()> add_project(CLI::App& app);
std::function<int()> add_generate(CLI::App& app);
std::function<int()> add_design(CLI::App& app);
std::function<int()> add_train(CLI::App& app);
std::function<int()> add_train_arms(CLI::App& app);  // of train
std::function<int()> add_smote(CLI::App& app);
std::function<int()> add_quality(CLI::App& app);
std::function<int()> add_experiment(CLI::App& app);
std::function<int()> add_signature(CLI::App& app);
std::function<int()> add_encode(CLI::App& app);
std::function<int()> add_decode(CLI::App& app);
std::function<int()> add_features(CLI::App& app);
std::function<int()> add_draw(CLI::App& app);
std::function<int()> add_convert(CLI::App& app);
std::function<int()> add_report(CLI::App& app);
std::function<int()> add_show(CLI::App& app);

}  // namespace stemloop
