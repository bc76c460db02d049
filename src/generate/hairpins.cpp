// Draws of pictures become hairpins: decoded, mended until they fold so, kept or left out with a reason, written.
#include <optional>
#include <unordered_set>

#include "data/sequence_set.h"
#include "generate/draws.h"
#include "study/study.h"

namespace stemloop {

namespace {

// A draw whose structure no hairpin can have (two loops, say) cannot be mended.
Mended mended_draw(const DecodedPicture& decoded, const std::string& wanted, const NaturalModel& natural,
                   Folder& folder, std::uint64_t seed, std::uint64_t number) {
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
  explicit DrawSelector(const GenerateOptions& c) : seed_(c.seed) {
    const bool free = c.structures.empty() && c.structures_file.empty() && c.edit.empty() && !c.no_mend && !c.free_ends;
    if (!free || c.no_selector) return;
    const std::string directory = network_directory(c.model);
    selector_ = read_selector(directory);
    if (selector_ && selector_->parameters != c.folding.parameters)
      say(Loud::kWarning, "the selector of {} knows sequences folded with {}", directory, selector_->parameters);
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

struct DrawCounts {
  std::int64_t drawn = 0, kept = 0, unlike = 0, out_of_step = 0, cut_off = 0, by_chance = 0, repeated = 0, known = 0,
               folds = 0;
  std::int64_t same_structure = 0;
  std::int64_t mended = 0, changed = 0, letters = 0, not_mended = 0;
  double as_asked = 0;
};

// A draw as a sequence with its structure, or why there is none.
struct Hairpin {
  DecodedPicture decoded;
  Fold fold;  // of the sequence, as it is now
  int distance = 0;
  int changed = 0;
  const char* reason = nullptr;
};

// The files of a run, and what is said of it.
class HairpinFiles {
 public:
  explicit HairpinFiles(const GenerateOptions& c) : c_(c), out_(c.common.output) {
    if (!c.table.empty()) {
      table_.emplace(c.table);
      table_->write(
          "id\tclass\tlength\tasked\tbonds_as_asked\tdrawn_structure\trefolded_structure\trefolded_mfe\tpair_distance\t"
          "mended\n");
    }
    if (!c.left_out.empty()) {
      left_out_.emplace(c.left_out);
      left_out_->write("draw\tclass\tasked\tbonds_as_asked\treason\n");
    }
  }

  void show(const Drawn& one, std::int64_t number) {
    constexpr std::size_t kMost = 400;
    if (c_.sheet.empty() || sheet_.size() >= kMost) return;
    sheet_.push_back(picture_pixels(one.picture));
    labels_.push_back(fmt::format("{}: {:.0f} % as asked, {}", number, 100 * one.as_asked, one.asked));
  }

  void leave_out(const Drawn& one, std::int64_t number, const char* reason) {
    if (left_out_)
      left_out_->write(fmt::format("{}\t{}\t{}\t{:.4f}\t{}\n", number, one.label, one.asked, one.as_asked, reason));
  }

  void keep(const Drawn& one, const Hairpin& h, std::int64_t number, std::int64_t kept) {
    const std::string id = fmt::format("generated_{}", kept);
    out_.write(fmt::format(
        ">{} draw={} class={} bonds_as_asked={:.3f} refolded_mfe={:.2f} pair_distance={} mended={}\n{}\n{}\n", id,
        number, one.label, one.as_asked, h.fold.energy / 100.0, h.distance, h.changed, h.decoded.sequence,
        h.decoded.structure));
    if (table_)
      table_->write(fmt::format("{}\t{}\t{}\t{}\t{:.4f}\t{}\t{}\t{:.2f}\t{}\t{}\n", id, one.label,
                                h.decoded.sequence.size(), one.asked, one.as_asked, h.decoded.structure,
                                h.fold.structure, h.fold.energy / 100.0, h.distance, h.changed));
  }

  void close(std::size_t patterns) {
    constexpr int kUsualColumns = 8;
    out_.close();
    if (table_) table_->close();
    if (left_out_) left_out_->close();
    if (c_.sheet.empty() || sheet_.empty()) return;
    // Figure 7 of the paper: a column for every pattern asked for, if they fit.
    const int columns = patterns > 1 && patterns <= 12 ? static_cast<int>(patterns) : kUsualColumns;
    write_bytes(c_.sheet, encode_png(contact_sheet(sheet_, labels_, kPictureKey, columns, 6, 2)));
  }

 private:
  const GenerateOptions& c_;
  TextWriter out_;
  std::optional<TextWriter> table_, left_out_;
  std::vector<RgbImage> sheet_;
  std::vector<std::string> labels_;
};

class HairpinRun {
 public:
  HairpinRun(const GenerateOptions& c, HairpinNetwork& network)
      : c_(c),
        draws_(c, network),
        known_(c.novel_against.empty() ? std::unordered_set<std::string>{} : known_sequences(c.novel_against)),
        files_(c),
        folder_(load_model(c.folding)),
        natural_(c.no_mend ? nullptr : open_natural_model(c.natural)),
        selector_(c) {}

  bool run() {
    constexpr std::int64_t kBatch = 256;
    Progress progress("hairpins", !c_.common.quiet);
    while (counts_.kept < c_.count && counts_.drawn < c_.count * c_.tries) {
      for (const Drawn& one : draws_.draw(counts_.drawn, kBatch)) {
        if (counts_.kept == c_.count) break;
        take(one);
      }
      progress.update(counts_.kept, static_cast<double>(counts_.kept) / static_cast<double>(c_.count));
    }
    Progress::clear_line();
    files_.close(draws_.patterns());
    tell();
    return counts_.kept == c_.count;
  }

 private:
  void take(const Drawn& one) {
    const std::int64_t number = ++counts_.drawn;
    files_.show(one, number);
    Hairpin h{decode_picture(one.picture), {}, 0, 0, nullptr};
    h.reason = unreadable(one, h.decoded);
    if (h.reason == nullptr) mend(one, h, static_cast<std::uint64_t>(number));
    if (h.reason == nullptr) {
      h.distance = pair_distance(h.decoded.structure, h.fold.structure);
      h.reason = unwanted(one, h, number);
    }
    if (h.reason != nullptr) return files_.leave_out(one, number, h.reason);
    ++counts_.kept;
    counts_.same_structure += h.distance == 0 ? 1 : 0;
    counts_.mended += h.changed > 0 ? 1 : 0;
    counts_.changed += h.changed;
    counts_.letters += static_cast<std::int64_t>(h.decoded.sequence.size());
    counts_.as_asked += one.as_asked;
    files_.keep(one, h, number, counts_.kept);
  }

  // Why a picture holds no whole hairpin, nullptr if it does; counted.
  const char* unreadable(const Drawn& one, const DecodedPicture& decoded) {
    if (!decoded.in_step) {
      ++counts_.out_of_step;
      return "out of step";
    }
    if (decoded.complete) return nullptr;
    if (one.picture.width() == kPictureColumns) {
      ++counts_.cut_off;
      return "cut off at 100 columns";
    }
    ++counts_.by_chance;
    return "its bars are not those of the sequence they show";
  }

  // Folds the sequence, and changes letters until it folds as asked for or drawn.
  void mend(const Drawn& one, Hairpin& h, std::uint64_t number) {
    const std::string asked = draws_.structure_asked(one);
    if (asked.empty() && !c_.no_mend && !c_.free_ends) take_off_free_ends(h.decoded);
    const std::string wanted = !c_.no_mend && !asked.empty() ? asked : h.decoded.structure;
    h.fold = folder_.fold(h.decoded.sequence);
    if (c_.no_mend || (wanted == h.decoded.structure && h.fold.structure == wanted)) return;
    const Mended mended = mended_draw(h.decoded, wanted, *natural_, folder_, c_.seed, number);
    if (mended.sequence.empty()) {
      ++counts_.not_mended;
      h.reason = "could not be mended";
      return;
    }
    h.changed = mended.changed + mended.fresh;
    h.decoded.sequence = mended.sequence;
    h.decoded.structure = wanted;
    h.fold = {wanted, mended.mfe};
  }

  // Why a hairpin is not kept, nullptr if it is; counted.
  const char* unwanted(const Drawn& one, const Hairpin& h, std::int64_t number) {
    if (c_.as_drawn && h.distance > 0) {
      ++counts_.folds;
      return "does not refold as drawn";
    }
    if (!selector_.keeps(h.decoded.sequence, h.fold.energy, one.label, number)) {
      ++counts_.unlike;
      return "left out by the selector";
    }
    if (known_.count(h.decoded.sequence) > 0) {
      ++counts_.known;
      return "in the file of --novel-against";
    }
    if (c_.unique && !seen_.insert(h.decoded.sequence).second) {
      ++counts_.repeated;
      return "drawn before";
    }
    return nullptr;
  }

  void tell() const {
    const DrawCounts& n = counts_;
    say(Loud::kInfo,
        "{} hairpins from {} draws; left out: {} out of step, {} cut off, {} no hairpin's picture, {} by fold, {} not "
        "mended, {} by the selector, {} drawn before, {} known",
        n.kept, n.drawn, n.out_of_step, n.cut_off, n.by_chance, n.folds, n.not_mended, n.unlike, n.repeated, n.known);
    if (n.mended > 0)
      say(Loud::kInfo, "{} of them were mended: {:.1f} % of all letters changed", n.mended,
          100 * static_cast<double>(n.changed) / static_cast<double>(n.letters));
    if (n.kept > 0) {
      const auto kept = static_cast<double>(n.kept);
      say(Loud::kInfo, "{:.1f} % refold to the structure written; bonds drawn as asked {:.1f} %",
          100 * static_cast<double>(n.same_structure) / kept, 100 * n.as_asked / kept);
    }
    if (n.kept < c_.count)
      say(Loud::kError, "only {} of {} hairpins after {} draws (--tries {} a hairpin)", n.kept, c_.count, n.drawn,
          c_.tries);
  }

  const GenerateOptions& c_;
  Draws draws_;
  std::unordered_set<std::string> known_, seen_;
  HairpinFiles files_;
  Folder folder_;
  std::shared_ptr<const NaturalModel> natural_;
  DrawSelector selector_;
  DrawCounts counts_;
};

}  // namespace

std::vector<std::string> generate_inputs(const GenerateOptions& options) {
  std::vector<std::string> inputs;
  for (const std::string& name : {options.structures_file, options.edit, options.novel_against}) {
    if (!name.empty()) inputs.push_back(name);
  }
  return inputs;
}

bool generate_hairpins(GenerateOptions options, HairpinNetwork& network) {
  if (options.prior.empty()) options.prior = network.knows_latents() ? "fitted" : "published";
  require(options.prior == "published" || network.knows_latents(),
          "{}: this model does not know how its latents are filled; use --prior published", options.model);
  return HairpinRun(options, network).run();
}

}  // namespace stemloop
