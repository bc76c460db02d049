// The search for letters that fold into the structure asked for and look like a precursor's.
//
// An attempt draws letters from a natural model and then takes turns: fold them (what wins becomes a rival, and so do
// structures drawn from the ensemble), then change letters by Metropolis steps against the rivals known. A step's cost
// is
//
//   structure_weight * ln(1 + W) - letters_weight * log-likelihood + what breaks GC, motifs or an edit's letters
//
// so that steps cost a microsecond and folds are spent on what no known rival tells. Positions are drawn mostly among
// those that tell the nearest rivals from the target: defects first. Letters that differ from those folded last cost a
// little, or a search among known rivals would run off to where all are unknown. Attempts that fail are followed by
// ones that ask for less naturalness.
//
// If a class is asked for, a classifier judges what was found. Until it calls it so, a few letters at a time change,
// and what still folds as asked is kept by Metropolis' rule on the classifier's log odds; where that gains nothing the
// search begins anew. Everything drawn comes from (seed, item).
#pragma once

#include <functional>
#include <optional>

#include "design/letters_cost.h"
#include "design/natural_model.h"
#include "design/rivals.h"

namespace stemloop {

/// How one kind of attempt searches.
struct AttemptOptions {
  int rounds = 40;              // folds
  int steps = 100;              // between two folds
  double steps_per_letter = 3;  // and this many for each letter
  double structure_weight = 3;
  double letters_weight = 1;
  double energy_weight = 0;  // of the energy of the structure in RT; below 0 stable structures cost
  double stay = 1;           // what a letter that differs from those folded last costs
  double temperature = 0.5;  // of taking letters that fold worse than those before: of ln p, or of the gap in RT
  bool ensemble = true;      // ln p is asked for, not the gap to the MFE alone
  Energy broken = 150;       // what a loop of a rival costs whose pair the letters do not form
  double plain_weight = 0;   // above 0 letters begin as boosted ones and are drawn back to them: design/boosted.h
};

/// What a classifier says of a sequence for the class asked for.
struct Opinion {
  bool called = false;
  double probability = 0;
  std::string label;  // of what it is called
};

/// Asks a classifier. May be called by several threads at once.
using Judging = std::function<Opinion(const std::string& sequence)>;

struct SearchOptions {
  double wanted_probability = 0.5;  // of the structure: reached, the search ends
  int improving_rounds = 12;        // after the structure is met, to reach it
  int attempts = 20;
  int gentle_attempts = 2;  // that look for natural letters; those behind take turns of the hard kinds
  // Letters likely in the structure alone would have more G and C, and lower energy, than nature's.
  AttemptOptions gentle{40, 100, 3, 3, 1, -0.15, 1, 0.5, true, 150, 0};
  AttemptOptions hard{400, 50, 0, 3, 0.1, 0.2, 1, 1, true, 150};
  AttemptOptions harder{400, 50, 0, 3, 0.02, 0.5, 1, 1, true, 0};
  AttemptOptions boosted{400, 50, 1, 3, 0, 0.3, 1, 1, true, 0, 1};
  double seconds = 0;       // processor time of the whole search, 0: no limit
  Judging judging;          // none: no class is asked for
  int class_tries = 250;    // to find letters of the class; then the likeliest of it is what there is
  int patience = 30;        // tries without gain before other letters are begun with
  int class_steps = 60;     // of a try
  double class_weight = 1;  // of the log odds beside ln p
  double class_temperature = 0.5;
};

struct Design {
  std::string sequence;
  bool solved = false;        // the MFE structure is the one asked for, and GC and motifs are as asked
  std::string mfe_structure;  // of the sequence
  Energy mfe = 0;
  Energy target_energy = 0;   // of the structure asked for
  double probability = 0;     // of the structure asked for
  double log_likelihood = 0;  // per letter, under the natural model
  int chain = 0;              // of the natural model
  int attempts = 0;
  int folds = 0;
  long steps = 0;
  double seconds = 0;
  bool out_of_time = false;
  Opinion opinion;                  // of the sequence, if a class was asked for
  int judged = 0;                   // sequences that the classifier was asked about
  std::vector<std::string> rivals;  // of the last attempt, if it is not solved
};

/// Draws letters to begin an attempt with: a proposer other than the natural model. May return nothing.
using Proposer = std::function<std::vector<Base>(Random& random)>;

/// Designs one sequence. `chains` (may be empty) weighs the chains of the natural model.
Design design_sequence(const DesignTarget& target, const NaturalModel& natural, Folder& folder,
                       const SearchOptions& options, std::uint64_t seed, std::uint64_t item,
                       const std::vector<double>& chains = {}, const std::optional<StartLetters>& start = {},
                       const Proposer& proposer = {});

}  // namespace stemloop
