// design: sequences that fold into a structure asked for and look like natural precursors.
#include "design/design.h"

#include "cli/command.h"
#include "judge/judge.h"

namespace stemloop {

namespace {

constexpr const char* kAnyClass = "any";

int run_design(DesignOptions& c) {
  check_run_files(design_inputs(c), {c.common.output, c.table});
  if (!c.fit.empty()) {
    fit_natural(c);
    return kExitOk;
  }
  std::optional<ClassQuestion> question;
  if (c.of_class == kAnyClass) {
    require(c.judge.empty(), "--judge {}: --class {} asks for no class to judge", c.judge, kAnyClass);
  } else {
    question.emplace(c.of_class, c.judge);
    c.judge = question->model();
    c.search.judging = [&question](const std::string& sequence) {
      const ClassAnswer answer = question->ask(sequence);
      return Opinion{answer.called, answer.probability, answer.label};
    };
  }
  return make_designs(c) == 0 || c.common.skip_bad ? kExitOk : kExitRejected;
}

void add_structures(CLI::App& app, DesignOptions& c) {
  app.add_option("--structure", c.structures, "Structure asked for, as dot-bracket; may be given again")
      ->type_name("DB");
  app.add_option("--structures", c.structures_file, "Structures from a file of dot-brackets, or FASTA with them")
      ->type_name("FILE");
  app.add_option("--like", c.like, "The structures of these hairpins, letters of their kind")->type_name("FASTA");
  app.add_option("--edit", c.edit, "These hairpins with the structures asked for: few letters change")
      ->type_name("FASTA");
  app.add_option("--guide", c.guide, "A guide of 18 nt or more, placed in a natural backbone (shRNA-mir)")
      ->excludes("--structure")
      ->excludes("--structures")
      ->excludes("--like")
      ->excludes("--edit")
      ->type_name("SEQ");
  app.add_option("--backbone", c.backbone, "mir-30a, mir-155, mir-21, mir-16-1, or their miRBase accessions")
      ->needs("--guide")
      ->capture_default_str()
      ->type_name("NAME");
  app.add_option("--arm", c.arm, "Where the guide stands; auto: as is usual for the backbone")
      ->needs("--guide")
      ->check(CLI::IsMember({"auto", "5p", "3p"}))
      ->capture_default_str();
}

void add_conditions(CLI::App& app, DesignOptions& c) {
  app.add_option("--length", c.length, "Refuse structures of another length")
      ->check(CLI::Range(1, kLongestDesign))
      ->type_name("NT");
  app.add_option("--flanks", c.flanks, "Unpaired bases to add before and behind the structure, as 5,7")
      ->type_name("N,N");
  app.add_option("--letters", c.letters, "IUPAC letters allowed, one a position (N: any)")->type_name("IUPAC");
  app.add_option("--gc", c.gc, "Share of G and C, as 0.4,0.55")->type_name("LOW,HIGH");
  app.add_option("--hold", c.hold,
                 "A motif that must stand at a position (from 1), or anywhere it can; may be given again")
      ->type_name("IUPAC[@POS]");
  app.add_option("--avoid", c.avoid, "A motif that must not occur; may be given again")->type_name("IUPAC");
  app.add_option("--ends", c.ends, "First and last letters, as GU..AG")->type_name("IUPAC..IUPAC");
  app.add_option("--mature", c.mature, "A mature sequence that must be in it, as --hold")->type_name("SEQ[@POS]");
}

// How many designs, and how long each is searched for.
void add_search(CLI::App& app, DesignOptions& c) {
  app.add_option("-n,--count", c.count, "Designs of each structure")
      ->check(CLI::Range(1, 10'000'000))
      ->capture_default_str();
  app.add_option("--seed", c.seed, "Design number i depends on the seed and i alone")->capture_default_str();
  app.add_option("--probability", c.search.wanted_probability,
                 "Search on for a structure this likely in the ensemble; 0: stop at the MFE")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_option("--class", c.of_class,
                 "Search on until the design is called so by a classifier; any: ask for no class")
      ->check(CLI::IsMember({kPremirnaClass, kMirtronClass, kAnyClass}))
      ->capture_default_str();
  app.add_option("--judge", c.judge, "Classifier that judges (default: premirna; of --class mirtron: mirtron)")
      ->type_name("MODEL");
  app.add_option("--attempts", c.search.attempts, "Starts from new letters before a structure is given up")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--time-limit", c.time_limit, "Seconds for each design; what is found then depends on the machine")
      ->check(kPositiveNumber)
      ->type_name("S");
}

}  // namespace

std::function<int()> add_design(CLI::App& app) {
  auto c = std::make_shared<DesignOptions>();
  c->of_class = kPremirnaClass;
  app.description(
      "Designs sequences whose minimum free energy structure is the one asked for, likely in the ensemble, with "
      "letters\n"
      "like those of natural precursors, and called pre-miRNA by a classifier. One hairpin a structure. What cannot be "
      "designed\n"
      "is listed with the reason; what is not called pre-miRNA is told.");
  add_structures(app, *c);
  add_conditions(app, *c);
  add_search(app, *c);
  app.add_flag("--unique", c->unique, "No sequence twice");
  app.add_option("--novel-against", c->novel_against, "No sequence of this file")->type_name("FASTA");
  app.add_option("--natural", c->model, "Model of natural precursors: a directory, a name or a file")
      ->capture_default_str()
      ->type_name("MODEL");
  app.add_option("--table", c->table, "Also write a table")->type_name("FILE");
  app.add_option("--fit", c->fit, "Fit a model of natural precursors on these hairpins and write it to -o")
      ->excludes("--structure")
      ->excludes("--structures")
      ->excludes("--like")
      ->excludes("--edit")
      ->excludes("--guide")
      ->excludes("--table")
      ->excludes("--class")
      ->excludes("--judge")
      ->type_name("FASTA");
  app.add_option("--chains", c->chains, "--fit: chains of the mixture")
      ->needs("--fit")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  add_run_options(app, c->common, c->folding);
  app.footer(
      "Examples:\n"
      "  stemloop design --structure '((((((((((((((((((((((....))))))))))))))))))))))' -n 5\n"
      "  stemloop design --like hairpins.fa --unique --table designs.tsv -o designs.fa\n"
      "  stemloop design --guide UAGCUUAUCAGACUGAUGUUGA --backbone mir-30a --avoid UUUU -n 3");
  return [c] {
    begin_run(c->common);
    return run_design(*c);
  };
}

}  // namespace stemloop
