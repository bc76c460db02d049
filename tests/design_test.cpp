// Laws of the design engine: energies by terms are those of evaluate(), rivals keep their books, what is asked for
// holds, and nothing that nature folds is called impossible.
#include "design/design.h"

#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>
#include <numeric>

#include "fold/fold.h"
#include "standard_model.h"
#include "support.h"

namespace stemloop {
namespace {

using testing::error_of;
using ::testing::HasSubstr;
using testing::random_sequence;
using testing::standard_model;

const NaturalModel& natural() {
  static const auto model = read_natural_model(STEMLOOP_MODELS "/natural-precursors/model.json");
  return *model;
}

std::vector<Record> examples() {
  std::vector<Record> records;
  RecordReader reader(RecordFiles{STEMLOOP_EXAMPLES "/hairpins.fa"});
  while (auto item = reader.next()) {
    if (auto* record = std::get_if<Record>(&*item)) records.push_back(*record);
  }
  return records;
}

std::vector<Base> codes_of(const std::string& sequence) {
  std::vector<Base> codes;
  for (const char letter : sequence) codes.push_back(base_code(letter));
  return codes;
}

TEST(StructureTerms, AddUpToTheEnergyOfTheStructure) {
  Folder folder(standard_model());
  const TermEnergies energies(standard_model()->energy);
  int multi = 0;
  for (std::uint64_t item = 0; item < 200; ++item) {
    const std::string sequence = random_sequence(20 + static_cast<int>(item), 0.6, 41, item);
    Fold mfe;
    folder.ensemble_energy(sequence, mfe);
    std::vector<Base> padded = {kBaseN};
    for (const Base base : codes_of(sequence)) padded.push_back(base);
    padded.push_back(kBaseN);
    for (const std::string& structure : folder.sample(5, item)) {
      const StructureTerms terms = structure_terms(standard_model()->energy, structure);
      Energy sum = terms.constant;
      for (const EnergyTerm& term : terms.terms) {
        sum += energies(term, padded.data() + 1, static_cast<int>(sequence.size()));
        multi += term.kind == EnergyTerm::Kind::kMultiClosing ? 1 : 0;
      }
      ASSERT_EQ(sum, evaluate(standard_model()->energy, sequence, structure).energy) << sequence << "\n" << structure;
    }
  }
  EXPECT_GT(multi, 50);
}

TEST(StructureTerms, EnsembleEnergyAloneIsThatOfTheEnsemble) {
  Folder folder(standard_model());
  for (std::uint64_t item = 0; item < 20; ++item) {
    const std::string sequence = random_sequence(90, 0.5, 42, item);
    Fold a, b;
    EXPECT_EQ(folder.ensemble_energy(sequence, a), folder.ensemble(sequence, b).energy_kcal);
    EXPECT_EQ(a.structure, b.structure);
  }
}

TEST(Rivals, KeepTheirBooksThroughChangesKeptAndUndone) {
  const EnergyModel& model = standard_model()->energy;
  const double kt = 61.6;
  const std::string structure = "..(((((((..((((.....))))...)))))))...";
  const DesignTarget target = make_target(structure);
  Folder folder(standard_model());
  Rivals rivals(model, target, kt, 40);
  rivals.set_broken(TermEnergies::kImpossible);  // as evaluate() has it
  Random random(5, 1);
  std::vector<Base> letters(structure.size());
  natural().draw(0, target, natural_sites(target), random, letters.data());
  rivals.set_letters(letters);
  const auto text = [&] {
    std::string sequence;
    for (int k = 0; k < target.length(); ++k) sequence += "NACGU"[rivals.letter(k)];
    return sequence;
  };
  for (int round = 0; round < 300; ++round) {
    if (round % 10 == 0) {
      Fold mfe;
      folder.ensemble_energy(text(), mfe);
      for (const std::string& rival : folder.sample(6, static_cast<std::uint64_t>(round))) rivals.add(rival);
    }
    const auto& [i, j] = target.chain[random.below(target.chain.size())];
    const BasePair& pair = kBasePairs[random.below(6)];
    const double told = rivals.change(i, pair.five, j, pair.three);
    if (round % 3 != 0) {
      rivals.keep();
      EXPECT_NEAR(rivals.weight(), told, 1e-6 * (1 + told));
    } else {
      rivals.undo();
    }
  }
  EXPECT_LE(rivals.size(), 40U);
  const std::string sequence = text();
  const Energy own = evaluate(model, sequence, structure).energy;
  EXPECT_EQ(rivals.target_energy(), own);
  double weight = 0;
  for (const std::string& rival : rivals.structures()) {
    try {
      weight += std::exp(-(evaluate(model, sequence, rival).energy - own) / kt);
    } catch (const Error&) {  // a pair it needs is not there
    }
  }
  EXPECT_NEAR(rivals.weight(), weight, 1e-9 * (1 + weight));
}

TEST(DesignTarget, WhatCannotBeIsSaid) {
  const auto why = [](const char* structure, const char* letters = "") {
    return error_of([&] { make_target(structure, letters); });
  };
  EXPECT_THAT(why("((((....)))"), HasSubstr("bracket"));
  EXPECT_THAT(why("......"), HasSubstr("there is no base pair"));
  EXPECT_THAT(why("(((...)))(((...)))"), HasSubstr("2 hairpin loops (closed by positions 3 and 7, 12 and 16)"));
  EXPECT_THAT(why("((((..))))"), HasSubstr("the hairpin loop closed by positions 4 and 7 has 2 bases"));
  EXPECT_THAT(why("(((...)))", "ANNNNNNNA"),
              HasSubstr("positions 1 and 9 are to pair, but the letters asked for there, A and A"));
  EXPECT_THAT(why("(((...)))", "NNNN"), HasSubstr("4 letters asked for, but the structure has 9"));
  EXPECT_THAT(why("(((...)))", "NNNNXNNNN"), HasSubstr("'X' at position 5 is no IUPAC letter"));
  const std::string wide = "((" + std::string(20, '.') + "((...))" + std::string(20, '.') + "))";
  EXPECT_THAT(why(wide.c_str()), HasSubstr("has 40 unpaired bases; folding forms none of more than 30"));
  EXPECT_THAT(why(std::string(2000, '(').c_str()), HasSubstr("designs have at most 1000"));
}

TEST(DesignTarget, LettersOfAPairNarrowEachOther) {
  DesignTarget target = make_target("(((...)))", "GNNNNNNNN");
  EXPECT_EQ(iupac_letter(target.allowed[8]), 'Y');  // G pairs with C and U
  target.gc_low = 0.9;
  target.gc_high = 1;
  target.avoid = {letter_masks("AAA", "test")};
  check_possible(target);
  fix_letters(target, 3, letter_masks("AAA", "test"), "test");
  target.gc_low = 0;
  EXPECT_THAT(error_of([&] { check_possible(target); }),
              HasSubstr("the motif AAA is to be avoided, but the letters asked for spell it at 4"));
  target.avoid.clear();
  target.gc_low = 0.9;
  EXPECT_THAT(error_of([&] { check_possible(target); }), HasSubstr("allow 0.111 to 0.667"));
  EXPECT_THAT(places_for(make_target("(((...)))"), letter_masks("AAAA", "test")),
              ::testing::ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(places_for(make_target("(((...)))", "GGGNNNNNN"), letter_masks("AAA", "test")),
              ::testing::ElementsAre(3));
}

TEST(NaturalModel, SharesOfEveryContextAddUpToOne) {
  for (std::size_t c = 0; c < natural().chains.size(); ++c) {
    const auto& tables = natural().chains[c].table;
    for (std::size_t t = 0; t < tables.size(); ++t) {
      const std::size_t outcomes = t < 21 ? 4 : 16;
      for (std::size_t context = 0; context < tables[t].size() / outcomes; ++context) {
        double sum = 0;
        for (std::size_t k = 0; k < outcomes; ++k)
          sum += std::exp(static_cast<double>(tables[t][context * outcomes + k]));
        // Contexts of pairs that cannot be have no shares.
        if (sum > 1e-3) {
          EXPECT_NEAR(sum, 1, 0.01) << "chain " << c << " table " << t << " context " << context;
        }
      }
    }
  }
}

TEST(NaturalModel, NaturalLettersAreLikelierThanShuffledOnes) {
  Folder folder(standard_model());
  int likelier = 0, seen = 0;
  for (const Record& record : examples()) {
    DesignTarget target;
    try {
      target = make_target(folder.fold(record.sequence).structure);
    } catch (const Error&) {
      continue;
    }
    const auto sites = natural_sites(target);
    std::vector<Base> own = codes_of(record.sequence), other(own.size());
    // Letters as likely by themselves, pairs kept: each pair and letter drawn from all six or four.
    Random random(3, static_cast<std::uint64_t>(record.index));
    for (Base& base : other) base = static_cast<Base>(1 + random.below(4));
    for (const auto& [i, j] : target.chain) {
      const BasePair& pair = kBasePairs[random.below(6)];
      other[i] = pair.five;
      other[j] = pair.three;
    }
    const int n = target.length();
    likelier += natural().log_likelihood_per_letter(sites, own.data(), n) >
                        natural().log_likelihood_per_letter(sites, other.data(), n)
                    ? 1
                    : 0;
    ++seen;
  }
  EXPECT_GE(seen, 10);
  EXPECT_GE(likelier, seen - 1);
}

TEST(NaturalModel, AFileReadsBackAndDamageIsSaid) {
  const std::string text = natural_model_text(natural());
  const testing::TemporaryFile file(text, "model.json");
  EXPECT_EQ(natural_model_text(*read_natural_model(file.path())), text);
  const testing::TemporaryFile other("{\"format\": \"other\"}", "model.json");
  EXPECT_THAT(error_of([&] { read_natural_model(other.path()); }), HasSubstr("not a model of natural precursors"));
  std::string cut = text;
  cut.erase(cut.find("[-"), 30);
  const testing::TemporaryFile damaged(cut, "model.json");
  EXPECT_NE(error_of([&] { read_natural_model(damaged.path()); }), "(no error)");
}

TEST(NaturalModel, FittingFindsTheChainsItWasDrawnFrom) {
  // Two kinds of hairpins: all CG pairs, all AU pairs.
  std::vector<NaturalExample> made;
  const std::string structure = "((((((((....))))))))";
  for (int k = 0; k < 40; ++k)
    made.push_back({k % 2 == 0 ? "CGCGCGCGAAAACGCGCGCG" : "AUAUAUAUAAAAAUAUAUAU", structure, -5});
  const NaturalModel fitted = fit_natural_model(made, 2, 10);
  EXPECT_NEAR(fitted.chains[0].weight, 0.5, 1e-6);
  EXPECT_NEAR(std::abs(fitted.chains[0].gc - fitted.chains[1].gc), 0.8, 1e-6);
}

TEST(Design, FoldsAsAskedWithTheProbabilitySaid) {
  Folder folder(standard_model());
  int made = 0;
  for (const Record& record : examples()) {
    if (++made > 10) break;
    DesignTarget target;
    try {
      target = make_target(folder.fold(record.sequence).structure);
    } catch (const Error&) {
      continue;
    }
    const Design design = design_sequence(target, natural(), folder, {}, 7, static_cast<std::uint64_t>(made));
    ASSERT_TRUE(design.solved) << record.id;
    Folder fresh(standard_model());
    Fold mfe;
    const Ensemble ensemble = fresh.ensemble(design.sequence, mfe);
    EXPECT_EQ(mfe.structure, target.structure);
    EXPECT_EQ(mfe.energy, design.mfe);
    EXPECT_NEAR(ensemble.mfe_frequency, design.probability, 1e-6);
    const Design again = design_sequence(target, natural(), fresh, {}, 7, static_cast<std::uint64_t>(made));
    EXPECT_EQ(again.sequence, design.sequence);
    EXPECT_EQ(again.steps, design.steps);
  }
}

TEST(Design, WhatIsAskedForHolds) {
  Folder folder(standard_model());
  const std::string structure = "..(((((((.((((((((((....))))))))))...))))))).";
  DesignTarget target = make_target(structure, "GUNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNAG");
  target.gc_low = 0.4;
  target.gc_high = 0.5;
  target.avoid = {letter_masks("UUU", "test"), letter_masks("GAAUUC", "test"), letter_masks("CG", "test")};
  fix_letters(target, 12, letter_masks("UGAGG", "test"), "test");
  check_possible(target);
  for (std::uint64_t item = 0; item < 20; ++item) {
    const Design design = design_sequence(target, natural(), folder, {}, 1, item);
    ASSERT_TRUE(design.solved) << item;
    const std::string& s = design.sequence;
    EXPECT_EQ(s.size(), structure.size());
    EXPECT_EQ(folder.fold(s).structure, structure);
    EXPECT_EQ(s.substr(0, 2) + s.substr(12, 5) + s.substr(s.size() - 2), "GUUGAGGAG");
    for (const char* motif : {"UUU", "GAAUUC", "CG"}) EXPECT_EQ(s.find(motif), std::string::npos) << s;
    const double gc =
        static_cast<double>(std::count_if(s.begin(), s.end(), [](char c) { return c == 'G' || c == 'C'; }));
    EXPECT_GE(gc / static_cast<double>(s.size()), 0.4);
    EXPECT_LE(gc / static_cast<double>(s.size()), 0.5);
  }
}

TEST(Design, AStructureOf400NucleotidesIsDesigned) {
  std::string arm;
  for (int k = 0; k < 17; ++k) arm += "((((((((((.(.";
  arm = arm.substr(0, 196);
  std::string structure = arm + "........";
  for (auto at = arm.rbegin(); at != arm.rend(); ++at) structure += *at == '(' ? ')' : '.';
  ASSERT_EQ(structure.size(), 400U);
  // One pair between two loops of two unpaired bases is hard but can be.
  Folder folder(standard_model());
  const DesignTarget target = make_target(structure);
  SearchOptions options;
  options.wanted_probability = 0;
  options.seconds = 60;
  const Design design = design_sequence(target, natural(), folder, options, 1, 0);
  EXPECT_TRUE(design.solved || design.out_of_time);
  if (design.solved) {
    EXPECT_EQ(folder.fold(design.sequence).structure, structure);
  }
}

TEST(Boosted, LettersKeepToWhatTheTargetAllowsAndPairUp) {
  const DesignTarget target = make_target("..((((...((...((....))..))...))))...");
  const std::vector<std::uint8_t> places = boosted_places(target);
  // Two for each loop of two sides and for the terminal loop, none outside the hairpin.
  EXPECT_EQ(std::accumulate(places.begin(), places.end(), 0), 4 + 4 + 2);
  EXPECT_EQ(places[0] + places[1] + places[35], 0);
  for (std::uint64_t item = 0; item < 50; ++item) {
    Random random(3, item);
    const std::vector<Base> letters = boosted_letters(target, random);
    for (const auto& [i, j] : target.chain)
      EXPECT_NE(kPairTypes[letters[static_cast<std::size_t>(i)]][letters[static_cast<std::size_t>(j)]], kNoPair);
    for (std::size_t k = 0; k < letters.size(); ++k) {
      if (target.pairs[k] < 0 && places[k] == 0) {
        EXPECT_EQ(letters[k], kBaseA);
      }
    }
  }
}

// Two base pairs between two loops of eighteen unpaired bases, again and again: natural letters never fold so.
TEST(Boosted, StemsOfTwoPairsBetweenLargeLoopsAreFound) {
  std::string structure = "((....))";
  for (int k = 0; k < 6; ++k) structure = "((........." + structure + ".........))";
  Folder folder(standard_model());
  const Design d = design_sequence(make_target(structure), natural(), folder, {}, 1, 0);
  EXPECT_TRUE(d.solved);
  EXPECT_EQ(folder.fold(d.sequence).structure, structure);
}

TEST(Undesignable, WhatNatureFoldsIsNotCalledImpossible) {
  Folder folder(standard_model());
  for (const Record& record : examples()) {
    DesignTarget target;
    try {
      target = make_target(folder.fold(record.sequence).structure);
    } catch (const Error&) {
      continue;
    }
    const auto motif = find_undesignable(standard_model()->energy, target, 1e6);
    EXPECT_FALSE(motif) << record.id << ": " << motif->text(target);
  }
}

TEST(Undesignable, APairThatClosesALargeLoopAloneIsNamed) {
  // "Simple Single Bond" of Eterna100-V1, which no one has solved for ViennaRNA 2.
  const DesignTarget target = make_target("......(.........((((.....)))).........)......................");
  const auto motif = find_undesignable(standard_model()->energy, target);
  ASSERT_TRUE(motif);
  EXPECT_THAT(motif->text(target), HasSubstr("the base pair 7-39 between the loops beside it: for all letters"));
  // The proof holds for letters drawn at random.
  Random random(1, 1);
  for (int k = 0; k < 200; ++k) {
    std::vector<Base> letters(target.structure.size());
    natural().draw(0, target, natural_sites(target), random, letters.data());
    std::string sequence;
    for (const Base base : letters) sequence += "NACGU"[base];
    EXPECT_GE(evaluate(standard_model()->energy, sequence, target.structure).energy -
                  evaluate(standard_model()->energy, sequence, motif->rival).energy,
              motif->least_deficit);
  }
}

TEST(Edit, LettersKeepTheirPlacesWhenABulgeGoes) {
  //                          0123456789
  const std::string own = "((.((....))))";
  const std::string wanted = "((((....))))";
  EXPECT_THAT(align_structures(own, wanted), ::testing::ElementsAre(0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
  EXPECT_THAT(align_structures(own, own), ::testing::ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
  const StartLetters start = letters_for_edit("GGACCAAAAGGCC", own, "(((((....)))))");
  EXPECT_EQ(std::count(start.letters.begin(), start.letters.end(), kBaseN), 1);
}

TEST(Edit, OneBulgeOfLet7aChangesFewLettersBesideIt) {
  Folder folder(standard_model());
  const Record record = examples().front();
  ASSERT_EQ(record.id, "hsa-let-7a-1");
  const std::string own = folder.fold(record.sequence).structure;
  // The bulge at position 6 goes: its letter is left out.
  ASSERT_EQ(own[5], '.');
  std::string wanted = own;
  wanted.erase(5, 1);
  const DesignTarget target = make_target(wanted);
  const StartLetters start = letters_for_edit(record.sequence, own, wanted);
  const Design design = design_sequence(target, natural(), folder, {}, 1, 0, {}, start);
  ASSERT_TRUE(design.solved);
  int changed = 0;
  for (std::size_t k = 0; k < wanted.size(); ++k) changed += start.letters[k] != base_code(design.sequence[k]) ? 1 : 0;
  EXPECT_LE(changed, 8);  // a tenth
}

TEST(Backbone, AGuideStandsWhereTheMatureStood) {
  Folder folder(standard_model());
  int solved = 0;
  for (const Backbone& backbone : backbones()) {
    const std::string structure = folder.fold(backbone.sequence).structure;
    for (const bool five : {true, false}) {
      const std::string guide = "UUCGAAGUAUUCCGCGUACG";
      const GuidePlacement placed = place_guide(backbone, structure, guide, five);
      SearchOptions options;
      options.attempts = 3;
      const Design design = design_sequence(placed.target, natural(), folder, options, 3, 0);
      solved += design.solved ? 1 : 0;
      if (!design.solved) continue;
      EXPECT_EQ(design.sequence.substr(static_cast<std::size_t>(placed.guide_begin), guide.size()), guide);
      EXPECT_EQ(folder.fold(design.sequence).structure, structure) << backbone.name;
    }
    EXPECT_THAT(error_of([&] { place_guide(backbone, structure, std::string(30, 'A'), true); }),
                HasSubstr("the guide has 30 letters"));
    EXPECT_THAT(error_of([&] { place_guide(backbone, structure, "ACGU", true); }), HasSubstr("it needs 18 to"));
  }
  EXPECT_GE(solved, 4);  // of eight: a guide folds with itself or its backbone's letters, too
  EXPECT_THAT(error_of([] { find_backbone("mir-1"); }), HasSubstr("there are mir-30a (MI0000088)"));
}

// A judge that knows nothing but a content of G and C, so that what is obeyed can be checked.
Judging likes_gc(double low, double high, int& asked) {
  return [low, high, &asked](const std::string& sequence) {
    ++asked;
    const double gc = static_cast<double>(std::count_if(sequence.begin(), sequence.end(),
                                                        [](char x) { return x == 'G' || x == 'C'; })) /
                      static_cast<double>(sequence.size());
    const double beyond = std::max({0.0, low - gc, gc - high});
    return Opinion{beyond == 0, beyond == 0 ? 0.9 : 0.4 * std::exp(-10 * beyond), beyond == 0 ? "wanted" : "other"};
  };
}

TEST(Judging, TheClassAskedForIsObeyedAndTheStructureKept) {
  Folder folder(standard_model());
  int asked = 0;
  for (const auto& [low, high] : {std::pair{0.30, 0.36}, std::pair{0.60, 0.66}}) {
    SearchOptions options;
    options.judging = likes_gc(low, high, asked);
    for (std::uint64_t item = 0; item < 5; ++item) {
      asked = 0;
      const Design design = design_sequence(make_target("(((((((((((((..(((((((.....)))))))..)))))))))))))"), natural(),
                                            folder, options, 7, item);
      ASSERT_TRUE(design.solved);
      EXPECT_TRUE(design.opinion.called) << design.opinion.probability;
      EXPECT_EQ(design.judged, asked);
      EXPECT_EQ(folder.fold(design.sequence).structure, design.mfe_structure);
      const Opinion again = options.judging(design.sequence);
      EXPECT_EQ(again.probability, design.opinion.probability) << "the opinion is of another sequence";
    }
  }
}

TEST(Judging, WhatIsCalledAtOnceIsTheDesignWithoutAClass) {
  Folder folder(standard_model());
  SearchOptions options;
  const DesignTarget target = make_target("((((((((((((....))))))))))))");
  const Design plain = design_sequence(target, natural(), folder, options, 3, 1);
  options.judging = [](const std::string&) { return Opinion{true, 0.7, "wanted"}; };
  const Design judged = design_sequence(target, natural(), folder, options, 3, 1);
  EXPECT_EQ(judged.sequence, plain.sequence);
  EXPECT_EQ(judged.log_likelihood, plain.log_likelihood);
  EXPECT_EQ(judged.judged, 1);
}

TEST(Judging, AClassOutOfReachEndsWithTheLikeliestOfIt) {
  Folder folder(standard_model());
  SearchOptions options;
  options.class_tries = 40;
  int asked = 0;
  options.judging = likes_gc(2, 3, asked);
  const DesignTarget target = make_target("((((((((((((....))))))))))))");
  const Design design = design_sequence(target, natural(), folder, options, 3, 1);
  EXPECT_TRUE(design.solved);
  EXPECT_FALSE(design.opinion.called);
  EXPECT_EQ(design.opinion.label, "other");
  EXPECT_LE(design.judged, 41);
  EXPECT_GT(design.opinion.probability, 0);
  // A judge that finds nothing to judge leaves the design as it was.
  options.judging = [](const std::string&) { return Opinion{false, 0, "no hairpin"}; };
  const Design hopeless = design_sequence(target, natural(), folder, options, 3, 1);
  options.judging = nullptr;
  EXPECT_EQ(hopeless.sequence, design_sequence(target, natural(), folder, options, 3, 1).sequence);
  EXPECT_LE(hopeless.judged, 21);
}

TEST(Judging, FixedLettersAndRangesHoldWhileAClassIsSought) {
  Folder folder(standard_model());
  SearchOptions options;
  int asked = 0;
  options.judging = likes_gc(0.55, 0.60, asked);
  DesignTarget target = make_target("(((((((((((((..(((((((.....)))))))..)))))))))))))",
                                    "GANNNNNNNNNNNNNNNNNNNNNGAAANNNNNNNNNNNNNNNNNNNNUC");
  target.gc_high = 0.5;  // the judge cannot have its way
  const Design design = design_sequence(target, natural(), folder, options, 5, 2);
  ASSERT_TRUE(design.solved);
  EXPECT_FALSE(design.opinion.called);
  EXPECT_EQ(design.sequence.substr(0, 2) + design.sequence.substr(23, 4) + design.sequence.substr(47), "GAGAAAUC");
  EXPECT_LE(std::count_if(design.sequence.begin(), design.sequence.end(), [](char x) { return x == 'G' || x == 'C'; }),
            24);
}

}  // namespace
}  // namespace stemloop
