// How right the cuts of a model are, against every set there is: the table of docs/arms.md.
//   arms_bench DATA MODEL TRAIN     (bench/arms.sh makes TRAIN and calls it)
// DATA holds deepmircut/, mirgenedb/, mirbase/, dicleave_hsa/ and mirdeep2_candidates/; of the last four only records
// count that are less than 80 % identical to every hairpin of the table TRAIN, and all of them beside.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>

#include "arms/arms.h"
#include "data/data.h"
#include "data/similarity.h"
#include "seq/seq.h"
#include "util/util.h"

namespace stemloop {
namespace {

using Rows = std::vector<std::map<std::string, std::string>>;

Rows rows_of(const std::string& path) {
  Rows rows;
  std::vector<std::string> header;
  read_table(
      path, [&](const std::vector<std::string>& names) { header = names; },
      [&](const std::vector<std::string_view>& fields, const std::string&) {
        auto& row = rows.emplace_back();
        for (std::size_t k = 0; k < header.size(); ++k) row[header[k]] = std::string(fields[k]);
      });
  return rows;
}

// "43,44": 43 letters lie before the cut.
int before(const std::string& cut) { return static_cast<int>(parse_integer(cut.substr(0, cut.find(',')), cut)); }

std::vector<CutExample> contexts(const std::string& path) {
  std::vector<CutExample> examples;
  for (const auto& row : rows_of(path)) {
    CutExample example;
    example.id = row.at("name");
    example.sequence = row.at("sequence");
    example.cuts = {before(row.at("drosha5p")), before(row.at("dicer5p")), before(row.at("dicer3p")),
                    before(row.at("drosha3p"))};
    if (row.at("example").find("_x") == std::string::npos) examples.push_back(std::move(example));
  }
  return examples;
}

// The precursor between Drosha's cuts with `flank` letters on either side: the context's own, or drawn at random.
std::vector<CutExample> with_flanks(const std::vector<CutExample>& examples, int flank, bool random_letters) {
  std::vector<CutExample> changed;
  for (std::size_t i = 0; i < examples.size(); ++i) {
    const CutExample& e = examples[i];
    Random random(7, i);
    const auto letters = [&](int count) {
      std::string text;
      for (int k = 0; k < count; ++k) text += "ACGU"[random.below(4)];
      return text;
    };
    const int n = static_cast<int>(e.sequence.size());
    const int left = random_letters ? 0 : std::min(flank, e.cuts[0]);
    const int right = random_letters ? 0 : std::min(flank, n - e.cuts[3]);
    CutExample& to = changed.emplace_back(e);
    to.sequence = letters(flank - left) + e.sequence.substr(e.cuts[0] - left, e.cuts[3] - e.cuts[0] + left + right) +
                  letters(flank - right);
    for (int& cut : to.cuts) cut += flank - e.cuts[0];
  }
  return changed;
}

// MirGeneDB's precursors in the miRBase hairpin of their species that holds them, with 5 letters or more around them.
std::vector<CutExample> drosha_ends(const std::string& data) {
  constexpr int kLeastFlank = 5;
  std::map<std::string, std::vector<std::string>> hairpins;
  for (const auto& row : rows_of(data + "/mirbase/precursor_mature_v21.tsv.gz")) {
    hairpins[row.at("name").substr(0, 3)].push_back(row.at("sequence"));
  }
  std::vector<CutExample> examples;
  for (const std::string species : {"hsa", "mml", "mmu", "rno"}) {
    RecordReader reader(data + "/mirgenedb/" + species + "-pre.fa.gz");
    while (auto item = reader.next()) {
      const Record& record = std::get<Record>(*item);
      for (const std::string& hairpin : hairpins[species]) {
        const std::size_t at = hairpin.find(record.sequence);
        if (at == std::string::npos) continue;
        const int begin = static_cast<int>(at), end = begin + static_cast<int>(record.sequence.size());
        if (begin < kLeastFlank || end + kLeastFlank > static_cast<int>(hairpin.size())) continue;
        examples.push_back({record.id, hairpin, {begin, -1, -1, end}});
        break;
      }
    }
  }
  return examples;
}

std::vector<CutExample> dicer_ends(const std::string& path) {
  std::vector<CutExample> examples;
  for (const auto& row : rows_of(path)) {
    if (row.at("in_deepmircut") == "yes") continue;
    examples.push_back(
        {row.at("name"), row.at("sequence"), {-1, before(row.at("dicer_5p")), before(row.at("dicer_3p")), -1}});
  }
  return examples;
}

// Known candidates of miRDeep2: where the reads of mature and star begin and end.
std::vector<CutExample> read_ends(const std::string& path) {
  std::vector<CutExample> examples;
  for (const auto& row : rows_of(path)) {
    if (row.at("mirgenedb") == "-" || row.at("star_start") == "-") continue;
    const auto number = [&](const char* column) { return static_cast<int>(parse_integer(row.at(column), path)); };
    Cuts cuts{number("mature_start") - 1, number("mature_end"), number("star_start") - 1, number("star_end")};
    const bool mature_first = cuts.drosha5 < cuts.dicer3;
    if (!mature_first) cuts = {cuts.dicer3, cuts.drosha3, cuts.drosha5, cuts.dicer5};
    if (cuts.dicer5 > cuts.dicer3) continue;
    CutExample& example = examples.emplace_back(CutExample{row.at("mirgenedb"), as_rna(row.at("sequence")), {}});
    example.cuts = {cuts.drosha5, cuts.dicer5, cuts.dicer3, cuts.drosha3};
    constexpr double kClearly = 2;
    const double mature = number("mature_reads"), star = number("star_reads");
    if (mature >= kClearly * star) example.guide = mature_first ? Guide::k5p : Guide::k3p;
  }
  return examples;
}

// Those that are no close relatives of what was learnt from, as whole sequences or between the outermost known cuts.
std::vector<CutExample> apart(const std::vector<CutExample>& examples, const std::vector<CutExample>& train) {
  std::vector<std::string> sequences;
  for (const CutExample& e : train) {
    sequences.push_back(e.sequence);
    if (e.cuts[0] >= 0 && e.cuts[3] >= 0) sequences.push_back(e.sequence.substr(e.cuts[0], e.cuts[3] - e.cuts[0]));
  }
  const auto first = static_cast<std::int64_t>(sequences.size());
  std::vector<std::size_t> owner;
  for (std::size_t i = 0; i < examples.size(); ++i) {
    const CutExample& e = examples[i];
    constexpr int kArm = 22;  // where Drosha's cuts are not known they are about so far from Dicer's
    const int begin = e.cuts[0] >= 0 ? e.cuts[0] : std::max(0, e.cuts[1] - kArm);
    const int end = e.cuts[3] >= 0 ? e.cuts[3] : std::min(static_cast<int>(e.sequence.size()), e.cuts[2] + kArm);
    for (const std::string& one : {e.sequence, e.sequence.substr(begin, end - begin)}) {
      sequences.push_back(one);
      owner.push_back(i);
    }
  }
  SimilarityOptions options;
  options.k = 6;
  options.containment = 0.15;
  options.identity = 0.8;
  std::vector<bool> near(examples.size());
  for (const SimilarPair& pair : similar_pairs(sequences, options)) {
    if (pair.first < first && pair.second >= first) near[owner[pair.second - first]] = true;
  }
  std::vector<CutExample> left;
  for (std::size_t i = 0; i < examples.size(); ++i) {
    if (!near[i]) left.push_back(examples[i]);
  }
  return left;
}

void print(const std::string& set, const CutMeasures& m) {
  std::string exact, distance;
  for (const CutScore& cut : m.cut) {
    exact += cut.count > 0 ? fmt::format(" {:.3f}", cut.exact) : " -";
    distance += cut.count > 0 ? fmt::format(" {:.2f}", cut.distance) : " -";
  }
  fmt::print("| {} | {} |{} | **{:.3f}** | {:.3f} | {:.3f} | {:.2f} ({}) | {} |\n", set, m.records, exact, m.all.exact,
             m.all.within_1, m.all.within_2, m.all.distance, distance.substr(1),
             m.cut[0].count > 0 && m.cut[1].count > 0 ? fmt::format("{:.3f}", m.all_four) : "-");
}

int run(const std::string& data, const std::string& directory, const std::string& table) {
  const CutModel model = CutModel::open(directory);
  const std::vector<CutExample> train = read_cut_examples(table);
  fmt::print("| set | n | exact, the four cuts | all | <= 1 nt | <= 2 nt | mean distance | all four |\n");
  fmt::print("|---|---|---|---|---|---|---|---|\n");
  const std::vector<CutExample> test = contexts(data + "/deepmircut/testSet.tsv.gz");
  print("testSet", measure_cuts(model, test));
  std::vector<CutExample> human;
  std::copy_if(test.begin(), test.end(), std::back_inserter(human),
               [](const CutExample& e) { return e.id.starts_with("hsa"); });
  print("testSet, human", measure_cuts(model, human));
  CutContext context;
  context.flank = 48;  // median of the validation set's contexts
  print("testSet, --flank 48", measure_cuts(model, test, context));
  print("testSet, fixed distances from the loop", measure_cuts(CutModel::offsets(), test));
  for (const bool random_letters : {false, true}) {
    for (const int flank : {0, 10, 30, 60}) {
      print(fmt::format("testSet, {} nt of {} flank", flank,
                        random_letters ? "random"
                        : flank > 30   ? "genomic, then random"
                                       : "genomic"),
            measure_cuts(model, with_flanks(test, flank, random_letters)));
    }
  }
  print("validationSet", measure_cuts(model, contexts(data + "/deepmircut/validationSet.tsv.gz")));
  const std::vector<CutExample> reads = read_ends(data + "/mirdeep2_candidates/dev.tsv.gz");
  const std::vector<std::pair<std::string, std::vector<CutExample>>> sets = {
      {"MirGeneDB, Drosha ends in miRBase hairpins", drosha_ends(data)},
      {"DiCleave, Dicer ends", dicer_ends(data + "/dicleave_hsa/dicleave.tsv.gz")},
      {"miRDeep2 candidates, ends of reads", reads}};
  for (const auto& [name, examples] : sets) {
    CutContext habit;
    if (name.starts_with("MirGeneDB")) habit.convention = Convention::kMirgenedb;
    print(name, measure_cuts(model, examples, habit));
    print(name + "; none alike in training", measure_cuts(model, apart(examples, train), habit));
  }
  const CertaintyMeasures sure = measure_certainty(model, test);
  for (int off = 0; off < 3; ++off) {
    fmt::print("\nprobability of being within {}: claimed {:.3f}, right {:.3f}, calibration error {:.3f}\n", off,
               sure.claimed[off], sure.right[off], sure.error[off]);
  }
  const GuideMeasures guide = measure_guides(model, reads);
  fmt::print(
      "\nguide, {} human hairpins (twice the reads): told {:.3f}, of those right {:.3f}, right if all were told "
      "{:.3f}\n",
      guide.records, guide.told, guide.right, guide.right_if_forced);
  CutModel::Scratch scratch = model.scratch();
  const auto start = std::chrono::steady_clock::now();
  constexpr int kRounds = 4;
  for (int round = 0; round < kRounds; ++round) {
    for (const CutExample& example : reads) (void)model.predict(example.sequence, scratch);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  fmt::print("\n{:.0f} hairpins of 110 nt a second on one core\n",
             kRounds * static_cast<double>(reads.size()) / took.count());
  return 0;
}

}  // namespace
}  // namespace stemloop

int main(int count, char** words) {
  if (count != 4) {
    fmt::print(stderr, "arms_bench DATA MODEL TRAIN\n");
    return 2;
  }
  try {
    return stemloop::run(words[1], words[2], words[3]);
  } catch (const stemloop::Error& error) {
    fmt::print(stderr, "arms_bench: {}\n", error.what());
    return 1;
  }
}
