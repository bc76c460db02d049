#include "features/evidence.h"

#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>

#include "features/hairpin_columns.h"
#include "util/util.h"

namespace stemloop {

namespace {

constexpr int kLongestWord = 3;

// Shares of words, shorter words first, in the order of ACGU; words with other letters are left out.
void add_words(const std::string& sequence, std::vector<float>& to) {
  constexpr std::string_view kLetters = "ACGU";
  std::size_t words = 1;
  for (int k = 1; k <= kLongestWord; ++k) {
    words *= kLetters.size();
    std::vector<float> counts(words);
    const std::size_t places = sequence.size() < static_cast<std::size_t>(k) ? 0 : sequence.size() - k + 1;
    for (std::size_t i = 0; i < places; ++i) {
      std::size_t code = 0;
      bool known = true;
      for (int j = 0; j < k; ++j) {
        const std::size_t letter = kLetters.find(sequence[i + j]);
        known = known && letter != std::string_view::npos;
        code = code * kLetters.size() + letter;
      }
      if (known) counts[code] += 1;
    }
    for (const float count : counts) to.push_back(count / static_cast<float>(std::max<std::size_t>(1, places)));
  }
}

double gc_content(const std::string& sequence) {
  const auto gc = std::count_if(sequence.begin(), sequence.end(), [](char c) { return c == 'G' || c == 'C'; });
  return sequence.empty() ? 0 : static_cast<double>(gc) / static_cast<double>(sequence.size());
}

}  // namespace

std::string visible_sequence(const Picture& picture) {
  const std::vector<Column> columns = read_columns(picture);
  // The longest unpaired run from column 0 that is its own mirror image across the strands is the terminal loop.
  std::size_t run = 0;
  while (run < columns.size() && columns[run].top_state == ColumnState::kUnpaired &&
         columns[run].bottom_state == ColumnState::kUnpaired)
    ++run;
  constexpr std::size_t kShortestLoop = 3;
  std::size_t loop = run;
  const auto mirrored = [&](std::size_t n) {
    for (std::size_t x = 0; x < n; ++x) {
      if (columns[x].top != columns[n - 1 - x].bottom) return false;
    }
    return true;
  };
  while (loop >= kShortestLoop && !mirrored(loop)) --loop;
  if (loop < kShortestLoop) loop = 0;
  std::string sequence;
  for (std::size_t x = columns.size(); x-- > 0;) {
    if (columns[x].top != kGapLetter) sequence += columns[x].top;
  }
  for (std::size_t x = loop; x < columns.size(); ++x) {
    if (columns[x].bottom != kGapLetter) sequence += columns[x].bottom;
  }
  return sequence;
}

Evidence gather_evidence(const Picture& picture, Folder& folder) {
  Evidence evidence{picture, visible_sequence(picture), 0};
  if (!evidence.visible.empty()) evidence.mfe_kcal = folder.fold(evidence.visible).energy / 100.0;
  return evidence;
}

std::vector<Evidence> gather_evidence(std::span<const Picture> pictures, const std::shared_ptr<const Model>& model,
                                      int threads) {
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads));
  tbb::enumerable_thread_specific<Folder> folders([&] { return Folder(model); });
  std::vector<Evidence> evidence(pictures.size());
  tbb::parallel_for(std::size_t{0}, pictures.size(),
                    [&](std::size_t i) { evidence[i] = gather_evidence(pictures[i], folders.local()); });
  return evidence;
}

FeatureTable measured_table(std::span<const Evidence> evidence) {
  std::vector<Picture> pictures;
  for (const Evidence& e : evidence) pictures.push_back(e.picture);
  FeatureTable table = feature_table(pictures);
  FeatureColumn nucleotides{"nucleotides", FeatureKind::kNumber, {}, {}};
  FeatureColumn gc{"gc_content", FeatureKind::kNumber, {}, {}};
  FeatureColumn mfe{"mfe", FeatureKind::kNumber, {}, {}};
  FeatureColumn mfe_per_nt{"mfe_per_nt", FeatureKind::kNumber, {}, {}};
  for (const Evidence& e : evidence) {
    const auto n = static_cast<double>(e.visible.size());
    nucleotides.values.push_back(n);
    gc.values.push_back(gc_content(e.visible));
    mfe.values.push_back(e.mfe_kcal);
    mfe_per_nt.values.push_back(n > 0 ? e.mfe_kcal / n : 0);
  }
  for (auto* column : {&nucleotides, &gc, &mfe, &mfe_per_nt}) table.columns.push_back(std::move(*column));
  return table;
}

Matrix evidence_matrix(std::span<const Evidence> evidence, const FeatureTable& table) {
  // Of the strand of the large bulge: 0 lower, 1 upper. A text column counts the values it holds, so it is asked for
  // by name.
  Matrix matrix{static_cast<std::int64_t>(evidence.size()), 0, {}};
  for (std::size_t i = 0; i < evidence.size(); ++i) {
    for (const FeatureColumn& column : table.columns) {
      double value = column.values[i];
      if (column.kind == FeatureKind::kText && value == value)
        value = column.texts[static_cast<std::size_t>(value)] == "upper" ? 1 : 0;
      matrix.values.push_back(static_cast<float>(value));
    }
    add_words(evidence[i].visible, matrix.values);
  }
  matrix.columns = evidence.empty() ? 0 : static_cast<std::int64_t>(matrix.values.size() / evidence.size());
  return matrix;
}

LabelledEvidence labelled_evidence(const PictureData& data, const FoldingOptions& folding, int threads) {
  return {gather_evidence(pictures_of(data), load_model(folding), threads), data.labels};
}

}  // namespace stemloop
