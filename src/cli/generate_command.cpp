// generate: new hairpins from a model, read back from the pictures it decodes.
#include "cli/generate_command.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>
#include <optional>

namespace stemloop {

namespace {

struct Counts {
  std::int64_t drawn = 0, kept = 0, out_of_step = 0, cut_off = 0, by_chance = 0, repeated = 0, known = 0, folds = 0;
  std::int64_t same_structure = 0;
  double as_asked = 0;
};

// Where kept and left out draws go.
class DrawFiles {
 public:
  explicit DrawFiles(const GenerateCommand& c) : c_(c), out_(c.common.output) {
    if (!c.table.empty()) {
      table_.emplace(c.table);
      table_->write(
          "id\tclass\tlength\tasked\tbonds_as_asked\tdrawn_structure\trefolded_structure\trefolded_mfe\tpair_"
          "distance\n");
    }
    if (!c.left_out.empty()) {
      left_out_.emplace(c.left_out);
      left_out_->write("draw\tclass\tasked\tbonds_as_asked\treason\n");
    }
  }

  void show(const Drawn& one) {
    constexpr std::size_t kMost = 400;
    if (!c_.sheet.empty() && sheet_.size() < kMost) sheet_.push_back(picture_pixels(one.picture));
  }
  void leave_out(const Drawn& one, std::int64_t number, const char* reason) {
    if (left_out_)
      left_out_->write(fmt::format("{}\t{}\t{}\t{:.4f}\t{}\n", number, one.label, one.asked, one.as_asked, reason));
  }
  void keep(const Drawn& one, std::int64_t number, std::int64_t kept, const DecodedPicture& decoded, const Fold& fold,
            int distance) {
    const std::string id = fmt::format("generated_{}", kept);
    out_.write(fmt::format(">{} draw={} class={} bonds_as_asked={:.3f} refolded_mfe={:.2f} pair_distance={}\n{}\n{}\n",
                           id, number, one.label, one.as_asked, fold.energy / 100.0, distance, decoded.sequence,
                           decoded.structure));
    if (table_)
      table_->write(fmt::format("{}\t{}\t{}\t{}\t{:.4f}\t{}\t{}\t{:.2f}\t{}\n", id, one.label,
                                decoded.sequence.size(), one.asked, one.as_asked, decoded.structure, fold.structure,
                                fold.energy / 100.0, distance));
  }
  void close(std::size_t patterns) {
    constexpr std::size_t kMostColumns = 12;
    constexpr int kColumns = 8;
    out_.close();
    if (table_) table_->close();
    if (left_out_) left_out_->close();
    if (sheet_.empty()) return;
    // Figure 7 of the paper: a column for every pattern asked for, if they fit.
    const int columns = patterns > 1 && patterns <= kMostColumns ? static_cast<int>(patterns) : kColumns;
    write_bytes(c_.sheet, encode_png(contact_sheet(sheet_, columns, 6, 2)));
  }

 private:
  const GenerateCommand& c_;
  TextWriter out_;
  std::optional<TextWriter> table_, left_out_;
  std::vector<RgbImage> sheet_;
};

// Why a picture holds no whole hairpin, or nullptr; counted.
const char* reason_against_picture(const Drawn& one, const DecodedPicture& decoded, Counts& counts) {
  const auto left_out = [](std::int64_t& count, const char* reason) {
    ++count;
    return reason;
  };
  if (!decoded.in_step) return left_out(counts.out_of_step, "out of step");
  if (decoded.complete) return nullptr;
  if (one.picture.width() == kPictureColumns) return left_out(counts.cut_off, "cut off at 100 columns");
  return left_out(counts.by_chance, "its bars are not those of the sequence they show");
}

// Why a hairpin is not kept, or nullptr; counted.
const char* reason_against_hairpin(const GenerateCommand& c, const std::string& sequence, int distance,
                                   const std::unordered_set<std::string>& known,
                                   std::unordered_set<std::string>& seen, Counts& counts) {
  if (!c.filter.empty() && distance > 0) {
    ++counts.folds;
    return "does not refold as drawn";
  }
  if (known.count(sequence) > 0) {
    ++counts.known;
    return "in the file of --novel-against";
  }
  if (c.unique && !seen.insert(sequence).second) {
    ++counts.repeated;
    return "drawn before";
  }
  return nullptr;
}

int say_end(const GenerateCommand& c, const Counts& counts) {
  spdlog::info(
      "{} hairpins from {} draws; left out: {} out of step, {} cut off, {} no hairpin's picture, {} by fold, {} drawn "
      "before, {} known",
      counts.kept, counts.drawn, counts.out_of_step, counts.cut_off, counts.by_chance, counts.folds, counts.repeated,
      counts.known);
  if (counts.kept > 0) {
    const auto n = static_cast<double>(counts.kept);
    spdlog::info("{:.1f} % refold to the structure drawn; bonds as asked {:.1f} %",
                 100 * static_cast<double>(counts.same_structure) / n, 100 * counts.as_asked / n);
  }
  if (counts.kept == c.count) return kExitOk;
  spdlog::error("only {} of {} hairpins after {} draws (--tries {} a hairpin)", counts.kept, c.count, counts.drawn,
                c.tries);
  return kExitFailure;
}

int run_generate(GenerateCommand& c, const CLI::App& app) {
  constexpr std::int64_t kBatch = 256;
  begin_run(c.common);
  std::vector<std::string> inputs;
  for (const std::string& name : {c.draws.structures_file, c.draws.edit, c.novel_against}) {
    if (!name.empty()) inputs.push_back(name);
  }
  check_files(inputs, {c.common.output, c.table, c.left_out, c.sheet});
  const auto network = open_model(c.model, c.common, c.folding, app);
  c.draws.model = c.model.directory;
  if (c.draws.prior.empty()) c.draws.prior = network->knows_latents() ? "fitted" : "published";
  require(c.draws.prior == "published" || network->knows_latents(),
          "{}: this model does not know how its latents are filled; use --prior published", c.model.directory);
  HairpinDraws draws(c.draws, c.folding, *network);
  require(network->config().disentangled || (c.draws.structures.empty() && c.draws.structures_file.empty()),
          "{}: this model has one latent space and cannot be asked for bonds", c.model.directory);
  const std::unordered_set<std::string> known =
      c.novel_against.empty() ? std::unordered_set<std::string>{} : known_sequences(c.novel_against);
  std::unordered_set<std::string> seen;
  DrawFiles files(c);
  Folder folder(load_model(c.folding));
  Counts counts;
  Progress progress("hairpins", !c.common.quiet);
  while (counts.kept < c.count && counts.drawn < c.count * c.tries) {
    for (const Drawn& one : draws.draw(counts.drawn, kBatch)) {
      if (counts.kept == c.count) break;
      const std::int64_t number = ++counts.drawn;
      const DecodedPicture decoded = decode_picture(one.picture);
      files.show(one);
      const char* reason = reason_against_picture(one, decoded, counts);
      Fold fold;
      int distance = 0;
      if (reason == nullptr) {
        fold = folder.fold(decoded.sequence);
        distance = pair_distance(decoded.structure, fold.structure);
        reason = reason_against_hairpin(c, decoded.sequence, distance, known, seen, counts);
      }
      if (reason != nullptr) {
        files.leave_out(one, number, reason);
        continue;
      }
      ++counts.kept;
      counts.same_structure += distance == 0 ? 1 : 0;
      counts.as_asked += one.as_asked;
      files.keep(one, number, counts.kept, decoded, fold, distance);
    }
    progress.update(counts.kept, static_cast<double>(counts.kept) / static_cast<double>(c.count));
  }
  Progress::clear_line();
  files.close(draws.patterns());
  return say_end(c, counts);
}

}  // namespace

std::unordered_set<std::string> known_sequences(const std::string& path) {
  std::unordered_set<std::string> known;
  FastaReader reader(path);
  while (const auto item = reader.next()) {
    if (const auto* record = std::get_if<Record>(&*item)) {
      known.insert(record->sequence);
    } else {
      report(std::get<Rejection>(*item));  // what cannot be read cannot be kept away from
    }
  }
  return known;
}

std::function<int()> add_generate(CLI::App& app) {
  auto c = std::make_shared<GenerateCommand>();
  app.description(
      "Draws new hairpins from a model: of a class, for bond patterns asked for, or from given hairpins whose bonds "
      "are\n"
      "changed. Sequence and structure are read from the decoded picture; the header says how many of the 200 bond "
      "states\n"
      "are as asked, the energy after refolding, and how many base pairs differ then. Pictures that hold no whole "
      "hairpin\n"
      "are left out and counted.");
  add_model(app, c->model);
  app.add_option("-n,--count", c->count, "Hairpins wanted")->check(CLI::Range(1, 100000000))->capture_default_str();
  app.add_option("--class", c->draws.of_class, "1 (pre-miRNA), 0 or both")
      ->check(CLI::IsMember({"0", "1", "both"}))
      ->capture_default_str();
  app.add_option("--structure", c->draws.structures, "Bond pattern asked for, as dot-bracket; may be given again")
      ->type_name("DB");
  app.add_option("--structures", c->draws.structures_file, "Bond patterns from a file of dot-brackets, or FASTA with them")
      ->type_name("FILE");
  app.add_option("--edit", c->draws.edit, "Keep z_x and z_y of these hairpins and change their bonds")->type_name("FASTA");
  app.add_option(
         "--keep", c->draws.keep,
         "--edit: share of what the bonds do not tell of z_m that stays the hairpin's own; 0: all drawn anew, as "
         "published")
      ->check(CLI::Range(0.0, 1.0))
      ->needs("--edit")
      ->capture_default_str();
  app.add_option("--prior", c->draws.prior,
                 "z_x and z_y are drawn like those of training hairpins (fitted, the default of models that know them) "
                 "or from the network's priors (published)")
      ->check(CLI::IsMember({"fitted", "published"}))
      ->excludes("--edit");
  app.add_option("--draw-temperature", c->draws.temperature, "Scale of the deviations of all that is drawn")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--read-out", c->draws.read_out,
                 "hairpin: the most probable whole hairpin; bars: the most probable bars, each for itself")
      ->check(CLI::IsMember({"hairpin", "bars"}))
      ->capture_default_str();
  app.add_option("--read-temperature", c->draws.read_out_temperature, "0: the most probable picture; else bars are drawn")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--seed", c->draws.seed, "Draw number i depends on the seed and i alone")->capture_default_str();
  app.add_flag("--unique", c->unique, "No sequence twice");
  app.add_option("--novel-against", c->novel_against, "No sequence of this file")->type_name("FASTA");
  app.add_option("--min-length", c->min_length, "wgan, fbgan: no shorter sequences")->type_name("NT");
  app.add_option("--longest", c->longest, "wgan, fbgan: no longer sequences")->type_name("NT");
  app.add_flag("--no-selector", c->no_selector,
               "wgan, fbgan: keep draws as they come, also where the generator has a selector (model select)");
  app.add_option("--filter", c->filter,
                 "as-drawn keeps only hairpins that refold to the structure drawn; wgan, fbgan: single-hairpin keeps "
                 "only what folds to one hairpin")
      ->check(CLI::IsMember({"as-drawn", "single-hairpin"}));
  app.add_option("--tries", c->tries, "Give up after this many draws for every hairpin wanted")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  app.add_option("--table", c->table, "Also write a table: asked, obtained and refolded structures")->type_name("FILE");
  app.add_option("--left-out", c->left_out, "Also write a table of the pictures left out")->type_name("FILE");
  app.add_option("--sheet", c->sheet, "Also write a contact sheet of the first 400 pictures (PNG)")->type_name("FILE");
  add_run_options(app, c->common, c->folding);
  app.footer(
      "Examples:\n"
      "  stemloop generate --model run/model -n 1000 --unique -o new.fa\n"
      "  stemloop generate --model run/model --structure '((((((((((....))))))))))' -n 20 --sheet asked.png\n"
      "  stemloop generate --model run/model --edit let7.fa --structures wanted.txt -n 32 --sheet figure7.png");
  return [c, &app] {
    // What the other kind of model has no use for is refused: it would be ignored.
    constexpr const char* kOfSequences[] = {"--min-length", "--longest", "--no-selector"};
    constexpr const char* kOfPictures[] = {
        "--class",    "--structure",        "--structures", "--edit", "--keep", "--draw-temperature",
        "--read-out", "--read-temperature", "--sheet",      "--prior"};
    const bool sequences = model_family(find_model(c->model.directory)) == kGanFamily;
    for (const char* name : sequences ? std::span<const char* const>(kOfPictures) : kOfSequences)
      require(app.get_option(name)->count() == 0, "{} has no meaning for {}", name, c->model.directory);
    require(c->filter.empty() || (c->filter == "single-hairpin") == sequences, "--filter {} has no meaning for {}",
            c->filter, c->model.directory);
    return sequences ? run_generate_sequences(*c) : run_generate(*c, app);
  };
}

}  // namespace stemloop
