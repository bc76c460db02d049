// Latent spaces as files and as points in the plane.
#pragma once

#include <string>
#include <vector>

#include "data/data.h"
#include "learn/learn.h"
#include "net/net.h"

namespace stemloop {

/// The latent called `latent` as a table; `labelled`: the pictures with their labels, nullptr without. Error if the
/// model has no such latent.
std::string embedding_table(const std::string& latent, const std::vector<std::string>& ids, const PictureData* labelled,
                            const Encoded& encoded);

/// All latents as tensors, as read_latents() takes them.
std::string embedding_tensors(const std::vector<std::string>& ids, const PictureData* labelled, const Encoded& encoded);

/// Column `name` of a table, joined to the latents by id. Error if it is neither numbers nor names.
std::vector<std::string> column_of_latents(const std::string& path, const std::string& name, const Latents& latents,
                                           const std::string& latents_file);

struct PlanePoints {
  Matrix points;  // N x 2
  std::string x_name, y_name;
};

/// Latents in the plane by method pca or tsne.
PlanePoints in_the_plane(const Matrix& z, const std::string& method, const TsneOptions& tsne, bool talk);

/// The points as a table; `values` may be empty.
std::string points_table(const Latents& latents, const PlanePoints& plane, const std::vector<std::string>& values);

}  // namespace stemloop
