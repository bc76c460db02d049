#include "report/methods.h"

#include <fmt/format.h>

namespace stemloop {

std::string methods_paragraph(const MethodsFacts& facts) {
  std::string text = fmt::format("{} {} analysed with stemloop {} [1]. ", facts.records,
                                 facts.records == 1 ? "hairpin was" : "hairpins were", facts.version);
  if (facts.scanned)
    text +=
        "Loci were taken from its genome scan, with its probabilities and its q-values, which are estimated from "
        "decoy sequences scanned in the same way. ";
  if (facts.folded)
    text += fmt::format(
        "Sequences without a structure of their own were folded to their minimum free energy, and "
        "base-pair probabilities computed, in the nearest-neighbour model with the energy parameters "
        "{} at {:g} °C and dangling ends {} [2,3]. ",
        facts.folding.parameters, facts.folding.fold.temperature_celsius, facts.folding.fold.dangles);
  if (!facts.model.empty())
    text += fmt::format(
        "They were classified with the model {}, whose calibrated probabilities of at least 0.5 name "
        "the class, by boosted trees [4] whose reasons are SHAP values [5]; hairpins unlike the training "
        "hairpins are marked. ",
        facts.model);
  if (!facts.arms.empty()) text += fmt::format("Arms and cut sites: {}. ", facts.arms);
  if (facts.left_out > 0)
    text += fmt::format("{} {} left out for the reasons listed. ", facts.left_out,
                        facts.left_out == 1 ? "record was" : "records were");
  text.pop_back();
  return text;
}

std::vector<std::string> works_to_cite(const MethodsFacts& facts) {
  std::vector<std::string> works = {
      fmt::format("The stemloop authors. stemloop {}: fold, see, describe, classify and generate precursor microRNA "
                  "hairpins.",
                  facts.version),
      "Lorenz R, Bernhart SH, Höner zu Siederdissen C, Tafer H, Flamm C, Stadler PF, Hofacker IL. ViennaRNA Package "
      "2.0. Algorithms for Molecular Biology 6:26 (2011). doi:10.1186/1748-7188-6-26",
      "Turner DH, Mathews DH. NNDB: the nearest neighbor parameter database for predicting stability of nucleic acid "
      "secondary structure. Nucleic Acids Research 38:D280 (2010). doi:10.1093/nar/gkp892"};
  if (!facts.model.empty()) {
    works.emplace_back(
        "Chen T, Guestrin C. XGBoost: a scalable tree boosting system. Proceedings of KDD 2016, 785-794. "
        "doi:10.1145/2939672.2939785");
    works.emplace_back(
        "Lundberg SM, Erion G, Chen H, DeGrave A, Prutkin JM, Nair B, Katz R, Himmelfarb J, Bansal N, Lee SI. From "
        "local explanations to global understanding with explainable AI for trees. Nature Machine Intelligence 2:56-67 "
        "(2020). doi:10.1038/s42256-019-0138-9");
  }
  return works;
}

}  // namespace stemloop
