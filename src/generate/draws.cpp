#include "generate/draws.h"

#include <algorithm>

#include "hairpin/hairpin.h"

namespace stemloop {

namespace {

constexpr std::uint64_t kChoiceStream = std::uint64_t{1} << 40U;
constexpr std::uint64_t kClassStream = std::uint64_t{1} << 41U;
constexpr std::uint64_t kBondStream = std::uint64_t{1} << 42U;
constexpr std::uint64_t kReadStream = std::uint64_t{1} << 43U;

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

Draws::Draws(const GenerateOptions& c, HairpinNetwork& network)
    : c_(c), network_(network), patterns_(asked_patterns(c)) {
  if (!c_.edit.empty()) encode_edited();
  require(network_.config().disentangled || (c_.structures.empty() && c_.structures_file.empty()),
          "{}: this model has one latent space and cannot be asked for bonds", c_.model);
}

std::string Draws::structure_asked(const Drawn& one) const {
  return patterns_.empty() ? std::string() : patterns_[one.pattern].name;
}

std::size_t Draws::patterns() const { return std::max<std::size_t>(1, patterns_.size()); }

Draws::Wanted Draws::choose(std::int64_t first, std::int64_t count) const {
  const DivaConfig& config = network_.config();
  Wanted wanted;
  wanted.drawn.resize(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    Drawn& one = wanted.drawn[static_cast<std::size_t>(i)];
    Random random(c_.seed, kChoiceStream + static_cast<std::uint64_t>(first + i));
    one.label = c_.of_class == "both" ? static_cast<int>(random.below(2)) : c_.of_class == "1" ? 1 : 0;
    wanted.labels.push_back(static_cast<std::uint8_t>(one.label));
    if (!patterns_.empty()) {
      one.pattern = static_cast<std::size_t>(first + i) % patterns_.size();
      wanted.bonds.push_back(patterns_[one.pattern].bonds);
      one.asked = patterns_[one.pattern].name;
    } else if (config.disentangled) {
      const auto& known = network_.bond_patterns(one.label);
      require(!known.empty(), "{}: holds no bond patterns of class {}; give a --structure", c_.model, one.label);
      wanted.bonds.push_back(known[random.below(known.size())]);
      one.asked = "pattern of a training hairpin";
    }
  }
  return wanted;
}

std::vector<Matrix> Draws::latents(const Wanted& wanted, std::int64_t first, std::int64_t count) {
  const bool disentangled = network_.config().disentangled;
  const auto start = static_cast<std::uint64_t>(first);
  std::vector<Matrix> parts;
  if (c_.edit.empty()) {
    if (c_.prior == "fitted") {
      parts.push_back(network_.draw_like_training(wanted.labels, c_.temperature, c_.seed, start));
    } else {
      parts.push_back(network_.draw_rest(count, c_.temperature, c_.seed, start));
      if (disentangled)
        parts.push_back(network_.draw_for_class(wanted.labels, c_.temperature, c_.seed, kClassStream + start));
    }
  } else {
    for (int g = 0; g < 2; ++g) parts.push_back(repeated(edited_.latents[static_cast<std::size_t>(g)].z, first, count));
  }
  if (!c_.edit.empty()) {
    std::vector<Bonds> own;
    for (std::int64_t i = first; i < first + count; ++i) own.push_back(edited_bonds_[hairpin_of(i)]);
    parts.push_back(network_.move_bonds(repeated(edited_.latents[2].z, first, count), own, wanted.bonds, c_.keep,
                                        c_.temperature, c_.seed, kBondStream + start));
  } else if (disentangled) {
    parts.push_back(network_.draw_for_bonds(wanted.bonds, c_.temperature, c_.seed, kBondStream + start));
  }
  return parts;
}

std::vector<Drawn> Draws::draw(std::int64_t first, std::int64_t count) {
  Wanted wanted = choose(first, count);
  const auto start = static_cast<std::uint64_t>(first);
  const auto pictures =
      network_.decode(side_by_side(latents(wanted, first, count)),
                      {c_.read_out == "hairpin", c_.read_out_temperature, c_.seed, kReadStream + start});
  for (std::size_t i = 0; i < wanted.drawn.size(); ++i) {
    wanted.drawn[i].picture = pictures[i];
    if (!wanted.bonds.empty()) wanted.drawn[i].as_asked = bonds_met(wanted.bonds[i], bond_rows(pictures[i]));
  }
  return std::move(wanted.drawn);
}

void Draws::encode_edited() {
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
  say(Loud::kInfo, "{}: {} hairpins to edit", c_.edit, pictures.size());
}

std::size_t Draws::hairpin_of(std::int64_t i) const {
  return static_cast<std::size_t>(i) / patterns_.size() % edited_bonds_.size();
}

Matrix Draws::repeated(const Matrix& z, std::int64_t first, std::int64_t count) const {
  Matrix rows{count, z.columns, {}};
  for (std::int64_t i = first; i < first + count; ++i) {
    const auto row = z.row(static_cast<std::int64_t>(hairpin_of(i)));
    rows.values.insert(rows.values.end(), row.begin(), row.end());
  }
  return rows;
}

}  // namespace stemloop
