#include "judge/material.h"

#include <algorithm>

namespace stemloop {

namespace {

// A feature table: columns that are no features are known by name.
struct FeatureFile {
  std::vector<std::string> ids, places;
  std::vector<std::string> labels, parts;
  FeatureTable table;
};

FeatureFile read_features(const MaterialFiles& c) {
  FeatureFile file;
  std::vector<std::string> names;
  std::vector<std::vector<std::string>> cells;
  std::vector<int> meaning;  // -1 ignored, -2 id, -3 label, -4 part, else the feature's number
  read_table(
      c.features,
      [&](const std::vector<std::string>& header) {
        const auto id = id_column(header, c.features);
        require(id.has_value(), "{}: has no column 'id' to tell which line belongs to which record of {}", c.features,
                c.latents);
        const auto label = optional_column(header, c.labels, c.features);
        const auto part = c.split.empty() ? std::nullopt : optional_column(header, c.split, c.features);
        for (std::size_t k = 0; k < header.size(); ++k) {
          const std::string& name = header[k];
          const bool ignored = name.empty() || name == "idx" || name == "Unnamed: 0" ||
                               std::find(c.without.begin(), c.without.end(), name) != c.without.end();
          meaning.push_back(k == *id     ? -2
                            : k == label ? -3
                            : k == part  ? -4
                            : ignored    ? -1
                                         : static_cast<int>(names.size()));
          if (meaning.back() >= 0) names.push_back(name);
        }
        cells.resize(names.size());
      },
      [&](const auto& fields, const std::string& place) {
        file.places.push_back(place);
        for (std::size_t k = 0; k < fields.size(); ++k) {
          if (meaning[k] >= 0) cells[static_cast<std::size_t>(meaning[k])].emplace_back(fields[k]);
          if (meaning[k] == -2) file.ids.emplace_back(fields[k]);
          if (meaning[k] == -3) file.labels.emplace_back(fields[k]);
          if (meaning[k] == -4) file.parts.emplace_back(fields[k]);
        }
      });
  require(!names.empty(), "{}: has no column of features", c.features);
  file.table = feature_table(std::move(names), cells, file.places);
  return file;
}

}  // namespace

Material material_of(HairpinNetwork& network, const std::string& latent, const Dataset& dataset,
                     const FoldingOptions& folding, int threads) {
  const std::vector<Picture> pictures = pictures_of(dataset.pictures);
  require(!pictures.empty(), "there is no record to describe");
  check_labels(dataset.pictures);
  Encoded encoded = network.encode(pictures);
  const auto found = std::find_if(encoded.latents.begin(), encoded.latents.end(),
                                  [&](const EncodedLatent& one) { return one.name == latent; });
  require(found != encoded.latents.end(), "this model has no latent space '{}'", latent);
  const auto evidence = gather_evidence(pictures, load_model(folding), threads);
  return {{std::move(found->z), measured_table(evidence), dataset.pictures.labels}, dataset.parts, dataset.tally};
}

Material material_of(const MaterialFiles& c) {
  const Latents latents = read_latents(c.latents, c.latent);
  FeatureFile file = read_features(c);
  Material material;
  std::vector<std::int64_t> lines;
  for (const std::size_t line : join_by_id(latents.ids, c.latents, file.ids, c.features))
    lines.push_back(static_cast<std::int64_t>(line));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto line = static_cast<std::size_t>(lines[i]);
    require(!file.labels.empty() || !latents.labels.empty(), "neither {} nor {} has labels (column '{}')", c.latents,
            c.features, c.labels);
    const std::string& place = file.places[line];
    material.records.labels.push_back(
        static_cast<std::uint8_t>(file.labels.empty() ? latents.labels[i] : label_of(file.labels[line], place)));
    if (!c.split.empty()) {
      require(!file.parts.empty(), "{}: there is no column '{}'", c.features, printable(c.split));
      material.parts.push_back(part_of(file.parts[line], place));
    }
  }
  std::vector<std::string> keys;  // the same hairpin has the same latents
  for (std::int64_t i = 0; i < latents.z.rows; ++i) {
    const auto row = std::as_bytes(latents.z.row(i));
    keys.emplace_back(reinterpret_cast<const char*>(row.data()), row.size());
  }
  check_labels(keys, material.records.labels, "hairpins");
  material.records.z = latents.z;
  material.records.features = file.table.select(lines);
  if (const FeatureColumn* labels = column_of_labels(material.records.features, material.records.labels))
    fail("{0}: column '{1}' repeats the labels, and a tree would ask for nothing else; leave it out with --without {1}",
         c.features, printable(labels->name));
  material.tally.in = material.tally.out = latents.z.rows;
  return material;
}

DescribedRecords select(const DescribedRecords& all, const std::vector<std::int64_t>& records) {
  DescribedRecords chosen;
  chosen.features = all.features.select(records);
  chosen.z = all.z.select(records);
  for (const std::int64_t i : records) chosen.labels.push_back(all.labels[static_cast<std::size_t>(i)]);
  return chosen;
}

}  // namespace stemloop
