// design: sequences that fold into a structure asked for and look like natural precursors.
#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <unordered_set>

#include "cli/generate_command.h"
#include "cli/model_checks.h"
#include "design/design.h"
#include "hairpin/hairpin.h"
#include "judge/judge.h"
#include "seq/bracket_lines.h"

namespace stemloop {

namespace {

constexpr const char* kAnyClass = "any";

struct DesignCommand {
  CommonOptions common;
  FoldingOptions folding;
  std::vector<std::string> structures;
  std::string structures_file, like, edit, guide, backbone = "mir-30a", arm = "auto";
  std::string letters, gc, ends, flanks, mature, novel_against, table, fit;
  std::vector<std::string> hold, avoid;
  std::string model = kNaturalPrecursors;
  std::string of_class = kPremirnaClass, judge;  // kAnyClass: none is asked for
  int length = 0;
  std::int64_t count = 1;
  std::uint64_t seed = 1;
  double time_limit = 0;
  bool unique = false;
  int chains = 5;
  SearchOptions search;
};

// One structure asked for.
struct Asked {
  std::string name;
  DesignTarget target;
  std::vector<double> chains;  // weights of the natural model's chains, empty: its own
  std::optional<StartLetters> start;
  std::string remark;  // of a guide: where it stands
};

struct Hold {
  std::vector<LetterMask> masks;
  std::string text;
  int at = -1;  // anywhere
};

// "MOTIF" or "MOTIF@POSITION".
Hold parse_hold(const std::string& text, const char* option) {
  Hold hold;
  const std::size_t cut = text.find('@');
  hold.text = fmt::format("{} {}", option, printable(text));
  hold.masks = letter_masks(text.substr(0, cut), option);
  require(!hold.masks.empty(), "{}: there are no letters in it", option);
  if (cut != std::string::npos) {
    const std::int64_t position = parse_integer(text.substr(cut + 1), option);
    require(position >= 1 && position <= kLongestDesign, "{}: {} is no position", hold.text, position);
    hold.at = static_cast<int>(position) - 1;
  }
  return hold;
}

std::pair<std::string, std::string> two_parts(const std::string& text, const std::string& between, const char* option) {
  const std::size_t cut = text.find(between);
  require(cut != std::string::npos, "{} {}: give two values with '{}' between them", option, printable(text), between);
  return {text.substr(0, cut), text.substr(cut + between.size())};
}

// What holds for every structure asked for.
class Conditions {
 public:
  explicit Conditions(const DesignCommand& c) : c_(c) {
    if (!c.flanks.empty()) {
      const auto [before, behind] = two_parts(c.flanks, ",", "--flanks");
      before_ = parse_integer(before, "--flanks");
      behind_ = parse_integer(behind, "--flanks");
      require(before_ >= 0 && behind_ >= 0 && before_ + behind_ <= kLongestDesign, "--flanks {}: 0 to {} bases",
              c.flanks, kLongestDesign);
    }
    if (!c.gc.empty()) {
      const auto [low, high] = two_parts(c.gc, ",", "--gc");
      gc_low_ = parse_number(low, "--gc");
      gc_high_ = parse_number(high, "--gc");
      require(gc_low_ >= 0 && gc_high_ <= 1 && gc_low_ <= gc_high_, "--gc {}: give two shares, 0 to 1, the lower first",
              c.gc);
    }
    for (const std::string& text : c.hold) holds_.push_back(parse_hold(text, "--hold"));
    if (!c.mature.empty()) holds_.push_back(parse_hold(c.mature, "--mature"));
    for (const std::string& text : c.avoid) {
      avoid_.push_back(letter_masks(text, "--avoid"));
      require(!avoid_.back().empty(), "--avoid: there are no letters in it");
    }
    if (!c.ends.empty()) {
      const auto [five, three] = two_parts(c.ends, "..", "--ends");
      five_ = letter_masks(five, "--ends");
      three_ = letter_masks(three, "--ends");
    }
  }

  [[nodiscard]] DesignTarget target(const std::string& structure) const {
    return narrowed(make_target(
        with_flanks(structure, static_cast<int>(before_), static_cast<int>(behind_)), c_.letters));
  }

  [[nodiscard]] DesignTarget narrowed(DesignTarget target) const {
    require(c_.length == 0 || c_.length == target.length(), "--length {}: the structure{} has {} positions", c_.length,
            before_ + behind_ > 0 ? " with its flanks" : "", target.length());
    target.gc_low = gc_low_;
    target.gc_high = gc_high_;
    target.avoid = avoid_;
    if (!five_.empty()) fix_letters(target, 0, five_, "--ends");
    if (!three_.empty()) fix_letters(target, target.length() - static_cast<int>(three_.size()), three_, "--ends");
    for (const Hold& hold : holds_) {
      if (hold.at >= 0) fix_letters(target, hold.at, hold.masks, hold.text);
    }
    for (const Hold& hold : holds_) {
      if (hold.at < 0) require(!places_for(target, hold.masks).empty(), "{} can stand nowhere in the structure", hold.text);
    }
    check_possible(target);
    return target;
  }

  // Motifs without a place get one of those they can have.
  void place_holds(DesignTarget& target, Random random) const {
    for (const Hold& hold : holds_) {
      if (hold.at >= 0) continue;
      const std::vector<int> places = places_for(target, hold.masks);
      require(!places.empty(), "{} can stand nowhere in the structure beside the others", hold.text);
      fix_letters(target, places[random.below(places.size())], hold.masks, hold.text);
    }
  }
  [[nodiscard]] bool any_placed() const {
    return std::any_of(holds_.begin(), holds_.end(), [](const Hold& hold) { return hold.at < 0; });
  }

 private:
  const DesignCommand& c_;
  std::int64_t before_ = 0, behind_ = 0;
  double gc_low_ = 0, gc_high_ = 1;
  std::vector<Hold> holds_;
  std::vector<std::vector<LetterMask>> avoid_;
  std::vector<LetterMask> five_, three_;
};

struct Wanted {
  std::string name, structure, place;
};

std::vector<Wanted> wanted_structures(const DesignCommand& c) {
  std::vector<Wanted> wanted;
  for (const std::string& structure : c.structures)
    wanted.push_back({fmt::format("structure_{}", wanted.size() + 1), structure, "--structure"});
  if (c.structures_file.empty()) return wanted;
  for (StructureLine& line : read_structure_lines(c.structures_file)) {
    if (line.name.rfind("structure_", 0) == 0) line.name = fmt::format("structure_{}", wanted.size() + 1);
    wanted.push_back({line.name, line.structure, line.place});
  }
  return wanted;
}

class Designer {
 public:
  Designer(DesignCommand& c, std::shared_ptr<const Model> folding, std::shared_ptr<const NaturalModel> natural)
      : c_(c), folding_(std::move(folding)), natural_(std::move(natural)), conditions_(c) {
    list_asked();
  }

  [[nodiscard]] const std::vector<Asked>& asked() const { return asked_; }
  [[nodiscard]] std::int64_t rejected() const { return rejected_; }
  [[nodiscard]] const NaturalModel& natural() const { return *natural_; }

  // Design `item` of the run, `retry` times drawn anew.
  Design design(Folder& folder, std::int64_t item, std::uint64_t retry) const {
    const Asked& asked = asked_[static_cast<std::size_t>(item / c_.count)];
    const std::uint64_t number = static_cast<std::uint64_t>(item) + (retry << 40U);
    constexpr std::uint64_t kPlaceStream = std::uint64_t{1} << 62U;
    if (!conditions_.any_placed())
      return design_sequence(asked.target, *natural_, folder, c_.search, c_.seed, number, asked.chains, asked.start);
    DesignTarget placed = asked.target;
    conditions_.place_holds(placed, Random(c_.seed, kPlaceStream + number));
    return design_sequence(placed, *natural_, folder, c_.search, c_.seed, number, asked.chains, asked.start);
  }

  [[nodiscard]] std::string why_not(const Asked& asked, const Design& design) const {
    const auto motif = find_undesignable(folding_->energy, asked.target);
    if (motif) return "cannot be: " + motif->text(asked.target);
    return fmt::format("no sequence found that folds so{}; the nearest, {}, folds {:.2f} kcal/mol lower into {}",
                       design.out_of_time ? fmt::format(" within {} s", c_.search.seconds)
                                          : fmt::format(" in {} attempts", design.attempts),
                       design.sequence, (design.target_energy - design.mfe) / 100.0, design.mfe_structure);
  }

 private:
  template <class Make>
  void ask(const std::string& name, const std::string& place, Make make) {
    try {
      asked_.push_back(make());
      asked_.back().name = name;
    } catch (const Error& error) {
      report({name, fmt::format("{}: '{}': {}", place, name, error.what())});
      ++rejected_;
    }
  }

  void list_asked() {
    if (!c_.guide.empty()) return ask_guide();
    const std::vector<Wanted> wanted = wanted_structures(c_);
    if (!c_.edit.empty()) {
      require(!wanted.empty(), "--edit changes the bonds of a hairpin: give a --structure or --structures");
      each_hairpin(c_.edit, [&](const Record& record, const std::string& own) {
        for (const Wanted& w : wanted) {
          ask(record.id, w.place, [&] {
            Asked asked{{}, conditions_.target(w.structure), {}, {}, {}};
            asked.start = letters_for_edit(record.sequence, own, asked.target.structure);
            asked.chains = chains_of(record.sequence, own);
            return asked;
          });
        }
      });
      return;
    }
    for (const Wanted& w : wanted) ask(w.name, w.place, [&] { return Asked{{}, conditions_.target(w.structure), {}, {}, {}}; });
    if (c_.like.empty()) return;
    each_hairpin(c_.like, [&](const Record& record, const std::string& own) {
      ask(record.id, fmt::format("{}:{}", record.file, record.line),
          [&] { return Asked{{}, conditions_.target(own), chains_of(record.sequence, own), {}, {}}; });
    });
  }

  void ask_guide() {
    const Backbone& backbone = find_backbone(c_.backbone);
    Folder folder(folding_);
    const std::string structure = folder.fold(backbone.sequence).structure;
    const bool five = c_.arm == "auto" ? backbone.guide_in_five : c_.arm == "5p";
    const GuidePlacement placed = place_guide(backbone, structure, as_rna(c_.guide), five);
    Asked asked{backbone.name, conditions_.narrowed(placed.target), {}, {}, {}};
    asked.remark = fmt::format(" backbone={} guide={}-{} passenger={}-{}", backbone.accession, placed.guide_begin + 1,
                               placed.guide_end, placed.passenger_begin + 1, placed.passenger_end);
    asked_.push_back(std::move(asked));
  }

  template <class Use>
  void each_hairpin(const std::string& path, Use use) {
    RecordReader reader(RecordFiles{path});
    const auto state = hairpin_state(c_.folding);
    Hairpins hairpins = state();
    while (const auto item = reader.next()) {
      const auto* record = std::get_if<Record>(&*item);
      if (record == nullptr) {
        report(std::get<Rejection>(*item));
        ++rejected_;
        continue;
      }
      try {
        use(*record, structure_of(hairpins, *record));
      } catch (const Error& error) {
        report(reject(*record, error.what()));
        ++rejected_;
      }
    }
  }

  // Which of the model's chains explain these letters; empty if a letter is not one of ACGU.
  [[nodiscard]] std::vector<double> chains_of(const std::string& sequence, const std::string& structure) const {
    if (sequence.find_first_not_of("ACGU") != std::string::npos) return {};
    std::vector<Base> base;
    for (const char letter : sequence) base.push_back(base_code(letter));
    try {
      return natural_->responsibilities(natural_sites(make_target(structure)), base.data());
    } catch (const Error&) {
      return {};  // more than one hairpin: what is asked for need not be
    }
  }

  DesignCommand& c_;
  std::shared_ptr<const Model> folding_;
  std::shared_ptr<const NaturalModel> natural_;
  Conditions conditions_;
  std::vector<Asked> asked_;
  std::int64_t rejected_ = 0;
};

int changed_letters(const Asked& asked, const std::string& sequence) {
  int changed = 0;
  for (std::size_t k = 0; k < sequence.size(); ++k) {
    const Base own = asked.start->letters[k];
    changed += own != kBaseN && own != base_code(sequence[k]) ? 1 : 0;
  }
  return changed;
}

double gc_share(const std::string& sequence) {
  return static_cast<double>(std::count_if(sequence.begin(), sequence.end(), [](char x) { return x == 'G' || x == 'C'; })) /
         static_cast<double>(sequence.size());
}

int run_fit(DesignCommand& c) {
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
  spdlog::info("{} records, {} of them single hairpins of A C G U; {} chains", read, examples.size(), c.chains);
  return kExitOk;
}

// What the classifier says of a design, for its header.
std::string class_remark(const Opinion& opinion) {
  std::string label = opinion.label;
  std::replace(label.begin(), label.end(), ' ', '_');
  return fmt::format(" class={} class_p={:.3f}", label, opinion.probability);
}

int run_design(DesignCommand& c) {
  begin_run(c.common);
  std::vector<std::string> inputs;
  for (const std::string& name : {c.structures_file, c.like, c.edit, c.novel_against, c.fit}) {
    if (!name.empty()) inputs.push_back(name);
  }
  check_run_files(inputs, {c.common.output, c.table});
  if (!c.fit.empty()) return run_fit(c);
  const bool any = !c.structures.empty() || !c.structures_file.empty() || !c.like.empty() || !c.guide.empty();
  require(any || !c.edit.empty(), "what is to be designed? Give --structure, --structures, --like, --edit or --guide");
  c.search.seconds = c.time_limit;
  const auto natural = open_natural_model(c.model);
  const auto folding = load_model(c.folding);
  const bool any_class = c.of_class == kAnyClass;
  require(!any_class || c.judge.empty(), "--judge {}: --class {} asks for no class to judge", c.judge, kAnyClass);
  std::optional<ClassQuestion> question;
  if (!any_class) {
    question.emplace(c.of_class, c.judge);
    c.search.judging = [&question](const std::string& sequence) {
      const ClassAnswer answer = question->ask(sequence);
      return Opinion{answer.called, answer.probability, answer.label};
    };
  }
  Designer designer(c, folding, natural);
  const auto known = c.novel_against.empty() ? std::unordered_set<std::string>{} : known_sequences(c.novel_against);

  TextWriter out(c.common.output);
  std::optional<TextWriter> table;
  if (!c.table.empty()) {
    table.emplace(c.table);
    table->write(
        "id\tasked\tlength\tsequence\tstructure\tmfe\tprobability\tgc\tlog_likelihood\tchanged\tattempts\tfolds\tsteps\t"
        "class\tclass_probability\tjudged\n");
  }
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(c.common.threads));
  tbb::enumerable_thread_specific<Folder> folders([&] { return Folder(folding); });
  const std::int64_t items = static_cast<std::int64_t>(designer.asked().size()) * c.count;
  const std::int64_t batch = 64 * static_cast<std::int64_t>(c.common.threads);
  std::unordered_set<std::string> seen;
  std::int64_t made = 0, failed = 0, not_called = 0;
  std::vector<double> probabilities;
  Progress progress("designs", !c.common.quiet);
  for (std::int64_t first = 0; first < items; first += batch) {
    const std::int64_t size = std::min(batch, items - first);
    std::vector<Design> designs(static_cast<std::size_t>(size));
    tbb::parallel_for(std::int64_t{0}, size, [&](std::int64_t k) {
      designs[static_cast<std::size_t>(k)] = designer.design(folders.local(), first + k, 0);
    });
    for (std::int64_t k = 0; k < size; ++k) {
      Design& design = designs[static_cast<std::size_t>(k)];
      const Asked& asked = designer.asked()[static_cast<std::size_t>((first + k) / c.count)];
      const auto refused = [&] {
        return design.solved && (known.count(design.sequence) > 0 || (c.unique && seen.count(design.sequence) > 0));
      };
      constexpr std::uint64_t kRetries = 50;
      for (std::uint64_t retry = 1; refused() && retry <= kRetries; ++retry)
        design = designer.design(folders.local(), first + k, retry);
      const std::string id = fmt::format("design_{}", first + k + 1);
      if (!design.solved || refused()) {
        ++failed;
        report({id, fmt::format("{} for '{}': {}", id, asked.name,
                                design.solved ? "every sequence found is known or was designed before"
                                              : designer.why_not(asked, design))});
        continue;
      }
      seen.insert(design.sequence);
      ++made;
      probabilities.push_back(design.probability);
      not_called += any_class || design.opinion.called ? 0 : 1;
      const std::string changed = asked.start ? fmt::format("{}", changed_letters(asked, design.sequence)) : "";
      out.write(fmt::format(">{} asked={} p={:.3f} mfe={:.2f} gc={:.3f}{}{}{}\n{}\n{}\n", id, asked.name, design.probability,
                            design.mfe / 100.0, gc_share(design.sequence), changed.empty() ? "" : " changed=" + changed,
                            any_class ? "" : class_remark(design.opinion), asked.remark, design.sequence, design.mfe_structure));
      if (table)
        table->write(fmt::format("{}\t{}\t{}\t{}\t{}\t{:.2f}\t{:.4f}\t{:.4f}\t{:.4f}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n", id,
                                 asked.name,
                                 design.sequence.size(), design.sequence, design.mfe_structure, design.mfe / 100.0,
                                 design.probability, gc_share(design.sequence), design.log_likelihood, changed,
                                 design.attempts, design.folds, design.steps, design.opinion.label,
                                 any_class ? "" : fmt::format("{:.4f}", design.opinion.probability), design.judged));
    }
    progress.update(first + size, static_cast<double>(first + size) / static_cast<double>(items));
  }
  Progress::clear_line();
  out.close();
  if (table) table->close();
  std::sort(probabilities.begin(), probabilities.end());
  spdlog::info("{} designs of {} asked for{}", made, items + designer.rejected() * c.count,
               made > 0 ? fmt::format("; median probability of the structure {:.3f}", probabilities[probabilities.size() / 2]) : "");
  if (not_called > 0)
    spdlog::warn("{} of them are not called {} by {}: no letters were found that fold so and are (class= and class_p= in "
                 "their headers); --class {} asks for no class",
                 not_called, c.of_class, question->model(), kAnyClass);
  return failed + designer.rejected() == 0 || c.common.skip_bad ? kExitOk : kExitRejected;
}

void add_conditions(CLI::App& app, DesignCommand& c) {
  app.add_option("--length", c.length, "Refuse structures of another length")->check(CLI::Range(1, kLongestDesign))->type_name("NT");
  app.add_option("--flanks", c.flanks, "Unpaired bases to add before and behind the structure, as 5,7")->type_name("N,N");
  app.add_option("--letters", c.letters, "IUPAC letters allowed, one a position (N: any)")->type_name("IUPAC");
  app.add_option("--gc", c.gc, "Share of G and C, as 0.4,0.55")->type_name("LOW,HIGH");
  app.add_option("--hold", c.hold, "A motif that must stand at a position (from 1), or anywhere it can; may be given again")
      ->type_name("IUPAC[@POS]");
  app.add_option("--avoid", c.avoid, "A motif that must not occur; may be given again")->type_name("IUPAC");
  app.add_option("--ends", c.ends, "First and last letters, as GU..AG")->type_name("IUPAC..IUPAC");
  app.add_option("--mature", c.mature, "A mature sequence that must be in it, as --hold")->type_name("SEQ[@POS]");
}

}  // namespace

std::function<int()> add_design(CLI::App& app) {
  auto c = std::make_shared<DesignCommand>();
  app.description(
      "Designs sequences whose minimum free energy structure is the one asked for, likely in the ensemble, with letters\n"
      "like those of natural precursors, and called pre-miRNA by a classifier. One hairpin a structure. What cannot be designed\n"
      "is listed with the reason; what is not called pre-miRNA is told.");
  app.add_option("--structure", c->structures, "Structure asked for, as dot-bracket; may be given again")->type_name("DB");
  app.add_option("--structures", c->structures_file, "Structures from a file of dot-brackets, or FASTA with them")->type_name("FILE");
  app.add_option("--like", c->like, "The structures of these hairpins, letters of their kind")->type_name("FASTA");
  app.add_option("--edit", c->edit, "These hairpins with the structures asked for: few letters change")->type_name("FASTA");
  app.add_option("--guide", c->guide, "A guide of 18 nt or more, placed in a natural backbone (shRNA-mir)")
      ->excludes("--structure")->excludes("--structures")->excludes("--like")->excludes("--edit")->type_name("SEQ");
  app.add_option("--backbone", c->backbone, "mir-30a, mir-155, mir-21, mir-16-1, or their miRBase accessions")
      ->needs("--guide")->capture_default_str()->type_name("NAME");
  app.add_option("--arm", c->arm, "Where the guide stands; auto: as is usual for the backbone")
      ->needs("--guide")->check(CLI::IsMember({"auto", "5p", "3p"}))->capture_default_str();
  add_conditions(app, *c);
  app.add_option("-n,--count", c->count, "Designs of each structure")->check(CLI::Range(1, 10'000'000))->capture_default_str();
  app.add_option("--seed", c->seed, "Design number i depends on the seed and i alone")->capture_default_str();
  app.add_option("--probability", c->search.wanted_probability, "Search on for a structure this likely in the ensemble; 0: stop at the MFE")
      ->check(CLI::Range(0.0, 1.0))->capture_default_str();
  app.add_option("--class", c->of_class, "Search on until the design is called so by a classifier; any: ask for no class")
      ->check(CLI::IsMember({kPremirnaClass, kMirtronClass, kAnyClass}))->capture_default_str();
  app.add_option("--judge", c->judge, "Classifier that judges (default: premirna; of --class mirtron: mirtron)")->type_name("MODEL");
  app.add_option("--attempts", c->search.attempts, "Starts from new letters before a structure is given up")
      ->check(CLI::Range(1, 1'000'000))->capture_default_str();
  app.add_option("--time-limit", c->time_limit,
                 "Seconds for each design; what is found then depends on the machine")
      ->check(CLI::PositiveNumber)->type_name("S");
  app.add_flag("--unique", c->unique, "No sequence twice");
  app.add_option("--novel-against", c->novel_against, "No sequence of this file")->type_name("FASTA");
  app.add_option("--natural", c->model, "Model of natural precursors: a directory, a name or a file")->capture_default_str()->type_name("MODEL");
  app.add_option("--table", c->table, "Also write a table")->type_name("FILE");
  app.add_option("--fit", c->fit, "Fit a model of natural precursors on these hairpins and write it to -o")
      ->excludes("--structure")->excludes("--structures")->excludes("--like")->excludes("--edit")->excludes("--guide")
      ->excludes("--table")->excludes("--class")->excludes("--judge")->type_name("FASTA");
  app.add_option("--chains", c->chains, "--fit: chains of the mixture")->needs("--fit")->check(CLI::Range(1, 64))->capture_default_str();
  add_run_options(app, c->common, c->folding);
  app.footer(
      "Examples:\n"
      "  stemloop design --structure '((((((((((((((((((((((....))))))))))))))))))))))' -n 5\n"
      "  stemloop design --like hairpins.fa --unique --table designs.tsv -o designs.fa\n"
      "  stemloop design --guide UAGCUUAUCAGACUGAUGUUGA --backbone mir-30a --avoid UUUU -n 3");
  return [c] { return run_design(*c); };
}

}  // namespace stemloop
