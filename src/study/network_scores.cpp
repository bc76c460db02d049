#include "study/network_scores.h"

#include <algorithm>
#include <cmath>

#include "learn/learn.h"
#include "util/util.h"

namespace stemloop {

namespace {

using Bonds = std::array<std::uint8_t, kBondLength>;

// The bonds of a hairpin near to this one: 2 to 6 of its columns opened, or closed.
Bonds edited(const Picture& picture, Random& random) {
  std::vector<Column> columns = read_columns(picture);
  const auto paired = [](const Column& c) {
    return c.top_state == ColumnState::kPaired && c.bottom_state == ColumnState::kPaired;
  };
  const auto stem = std::find_if(columns.begin(), columns.end(), paired) - columns.begin();
  const auto length = 2 + static_cast<std::int64_t>(random.below(5));
  // The pair that closes the loop stays.
  const std::int64_t places = std::max<std::int64_t>(1, std::ssize(columns) - stem - length);
  const std::int64_t begin = stem + 1 + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(places)));
  const std::int64_t end = std::min(std::ssize(columns), begin + length);
  const bool open = begin < end && paired(columns[static_cast<std::size_t>((begin + end) / 2)]);
  for (std::int64_t x = begin; x < end; ++x)
    columns[static_cast<std::size_t>(x)] = open ? Column{'A', 'A', ColumnState::kUnpaired, ColumnState::kUnpaired}
                                                : Column{'C', 'G', ColumnState::kPaired, ColumnState::kPaired};
  return bond_rows(draw_picture(columns));
}

}  // namespace

std::vector<NamedRow> score_reconstruction(HairpinNetwork& network, const PictureData& data) {
  std::vector<NamedRow> rows;
  const std::vector<Picture> truth = pictures_of(data);
  const std::vector<Picture> back = network.decode(joined(network.encode(truth)), {});
  ReconstructionError all, of_class[kClasses], of_width[3];
  constexpr int kNarrow = 50, kMiddling = 65;  // columns
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const int width = truth[i].width();
    all.add(truth[i], back[i]);
    of_class[data.labels[i]].add(truth[i], back[i]);
    of_width[width <= kNarrow ? 0 : width <= kMiddling ? 1 : 2].add(truth[i], back[i]);
  }
  const auto row = [&](const std::string& name, const ReconstructionError& error) {
    if (error.pictures == 0) return;
    const ReconstructionError m = error.means();
    rows.push_back({{"records", name},
                    {"count", m.pictures},
                    {"mae", m.pixels},
                    {"mae_nucleotide", m.nucleotides},
                    {"mae_length", m.length},
                    {"mae_values", m.values},
                    {"exact", m.exact}});
  };
  row("all", all);
  for (const int label : {1, 0}) row(label == 1 ? "pre-miRNA" : "other", of_class[label]);
  row(fmt::format("up to {} columns", kNarrow), of_width[0]);
  row(fmt::format("{} to {} columns", kNarrow + 1, kMiddling), of_width[1]);
  row(fmt::format("more than {} columns", kMiddling), of_width[2]);
  return rows;
}

std::vector<NamedRow> score_class(HairpinNetwork& network, const PictureData& data) {
  std::vector<NamedRow> rows;
  require(network.config().disentangled, "this model has no latent spaces of class and bonds to classify from");
  const std::vector<Picture> pictures = pictures_of(data);
  const Encoded encoded = network.encode(pictures);
  std::vector<float> both;
  for (std::size_t i = 0; i < pictures.size(); ++i)
    both.push_back((encoded.class_from_y[i] + encoded.class_from_m[i]) / 2);
  const auto row = [&](const char* name, const std::vector<float>& probability) {
    const ClassificationScore s = score_classification(probability, data.labels);
    rows.push_back({{"from", name},
                    {"positives", s.positives},
                    {"negatives", s.negatives},
                    {"accuracy", s.accuracy},
                    {"sensitivity", s.sensitivity},
                    {"specificity", s.specificity},
                    {"mcc", s.mcc},
                    {"auroc", s.auroc}});
  };
  row("z_y", encoded.class_from_y);
  row("z_m", encoded.class_from_m);
  row("mean of both", both);
  return rows;
}

namespace {

// How much of the bonds asked for stands in the pictures obtained; `own` are those of the hairpins encoded.
NamedRow bonds_row(const char* name, const std::vector<Bonds>& own, const std::vector<Bonds>& asked,
                   const std::vector<Picture>& obtained) {
  double sum = 0, exact = 0, in_step = 0, changes = 0, changed = 0;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const Bonds got = bond_rows(obtained[i]);
    const double share = bond_agreement(asked[i], got);
    for (int k = 0; k < kBondLength; ++k) {
      if (asked[i][k] == own[i][k]) continue;
      ++changes;
      changed += got[k] == asked[i][k] ? 1 : 0;
    }
    sum += share;
    exact += share == 1 ? 1 : 0;
    in_step += decode_picture(obtained[i]).in_step ? 1 : 0;
  }
  const auto n = static_cast<double>(asked.size());
  return {{"bonds", name},
          {"count", std::ssize(asked)},
          {"as_asked", sum / n},
          {"all_as_asked", exact / n},
          {"changed_as_asked", changes > 0 ? changed / changes : std::nan("")},
          {"in_step", in_step / n}};
}

}  // namespace

// Section 3.2 of the paper, counted: z_x and z_y of a hairpin with z_m drawn for other bonds.
std::vector<NamedRow> score_bonds(HairpinNetwork& network, const PictureData& data, const BondDraws& draws) {
  std::vector<NamedRow> rows;
  const double temperature = draws.temperature;
  const std::uint64_t seed = draws.seed;
  require(network.config().disentangled, "this model has no latent space of the bonds");
  // Only a whole hairpin's bonds can stand in a whole hairpin again.
  std::vector<Picture> pictures = pictures_of(data);
  std::erase_if(pictures, [](const Picture& picture) { return !decode_picture(picture).complete; });
  require(!pictures.empty(), "no picture holds a whole hairpin: there are no bonds to ask for");
  say(Loud::kInfo, "{} of {} pictures hold a whole hairpin", pictures.size(), data.size());
  const Encoded encoded = network.encode(pictures);
  const std::int64_t latent = network.config().latent;
  std::vector<Bonds> own, edits, others;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    Random random(seed, i);
    own.push_back(bond_rows(pictures[i]));
    edits.push_back(edited(pictures[i], random));
    others.push_back(bond_rows(pictures[random.below(pictures.size())]));
  }
  ReadOut how;
  how.hairpin = true;  // as `generate` reads them: one wrong letter in a loop would shift every bond behind it
  const auto with_bonds = [&](const Matrix& z_m) {
    Matrix z = joined(encoded);
    for (std::int64_t i = 0; i < z.rows; ++i)
      std::copy_n(z_m.row(i).begin(), latent, z.values.begin() + i * z.columns + 2 * latent);
    return network.decode(z, how);
  };
  const auto row = [&](const char* name, const std::vector<Bonds>& asked, const std::vector<Picture>& obtained) {
    rows.push_back(bonds_row(name, own, asked, obtained));
  };
  const std::vector<Picture> back = network.decode(joined(encoded), how);
  row("own, reconstructed", own, back);
  row("own, z_m drawn", own, with_bonds(network.draw_for_bonds(own, temperature, seed, 0)));
  row("edited, z_m drawn", edits, with_bonds(network.draw_for_bonds(edits, temperature, seed, 0)));
  row("another's, z_m drawn", others, with_bonds(network.draw_for_bonds(others, temperature, seed, 0)));
  const auto moved = [&](const std::vector<Bonds>& to) {
    return with_bonds(network.move_bonds(encoded.latents[2].z, own, to, draws.keep, temperature, seed, 0));
  };
  row("edited, z_m moved", edits, moved(edits));
  row("another's, z_m moved", others, moved(others));
  // Floors: nothing changed; z_m that knows nothing of the bonds asked for.
  row("floor: edited, z_m left as it is", edits, back);
  std::vector<Bonds> shifted = others;
  std::rotate(shifted.begin(), shifted.begin() + 1, shifted.end());
  row("floor: z_m drawn for unrelated bonds", others,
      with_bonds(network.draw_for_bonds(shifted, temperature, seed, 0)));
  row("floor: z_m standard normal", others,
      with_bonds(network.draw_rest(static_cast<std::int64_t>(own.size()), 1, seed, 0)));
  return rows;
}

}  // namespace stemloop
