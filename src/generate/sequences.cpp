// wgan and fbgan: sequences, folded as they come.
#include <optional>
#include <unordered_set>

#include "data/sequence_set.h"
#include "generate/generate.h"
#include "hairpin/hairpin.h"
#include "study/study.h"

namespace stemloop {

namespace {

struct SequenceCounts {
  std::int64_t drawn = 0, kept = 0, invalid = 0, length = 0, folds = 0, known = 0, repeated = 0, one_hairpin = 0;
  std::int64_t unlike = 0;
};

// A draw, folded; and how probably the selector keeps it.
struct Candidate {
  std::optional<std::string> sequence;  // none: a pad inside
  Fold fold;
  int hairpins = 0;
  double keep = 1;
};

std::vector<Candidate> candidates(SequenceGenerator& generator, const std::optional<Selector>& selector, Folder& folder,
                                  std::int64_t count, std::uint64_t seed, std::int64_t first) {
  std::vector<Candidate> all;
  MeasuredSet set;
  for (auto& sequence : generator.draw(count, seed, static_cast<std::uint64_t>(first))) {
    Candidate& one = all.emplace_back(Candidate{std::move(sequence), {}});
    if (!one.sequence) continue;
    one.fold = folder.fold(*one.sequence);
    one.hairpins = lay_out(*one.sequence, one.fold.structure).hairpins;
    set.sample.push_back(set.sequences.size());
    set.sequences.push_back(*one.sequence);
    set.mfe_per_nt.push_back(one.fold.energy / 100.0 / static_cast<double>(one.sequence->size()));
    set.one_hairpin.push_back(one.hairpins == 1 ? 1 : 0);
  }
  if (!selector || set.sequences.empty()) return all;
  const std::vector<double> probabilities = keep_probabilities(*selector, set);
  auto keep = probabilities.begin();
  for (Candidate& one : all) {
    if (one.sequence) one.keep = *keep++;
  }
  return all;
}

// Why draw `number` is left out, or nullptr; counted.
const char* reason_against(const GenerateOptions& c, const Candidate& one, std::int64_t number,
                           const std::unordered_set<std::string>& known, std::unordered_set<std::string>& seen,
                           SequenceCounts& counts) {
  constexpr std::uint64_t kSelectStream = std::uint64_t{1} << 44U;
  const auto left_out = [](std::int64_t& count, const char* reason) {
    ++count;
    return reason;
  };
  const auto& sequence = one.sequence;
  if (!sequence) return left_out(counts.invalid, "a pad inside the sequence");
  if (sequence->size() < c.min_length) return left_out(counts.length, "shorter than --min-length");
  if (c.longest > 0 && sequence->size() > c.longest) return left_out(counts.length, "longer than --longest");
  if (c.single_hairpin && one.hairpins != 1) return left_out(counts.folds, "does not fold to a single hairpin");
  if (one.keep < 1 && Random(c.seed, kSelectStream + static_cast<std::uint64_t>(number)).uniform() >= one.keep)
    return left_out(counts.unlike, "left out by the selector");
  if (known.count(*sequence) > 0) return left_out(counts.known, "in the file of --novel-against");
  if (c.unique && !seen.insert(*sequence).second) return left_out(counts.repeated, "drawn before");
  return nullptr;
}

// The files of a run.
struct SequenceFiles {
  explicit SequenceFiles(const GenerateOptions& c) : out(c.common.output) {
    if (!c.table.empty()) {
      table.emplace(c.table);
      table->write("id\tdraw\tlength\thairpins\tmfe\tmfe_per_nt\tstructure\n");
    }
    if (!c.left_out.empty()) {
      left_out.emplace(c.left_out);
      left_out->write("draw\tsequence\treason\n");
    }
  }

  void keep(const Candidate& one, std::int64_t number, std::int64_t kept) {
    const double mfe = one.fold.energy / 100.0;
    const std::string id = fmt::format("generated_{}", kept);
    out.write(fmt::format(">{} draw={} mfe={:.2f} hairpins={}\n{}\n{}\n", id, number, mfe, one.hairpins, *one.sequence,
                          one.fold.structure));
    if (table)
      table->write(fmt::format("{}\t{}\t{}\t{}\t{:.2f}\t{:.4f}\t{}\n", id, number, one.sequence->size(), one.hairpins,
                               mfe, mfe / static_cast<double>(one.sequence->size()), one.fold.structure));
  }

  void close() {
    out.close();
    if (table) table->close();
    if (left_out) left_out->close();
  }

  TextWriter out;
  std::optional<TextWriter> table, left_out;
};

}  // namespace

bool generate_sequences(const GenerateOptions& c) {
  constexpr std::int64_t kBatch = 256;
  const std::string directory = find_model(c.model);
  const auto generator = neural().open_generator(directory, c.device, c.common.threads);
  const std::optional<Selector> selector = c.no_selector ? std::nullopt : read_selector(directory);
  if (selector && selector->parameters != c.folding.parameters)
    say(Loud::kWarning, "the selector of {} knows sequences folded with {}", directory, selector->parameters);
  const std::unordered_set<std::string> known =
      c.novel_against.empty() ? std::unordered_set<std::string>{} : known_sequences(c.novel_against);
  std::unordered_set<std::string> seen;
  Folder folder(load_model(c.folding));
  SequenceFiles files(c);
  SequenceCounts n;
  Progress progress("sequences", !c.common.quiet);
  while (n.kept < c.count && n.drawn < c.count * c.tries) {
    for (const Candidate& one : candidates(*generator, selector, folder, kBatch, c.seed, n.drawn)) {
      if (n.kept == c.count || n.drawn == c.count * c.tries) break;
      const std::int64_t number = ++n.drawn;
      if (const char* reason = reason_against(c, one, number, known, seen, n); reason != nullptr) {
        if (files.left_out)
          files.left_out->write(fmt::format("{}\t{}\t{}\n", number, one.sequence.value_or(""), reason));
        continue;
      }
      n.one_hairpin += one.hairpins == 1 ? 1 : 0;
      files.keep(one, number, ++n.kept);
    }
    progress.update(n.kept, static_cast<double>(n.kept) / static_cast<double>(c.count));
  }
  Progress::clear_line();
  files.close();
  say(Loud::kInfo,
      "{} sequences from {} draws; left out: {} invalid, {} by length, {} by fold, {} by the selector, {} known, {} "
      "drawn before; {} of those kept fold to one hairpin",
      n.kept, n.drawn, n.invalid, n.length, n.folds, n.unlike, n.known, n.repeated, n.one_hairpin);
  if (n.kept == c.count) return true;
  say(Loud::kError, "only {} of {} sequences after {} draws (--tries {} a sequence)", n.kept, c.count, n.drawn,
      c.tries);
  return false;
}

}  // namespace stemloop
