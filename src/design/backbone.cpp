#include "design/backbone.h"

#include <algorithm>

namespace stemloop {

namespace {

constexpr int kShortestGuide = 18;

constexpr Backbone kBackbones[] = {
    {"mir-30a", "MI0000088", "GCGACUGUAAACAUCCUCGACUGGAAGCUGUGAAGCCACAGAUGGGCUUUCAGUCGGAUGUUUGCAGCUGC", 5, 27, 46, 68,
     false},
    {"mir-155", "MI0000681", "CUGUUAAUGCUAAUCGUGAUAGGGGUUUUUGCCUCCAACUGACUCCUACAUAUUAGCAUUAACAG", 3, 26, 42, 64, true},
    {"mir-21", "MI0000077", "UGUCGGGUAGCUUAUCAGACUGAUGUUGACUGUUGAAUCUCAUGGCAACACCAGUCGAUGGGCUGUCUGACA", 7, 29, 45, 66,
     true},
    {"mir-16-1", "MI0000070",
     "GUCAGCAGUGCCUUAGCAGCACGUAAAUAUUGGCGUUAAGAUUCUAAAAUUAUCUCCAGUAUUAACUGUGCUGCUGAAGUAAGGUUGAC", 13, 35, 55, 77, true},
};

}  // namespace

std::span<const Backbone> backbones() { return kBackbones; }

const Backbone& find_backbone(std::string_view name) {
  std::string known;
  for (const Backbone& backbone : kBackbones) {
    if (name == backbone.name || name == backbone.accession || name == std::string("hsa-") + backbone.name)
      return backbone;
    known += fmt::format("{}{} ({})", known.empty() ? "" : ", ", backbone.name, backbone.accession);
  }
  fail("'{}' is no backbone known here; there are {}", printable(name), known);
}

GuidePlacement place_guide(const Backbone& backbone, std::string_view structure, std::string_view guide, bool in_five) {
  GuidePlacement placed;
  const int begin = in_five ? backbone.five_begin : backbone.three_begin;
  const int end = in_five ? backbone.five_end : backbone.three_end;
  require(static_cast<int>(guide.size()) <= end - begin, "the guide has {} letters, the {} arm of {} {}", guide.size(),
          in_five ? "5'" : "3'", backbone.name, end - begin);
  require(static_cast<int>(guide.size()) >= kShortestGuide, "the guide has {} letters; it needs {} to {}", guide.size(),
          kShortestGuide, end - begin);
  const std::size_t other = guide.find_first_not_of("ACGU");
  require(other == std::string_view::npos, "'{}' in the guide; it is A C G U or T only",
          other == std::string_view::npos ? "" : printable(guide.substr(other, 1)));
  placed.guide_begin = begin;
  placed.guide_end = begin + static_cast<int>(guide.size());
  placed.passenger_begin = in_five ? backbone.three_begin : backbone.five_begin;
  placed.passenger_end = in_five ? backbone.three_end : backbone.five_end;
  const std::vector<int> pairs = pair_table(structure);
  std::string letters = backbone.sequence;
  for (int k = placed.passenger_begin; k < placed.passenger_end; ++k) letters[static_cast<std::size_t>(k)] = 'N';
  for (int k = placed.guide_begin; k < placed.guide_end; ++k) {
    const int partner = pairs[static_cast<std::size_t>(k)];
    if (partner >= 0) letters[static_cast<std::size_t>(partner)] = 'N';
  }
  for (int k = placed.guide_begin; k < placed.guide_end; ++k)
    letters[static_cast<std::size_t>(k)] = guide[static_cast<std::size_t>(k - placed.guide_begin)];
  placed.target = make_target(structure, letters);
  return placed;
}

}  // namespace stemloop
