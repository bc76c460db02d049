// How many known precursors a scan brings before its judge, by clade and length, and what that costs.
//
//   scan_survival precursor_mature_v21.tsv.gz EVERY GENOME.fa [NAME=VALUE...]
//
// Every EVERY-th precursor with a known mature lies between 200 shuffled letters of the genome on either side. It
// survives if a candidate holds four fifths of each of its arms, give or take 5 letters at the candidate's ends (the
// ends of arms are often unpaired), and has its loop between them. NAME=VALUE sets an option of the scan: stacking,
// bound, shape, span. The first 200 kb of the genome without N are scanned too, for the candidates and CPU seconds per
// Mb of both strands.
#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <set>
#include <string>

#include "data/shuffle.h"
#include "known_loci.h"
#include "scan/scan.h"
#include "seq/seq.h"
#include "util/util.h"

using namespace stemloop;

namespace {

constexpr int kFlank = 200, kSlack = 5;

const std::set<std::string, std::less<>> kVertebrates = {
    "hsa", "mmu", "bta", "gga", "eca", "ptr", "ppy", "mml", "efu", "cfa", "rno", "mdo", "oan", "ssc", "ssa", "ggo",
    "dre", "aca", "ipu", "chi", "tgu", "pma", "cgr", "oha", "xtr", "tch", "ola", "ccr", "tni", "fru", "oar", "sha",
    "age", "lla", "sla", "hhi", "xla", "pol", "aja", "lca", "ocu", "ssy", "pbi", "meu", "ppa", "mne"};
const std::set<std::string, std::less<>> kPlants = {
    "mtr", "osa", "gma", "ptc", "ath", "bdi", "gra", "ppt", "stu", "mdm", "sbi", "aly", "ppe", "zma", "vvi",
    "nta", "mes", "lus", "atr", "cme", "tae", "bra", "bna", "ata", "tcc", "cpa", "ghr", "sly", "hvu", "rco",
    "lja", "csi", "smo", "cca", "aqc", "pab", "pta", "rgl", "hbr", "pgi", "pde", "ahy", "ssp", "vun", "ssl",
    "sof", "htu", "far", "gso", "dpr", "bol", "pvu", "aau", "han", "egu", "ctr", "ccl", "peu", "crt", "cln",
    "bgy", "bcy", "hpe", "hpa", "hci", "har", "amg", "hex", "ama", "ttu", "ghb", "gar"};
const std::set<std::string, std::less<>> kViruses = {"rlcv", "ebv",  "dev",   "mdv2",  "mcmv", "hsv2", "hsv1", "hvt",
                                                     "mghv", "hcmv", "mdv1",  "prv",   "kshv", "hbv",  "bhv1", "rrv",
                                                     "iltv", "blv",  "bhv5",  "hhv6b", "hvsa", "hiv1", "bfv",  "sv40",
                                                     "mcv",  "jcv",  "bpcv1", "bpcv2", "bkv"};
const std::set<std::string, std::less<>> kOthers = {"cre", "esi", "pti", "ddi", "psj", "pra", "pin"};

std::string clade_of(std::string_view name) {
  const std::string_view species = name.substr(0, name.find('-'));
  if (kVertebrates.contains(species)) return "vertebrates";
  if (kPlants.contains(species)) return "plants";
  if (kViruses.contains(species)) return "viruses";
  return kOthers.contains(species) ? "others" : "invertebrates";
}

std::string length_of(std::size_t letters) {
  if (letters < 80) return "below 80 nt";
  if (letters < 100) return "80 to 99 nt";
  if (letters < 130) return "100 to 129 nt";
  return letters < 180 ? "130 to 179 nt" : "180 nt and more";
}

Tile tile_of(std::string letters) {
  Tile tile;
  tile.core_end = static_cast<std::int64_t>(letters.size());
  tile.letters = std::move(letters);
  return tile;
}

void set_option(CandidateOptions& o, const std::string& text) {
  const auto value = [&] { return parse_integer(text.substr(text.find('=') + 1), text); };
  if (text.starts_with("stacking="))
    o.local.least_stacking = static_cast<int>(value());
  else if (text.starts_with("bound="))
    o.local.bound = static_cast<Energy>(value());
  else if (text.starts_with("span="))
    o.local.span = static_cast<int>(value());
  else if (text.starts_with("shape="))
    o.shape = std::stod(text.substr(6));
  else
    fail("'{}' is no option", text);
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 4) return 2;
  CandidateOptions options;
  for (int k = 4; k < argc; ++k) set_option(options, argv[k]);
  const auto model = make_model(load_parameters("turner2004"));
  const std::string genome = first_letters(argv[3], 200'000);
  std::string shuffled;
  for (std::size_t at = 0; at + 500 <= genome.size(); at += 500) {
    Random random(1, at);
    shuffled += shuffle_dinucleotides(genome.substr(at, 500), random);
  }
  CandidateOptions one_strand = options;
  one_strand.reverse = false;
  CandidateFinder finder(model, one_strand);
  std::map<std::string, std::array<long, 2>> seen;  // all, surviving
  long line = 0;
  read_table(argv[1], {}, [&](const std::vector<std::string_view>& f, const std::string&) {
    const std::string sequence = as_rna(f[2]);
    std::vector<std::pair<int, int>> arms;
    for (const std::size_t column : {5, 8}) {
      const std::string mature = column < f.size() ? as_rna(f[column]) : "";
      const std::size_t at = mature.size() < 15 ? std::string::npos : sequence.find(mature);
      if (at == std::string::npos) continue;
      arms.emplace_back(kFlank + static_cast<int>(at), kFlank + static_cast<int>(at + mature.size()));
    }
    if (arms.empty() || line++ % std::stol(argv[2]) != 0) return;
    Random random(5, static_cast<std::uint64_t>(line));
    const auto flank = [&] { return shuffled.substr(random.below(shuffled.size() - kFlank), kFlank); };
    const std::string before = flank();
    bool survives = false;
    for (const Candidate& c : finder.find(tile_of(before + sequence + flank()))) {
      LocalStemLoop t = c.stem_loop;
      const int shift = static_cast<int>(c.begin) - t.begin;
      for (int* at : {&t.begin, &t.end, &t.loop_open, &t.loop_close}) *at += shift;
      survives = survives || holds(t, arms, kSlack);
    }
    for (const std::string& group : {std::string("all"), clade_of(f[1]), length_of(sequence.size())}) {
      ++seen[group][0];
      seen[group][1] += survives ? 1 : 0;
    }
  });
  std::printf("group\tprecursors\tsurvive\tshare\n");
  for (const auto& [group, count] : seen) {
    std::printf("%s\t%ld\t%ld\t%.4f\n", group.c_str(), count[0], count[1],
                static_cast<double>(count[1]) / static_cast<double>(count[0]));
  }
  CandidateFinder both(model, options);
  const auto candidates = both.find(tile_of(genome)).size();
  const double mb = static_cast<double>(genome.size()) / 1e6;
  std::printf("per Mb: folding %.2f s, shape %.2f s, %.0f stem-loops, %.0f candidates\n", both.fold_seconds() / mb,
              both.shape_seconds() / mb, static_cast<double>(both.folded()) / mb, static_cast<double>(candidates) / mb);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
