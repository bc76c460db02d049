#include "scan/evaluate.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "util/util.h"

namespace stemloop {

namespace {

enum class Kind { kTsv, kGff3, kBed };

std::vector<std::string_view> tab_fields(std::string_view line) { return split_fields(line, '\t'); }

char parse_strand(std::string_view text, const std::string& place) {
  require(text == "+" || text == "-", "{}: strand '{}' is neither + nor -", place, printable(text));
  return text[0];
}

std::string gff3_attribute(std::string_view attributes, std::string_view name) {
  for (const std::string_view part : split_fields(attributes, ';')) {
    if (part.size() > name.size() && part.substr(0, name.size()) == name && part[name.size()] == '=')
      return std::string(part.substr(name.size() + 1));
  }
  return {};
}

void check(const Interval& i, const std::string& place) {
  require(i.begin >= 0 && i.end > i.begin, "{}: {} to {} is no interval", place, i.begin + 1, i.end);
}

bool read_gff3(const std::vector<std::string_view>& f, const std::string& place, Interval& i) {
  require(f.size() == 9, "{}: a GFF3 line has nine fields, not {}", place, f.size());
  if (!gff3_attribute(f[8], "Parent").empty() || !gff3_attribute(f[8], "Derives_from").empty()) return false;
  i.contig = f[0];
  i.begin = parse_integer(f[3], place) - 1;
  i.end = parse_integer(f[4], place);
  i.strand = parse_strand(f[6], place);
  i.score = f[5] == "." ? 0 : parse_number(f[5], place);
  i.name = gff3_attribute(f[8], "ID");
  const std::string q = gff3_attribute(f[8], "q_value");
  if (!q.empty()) i.q_value = parse_number(q, place);
  return true;
}

void read_bed(const std::vector<std::string_view>& f, const std::string& place, Interval& i) {
  require(f.size() >= 6, "{}: a BED line with a strand has six fields, not {}", place, f.size());
  i.contig = f[0];
  i.begin = parse_integer(f[1], place);
  i.end = parse_integer(f[2], place);
  i.name = f[3];
  i.score = f[4] == "." ? 0 : parse_number(f[4], place) / 1000;
  i.strand = parse_strand(f[5], place);
}

// Columns of a table of intervals; -1 if it is not there.
struct Columns {
  int contig = -1, begin = -1, end = -1, strand = -1, score = -1, q_value = -1, name = -1, genome = -1;
  bool probabilities = false;  // in the column of scores
};

Columns columns_of(const std::vector<std::string_view>& header, const std::string& place) {
  Columns c;
  const auto find = [&](std::initializer_list<const char*> names) {
    for (const char* name : names) {
      const auto found = std::find(header.begin(), header.end(), name);
      if (found != header.end()) return static_cast<int>(found - header.begin());
    }
    return -1;
  };
  c.contig = find({"contig", "seqid", "chrom", "sequence"});
  c.begin = find({"start"});
  c.end = find({"end"});
  c.strand = find({"strand"});
  c.score = find({"probability", "score"});
  c.probabilities = c.score >= 0 && header[static_cast<std::size_t>(c.score)] == "probability";
  c.q_value = find({"q_value"});
  c.name = find({"id", "name"});
  c.genome = find({"genome"});
  require(c.contig >= 0 && c.begin >= 0 && c.end >= 0 && c.strand >= 0,
          "{}: a table of loci has columns contig, start, end and strand", place);
  return c;
}

void read_tsv(const std::vector<std::string_view>& f, const Columns& c, const std::string& place, Interval& i) {
  const auto cell = [&](int at) { return f[static_cast<std::size_t>(at)]; };
  i.contig = cell(c.contig);
  i.begin = parse_integer(cell(c.begin), place) - 1;
  i.end = parse_integer(cell(c.end), place);
  i.strand = parse_strand(cell(c.strand), place);
  if (c.score >= 0) i.score = parse_number(cell(c.score), place);
  require(!c.probabilities || (i.score >= 0 && i.score <= 1), "{}: {} is no probability", place, i.score);
  if (c.q_value >= 0) i.q_value = parse_number(cell(c.q_value), place);
  if (c.name >= 0) i.name = cell(c.name);
}

double average_precision(const std::vector<int>& found, const std::vector<int>& weight, double loci) {
  double hits = 0, calls = 0, sum = 0;
  for (std::size_t k = 0; k < found.size(); ++k) {
    calls += weight[k];
    if (found[k] < 0 || weight[k] == 0) continue;
    hits += weight[k];
    sum += weight[k] * hits / calls;
  }
  return loci > 0 ? sum / loci : 0;
}

Estimate estimate(double value, std::vector<double> samples) {
  if (samples.empty()) return {value, value, value};
  std::sort(samples.begin(), samples.end());
  const auto at = [&](double share) {
    return samples[std::min(samples.size() - 1, static_cast<std::size_t>(share * static_cast<double>(samples.size())))];
  };
  return {value, at(0.025), at(0.975)};
}

}  // namespace

std::vector<Interval> read_intervals(const std::string& path, const std::string& genome) {
  LineReader lines(path);
  std::vector<Interval> result;
  std::string line;
  bool known = false;
  Kind kind = Kind::kTsv;
  Columns columns;
  std::size_t width = 0;
  while (lines.next(line)) {
    if (line.rfind("##gff-version", 0) == 0) {
      known = true;
      kind = Kind::kGff3;
    }
    if (line == "##FASTA") break;
    if (line.empty() || line[0] == '#' || line.rfind("track", 0) == 0 || line.rfind("browser", 0) == 0) continue;
    const auto f = tab_fields(line);
    const std::string place = lines.place();
    if (!known) {
      known = true;
      if (f.size() == 9 && f[3].find_first_not_of("0123456789") == std::string_view::npos) {
        kind = Kind::kGff3;
      } else if (f.size() >= 6 && f[1].find_first_not_of("0123456789") == std::string_view::npos) {
        kind = Kind::kBed;
      } else {
        columns = columns_of(f, place);
        require(genome.empty() || columns.genome >= 0, "{}: there is no column genome, in which '{}' could stand",
                place, printable(genome));
        width = f.size();
        continue;
      }
    }
    require(genome.empty() || kind == Kind::kTsv, "{}: GFF3 and BED have no column genome, in which '{}' could stand",
            place, printable(genome));
    Interval i;
    if (kind == Kind::kGff3) {
      if (!read_gff3(f, place, i)) continue;
    } else if (kind == Kind::kBed) {
      read_bed(f, place, i);
    } else {
      require(f.size() == width, "{}: {} fields where the header has {}", place, f.size(), width);
      if (!genome.empty() && columns.genome >= 0 && f[static_cast<std::size_t>(columns.genome)] != genome) continue;
      read_tsv(f, columns, place, i);
    }
    check(i, place);
    result.push_back(std::move(i));
  }
  return result;
}

std::vector<int> match_calls(const std::vector<Interval>& calls, const std::vector<Interval>& truth, HitRule rule,
                             std::vector<std::size_t>& order) {
  std::map<std::pair<std::string, char>, std::vector<int>> loci;
  for (std::size_t k = 0; k < truth.size(); ++k) {
    loci[{truth[k].contig, truth[k].strand}].push_back(static_cast<int>(k));
  }
  order.resize(calls.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return calls[a].score > calls[b].score; });
  std::vector<char> taken(truth.size(), 0);
  std::vector<int> found;
  for (const std::size_t k : order) {
    const Interval& call = calls[k];
    int best = -1;
    double best_share = 0;
    const auto here = loci.find({call.contig, call.strand});
    if (here != loci.end()) {
      for (const int at : here->second) {
        const Interval& locus = truth[static_cast<std::size_t>(at)];
        const std::int64_t overlap = std::min(call.end, locus.end) - std::max(call.begin, locus.begin);
        if (taken[static_cast<std::size_t>(at)] != 0 || 2 * overlap < locus.end - locus.begin) continue;
        if (rule == HitRule::kHalfOfBoth && 2 * overlap < call.end - call.begin) continue;
        const double share = static_cast<double>(overlap) /
                             static_cast<double>(std::max(call.end, locus.end) - std::min(call.begin, locus.begin));
        if (share > best_share) {
          best = at;
          best_share = share;
        }
      }
    }
    if (best >= 0) taken[static_cast<std::size_t>(best)] = 1;
    found.push_back(best);
  }
  return found;
}

namespace {

// Average precision and recall of sampled loci, which bring their calls along; false calls are sampled on their own.
// `found`: the locus of each call, -1 for none.
std::pair<std::vector<double>, std::vector<double>> resampled(const std::vector<int>& found, std::size_t truths,
                                                              int samples, std::uint64_t seed) {
  const auto loci = static_cast<double>(truths);
  std::vector<double> averages, recalls;
  std::vector<std::size_t> false_calls;
  for (std::size_t k = 0; k < found.size(); ++k) {
    if (found[k] < 0) false_calls.push_back(k);
  }
  for (int sample = 0; sample < samples && truths > 0; ++sample) {
    Random random(seed, static_cast<std::uint64_t>(sample));
    std::vector<int> locus_weight(truths, 0), weight(found.size(), 0);
    for (std::size_t k = 0; k < truths; ++k) ++locus_weight[random.below(truths)];
    for (std::size_t k = 0; k < false_calls.size(); ++k) ++weight[false_calls[random.below(false_calls.size())]];
    double hits = 0;
    for (std::size_t k = 0; k < found.size(); ++k) {
      if (found[k] < 0) continue;
      weight[k] = locus_weight[static_cast<std::size_t>(found[k])];
      hits += weight[k];
    }
    averages.push_back(average_precision(found, weight, loci));
    recalls.push_back(hits / loci);
  }
  return {std::move(averages), std::move(recalls)};
}

// Calls and hits at usual cuts, and of the shortest heads of the list that find a share of the loci.
std::vector<CutFigures> figures_of_cuts(const std::vector<Interval>& calls, const std::vector<std::size_t>& order,
                                        const std::vector<int>& found, double loci, std::int64_t letters) {
  std::vector<CutFigures> all;
  const double mb = static_cast<double>(letters) / 1e6;
  const auto add_cut = [&](const std::string& name, std::int64_t many, std::int64_t hits) {
    all.push_back({name, many, hits, loci > 0 ? static_cast<double>(hits) / loci : 0,
                   many > 0 ? static_cast<double>(hits) / static_cast<double>(many) : 0,
                   mb > 0 ? static_cast<double>(many) / mb : 0});
  };
  const auto count = [&](const std::string& name, auto passes) {
    std::int64_t many = 0, hits = 0;
    for (std::size_t k = 0; k < order.size(); ++k) {
      if (!passes(calls[order[k]])) continue;
      ++many;
      hits += found[k] >= 0 ? 1 : 0;
    }
    add_cut(name, many, hits);
  };
  for (const double q : {0.01, 0.05, 0.1, 0.2}) {
    count(fmt::format("q <= {}", q), [q](const Interval& i) { return i.q_value <= q; });
  }
  for (const double p : {0.9, 0.5, 0.1}) {
    count(fmt::format("probability >= {}", p), [p](const Interval& i) { return i.score >= p; });
  }
  const std::pair<double, const char*> shares[] = {
      {0.5, "half of the loci"}, {0.8, "0.8 of the loci"}, {1.0, "all loci"}};
  for (const auto& [share, name] : shares) {
    std::int64_t hits = 0;
    for (std::size_t k = 0; k < order.size(); ++k) {
      hits += found[k] >= 0 ? 1 : 0;
      if (found[k] < 0 || static_cast<double>(hits) < share * loci) continue;
      add_cut(name, static_cast<std::int64_t>(k) + 1, hits);
      break;
    }
  }
  return all;
}

}  // namespace

ScanFigures evaluate_scan(const std::vector<Interval>& calls, const std::vector<Interval>& truth, HitRule rule,
                          std::int64_t letters, int samples, std::uint64_t seed) {
  std::vector<std::size_t> order;
  const std::vector<int> found = match_calls(calls, truth, rule, order);
  ScanFigures figures;
  figures.calls = static_cast<std::int64_t>(calls.size());
  figures.loci = static_cast<std::int64_t>(truth.size());
  figures.found = std::count_if(found.begin(), found.end(), [](int f) { return f >= 0; });
  const auto loci = static_cast<double>(truth.size());
  const double average = average_precision(found, std::vector<int>(found.size(), 1), loci);
  const double recall = truth.empty() ? 0 : static_cast<double>(figures.found) / loci;

  auto [averages, recalls] = resampled(found, truth.size(), samples, seed);
  figures.average_precision = estimate(average, std::move(averages));
  figures.recall = estimate(recall, std::move(recalls));
  figures.cuts = figures_of_cuts(calls, order, found, loci, letters);
  return figures;
}

}  // namespace stemloop
