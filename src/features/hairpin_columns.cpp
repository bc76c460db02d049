#include "features/hairpin_columns.h"

#include <optional>

namespace stemloop {

namespace {

template <class Number>
double number(const std::optional<Number>& value) {
  return value ? static_cast<double>(*value) : kMissing;
}

}  // namespace

const std::array<HairpinColumn, kFeatureCount>& hairpin_columns() {
  static const std::array<HairpinColumn, kFeatureCount> kColumns = {{
      {"presence_terminal_loop", FeatureKind::kBoolean, "yes/no", "",
       [](const HairpinFeatures& f) { return f.presence_terminal_loop ? 1.0 : 0.0; }},
      {"start_loop_upperhalf_col", FeatureKind::kNumber, "column", "no terminal loop",
       [](const HairpinFeatures& f) { return number(f.start_loop_upperhalf_col); }},
      {"highest_point_loop_upperhalf_row", FeatureKind::kNumber, "row", "no terminal loop",
       [](const HairpinFeatures& f) { return number(f.highest_point_loop_upperhalf_row); }},
      {"highest_point_loop_upperhalf_col", FeatureKind::kNumber, "column", "no terminal loop",
       [](const HairpinFeatures& f) { return number(f.highest_point_loop_upperhalf_col); }},
      {"loop_length", FeatureKind::kNumber, "pixels", "no terminal loop",
       [](const HairpinFeatures& f) { return number(f.loop_length); }},
      {"loop_width", FeatureKind::kNumber, "columns", "no terminal loop",
       [](const HairpinFeatures& f) { return number(f.loop_width); }},
      {"gap_start", FeatureKind::kNumber, "columns", "a terminal loop",
       [](const HairpinFeatures& f) { return number(f.gap_start); }},
      {"palindrome_score", FeatureKind::kNumber, "share", "no column to compare",
       [](const HairpinFeatures& f) { return number(f.palindrome_score); }},
      {"asymmetric", FeatureKind::kBoolean, "yes/no", "",
       [](const HairpinFeatures& f) { return f.asymmetric ? 1.0 : 0.0; }},
      {"large_asymmetric_bulge", FeatureKind::kNumber, "columns", "no large bulge",
       [](const HairpinFeatures& f) { return number(f.large_asymmetric_bulge); }},
      {"largest_asym_bulge_strand", FeatureKind::kText, "strand", "no large bulge",
       [](const HairpinFeatures& f) {
         return f.largest_asym_bulge_strand ? (*f.largest_asym_bulge_strand == "upper" ? 1.0 : 0.0) : kMissing;
       }},
      {"largest_asym_bulge_sequence_location", FeatureKind::kNumber, "column", "no large bulge",
       [](const HairpinFeatures& f) { return number(f.largest_asym_bulge_sequence_location); }},
      {"stem_begin", FeatureKind::kNumber, "column", "",
       [](const HairpinFeatures& f) { return static_cast<double>(f.stem_begin); }},
      {"stem_end", FeatureKind::kNumber, "column", "",
       [](const HairpinFeatures& f) { return static_cast<double>(f.stem_end); }},
      {"stem_length", FeatureKind::kNumber, "columns", "",
       [](const HairpinFeatures& f) { return static_cast<double>(f.stem_length); }},
      {"total_length", FeatureKind::kNumber, "columns", "",
       [](const HairpinFeatures& f) { return static_cast<double>(f.total_length); }},
      {"base_pairs_in_stem", FeatureKind::kNumber, "per column", "no stem",
       [](const HairpinFeatures& f) { return number(f.base_pairs_in_stem); }},
      {"base_pairs_wobbles_in_stem", FeatureKind::kNumber, "per column", "no stem",
       [](const HairpinFeatures& f) { return number(f.base_pairs_wobbles_in_stem); }},
      {"au_pair_begin_mature", FeatureKind::kBoolean, "yes/no", "",
       [](const HairpinFeatures& f) { return f.au_pair_begin_mature ? 1.0 : 0.0; }},
      {"ugu", FeatureKind::kBoolean, "yes/no", "", [](const HairpinFeatures& f) { return f.ugu ? 1.0 : 0.0; }},
  }};
  return kColumns;
}

FeatureTable feature_table(std::span<const Picture> pictures) {
  FeatureTable table;
  table.rows = static_cast<std::int64_t>(pictures.size());
  for (const HairpinColumn& column : hairpin_columns()) {
    table.columns.push_back({column.name, column.kind, {}, {}});
    if (column.kind == FeatureKind::kText) table.columns.back().texts = {"lower", "upper"};
    table.columns.back().values.reserve(pictures.size());
  }
  for (const Picture& picture : pictures) {
    const HairpinFeatures features = hairpin_features(picture);
    for (std::size_t k = 0; k < hairpin_columns().size(); ++k)
      table.columns[k].values.push_back(hairpin_columns()[k].value(features));
  }
  return table;
}

}  // namespace stemloop
