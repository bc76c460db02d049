// generate: new hairpins from a model, read back from the pictures it decodes.
#include "cli/generate_command.h"
#include "cli/choices.h"
#include "seq/bracket_lines.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>
#include <optional>

namespace stemloop {

namespace {

using Bonds = std::array<std::uint8_t, kBondLength>;

// The bond pattern of a structure, whatever its letters: pairs are C-G and all else A, which no loop mirrors by chance.
Bonds bonds_of_structure(const std::string& structure, const std::string& place) {
  std::string letters = structure;
  for (char& c : letters) c = c == '(' ? 'C' : c == ')' ? 'G' : 'A';
  const HairpinLayout layout = lay_out(letters, structure);
  require(!layout.columns.empty(), "{}: there is no hairpin loop in '{}'", place, printable(structure));
  require(layout.hairpins == 1, "{}: '{}' has {} hairpin loops; a picture shows one hairpin, so ask for them one by one",
          place, printable(structure), layout.hairpins);
  return bond_rows(draw_picture(layout.columns));
}

struct Pattern {
  std::string name;  // for the table: the structure asked for
  Bonds bonds;
};

// Share of the base pairs' states that are asked for or drawn which are both. Blank columns, which most of the 200 are,
// do not count: an unpaired hairpin would have nearly all of them right.
double bonds_met(const Bonds& asked, const Bonds& drawn) {
  int both = 0, either = 0;
  for (int k = 0; k < kBondLength; ++k) {
    both += asked[k] != 0 && drawn[k] != 0 ? 1 : 0;
    either += asked[k] != 0 || drawn[k] != 0 ? 1 : 0;
  }
  return either == 0 ? 1 : static_cast<double>(both) / either;
}

// Brackets of any kind will do, as long as no pairs cross: those a picture cannot show. What mending could not reach is
// refused before the first draw.
Pattern pattern_of(const GenerateCommand& c, const std::string& written, const std::string& place) {
  ReadStructure read;
  try {
    read = read_structure(written);
  } catch (const Error& error) {
    fail("{}: {}", place, error.what());
  }
  require(read.dropped == 0, "{}: '{}' has {} pairs that cross others (a pseudoknot), which no picture shows", place,
          printable(written), read.dropped);
  Pattern pattern{read.nested, bonds_of_structure(read.nested, place)};
  if (c.no_mend) return pattern;
  try {
    make_target(read.nested);
  } catch (const Error& error) {
    fail("{}: {}; --no-mend draws for its bonds without making them fold so", place, error.what());
  }
  return pattern;
}

std::vector<Pattern> asked_patterns(const GenerateCommand& c) {
  std::vector<Pattern> patterns;
  for (const std::string& structure : c.structures) patterns.push_back(pattern_of(c, structure, "--structure"));
  if (c.structures_file.empty()) return patterns;
  for (const StructureLine& line : read_structure_lines(c.structures_file))
    patterns.push_back(pattern_of(c, line.structure, line.place));
  return patterns;
}

// Number of pairs that only one of two structures of equal length has.
int pair_distance(const std::string& a, const std::string& b) {
  const auto first = pair_table(a), second = pair_table(b);
  int distance = 0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (first[i] == second[i]) continue;
    const auto opens = [i](int partner) { return partner > static_cast<int>(i) ? 1 : 0; };
    distance += opens(first[i]) + opens(second[i]);
  }
  return distance;
}

// What came of one draw.
struct Drawn {
  Picture picture;
  int label = 1;
  std::size_t pattern = 0;
  std::string asked;
  double as_asked = 0;
};

class Generator {
 public:
  Generator(GenerateCommand& c, HairpinNetwork& network) : c_(c), network_(network), patterns_(asked_patterns(c)) {
    if (!c_.edit.empty()) encode_edited();
  }

  // Structure asked for by a draw's pattern; empty if its bonds are those of a training hairpin.
  [[nodiscard]] std::string structure_asked(const Drawn& one) const {
    return patterns_.empty() ? std::string() : patterns_[one.pattern].name;
  }

  [[nodiscard]] std::size_t patterns() const { return std::max<std::size_t>(1, patterns_.size()); }

  // `count` draws, numbers first, first + 1, ... of the run: they depend on nothing but the seed and their number.
  std::vector<Drawn> draw(std::int64_t first, std::int64_t count) {
    const DivaConfig& config = network_.config();
    std::vector<Drawn> drawn(static_cast<std::size_t>(count));
    std::vector<std::uint8_t> labels;
    std::vector<Bonds> bonds;
    for (std::int64_t i = 0; i < count; ++i) {
      Drawn& one = drawn[static_cast<std::size_t>(i)];
      Random random(c_.seed, kChoiceStream + static_cast<std::uint64_t>(first + i));
      one.label = c_.of_class == "both" ? static_cast<int>(random.below(2)) : c_.of_class == "1" ? 1 : 0;
      labels.push_back(static_cast<std::uint8_t>(one.label));
      if (!patterns_.empty()) {
        one.pattern = static_cast<std::size_t>(first + i) % patterns_.size();
        bonds.push_back(patterns_[one.pattern].bonds);
        one.asked = patterns_[one.pattern].name;
      } else if (config.disentangled) {
        const auto& known = network_.bond_patterns(one.label);
        require(!known.empty(), "{}: holds no bond patterns of class {}; give a --structure", c_.model.directory,
                one.label);
        bonds.push_back(known[random.below(known.size())]);
        one.asked = "pattern of a training hairpin";
      }
    }
    const auto start = static_cast<std::uint64_t>(first);
    std::vector<Matrix> parts;
    if (c_.edit.empty()) {
      if (c_.prior == "fitted") {
        parts.push_back(network_.draw_like_training(labels, c_.temperature, c_.seed, start));
      } else {
        parts.push_back(network_.draw_rest(count, c_.temperature, c_.seed, start));
        if (config.disentangled)
          parts.push_back(network_.draw_for_class(labels, c_.temperature, c_.seed, kClassStream + start));
      }
    } else {
      for (int g = 0; g < 2; ++g)
        parts.push_back(repeated(edited_.latents[static_cast<std::size_t>(g)].z, first, count));
    }
    if (!c_.edit.empty()) {
      std::vector<Bonds> own;
      for (std::int64_t i = first; i < first + count; ++i) own.push_back(edited_bonds_[hairpin_of(i)]);
      parts.push_back(network_.move_bonds(repeated(edited_.latents[2].z, first, count), own, bonds, c_.keep,
                                          c_.temperature, c_.seed, kBondStream + start));
    } else if (config.disentangled) {
      parts.push_back(network_.draw_for_bonds(bonds, c_.temperature, c_.seed, kBondStream + start));
    }
    const auto pictures = network_.decode(
        side_by_side(parts), {c_.read_out == "hairpin", c_.read_out_temperature, c_.seed, kReadStream + start});
    for (std::size_t i = 0; i < drawn.size(); ++i) {
      drawn[i].picture = pictures[i];
      if (!bonds.empty()) drawn[i].as_asked = bonds_met(bonds[i], bond_rows(pictures[i]));
    }
    return drawn;
  }

 private:
  static constexpr std::uint64_t kChoiceStream = std::uint64_t{1} << 40U;
  static constexpr std::uint64_t kClassStream = std::uint64_t{1} << 41U;
  static constexpr std::uint64_t kBondStream = std::uint64_t{1} << 42U;
  static constexpr std::uint64_t kReadStream = std::uint64_t{1} << 43U;

  void encode_edited() {
    require(network_.config().disentangled && !patterns_.empty(),
            "--edit changes the bonds of a hairpin: it needs a model with latent spaces and a --structure");
    RecordReader reader(c_.edit);
    const auto state = hairpin_state(c_.folding);
    Hairpins hairpins = state();
    std::vector<Picture> pictures;
    while (const auto item = reader.next()) {
      const auto* record = std::get_if<Record>(&*item);
      if (record == nullptr) fail("{}", std::get<Rejection>(*item).reason);
      pictures.push_back(picture_of(*record, structure_of(hairpins, *record)));
    }
    require(!pictures.empty(), "{}: holds no hairpin", c_.edit);
    edited_ = network_.encode(pictures);
    for (const Picture& picture : pictures) edited_bonds_.push_back(bond_rows(picture));
    spdlog::info("{}: {} hairpins to edit", c_.edit, pictures.size());
  }

  // Draw i edits this hairpin: all patterns of a hairpin, then the next one.
  [[nodiscard]] std::size_t hairpin_of(std::int64_t i) const {
    return static_cast<std::size_t>(i) / patterns_.size() % edited_bonds_.size();
  }
  [[nodiscard]] Matrix repeated(const Matrix& z, std::int64_t first, std::int64_t count) const {
    Matrix rows{count, z.columns, {}};
    for (std::int64_t i = first; i < first + count; ++i) {
      const auto row = z.row(static_cast<std::int64_t>(hairpin_of(i)));
      rows.values.insert(rows.values.end(), row.begin(), row.end());
    }
    return rows;
  }

  static Matrix side_by_side(const std::vector<Matrix>& parts) {
    Matrix all{parts.front().rows, 0, {}};
    for (const Matrix& part : parts) all.columns += part.columns;
    for (std::int64_t i = 0; i < all.rows; ++i) {
      for (const Matrix& part : parts) {
        const auto row = part.row(i);
        all.values.insert(all.values.end(), row.begin(), row.end());
      }
    }
    return all;
  }

  GenerateCommand& c_;
  HairpinNetwork& network_;
  std::vector<Pattern> patterns_;
  Encoded edited_;  // the hairpins of --edit
  std::vector<Bonds> edited_bonds_;
};

// A draw whose structure no hairpin can have (two loops, say) cannot be mended.
Mended mended_draw(const DecodedPicture& decoded, const std::string& wanted, const NaturalModel& natural, Folder& folder,
                   std::uint64_t seed, std::uint64_t number) {
  try {
    return mend_draw(decoded.sequence, decoded.structure, wanted, natural, folder, seed, number);
  } catch (const Error&) {
    return {};
  }
}

// Takes off what is unpaired outside the outermost pair: a draw's free ends, which nobody asked for.
void take_off_free_ends(DecodedPicture& decoded) {
  const std::size_t first = decoded.structure.find('('), last = decoded.structure.rfind(')');
  if (first == std::string::npos || last == std::string::npos || last < first) return;
  decoded.sequence = decoded.sequence.substr(first, last + 1 - first);
  decoded.structure = decoded.structure.substr(first, last + 1 - first);
}

// Of draws that nothing was asked of but to be pre-miRNAs, those like real ones are kept (model select).
class DrawSelector {
 public:
  explicit DrawSelector(const GenerateCommand& c) : seed_(c.seed) {
    const bool free = c.structures.empty() && c.structures_file.empty() && c.edit.empty() && !c.no_mend && !c.free_ends;
    if (!free || c.no_selector) return;
    const std::string directory = network_directory(c.model.directory);
    selector_ = read_selector(directory);
    if (selector_ && selector_->parameters != c.folding.parameters)
      spdlog::warn("the selector of {} knows sequences folded with {}", directory, selector_->parameters);
  }

  [[nodiscard]] bool keeps(const std::string& sequence, Energy mfe, int label, std::int64_t number) const {
    constexpr std::uint64_t kSelectStream = std::uint64_t{1} << 44U;
    if (!selector_ || label != 1) return true;
    MeasuredSet one;
    one.sequences = {sequence};
    one.sample = {0};
    one.mfe_per_nt = {mfe / 100.0 / static_cast<double>(sequence.size())};
    one.one_hairpin = {1};
    return Random(seed_, kSelectStream + static_cast<std::uint64_t>(number)).uniform() <
           keep_probabilities(*selector_, one).front();
  }

 private:
  std::uint64_t seed_;
  std::optional<Selector> selector_;
};

struct Counts {
  std::int64_t drawn = 0, kept = 0, unlike = 0, out_of_step = 0, cut_off = 0, by_chance = 0, repeated = 0, known = 0, folds = 0;
  std::int64_t same_structure = 0;
  std::int64_t mended = 0, changed = 0, letters = 0, not_mended = 0;
  double as_asked = 0;
};

int run_generate(GenerateCommand& c, const CLI::App& app) {
  constexpr std::int64_t kBatch = 256;
  constexpr std::size_t kSheetMost = 400;
  constexpr int kSheetColumns = 8;
  begin_run(c.common);
  std::vector<std::string> inputs;
  for (const std::string& name : {c.structures_file, c.edit, c.novel_against}) {
    if (!name.empty()) inputs.push_back(name);
  }
  check_run_files(inputs, {c.common.output, c.table, c.left_out, c.sheet}, {c.model.directory});
  check_extension(c.sheet, {".png"});
  const auto network = open_model(c.model, c.common, c.folding, app);
  if (c.prior.empty()) c.prior = network->knows_latents() ? "fitted" : "published";
  require(c.prior == "published" || network->knows_latents(),
          "{}: this model does not know how its latents are filled; use --prior published", c.model.directory);
  Generator generator(c, *network);
  require(network->config().disentangled || (c.structures.empty() && c.structures_file.empty()),
          "{}: this model has one latent space and cannot be asked for bonds", c.model.directory);
  const std::unordered_set<std::string> known =
      c.novel_against.empty() ? std::unordered_set<std::string>{} : known_sequences(c.novel_against);
  std::unordered_set<std::string> seen;

  TextWriter out(c.common.output);
  std::optional<TextWriter> table, left_out;
  if (!c.table.empty()) {
    table.emplace(c.table);
    table->write(
        "id\tclass\tlength\tasked\tbonds_as_asked\tdrawn_structure\trefolded_structure\trefolded_mfe\tpair_distance\tmended\n");
  }
  if (!c.left_out.empty()) {
    left_out.emplace(c.left_out);
    left_out->write("draw\tclass\tasked\tbonds_as_asked\treason\n");
  }
  Folder folder(load_model(c.folding));
  const auto natural = c.no_mend ? nullptr : open_natural_model(c.natural);
  const DrawSelector selector(c);
  std::vector<RgbImage> sheet;
  std::vector<std::string> sheet_labels;
  Counts counts;
  Progress progress("hairpins", !c.common.quiet);
  while (counts.kept < c.count && counts.drawn < c.count * c.tries) {
    for (Drawn& one : generator.draw(counts.drawn, kBatch)) {
      if (counts.kept == c.count) break;
      const std::int64_t number = ++counts.drawn;
      DecodedPicture decoded = decode_picture(one.picture);
      if (!c.sheet.empty() && sheet.size() < kSheetMost) {
        sheet.push_back(picture_pixels(one.picture));
        sheet_labels.push_back(fmt::format("{}: {:.0f} % as asked, {}", number, 100 * one.as_asked, one.asked));
      }
      const char* reason = nullptr;
      if (!decoded.in_step) {
        ++counts.out_of_step;
        reason = "out of step";
      } else if (!decoded.complete && one.picture.width() == kPictureColumns) {
        ++counts.cut_off;
        reason = "cut off at 100 columns";
      } else if (!decoded.complete) {
        ++counts.by_chance;
        reason = "its bars are not those of the sequence they show";
      }
      Fold fold;
      int distance = 0;
      int changed = 0;
      if (reason == nullptr) {
        const std::string asked = generator.structure_asked(one);
        if (asked.empty() && !c.no_mend && !c.free_ends) take_off_free_ends(decoded);
        const std::string wanted = !c.no_mend && !asked.empty() ? asked : decoded.structure;
        fold = folder.fold(decoded.sequence);
        if (!c.no_mend && (wanted != decoded.structure || fold.structure != wanted)) {
          const Mended mended = mended_draw(decoded, wanted, *natural, folder, c.seed, static_cast<std::uint64_t>(number));
          if (mended.sequence.empty()) {
            ++counts.not_mended;
            reason = "could not be mended";
          } else {
            changed = mended.changed + mended.fresh;
            decoded.sequence = mended.sequence;
            decoded.structure = wanted;
            fold = {wanted, mended.mfe};
          }
        }
      }
      if (reason == nullptr) {
        distance = pair_distance(decoded.structure, fold.structure);
        if (!c.filter.empty() && distance > 0) {
          ++counts.folds;
          reason = "does not refold as drawn";
        } else if (!selector.keeps(decoded.sequence, fold.energy, one.label, number)) {
          ++counts.unlike;
          reason = "left out by the selector";
        } else if (known.count(decoded.sequence) > 0) {
          ++counts.known;
          reason = "in the file of --novel-against";
        } else if (c.unique && !seen.insert(decoded.sequence).second) {
          ++counts.repeated;
          reason = "drawn before";
        }
      }
      if (reason != nullptr) {
        if (left_out)
          left_out->write(fmt::format("{}\t{}\t{}\t{:.4f}\t{}\n", number, one.label, one.asked, one.as_asked, reason));
        continue;
      }
      ++counts.kept;
      counts.same_structure += distance == 0 ? 1 : 0;
      counts.mended += changed > 0 ? 1 : 0;
      counts.changed += changed;
      counts.letters += static_cast<std::int64_t>(decoded.sequence.size());
      counts.as_asked += one.as_asked;
      const std::string id = fmt::format("generated_{}", counts.kept);
      out.write(fmt::format(">{} draw={} class={} bonds_as_asked={:.3f} refolded_mfe={:.2f} pair_distance={} mended={}\n{}\n{}\n",
                            id, number, one.label, one.as_asked, fold.energy / 100.0, distance, changed,
                            decoded.sequence, decoded.structure));
      if (table)
        table->write(fmt::format("{}\t{}\t{}\t{}\t{:.4f}\t{}\t{}\t{:.2f}\t{}\t{}\n", id, one.label,
                                 decoded.sequence.size(), one.asked, one.as_asked, decoded.structure, fold.structure,
                                 fold.energy / 100.0, distance, changed));
    }
    progress.update(counts.kept, static_cast<double>(counts.kept) / static_cast<double>(c.count));
  }
  Progress::clear_line();
  out.close();
  if (table) table->close();
  if (left_out) left_out->close();
  if (!c.sheet.empty() && !sheet.empty()) {
    // Figure 7 of the paper: a column for every pattern asked for, if they fit.
    const int columns =
        generator.patterns() > 1 && generator.patterns() <= 12 ? static_cast<int>(generator.patterns()) : kSheetColumns;
    write_bytes(c.sheet, encode_png(contact_sheet(sheet, sheet_labels, kPictureKey, columns, 6, 2)));
  }
  spdlog::info(
      "{} hairpins from {} draws; left out: {} out of step, {} cut off, {} no hairpin's picture, {} by fold, {} not "
      "mended, {} by the selector, {} drawn before, {} known",
      counts.kept, counts.drawn, counts.out_of_step, counts.cut_off, counts.by_chance, counts.folds, counts.not_mended,
      counts.unlike, counts.repeated, counts.known);
  if (counts.mended > 0)
    spdlog::info("{} of them were mended: {:.1f} % of all letters changed", counts.mended,
                 100 * static_cast<double>(counts.changed) / static_cast<double>(counts.letters));
  if (counts.kept > 0) {
    const auto n = static_cast<double>(counts.kept);
    spdlog::info("{:.1f} % refold to the structure written; bonds drawn as asked {:.1f} %",
                 100 * static_cast<double>(counts.same_structure) / n, 100 * counts.as_asked / n);
  }
  if (counts.kept == c.count) return kExitOk;
  spdlog::error("only {} of {} hairpins after {} draws (--tries {} a hairpin)", counts.kept, c.count, counts.drawn,
                c.tries);
  return kExitFailure;
}

}  // namespace

std::unordered_set<std::string> known_sequences(const std::string& path) {
  std::unordered_set<std::string> known;
  RecordReader reader({path, Wanted::kSequencesOnly});
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
      "changed. Sequence and structure are read from the decoded picture, then letters are changed until the sequence\n"
      "folds so, into the structure asked for if one is (stemloop design's search; --no-mend: draws as they are). The\n"
      "header says which share of the bonds asked for or drawn are both, and how many letters were mended. Pictures that\n"
      "hold no whole hairpin are left out and counted.");
  add_model(app, c->model);
  app.add_option("-n,--count", c->count, "Hairpins wanted")->check(CLI::Range(1, 100000000))->capture_default_str();
  app.add_option("--class", c->of_class, "1 (pre-miRNA), 0 or both")
      ->check(CLI::IsMember({"0", "1", "both"}))
      ->capture_default_str();
  app.add_option("--structure", c->structures, "Bond pattern asked for, as dot-bracket; may be given again")
      ->type_name("DB");
  app.add_option("--structures", c->structures_file, "Bond patterns from a file of dot-brackets, or FASTA with them")
      ->type_name("FILE");
  app.add_option("--edit", c->edit, "Keep z_x and z_y of these hairpins and change their bonds")->type_name("FASTA");
  app.add_option(
         "--keep", c->keep,
         "--edit: share of what the bonds do not tell of z_m that stays the hairpin's own; 0: all drawn anew, as "
         "published")
      ->check(CLI::Range(0.0, 1.0))
      ->needs("--edit")
      ->capture_default_str();
  app.add_option("--prior", c->prior,
                 "z_x and z_y are drawn like those of training hairpins (fitted, the default of models that know them) "
                 "or from the network's priors (published)")
      ->check(CLI::IsMember({"fitted", "published"}))
      ->excludes("--edit");
  app.add_option("--draw-temperature", c->temperature, "Scale of the deviations of all that is drawn")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--read-out", c->read_out,
                 "hairpin: the most probable whole hairpin; bars: the most probable bars, each for itself")
      ->check(CLI::IsMember({"hairpin", "bars"}))
      ->capture_default_str();
  app.add_option("--read-temperature", c->read_out_temperature, "0: the most probable picture; else bars are drawn")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--seed", c->seed, "Draw number i depends on the seed and i alone")->capture_default_str();
  app.add_flag("--unique", c->unique, "No sequence twice");
  app.add_option("--novel-against", c->novel_against, "No sequence of this file")->type_name("FASTA");
  app.add_option("--min-length", c->min_length, "wgan, fbgan: no shorter sequences")->check(CLI::NonNegativeNumber)->type_name("NT");
  app.add_option("--longest", c->longest, "wgan, fbgan: no longer sequences")->check(CLI::PositiveNumber)->type_name("NT");
  app.add_flag("--no-selector", c->no_selector,
               "Keep draws as they come, also where the model has a selector (model select)");
  app.add_option("--filter", c->filter,
                 "as-drawn keeps only hairpins that refold to the structure drawn, which mended draws do; wgan, fbgan: single-hairpin keeps "
                 "only what folds to one hairpin")
      ->check(CLI::IsMember({"as-drawn", "single-hairpin"}));
  app.add_flag("--no-mend", c->no_mend, "Write draws as they are, whether they fold so or not");
  app.add_flag("--free-ends", c->free_ends,
               "Keep what is unpaired outside the outermost pair of a draw for no structure; --no-mend keeps it too");
  app.add_option("--natural", c->natural, "Model of natural precursors that scores mended letters")->capture_default_str()->type_name("MODEL");
  app.add_option("--tries", c->tries, "Give up after this many draws for every hairpin wanted")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  app.add_option("--table", c->table, "Also write a table: asked, obtained and refolded structures")->type_name("FILE");
  app.add_option("--left-out", c->left_out, "Also write a table of the pictures left out")->type_name("FILE");
  app.add_option("--sheet", c->sheet, "Also write a contact sheet of the first 400 pictures (PNG)")->type_name("FILE");
  add_run_options(app, c->common, c->folding);
  tell_model_parameters(app, "the model's; wgan, fbgan: turner2004");
  app.footer(
      "Examples:\n"
      "  stemloop generate --model run/model -n 1000 --unique -o new.fa\n"
      "  stemloop generate --model run/model --structure '((((((((((....))))))))))' -n 20 --sheet asked.png\n"
      "  stemloop generate --model run/model --edit let7.fa --structures wanted.txt -n 32 --sheet figure7.png");
  return [c, &app] {
    // What the other kind of model has no use for is refused: it would be ignored.
    constexpr const char* kOfSequences[] = {"--min-length", "--longest"};
    constexpr const char* kOfPictures[] = {
        "--class",    "--structure",        "--structures", "--edit", "--keep", "--draw-temperature",
        "--read-out", "--read-temperature", "--sheet",      "--prior",
        "--no-mend",  "--natural",          "--free-ends",  "--left-out"};
    const bool sequences = model_family(find_model(c->model.directory)) == kGanFamily;
    for (const char* name : sequences ? std::span<const char* const>(kOfPictures) : kOfSequences)
      require(app.get_option(name)->count() == 0, "{} has no meaning for {}", name, c->model.directory);
    if (c->no_mend) refuse_ignored(app, {"--natural"}, "scores mended letters, and --no-mend mends none");
    require(c->longest <= 0 || c->min_length <= c->longest, "--min-length {} is more than --longest {}", c->min_length, c->longest);
    require(c->filter.empty() || (c->filter == "single-hairpin") == sequences, "--filter {} has no meaning for {}",
            c->filter, c->model.directory);
    return sequences ? run_generate_sequences(*c) : run_generate(*c, app);
  };
}

}  // namespace stemloop
