#include "study/hairpin_draws.h"

#include <algorithm>

#include "seq/seq.h"
#include "util/util.h"

namespace stemloop {

namespace {

using Bonds = std::array<std::uint8_t, kBondLength>;

constexpr std::uint64_t kChoiceStream = std::uint64_t{1} << 40U;
constexpr std::uint64_t kClassStream = std::uint64_t{1} << 41U;
constexpr std::uint64_t kBondStream = std::uint64_t{1} << 42U;
constexpr std::uint64_t kReadStream = std::uint64_t{1} << 43U;

// The bond pattern of a structure, whatever its letters: pairs are C-G and all else A, which no loop mirrors by chance.
Bonds bonds_of_structure(const std::string& structure, const std::string& place) {
  try {
    pair_table(structure);
  } catch (const Error& error) {
    fail("{}: {}", place, error.what());
  }
  std::string letters = structure;
  for (char& c : letters) c = c == '(' ? 'C' : c == ')' ? 'G' : 'A';
  const HairpinLayout layout = lay_out(letters, structure);
  require(!layout.columns.empty(), "{}: there is no hairpin loop in '{}'", place, printable(structure));
  return bond_rows(draw_picture(layout.columns));
}

Matrix side_by_side(const std::vector<Matrix>& parts) {
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

}  // namespace

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

HairpinDraws::HairpinDraws(const HairpinDrawOptions& options, const FoldingOptions& folding, HairpinNetwork& network)
    : c_(options), network_(network), patterns_(asked_patterns(options)) {
  if (!c_.edit.empty()) encode_edited(folding);
}

std::vector<HairpinDraws::Pattern> HairpinDraws::asked_patterns(const HairpinDrawOptions& c) {
  std::vector<Pattern> patterns;
  for (const std::string& structure : c.structures)
    patterns.push_back({structure, bonds_of_structure(structure, "--structure")});
  if (c.structures_file.empty()) return patterns;
  LineReader reader(c.structures_file);
  for (std::string line; reader.next(line);) {
    if (line.empty() || line[0] == '>') continue;
    // FASTA with dot-bracket, or bare structures: other lines are sequences.
    if (line[0] != '.' && line[0] != '(' && line[0] != ')') continue;
    const std::string structure = line.substr(0, line.find_first_of(" \t"));
    patterns.push_back({structure, bonds_of_structure(structure, reader.place())});
  }
  require(!patterns.empty(), "{}: holds no dot-bracket structure", c.structures_file);
  return patterns;
}

void HairpinDraws::encode_edited(const FoldingOptions& folding) {
  require(network_.config().disentangled && !patterns_.empty(),
          "--edit changes the bonds of a hairpin: it needs a model with latent spaces and a --structure");
  FastaReader reader(c_.edit);
  const auto state = hairpin_state(folding);
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
  say(Loud::kInfo, "{}: {} hairpins to edit", c_.edit, pictures.size());
}

// Draw i edits this hairpin: all patterns of a hairpin, then the next one.
std::size_t HairpinDraws::hairpin_of(std::int64_t i) const {
  return static_cast<std::size_t>(i) / patterns_.size() % edited_bonds_.size();
}
Matrix HairpinDraws::repeated(const Matrix& z, std::int64_t first, std::int64_t count) const {
  Matrix rows{count, z.columns, {}};
  for (std::int64_t i = first; i < first + count; ++i) {
    const auto row = z.row(static_cast<std::int64_t>(hairpin_of(i)));
    rows.values.insert(rows.values.end(), row.begin(), row.end());
  }
  return rows;
}

void HairpinDraws::ask(std::int64_t first, std::vector<Drawn>& drawn, std::vector<std::uint8_t>& labels,
                       std::vector<Bonds>& bonds) const {
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    Drawn& one = drawn[i];
    const auto number = static_cast<std::uint64_t>(first) + i;
    Random random(c_.seed, kChoiceStream + number);
    one.label = c_.of_class == "both" ? static_cast<int>(random.below(2)) : c_.of_class == "1" ? 1 : 0;
    labels.push_back(static_cast<std::uint8_t>(one.label));
    if (!patterns_.empty()) {
      one.pattern = number % patterns_.size();
      bonds.push_back(patterns_[one.pattern].bonds);
      one.asked = patterns_[one.pattern].name;
    } else if (network_.config().disentangled) {
      const auto& known = network_.bond_patterns(one.label);
      require(!known.empty(), "{}: holds no bond patterns of class {}; give a --structure", c_.model, one.label);
      bonds.push_back(known[random.below(known.size())]);
      one.asked = "pattern of a training hairpin";
    }
  }
}

Matrix HairpinDraws::latents(std::int64_t first, std::int64_t count, const std::vector<std::uint8_t>& labels,
                             const std::vector<Bonds>& bonds) {
  const bool disentangled = network_.config().disentangled;
  const auto start = static_cast<std::uint64_t>(first);
  std::vector<Matrix> parts;
  if (!c_.edit.empty()) {
    for (int g = 0; g < 2; ++g)
      parts.push_back(repeated(edited_.latents[static_cast<std::size_t>(g)].z, first, count));
    std::vector<Bonds> own;
    for (std::int64_t i = first; i < first + count; ++i) own.push_back(edited_bonds_[hairpin_of(i)]);
    parts.push_back(network_.move_bonds(repeated(edited_.latents[2].z, first, count), own, bonds, c_.keep,
                                        c_.temperature, c_.seed, kBondStream + start));
    return side_by_side(parts);
  }
  if (c_.prior == "fitted") {
    parts.push_back(network_.draw_like_training(labels, c_.temperature, c_.seed, start));
  } else {
    parts.push_back(network_.draw_rest(count, c_.temperature, c_.seed, start));
    if (disentangled)
      parts.push_back(network_.draw_for_class(labels, c_.temperature, c_.seed, kClassStream + start));
  }
  if (disentangled)
    parts.push_back(network_.draw_for_bonds(bonds, c_.temperature, c_.seed, kBondStream + start));
  return side_by_side(parts);
}

std::vector<Drawn> HairpinDraws::draw(std::int64_t first, std::int64_t count) {
  std::vector<Drawn> drawn(static_cast<std::size_t>(count));
  std::vector<std::uint8_t> labels;
  std::vector<Bonds> bonds;
  ask(first, drawn, labels, bonds);
  const auto pictures =
      network_.decode(latents(first, count, labels, bonds), {c_.read_out == "hairpin", c_.read_out_temperature, c_.seed,
                                                             kReadStream + static_cast<std::uint64_t>(first)});
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    drawn[i].picture = pictures[i];
    if (!bonds.empty()) drawn[i].as_asked = bond_agreement(bonds[i], bond_rows(pictures[i]));
  }
  return drawn;
}

}  // namespace stemloop
