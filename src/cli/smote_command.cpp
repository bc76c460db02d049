// smote: new members of a small class, made of pairs of its own.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <unordered_set>

#include "cli/choices.h"
#include "cli/command.h"
#include "data/data.h"
#include "data/smote.h"
#include "hairpin/hairpin.h"
#include "seq/record_stream.h"

namespace stemloop {

namespace {

struct SmoteCommand {
  CommonOptions common;
  FoldingOptions folding;
  SmoteOptions smote;
  InputFiles input;
  std::string mode = "aligned";
  std::int64_t count = 100;
  std::string balance;
  std::size_t min_length = 1;
  bool unique = false;
};

SmoteMode mode_of(const std::string& name) {
  if (name == "A") return SmoteMode::kReject;
  if (name == "B") return SmoteMode::kFill;
  return name == "C" ? SmoteMode::kDelete : SmoteMode::kAligned;
}

struct Member {
  std::string id, sequence, structure;
};

/// The class that is to grow.
struct Members {
  std::vector<std::string> ids, sequences, structures;
  Tally tally;
};

Members read_members(SmoteCommand& c) {
  const bool aligned = c.smote.mode == SmoteMode::kAligned;
  Members members;
  members.tally = run_records<Member>(
      {c.input.all(), aligned ? Wanted::kStructures : Wanted::kSequencesOnly}, c.common, c.folding.max_length,
      hairpin_state(c.folding),
      [aligned](Hairpins& hairpins, const Record& record) {
        const std::size_t odd = record.sequence.find_first_not_of("ACGU");
        if (odd != std::string::npos)
          fail("'{}' at position {}; SMOTE can use no letters but A C G U", printable(record.sequence.substr(odd, 1)),
               odd + 1);
        return Member{record.id, record.sequence, aligned ? structure_of(hairpins, record) : ""};
      },
      [&](Member&& member) {
        members.ids.push_back(std::move(member.id));
        members.sequences.push_back(std::move(member.sequence));
        members.structures.push_back(std::move(member.structure));
      });
  Progress::clear_line();
  return members;
}

// How many records the small class lacks.
std::int64_t count_missing(const std::string& path, std::size_t members) {
  std::int64_t others = 0;
  RecordReader reader({path, Wanted::kSequencesOnly});
  while (const auto item = reader.next()) {
    if (const auto* rejection = std::get_if<Rejection>(&*item)) {
      report(*rejection);
    } else {
      ++others;
    }
  }
  const std::int64_t missing = others - static_cast<std::int64_t>(members);
  require(missing > 0, "{}: {} records are not more than the {} of the input; there is nothing to balance", path,
          others, members);
  return missing;
}

int run_smote(SmoteCommand& c) {
  constexpr std::int64_t kBatch = 1024;
  constexpr int kTries = 100;
  begin_run(c.common);
  require(c.min_length <= c.folding.max_length, "--min-length {} is more than --max-length {}", c.min_length,
          c.folding.max_length);
  std::vector<std::string> inputs = input_files(c.input, c.folding);
  if (!c.balance.empty()) inputs.push_back(c.balance);
  check_run_files(inputs, {c.common.output});
  c.smote.mode = mode_of(c.mode);
  c.smote.threads = c.common.threads;

  const Members members = read_members(c);
  const int code = finish(members.tally, c.common);
  const std::int64_t count = c.balance.empty() ? c.count : count_missing(c.balance, members.sequences.size());
  const Smote smote = [&] {
    try {
      return Smote(members.sequences, members.structures, c.smote);
    } catch (const Error& error) {
      const std::string first = c.input.all().front();
      fail("{}: {}", first == "-" ? "stdin" : first, error.what());
    }
  }();

  std::unordered_set<std::string> seen;
  if (c.unique) seen.insert(members.sequences.begin(), members.sequences.end());
  TextWriter out(c.common.output);
  Progress progress("sequences", !c.common.quiet);
  std::int64_t drawn = 0, made = 0, out_of_range = 0, seen_before = 0;
  int tries = 0;  // for the sequence to come
  while (made < count && tries < kTries) {
    // Items are looked at in order, so what is kept depends on neither threads nor the size of a batch.
    const std::int64_t first = drawn;
    for (const SyntheticSequence& one : smote.draw(first, std::min(kBatch, count - made))) {
      if (made == count || tries == kTries) break;
      ++drawn;
      ++tries;
      if (one.sequence.size() < c.min_length || one.sequence.size() > c.folding.max_length) {
        ++out_of_range;
      } else if (c.unique && !seen.insert(one.sequence).second) {
        ++seen_before;
      } else {
        tries = 0;
        out.write(fmt::format(">smote_{} parents={},{}\n{}\n", ++made, members.ids[static_cast<std::size_t>(one.base)],
                              members.ids[static_cast<std::size_t>(one.neighbour)], one.sequence));
      }
    }
    progress.update(made, static_cast<double>(made) / static_cast<double>(count));
  }
  Progress::clear_line();
  out.close();
  spdlog::info("{} sequences from {} draws of {} records; drawn again: {} of another length, {} not new", made, drawn,
               members.sequences.size(), out_of_range, seen_before);
  if (made == count) return code;
  spdlog::error("only {} of {} sequences: {} draws for the next one gave none that is wanted", made, count, kTries);
  return kExitFailure;
}

}  // namespace

std::function<int()> add_smote(CLI::App& app) {
  auto c = std::make_shared<SmoteCommand>();
  app.description(
      "Makes new members of a class that has too few, each of a record and one of its nearest relatives (SMOTE). Modes "
      "A,\n"
      "B and C are the published ones: letters as numbers, a point between two records; A drops results with a hole, "
      "B\n"
      "fills holes with random letters, C closes them. aligned lays the two hairpins side by side and takes base pairs "
      "and\n"
      "loops whole from either, so that stems survive. Headers name the parents; with the same seed, sequence i is "
      "the\n"
      "same whatever the count.");
  add_input_files(app, c->input, "The class that is to grow, in any format of records, plain or gzip; - is stdin");
  app.add_option("--mode", c->mode, "How two records become one")
      ->check(CLI::IsMember({"A", "B", "C", "aligned"}))
      ->capture_default_str()
      ->type_name("MODE");
  CLI::Option* count = app.add_option("-n,--count", c->count, "Sequences wanted")
                           ->check(CLI::Range(1, 100000000))
                           ->capture_default_str();
  app.add_option("--balance", c->balance, "Make as many as the input has fewer records than this file")
      ->excludes(count)
      ->type_name("FASTA");
  app.add_option("-k", c->smote.k, "Nearest relatives of which one is drawn")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  app.add_option("--seed", c->smote.seed, "Draw number i depends on the seed and i alone")->capture_default_str();
  app.add_flag("--unique", c->unique,
               "No sequence twice and none of the input's; gives up when 100 draws bring nothing new");
  app.add_option("--min-length", c->min_length, "Shorter sequences are drawn again, and so are those over --max-length")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str()
      ->type_name("NT");
  add_run_options(app, c->common, c->folding);
  app.footer(
      "Examples:\n"
      "  stemloop smote mirtrons.fa -n 1000 --unique -o more.fa\n"
      "  stemloop smote mirtrons.fa --balance canonical.fa --seed 7 -o missing.fa.gz\n"
      "  stemloop smote mirtrons.fa --mode A -k 5 -n 1000 > published.fa");
  return [c, &app] {
    if (c->mode != "aligned")
      refuse_ignored(app, {"--params", "--temperature", "--dangles", "--no-lp"}, "is of --mode aligned");
    return run_smote(*c);
  };
}

}  // namespace stemloop
