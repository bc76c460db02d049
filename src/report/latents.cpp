#include "report/latents.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "features/features.h"

namespace stemloop {

namespace {

StoredTensor stored(const Matrix& matrix) {
  const auto bytes = std::as_bytes(std::span(matrix.values));
  return {"F32", {matrix.rows, matrix.columns}, {bytes.begin(), bytes.end()}};
}

}  // namespace

std::string embedding_table(const std::string& latent, const std::vector<std::string>& ids, const PictureData* labelled,
                            const Encoded& encoded) {
  const auto found = std::find_if(encoded.latents.begin(), encoded.latents.end(),
                                  [&](const EncodedLatent& one) { return one.name == latent; });
  require(found != encoded.latents.end(), "this model has no latent space '{}'", latent);
  std::string text = "id";
  if (labelled != nullptr) text += "\tlabel";
  if (!encoded.class_from_y.empty()) text += "\tclass_from_y\tclass_from_m";
  for (std::int64_t k = 0; k < found->z.columns; ++k) text += fmt::format("\tz_{}_{}", latent, k + 1);
  text += '\n';
  for (std::size_t i = 0; i < ids.size(); ++i) {
    text += table_cell(ids[i]);
    if (labelled != nullptr) text += fmt::format("\t{}", labelled->labels[i]);
    if (!encoded.class_from_y.empty())
      text += fmt::format("\t{:.6f}\t{:.6f}", encoded.class_from_y[i], encoded.class_from_m[i]);
    for (const float value : found->z.row(static_cast<std::int64_t>(i))) text += fmt::format("\t{:.6g}", value);
    text += '\n';
  }
  return text;
}

std::string embedding_tensors(const std::vector<std::string>& ids, const PictureData* labelled,
                              const Encoded& encoded) {
  TensorFile file;
  for (const EncodedLatent& latent : encoded.latents) {
    file.tensors["mu_" + latent.name] = stored(latent.mu);
    file.tensors["sigma_" + latent.name] = stored(latent.sigma);
    file.tensors["z_" + latent.name] = stored(latent.z);
  }
  const auto count = static_cast<std::int64_t>(ids.size());
  if (!encoded.class_from_y.empty()) {
    file.tensors["class_from_y"] = stored({count, 1, encoded.class_from_y});
    file.tensors["class_from_m"] = stored({count, 1, encoded.class_from_m});
  }
  if (labelled != nullptr) {
    const auto bytes = std::as_bytes(std::span(labelled->labels));
    file.tensors["label"] = {"U8", {count}, {bytes.begin(), bytes.end()}};
  }
  file.metadata["format"] = "stemloop latents 1";
  file.metadata["ids"] = fmt::format("{}", fmt::join(ids, "\n"));
  return encode_safetensors(file);
}

std::vector<std::string> column_of_latents(const std::string& path, const std::string& name, const Latents& latents,
                                           const std::string& latents_file) {
  std::size_t column = 0;
  std::optional<std::size_t> id;
  std::vector<std::string> ids, values, places;
  read_table(
      path,
      [&](const auto& header) {
        column = find_column(header, name, path);
        id = id_column(header, path);
        require(id.has_value(), "{}: has no column 'id' to tell which line belongs to which record", path);
      },
      [&](const auto& fields, const std::string& place) {
        ids.emplace_back(fields[*id]);
        values.emplace_back(is_missing(fields[column]) ? "" : fields[column]);
        places.push_back(place);
      });
  feature_table({name}, {values}, places);  // refuses what is neither one thing nor the other
  std::vector<std::string> joined;
  for (const std::size_t line : join_by_id(latents.ids, latents_file, ids, path)) joined.push_back(values[line]);
  return joined;
}

PlanePoints in_the_plane(const Matrix& z, const std::string& method, const TsneOptions& tsne_options, bool talk) {
  PlanePoints plane;
  if (method == "pca") {
    PcaResult result = pca(z, 2);
    plane.points = std::move(result.points);
    plane.x_name = fmt::format("PC 1 ({:.1f} %)", 100 * result.explained[0]);
    plane.y_name = fmt::format("PC 2 ({:.1f} %)", 100 * result.explained[1]);
  } else {
    Progress progress("iterations", talk);
    plane.points = tsne(z, tsne_options, [&](double done) {
      progress.update(static_cast<std::int64_t>(done * tsne_options.iterations), done);
    });
    plane.x_name = "t-SNE 1";
    plane.y_name = "t-SNE 2";
  }
  return plane;
}

std::string points_table(const Latents& latents, const PlanePoints& plane, const std::vector<std::string>& values) {
  std::string text = fmt::format("id\tx\ty{}\n", values.empty() ? "" : "\tvalue");
  for (std::int64_t i = 0; i < plane.points.rows; ++i) {
    const auto at = static_cast<std::size_t>(i);
    text += fmt::format("{}\t{:.6g}\t{:.6g}{}\n", table_cell(latents.ids[at]), plane.points.row(i)[0],
                        plane.points.row(i)[1], values.empty() ? "" : "\t" + table_cell(values[at]));
  }
  return text;
}

}  // namespace stemloop
