#include "arms/cut_network.h"

#include <fmt/format.h>

#include <algorithm>

#include "net/kernels.h"

namespace stemloop {

CutPlaces places_of(const CutNetworkShape& shape) {
  const auto c = static_cast<std::size_t>(shape.channels);
  CutPlaces places;
  std::size_t at = 0;
  const auto take = [&at](std::size_t size) {
    const std::size_t first = at;
    at += size;
    return first;
  };
  places.embedding = take(static_cast<std::size_t>(field_row_count()) * c);
  for (std::size_t l = 0; l < shape.dilations.size(); ++l) {
    CutLayerPlaces layer;
    layer.own = take(kOwnTaps * c * c);
    layer.facing = take(kFacingTaps * c * c);
    layer.bias = take(c);
    layer.out = take(c * c);
    layer.out_bias = take(c);
    places.layers.push_back(layer);
  }
  places.heads = take(2 * c * kCuts);
  places.none = take(1);
  places.terms = take(CutTerms::kSize);
  places.size = at;
  return places;
}

std::vector<CutSlice> CutNetwork::slices() const {
  const CutPlaces places = places_of(shape);
  const std::int64_t c = shape.channels;
  std::vector<CutSlice> slices;
  const auto add = [&](std::string name, std::vector<std::int64_t> dimensions, std::size_t first) {
    std::size_t size = 1;
    for (const std::int64_t d : dimensions) size *= static_cast<std::size_t>(d);
    slices.push_back({std::move(name), std::move(dimensions), first, size});
  };
  add("embedding", {field_row_count(), c}, places.embedding);
  for (std::size_t l = 0; l < places.layers.size(); ++l) {
    const CutLayerPlaces& layer = places.layers[l];
    add(fmt::format("layer{}.own", l), {kOwnTaps, c, c}, layer.own);
    add(fmt::format("layer{}.facing", l), {kFacingTaps, c, c}, layer.facing);
    add(fmt::format("layer{}.bias", l), {c}, layer.bias);
    add(fmt::format("layer{}.out", l), {c, c}, layer.out);
    add(fmt::format("layer{}.out_bias", l), {c}, layer.out_bias);
  }
  add("heads", {2, c, kCuts}, places.heads);
  add("none", {1}, places.none);
  add("terms", {CutTerms::kSize}, places.terms);
  return slices;
}

namespace {

// Room for `length` rows of `row` floats with `margin` rows of zeros at both ends; returns the first row between them,
// which holds anything.
float* room_for(std::vector<float>& rows, int length, int margin, int row) {
  rows.resize(static_cast<std::size_t>(length + 2 * margin) * static_cast<std::size_t>(row));
  const auto edge = static_cast<std::ptrdiff_t>(margin) * row;
  std::fill(rows.begin(), rows.begin() + edge, 0.0F);
  std::fill(rows.end() - edge, rows.end(), 0.0F);
  return rows.data() + edge;
}

}  // namespace

std::span<const float> CutForward::run(const CutNetwork& network, const CutWindow& window) {
  const TrainingKernels& kernels = training_kernels();
  const CutNetworkShape& shape = network.shape;
  const CutPlaces places = places_of(shape);
  const int n = window.length, c = shape.channels;
  const float* w = network.parameters.data();
  margin_ = kOwnTaps / 2 * *std::max_element(shape.dilations.begin(), shape.dilations.end());
  layers_.resize(shape.dilations.size() + 1);

  float* x = room_for(layers_[0].x, n, margin_, c);
  std::fill_n(x, n * c, 0.0F);
  for (int i = 0; i < n; ++i) {
    float* to = x + i * c;
    for (const std::uint16_t answer : window.answers[i]) {
      const float* row = w + places.embedding + static_cast<std::size_t>(answer) * c;
      for (int k = 0; k < c; ++k) to[k] += row[k];
    }
  }
  if (drop_ != nullptr) drop_(context_, -1, {x, static_cast<std::size_t>(n * c)});

  for (std::size_t l = 0; l < places.layers.size(); ++l) {
    const CutLayerPlaces& layer = places.layers[l];
    Layer& now = layers_[l];
    float* facing = room_for(now.facing, n, 1, c);
    for (int i = 0; i < n; ++i) std::copy_n(x + window.opposite[i] * c, c, facing + i * c);
    now.r.resize(static_cast<std::size_t>(n) * c);
    for (int i = 0; i < n; ++i) std::copy_n(w + layer.bias, c, now.r.data() + i * c);
    const int d = shape.dilations[l];
    for (int k = 0; k < kOwnTaps; ++k) {
      kernels.multiply(false, true, n, c, c, x + (k - kOwnTaps / 2) * d * c, c, w + layer.own + k * c * c, c,
                       now.r.data(), c);
    }
    for (int k = 0; k < kFacingTaps; ++k) {
      kernels.multiply(false, true, n, c, c, now.facing.data() + k * c, c, w + layer.facing + k * c * c, c,
                       now.r.data(), c);
    }
    for (float& value : now.r) value = std::max(value, 0.0F);
    if (drop_ != nullptr) drop_(context_, static_cast<int>(l), now.r);
    float* y = room_for(layers_[l + 1].x, n, margin_, c);
    const float* bias = w + layer.out_bias;
    for (int i = 0; i < n; ++i) {
      for (int k = 0; k < c; ++k) y[i * c + k] = x[i * c + k] + bias[k];
    }
    kernels.multiply(false, true, n, c, c, now.r.data(), c, w + layer.out, c, y, c);
    x = y;
  }

  // Boundary i stands between rows i - 1 and i; the rows beyond both ends are zeros.
  heads_.assign(static_cast<std::size_t>(2 * c) * kHeadColumns, 0.0F);
  for (int k = 0; k < 2 * c; ++k) std::copy_n(w + places.heads + k * kCuts, kCuts, heads_.data() + k * kHeadColumns);
  std::vector<float>& wide = layers_.back().r;
  wide.resize(static_cast<std::size_t>(n + 1) * kHeadColumns);
  kernels.multiply(false, false, n + 1, kHeadColumns, 2 * c, x - c, c, heads_.data(), kHeadColumns, wide.data(),
                   kHeadColumns);
  scores_.resize(static_cast<std::size_t>(n + 1) * kCuts);
  for (int i = 0; i <= n; ++i) std::copy_n(wide.data() + i * kHeadColumns, kCuts, scores_.data() + i * kCuts);
  return scores_;
}

std::vector<float> cut_scores_plain(const CutNetwork& network, const CutWindow& window) {
  const CutPlaces places = places_of(network.shape);
  const int n = window.length, c = network.shape.channels;
  const std::vector<float>& w = network.parameters;
  using Rows = std::vector<std::vector<double>>;
  Rows x(n, std::vector<double>(c));
  for (int i = 0; i < n; ++i) {
    for (const std::uint16_t answer : window.answers[i]) {
      for (int k = 0; k < c; ++k) x[i][k] += w[places.embedding + static_cast<std::size_t>(answer) * c + k];
    }
  }
  const auto add_product = [&](const std::vector<double>& row, std::size_t matrix, std::vector<double>& to) {
    for (int a = 0; a < c; ++a) {
      for (int b = 0; b < c; ++b) to[b] += row[a] * w[matrix + static_cast<std::size_t>(a) * c + b];
    }
  };
  for (std::size_t l = 0; l < places.layers.size(); ++l) {
    const CutLayerPlaces& layer = places.layers[l];
    Rows next = x;
    for (int i = 0; i < n; ++i) {
      std::vector<double> r(w.begin() + layer.bias, w.begin() + layer.bias + c);
      for (int k = 0; k < kOwnTaps; ++k) {
        const int at = i + (k - kOwnTaps / 2) * network.shape.dilations[l];
        if (at >= 0 && at < n) add_product(x[at], layer.own + static_cast<std::size_t>(k) * c * c, r);
      }
      for (int k = 0; k < kFacingTaps; ++k) {
        const int at = i + k - kFacingTaps / 2;
        if (at >= 0 && at < n)
          add_product(x[window.opposite[at]], layer.facing + static_cast<std::size_t>(k) * c * c, r);
      }
      for (double& value : r) value = std::max(value, 0.0);
      add_product(r, layer.out, next[i]);
      for (int k = 0; k < c; ++k) next[i][k] += w[layer.out_bias + k];
    }
    x = next;
  }
  std::vector<float> scores;
  for (int i = 0; i <= n; ++i) {
    for (int cut = 0; cut < kCuts; ++cut) {
      double score = 0;
      for (int k = 0; k < c; ++k) {
        if (i > 0) score += x[i - 1][k] * w[places.heads + static_cast<std::size_t>(k) * kCuts + cut];
        if (i < n) score += x[i][k] * w[places.heads + static_cast<std::size_t>(c + k) * kCuts + cut];
      }
      scores.push_back(static_cast<float>(score));
    }
  }
  return scores;
}

}  // namespace stemloop
