// convert: sequences and structures from one format to another.
#include <map>

#include "cli/command.h"
#include "seq/record_stream.h"

namespace stemloop {

namespace {

struct ConvertCommand {
  CommonOptions common;
  InputFiles input;
  std::string to;
  std::size_t max_length = 1'000'000;
};

const std::map<std::string, RecordFormat>& formats() {
  static const std::map<std::string, RecordFormat> kFormats = {{"ct", RecordFormat::kCt},
                                                               {"bpseq", RecordFormat::kBpseq},
                                                               {"dbn", RecordFormat::kDotBracket},
                                                               {"stockholm", RecordFormat::kStockholm},
                                                               {"fasta", RecordFormat::kFasta}};
  return kFormats;
}

int run_convert(ConvertCommand& c) {
  begin_run(c.common);
  const std::vector<std::string> files = c.input.all();
  check_run_files(files, {c.common.output});
  const RecordFormat to = formats().at(c.to);
  TextWriter out(c.common.output);
  const Wanted wanted = to == RecordFormat::kFasta ? Wanted::kSequencesOnly : Wanted::kKnots;
  const Tally tally = run_records<std::string>(
      {files, wanted}, c.common, c.max_length, [] { return 0; },
      [to](int, const Record& record) { return written(record, to); },
      [&](const std::string& text) { out.write(text); });
  close_outputs(tally, {&out});
  return finish(tally, c.common);
}

}  // namespace

std::function<int()> add_convert(CLI::App& app) {
  auto c = std::make_shared<ConvertCommand>();
  app.description(
      "Writes records in another format. The format of the input is known by its content; of an alignment every row is "
      "a\n"
      "record without gaps. Pairs that cross (pseudoknots) are kept; a record with several structures is written once "
      "for each.");
  add_input_files(app, c->input, kInputHelp);
  app.add_option("--to", c->to, "ct, bpseq, dbn (dot-bracket under FASTA), stockholm or fasta (no structures)")
      ->required()
      ->check(CLI::IsMember({"ct", "bpseq", "dbn", "stockholm", "fasta"}))
      ->type_name("FORMAT");
  app.add_option("--max-length", c->max_length, "Longer sequences are rejected")
      ->check(CLI::Range(1, 100'000'000))
      ->capture_default_str()
      ->type_name("NT");
  add_run_options(app, c->common);
  app.footer(
      "Examples:\n"
      "  stemloop fold hairpins.fa | stemloop convert --to ct -o hairpins.ct\n"
      "  stemloop convert family.sto --to dbn | stemloop show");
  return [c] { return run_convert(*c); };
}

}  // namespace stemloop
