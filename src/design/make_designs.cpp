#include "design/make_designs.h"

#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <optional>
#include <unordered_set>

#include "data/sequence_set.h"
#include "design/designer.h"
#include "design/natural_fit.h"

namespace stemloop {

namespace {

int changed_letters(const Asked& asked, const std::string& sequence) {
  int changed = 0;
  for (std::size_t k = 0; k < sequence.size(); ++k) {
    const Base own = asked.start->letters[k];
    changed += own != kBaseN && own != base_code(sequence[k]) ? 1 : 0;
  }
  return changed;
}

double gc_share(const std::string& sequence) {
  return static_cast<double>(
             std::count_if(sequence.begin(), sequence.end(), [](char x) { return x == 'G' || x == 'C'; })) /
         static_cast<double>(sequence.size());
}

// What the classifier says of a design, for its header.
std::string class_remark(const Opinion& opinion) {
  std::string label = opinion.label;
  std::replace(label.begin(), label.end(), ' ', '_');
  return fmt::format(" class={} class_p={:.3f}", label, opinion.probability);
}

// The files of a run.
class DesignFiles {
 public:
  explicit DesignFiles(const DesignOptions& c) : out_(c.common.output), judged_(c.search.judging != nullptr) {
    if (c.table.empty()) return;
    table_.emplace(c.table);
    table_->write(
        "id\tasked\tlength\tsequence\tstructure\tmfe\tprobability\tgc\tlog_"
        "likelihood\tchanged\tattempts\tfolds\tsteps\t"
        "class\tclass_probability\tjudged\n");
  }

  void keep(const std::string& id, const Asked& asked, const Design& d) {
    const std::string changed = asked.start ? fmt::format("{}", changed_letters(asked, d.sequence)) : "";
    out_.write(fmt::format(">{} asked={} p={:.3f} mfe={:.2f} gc={:.3f}{}{}{}\n{}\n{}\n", id, asked.name, d.probability,
                           d.mfe / 100.0, gc_share(d.sequence), changed.empty() ? "" : " changed=" + changed,
                           judged_ ? class_remark(d.opinion) : "", asked.remark, d.sequence, d.mfe_structure));
    if (table_)
      table_->write(fmt::format("{}\t{}\t{}\t{}\t{}\t{:.2f}\t{:.4f}\t{:.4f}\t{:.4f}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n", id,
                                asked.name, d.sequence.size(), d.sequence, d.mfe_structure, d.mfe / 100.0,
                                d.probability, gc_share(d.sequence), d.log_likelihood, changed, d.attempts, d.folds,
                                d.steps, d.opinion.label, judged_ ? fmt::format("{:.4f}", d.opinion.probability) : "",
                                d.judged));
  }

  void close() {
    out_.close();
    if (table_) table_->close();
  }

 private:
  TextWriter out_;
  std::optional<TextWriter> table_;
  bool judged_;
};

class DesignRun {
 public:
  explicit DesignRun(const DesignOptions& c)
      : c_(c),
        natural_(open_natural_model(c.model)),
        folding_(load_model(c.folding)),
        designer_(c, folding_, natural_),
        known_(c.novel_against.empty() ? std::unordered_set<std::string>{} : known_sequences(c.novel_against)),
        files_(c),
        folders_([this] { return Folder(folding_); }) {}

  std::int64_t run() {
    const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                    static_cast<std::size_t>(c_.common.threads));
    const std::int64_t items = static_cast<std::int64_t>(designer_.asked().size()) * c_.count;
    const std::int64_t batch = 64 * static_cast<std::int64_t>(c_.common.threads);
    Progress progress("designs", !c_.common.quiet);
    for (std::int64_t first = 0; first < items; first += batch) {
      const std::int64_t size = std::min(batch, items - first);
      std::vector<Design> designs(static_cast<std::size_t>(size));
      tbb::parallel_for(std::int64_t{0}, size, [&](std::int64_t k) {
        designs[static_cast<std::size_t>(k)] = designer_.design(folders_.local(), first + k, 0);
      });
      for (std::int64_t k = 0; k < size; ++k) take(first + k, designs[static_cast<std::size_t>(k)]);
      progress.update(first + size, static_cast<double>(first + size) / static_cast<double>(items));
    }
    Progress::clear_line();
    files_.close();
    std::sort(probabilities_.begin(), probabilities_.end());
    const std::size_t made = probabilities_.size();
    say(Loud::kInfo, "{} designs of {} asked for{}", made, items + designer_.rejected() * c_.count,
        made > 0 ? fmt::format("; median probability of the structure {:.3f}", probabilities_[made / 2]) : "");
    if (not_called_ > 0)
      say(Loud::kWarning,
          "{} of them are not called {} by {}: no letters were found that fold so and are (class= and class_p= in "
          "their headers); --class any asks for no class",
          not_called_, c_.of_class, c_.judge);
    return failed_ + designer_.rejected();
  }

 private:
  // Keeps a design, or one drawn anew in its place where it is known or was designed before. In order, one at a time.
  void take(std::int64_t item, Design& design) {
    const Asked& asked = designer_.asked()[static_cast<std::size_t>(item / c_.count)];
    const auto refused = [&] {
      return design.solved && (known_.count(design.sequence) > 0 || (c_.unique && seen_.count(design.sequence) > 0));
    };
    constexpr std::uint64_t kRetries = 50;
    for (std::uint64_t retry = 1; refused() && retry <= kRetries; ++retry)
      design = designer_.design(folders_.local(), item, retry);
    const std::string id = fmt::format("design_{}", item + 1);
    if (!design.solved || refused()) {
      ++failed_;
      report({id, fmt::format("{} for '{}': {}", id, asked.name,
                              design.solved ? "every sequence found is known or was designed before"
                                            : designer_.why_not(asked, design))});
      return;
    }
    seen_.insert(design.sequence);
    probabilities_.push_back(design.probability);
    not_called_ += c_.search.judging == nullptr || design.opinion.called ? 0 : 1;
    files_.keep(id, asked, design);
  }

  const DesignOptions& c_;
  std::shared_ptr<const NaturalModel> natural_;
  std::shared_ptr<const Model> folding_;
  Designer designer_;
  std::unordered_set<std::string> known_, seen_;
  DesignFiles files_;
  tbb::enumerable_thread_specific<Folder> folders_;
  std::vector<double> probabilities_;
  std::int64_t failed_ = 0, not_called_ = 0;
};

}  // namespace

std::vector<std::string> design_inputs(const DesignOptions& options) {
  std::vector<std::string> inputs;
  for (const std::string& name :
       {options.structures_file, options.like, options.edit, options.novel_against, options.fit}) {
    if (!name.empty()) inputs.push_back(name);
  }
  return inputs;
}

void fit_natural(const DesignOptions& c) {
  Folder folder(load_model(c.folding));
  std::vector<NaturalExample> examples;
  std::int64_t read = 0;
  RecordReader reader(RecordFiles{c.fit});
  while (const auto item = reader.next()) {
    const auto* record = std::get_if<Record>(&*item);
    if (record == nullptr) {
      report(std::get<Rejection>(*item));
      continue;
    }
    ++read;
    if (record->sequence.find_first_not_of("ACGU") != std::string::npos) continue;
    const Fold fold = folder.fold(record->sequence);
    try {
      make_target(fold.structure);
    } catch (const Error&) {
      continue;  // not one hairpin
    }
    examples.push_back({record->sequence, fold.structure, fold.energy / 100.0});
  }
  constexpr int kRounds = 30;
  const NaturalModel model = fit_natural_model(examples, c.chains, kRounds);
  write_bytes(c.common.output, natural_model_text(model));
  say(Loud::kInfo, "{} records, {} of them single hairpins of A C G U; {} chains", read, examples.size(), c.chains);
}

std::int64_t make_designs(DesignOptions options) {
  const DesignOptions& o = options;
  const bool any = !o.structures.empty() || !o.structures_file.empty() || !o.like.empty() || !o.guide.empty();
  require(any || !o.edit.empty(), "what is to be designed? Give --structure, --structures, --like, --edit or --guide");
  options.search.seconds = options.time_limit;
  return DesignRun(options).run();
}

}  // namespace stemloop
