#include "design/designer.h"

#include "design/backbone.h"
#include "design/explain.h"
#include "hairpin/hairpin.h"
#include "seq/bracket_lines.h"

namespace stemloop {

namespace {

struct WantedStructure {
  std::string name, structure, place;
};

std::vector<WantedStructure> wanted_structures(const DesignOptions& c) {
  std::vector<WantedStructure> wanted;
  for (const std::string& structure : c.structures)
    wanted.push_back({fmt::format("structure_{}", wanted.size() + 1), structure, "--structure"});
  if (c.structures_file.empty()) return wanted;
  for (StructureLine& line : read_structure_lines(c.structures_file)) {
    if (line.name.rfind("structure_", 0) == 0) line.name = fmt::format("structure_{}", wanted.size() + 1);
    wanted.push_back({line.name, line.structure, line.place});
  }
  return wanted;
}

}  // namespace

Designer::Designer(const DesignOptions& c, std::shared_ptr<const Model> folding,
                   std::shared_ptr<const NaturalModel> natural)
    : c_(c), folding_(std::move(folding)), natural_(std::move(natural)), conditions_(c) {
  list_asked();
}

Design Designer::design(Folder& folder, std::int64_t item, std::uint64_t retry) const {
  const Asked& asked = asked_[static_cast<std::size_t>(item / c_.count)];
  const std::uint64_t number = static_cast<std::uint64_t>(item) + (retry << 40U);
  constexpr std::uint64_t kPlaceStream = std::uint64_t{1} << 62U;
  if (!conditions_.any_placed())
    return design_sequence(asked.target, *natural_, folder, c_.search, c_.seed, number, asked.chains, asked.start);
  DesignTarget placed = asked.target;
  conditions_.place_holds(placed, Random(c_.seed, kPlaceStream + number));
  return design_sequence(placed, *natural_, folder, c_.search, c_.seed, number, asked.chains, asked.start);
}

std::string Designer::why_not(const Asked& asked, const Design& design) const {
  const auto motif = find_undesignable(folding_->energy, asked.target);
  if (motif) return "cannot be: " + motif->text(asked.target);
  return fmt::format("no sequence found that folds so{}; the nearest, {}, folds {:.2f} kcal/mol lower into {}",
                     design.out_of_time ? fmt::format(" within {} s", c_.search.seconds)
                                        : fmt::format(" in {} attempts", design.attempts),
                     design.sequence, (design.target_energy - design.mfe) / 100.0, design.mfe_structure);
}

void Designer::ask(const std::string& name, const std::string& place, const std::function<Asked()>& make) {
  try {
    asked_.push_back(make());
    asked_.back().name = name;
  } catch (const Error& error) {
    report({name, fmt::format("{}: '{}': {}", place, name, error.what())});
    ++rejected_;
  }
}

void Designer::list_asked() {
  if (!c_.guide.empty()) return ask_guide();
  const std::vector<WantedStructure> wanted = wanted_structures(c_);
  if (!c_.edit.empty()) {
    require(!wanted.empty(), "--edit changes the bonds of a hairpin: give a --structure or --structures");
    each_hairpin(c_.edit, [&](const Record& record, const std::string& own) {
      for (const WantedStructure& w : wanted) {
        ask(record.id, w.place, [&] {
          Asked asked{{}, conditions_.target(w.structure), {}, {}, {}};
          asked.start = letters_for_edit(record.sequence, own, asked.target.structure);
          asked.chains = chains_of(record.sequence, own);
          return asked;
        });
      }
    });
    return;
  }
  for (const WantedStructure& w : wanted)
    ask(w.name, w.place, [&] { return Asked{{}, conditions_.target(w.structure), {}, {}, {}}; });
  if (c_.like.empty()) return;
  each_hairpin(c_.like, [&](const Record& record, const std::string& own) {
    ask(record.id, fmt::format("{}:{}", record.file, record.line), [&] {
      return Asked{{}, conditions_.target(own), chains_of(record.sequence, own), {}, {}};
    });
  });
}

void Designer::ask_guide() {
  const Backbone& backbone = find_backbone(c_.backbone);
  Folder folder(folding_);
  const std::string structure = folder.fold(backbone.sequence).structure;
  const bool five = c_.arm == "auto" ? backbone.guide_in_five : c_.arm == "5p";
  const GuidePlacement placed = place_guide(backbone, structure, as_rna(c_.guide), five);
  Asked asked{backbone.name, conditions_.narrowed(placed.target), {}, {}, {}};
  asked.remark = fmt::format(" backbone={} guide={}-{} passenger={}-{}", backbone.accession, placed.guide_begin + 1,
                             placed.guide_end, placed.passenger_begin + 1, placed.passenger_end);
  asked_.push_back(std::move(asked));
}

void Designer::each_hairpin(const std::string& path,
                            const std::function<void(const Record&, const std::string&)>& use) {
  RecordReader reader(RecordFiles{path});
  const auto state = hairpin_state(c_.folding);
  Hairpins hairpins = state();
  while (const auto item = reader.next()) {
    const auto* record = std::get_if<Record>(&*item);
    if (record == nullptr) {
      report(std::get<Rejection>(*item));
      ++rejected_;
      continue;
    }
    try {
      use(*record, structure_of(hairpins, *record));
    } catch (const Error& error) {
      report(reject(*record, error.what()));
      ++rejected_;
    }
  }
}

// Which of the model's chains explain these letters; empty if a letter is not one of ACGU.
std::vector<double> Designer::chains_of(const std::string& sequence, const std::string& structure) const {
  if (sequence.find_first_not_of("ACGU") != std::string::npos) return {};
  std::vector<Base> base;
  for (const char letter : sequence) base.push_back(base_code(letter));
  try {
    return natural_->responsibilities(natural_sites(make_target(structure)), base.data());
  } catch (const Error&) {
    return {};  // more than one hairpin: what is asked for need not be
  }
}

}  // namespace stemloop
