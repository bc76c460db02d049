#include "scan/introns.h"

#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include "data/shuffle.h"
#include "util/util.h"

namespace stemloop {

namespace {

constexpr std::size_t kFiveSite = 6, kThreeSite = 3;
constexpr std::size_t kBatch = 64;
constexpr std::int64_t kPiece = 1 << 20;

using Exons = std::vector<std::pair<std::int64_t, std::int64_t>>;

// Reads an annotation line by line.
class IntronReader {
 public:
  IntronReader(const std::string& path, const GenomeSurvey& genome) : lines_(path), genome_(genome) {
    for (std::size_t k = 0; k < genome.contigs.size(); ++k) names_[genome.contigs[k].name] = static_cast<int>(k);
  }

  std::vector<Intron> read() {
    std::string line;
    while (lines_.next(line)) {
      if (line.rfind("##FASTA", 0) == 0) break;
      if (line.empty() || line[0] == '#' || line.rfind("track", 0) == 0 || line.rfind("browser", 0) == 0) continue;
      const auto f = split_fields(line, '\t');
      if (f.size() == 9 && f[6].size() == 1 && std::string_view("+-.?").find(f[6]) != std::string_view::npos) {
        gff3(f);
      } else {
        bed(f);
      }
    }
    for (auto& [transcript, of] : exons_) between(of.first, of.second, transcript);
    std::sort(introns_.begin(), introns_.end());
    introns_.erase(std::unique(introns_.begin(), introns_.end()), introns_.end());
    require(!introns_.empty(),
            "{}: there is no intron in it (BED intervals, GFF3 features 'intron', or exons of one Parent)",
            lines_.name());
    return std::move(introns_);
  }

 private:
  Intron intron(std::string_view contig, std::int64_t begin, std::int64_t end, std::string_view strand) {
    const std::string place = lines_.place();
    const auto found = names_.find(std::string(contig));
    require(found != names_.end(), "{}: the genome has no contig '{}'", place, printable(contig));
    require(strand == "+" || strand == "-", "{}: strand '{}' is neither + nor -: an intron has one", place,
            printable(strand));
    const std::int64_t length = genome_.contigs[static_cast<std::size_t>(found->second)].length;
    require(begin >= 0 && begin < end, "{}: {} to {} is no stretch of '{}'", place, begin + 1, end, printable(contig));
    require(end <= length, "{}: {} is beyond the end of '{}', which has {} letters", place, end, printable(contig),
            length);
    return {found->second, begin, end, strand == "-"};
  }

  void bed(const std::vector<std::string_view>& f) {
    const std::string place = lines_.place();
    require(f.size() >= 6, "{}: a BED line of an intron has at least six fields between tabs (strand), not {}", place,
            f.size());
    const Intron whole = intron(f[0], parse_integer(f[1], place), parse_integer(f[2], place), f[5]);
    if (f.size() < 12) {
      introns_.push_back(whole);
      return;
    }
    const auto list = [&](std::string_view text) {
      std::vector<std::int64_t> values;
      for (const std::string_view part : split_fields(text, ',')) {
        if (!part.empty()) values.push_back(parse_integer(part, place));
      }
      return values;
    };
    const auto sizes = list(f[10]), starts = list(f[11]);
    require(sizes.size() == starts.size() && static_cast<std::int64_t>(sizes.size()) == parse_integer(f[9], place),
            "{}: blockCount {} with {} sizes and {} starts", place, printable(f[9]), sizes.size(), starts.size());
    Exons blocks;
    for (std::size_t k = 0; k < sizes.size(); ++k) {
      blocks.emplace_back(whole.begin + starts[k], whole.begin + starts[k] + sizes[k]);
      require(starts[k] >= 0 && sizes[k] > 0 && blocks.back().second <= whole.end, "{}: block {} lies outside the line",
              place, k + 1);
    }
    between(whole, blocks, place);
  }

  void gff3(const std::vector<std::string_view>& f) {
    if (f[2] != "intron" && f[2] != "exon") return;
    const std::string place = lines_.place();
    const Intron whole = intron(f[0], parse_integer(f[3], place) - 1, parse_integer(f[4], place), f[6]);
    if (f[2] == "intron") {
      introns_.push_back(whole);
      return;
    }
    for (const std::string_view part : split_fields(f[8], ';')) {
      if (part.substr(0, 7) != "Parent=") continue;
      for (const std::string_view parent : split_fields(part.substr(7), ',')) {
        auto& [first, list] = exons_.try_emplace(std::string(parent), whole, Exons()).first->second;
        require(first.contig == whole.contig && first.reverse == whole.reverse,
                "{}: exons of '{}' lie on two contigs or strands", place, printable(parent));
        list.emplace_back(whole.begin, whole.end);
      }
      return;
    }
    require(f[8].find(" \"") == std::string_view::npos,
            "{}: this is GTF; GFF3 or BED is read (gffread -o introns.gff3)", place);
  }

  void between(const Intron& of, Exons& exons, const std::string& whose) {
    std::sort(exons.begin(), exons.end());
    for (std::size_t k = 1; k < exons.size(); ++k) {
      require(exons[k].first >= exons[k - 1].second, "{}: exons of one transcript overlap ({} to {}, {} to {}; {})",
              lines_.name(), exons[k - 1].first + 1, exons[k - 1].second, exons[k].first + 1, exons[k].second,
              printable(whose));
      if (exons[k].first > exons[k - 1].second)
        introns_.push_back({of.contig, exons[k - 1].second, exons[k].first, of.reverse});
    }
  }

  LineReader lines_;
  const GenomeSurvey& genome_;
  std::unordered_map<std::string, int> names_;
  std::map<std::string, std::pair<Intron, Exons>> exons_;
  std::vector<Intron> introns_;
};

struct Judged {
  double probability = -1;  // -1: no hairpin
  std::string structure;
  Energy energy = 0;
};

// One answer a sequence.
std::vector<Judged> ask(const std::vector<std::string>& sequences, const Judge& judge, const IntronOptions& options) {
  const std::vector<VerdictColumn> columns = judge.columns();
  const auto place_of = [&](const char* name) {
    const auto found =
        std::find_if(columns.begin(), columns.end(), [&](const VerdictColumn& c) { return c.name == name; });
    require(found != columns.end(), "the classifier tells no {}, which judging introns needs", name);
    return static_cast<std::size_t>(found - columns.begin());
  };
  const std::size_t probability = place_of("probability"), structure = place_of("structure");
  std::vector<Judged> answers(sequences.size());
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(options.threads));
  tbb::enumerable_thread_specific<Hairpins> states(hairpin_state(options.folding));
  tbb::parallel_for(std::size_t{0}, (sequences.size() + kBatch - 1) / kBatch, [&](std::size_t batch) {
    Hairpins& state = states.local();
    std::vector<std::unique_ptr<Seen>> seen;
    std::vector<std::size_t> of;
    for (std::size_t k = batch * kBatch; k < std::min(sequences.size(), (batch + 1) * kBatch); ++k) {
      Record record;
      record.id = std::to_string(k);
      record.sequence = sequences[k];
      try {
        seen.push_back(judge.see(state, record));
      } catch (const Error&) {  // no hairpin in it
        continue;
      }
      of.push_back(k);
    }
    const auto verdicts = judge.judge(std::move(seen));
    for (std::size_t k = 0; k < verdicts.size(); ++k) {
      const std::vector<TypedCell> cells = verdicts[k]->cells();
      if (!std::holds_alternative<std::string>(cells[structure])) continue;  // no hairpin in it
      Judged& answer = answers[of[k]];
      answer.probability = std::get<double>(cells[probability]);
      answer.structure = std::get<std::string>(cells[structure]);
      answer.energy = evaluate(state.model->energy, sequences[of[k]], answer.structure).energy;
    }
  });
  return answers;
}

// Letters of the introns, 5' to 3' on their strand; empty for those that are not judged.
std::vector<std::string> letters_of(const std::vector<Intron>& introns, const IntronOptions& options,
                                    IntronTally& tally) {
  std::vector<std::string> letters(introns.size());
  ContigReader reader(options.genome,
                      {static_cast<std::size_t>(kPiece), static_cast<std::size_t>(options.longest), false});
  ContigPiece piece;
  std::size_t next = 0;
  while (next < introns.size() && reader.next(piece)) {
    const std::int64_t end = piece.offset + static_cast<std::int64_t>(piece.letters.size());
    for (; next < introns.size(); ++next) {
      const Intron& intron = introns[next];
      const std::int64_t length = intron.end - intron.begin;
      if (intron.contig != piece.index || (intron.end > end && length <= options.longest)) break;
      if (length < options.shortest || length > options.longest) {
        ++(length < options.shortest ? tally.too_short : tally.too_long);
        continue;
      }
      std::string s =
          piece.letters.substr(static_cast<std::size_t>(intron.begin - piece.offset), static_cast<std::size_t>(length));
      if (s.find_first_not_of("ACGU") != std::string::npos) {
        ++tally.unreadable;
        continue;
      }
      letters[next] = intron.reverse ? reverse_complement(s) : std::move(s);
    }
  }
  return letters;
}

}  // namespace

std::vector<Intron> read_introns(const std::string& path, const GenomeSurvey& genome) {
  return IntronReader(path, genome).read();
}

std::string intron_decoy(const std::string& intron, std::uint64_t seed, std::uint64_t number) {
  if (intron.size() <= kFiveSite + kThreeSite + 1) return intron;
  Random random(seed, number);
  const std::size_t inside = intron.size() - kFiveSite - kThreeSite;
  return intron.substr(0, kFiveSite) + shuffle_dinucleotides(intron.substr(kFiveSite, inside), random) +
         intron.substr(kFiveSite + inside);
}

IntronTally judge_introns(const std::vector<Intron>& introns, const GenomeSurvey& genome, const Judge& judge,
                          const IntronOptions& options) {
  IntronTally tally;
  std::vector<std::string> letters = letters_of(introns, options, tally);
  std::vector<std::size_t> of;
  std::vector<std::string> real, decoys;
  for (std::size_t k = 0; k < introns.size(); ++k) {
    if (letters[k].empty()) continue;
    tally.loci.letters += static_cast<std::int64_t>(letters[k].size());
    of.push_back(k);
    real.push_back(std::move(letters[k]));
  }
  tally.judged = static_cast<std::int64_t>(real.size());
  const auto replicates =
      static_cast<int>(std::ceil(decoy_share_of(options.decoy_share, tally.loci.letters, options.least_decoy_letters)));
  for (int r = 0; r < replicates; ++r) {
    for (std::size_t k = 0; k < real.size(); ++k)
      decoys.push_back(intron_decoy(real[k], options.seed, k * 64 + static_cast<std::uint64_t>(r)));
  }
  tally.decoys = static_cast<std::int64_t>(decoys.size());
  tally.loci.decoy_letters = replicates * tally.loci.letters;
  const std::vector<Judged> answers = ask(real, judge, options);
  std::vector<double> real_scores, decoy_scores;
  for (const Judged& a : answers) {
    tally.unfolded += a.probability < 0 ? 1 : 0;
    if (a.probability >= options.min_probability) real_scores.push_back(a.probability);
  }
  for (const Judged& a : ask(decoys, judge, options)) {
    if (a.probability >= options.min_probability) decoy_scores.push_back(a.probability);
  }
  tally.loci.loci = static_cast<std::int64_t>(real_scores.size());
  tally.loci.decoy_loci = static_cast<std::int64_t>(decoy_scores.size());
  const FalseCalls rates(std::move(real_scores), std::move(decoy_scores), tally.loci.letters, tally.loci.decoy_letters);
  std::tie(tally.loci.cut, tally.loci.at_cut) = rates.cut(0.05);
  tally.loci.false_per_mb = rates.per_mb(tally.loci.cut);
  LocusWriter writer(options.outputs.outputs, genome.contigs, options.told);
  for (std::size_t k = 0; k < of.size(); ++k) {
    const Judged& a = answers[k];
    if (a.probability < options.min_probability) continue;
    const Intron& intron = introns[of[k]];
    LocusRow row;
    row.locus.call = {intron.contig, intron.begin, intron.end, intron.reverse, a.probability, -1, -1, -1, -1,
                      a.energy,      real[k],      a.structure};
    row.contig = genome.contigs[static_cast<std::size_t>(intron.contig)].name;
    row.id = locus_id(row.locus.call, row.contig);
    row.q_value = rates.q_value(a.probability);
    row.false_per_mb = rates.per_mb(a.probability);
    if (row.q_value > options.outputs.fdr) continue;
    writer.write(row);
    ++tally.loci.written;
  }
  writer.close();
  return tally;
}

}  // namespace stemloop
