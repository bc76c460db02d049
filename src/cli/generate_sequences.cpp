// generate for wgan and fbgan: sequences, folded as they come.
#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "cli/generate_command.h"

namespace stemloop {

namespace {

struct Counts {
  std::int64_t drawn = 0, kept = 0, invalid = 0, length = 0, folds = 0, known = 0, repeated = 0, one_hairpin = 0;
};

// Why a draw is left out, or nullptr; counted.
const char* reason_against(const GenerateCommand& c, const std::optional<std::string>& sequence, int hairpins,
                           const std::unordered_set<std::string>& known, std::unordered_set<std::string>& seen,
                           Counts& counts) {
  const auto left_out = [](std::int64_t& count, const char* reason) {
    ++count;
    return reason;
  };
  if (!sequence) return left_out(counts.invalid, "a pad inside the sequence");
  if (sequence->size() < c.min_length) return left_out(counts.length, "shorter than --min-length");
  if (c.longest > 0 && sequence->size() > c.longest) return left_out(counts.length, "longer than --longest");
  if (!c.filter.empty() && hairpins != 1) return left_out(counts.folds, "does not fold to a single hairpin");
  if (known.count(*sequence) > 0) return left_out(counts.known, "in the file of --novel-against");
  if (c.unique && !seen.insert(*sequence).second) return left_out(counts.repeated, "drawn before");
  return nullptr;
}

}  // namespace

int run_generate_sequences(GenerateCommand& c) {
  constexpr std::int64_t kBatch = 256;
  begin_run(c.common);
  std::vector<std::string> inputs;
  if (!c.novel_against.empty()) inputs.push_back(c.novel_against);
  check_files(inputs, {c.common.output, c.table, c.left_out});
  const auto generator = neural().open_generator(find_model(c.model.directory), c.model.device, c.common.threads);
  const std::unordered_set<std::string> known =
      c.novel_against.empty() ? std::unordered_set<std::string>{} : known_sequences(c.novel_against);
  std::unordered_set<std::string> seen;
  Folder folder(load_model(c.folding));
  TextWriter out(c.common.output);
  std::optional<TextWriter> table, left_out;
  if (!c.table.empty()) {
    table.emplace(c.table);
    table->write("id\tdraw\tlength\thairpins\tmfe\tmfe_per_nt\tstructure\n");
  }
  if (!c.left_out.empty()) {
    left_out.emplace(c.left_out);
    left_out->write("draw\tsequence\treason\n");
  }
  Counts counts;
  Progress progress("sequences", !c.common.quiet);
  while (counts.kept < c.count && counts.drawn < c.count * c.tries) {
    for (const auto& sequence : generator->draw(kBatch, c.seed, static_cast<std::uint64_t>(counts.drawn))) {
      if (counts.kept == c.count || counts.drawn == c.count * c.tries) break;
      const std::int64_t number = ++counts.drawn;
      const Fold fold = sequence ? folder.fold(*sequence) : Fold{};
      const int hairpins = sequence ? lay_out(*sequence, fold.structure).hairpins : 0;
      if (const char* reason = reason_against(c, sequence, hairpins, known, seen, counts); reason != nullptr) {
        if (left_out) left_out->write(fmt::format("{}\t{}\t{}\n", number, sequence.value_or(""), reason));
        continue;
      }
      ++counts.kept;
      counts.one_hairpin += hairpins == 1 ? 1 : 0;
      const double mfe = fold.energy / 100.0;
      const std::string id = fmt::format("generated_{}", counts.kept);
      out.write(fmt::format(">{} draw={} mfe={:.2f} hairpins={}\n{}\n{}\n", id, number, mfe, hairpins, *sequence,
                            fold.structure));
      if (table)
        table->write(fmt::format("{}\t{}\t{}\t{}\t{:.2f}\t{:.4f}\t{}\n", id, number, sequence->size(), hairpins, mfe,
                                 mfe / static_cast<double>(sequence->size()), fold.structure));
    }
    progress.update(counts.kept, static_cast<double>(counts.kept) / static_cast<double>(c.count));
  }
  Progress::clear_line();
  out.close();
  if (table) table->close();
  if (left_out) left_out->close();
  spdlog::info(
      "{} sequences from {} draws; left out: {} invalid, {} by length, {} by fold, {} known, {} drawn before; {} of "
      "those "
      "kept fold to one hairpin",
      counts.kept, counts.drawn, counts.invalid, counts.length, counts.folds, counts.known, counts.repeated,
      counts.one_hairpin);
  if (counts.kept == c.count) return kExitOk;
  spdlog::error("only {} of {} sequences after {} draws (--tries {} a sequence)", counts.kept, c.count, counts.drawn,
                c.tries);
  return kExitFailure;
}

}  // namespace stemloop
