#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_pipeline.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <optional>

#include "hairpin/hairpin.h"
#include "scan/scan.h"
#include "util/hash.h"
#include "util/util.h"

namespace stemloop {

namespace {

constexpr double kMostDecoys = 8;

PartHeader header_of(const ScanOptions& o, const GenomeSurvey& genome) {
  PartHeader h;
  std::uint64_t letters = 0;
  for (const ContigInfo& c : genome.contigs) letters = letters * kFnvPrime ^ c.letters;
  const LocalOptions& l = o.candidates.local;
  h.run = o.told;
  h.run.emplace_back("genome", fmt::format("{:016x}", letters));
  h.run.emplace_back(
      "options",
      fmt::format("span={} bound={} stacking={} shape={} reverse={} softmask={} region={} bed={} min-probability={} "
                  "decoy-share={} seed={}",
                  l.span, l.bound, l.least_stacking, o.candidates.shape, o.candidates.reverse,
                  o.skip_soft_masked ? "skip" : "ignore", o.region, o.bed, o.min_probability, o.decoy_share, o.seed));
  h.contigs = genome.contigs;
  h.from = genome.tiles * (o.chunk - 1) / o.chunks;
  h.to = genome.tiles * o.chunk / o.chunks;
  h.all = genome.tiles;
  return h;
}

// A structure within [begin, end) of a string: pairs that leave it are opened.
std::string cut_structure(const std::string& structure, int begin, int end) {
  const std::vector<int> pairs = pair_table(structure);
  std::string cut = structure.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
  for (int k = begin; k < end; ++k) {
    if (pairs[k] >= 0 && (pairs[k] < begin || pairs[k] >= end)) cut[k - begin] = '.';
  }
  return cut;
}

// Worker state, and the work on one tile.
struct Worker {
  CandidateFinder finder;
  double judge_seconds = 0;
  std::int64_t candidates = 0;
};

class TileWork {
 public:
  TileWork(const ScanOptions& options, const GenomeSurvey& genome, const Regions& regions, const EnergyModel& model,
           const CandidateJudge& judge)
      : options_(options), genome_(genome), regions_(regions), model_(model), judge_(judge) {}

  [[nodiscard]] TileCalls run(Worker& worker, const Tile& tile, std::int64_t number) const {
    TileCalls t;
    t.tile = number;
    if (!regions_.touch(tile.contig, tile.core_begin, tile.core_end)) return t;
    t.letters = tile.core_end - tile.core_begin;
    t.calls = calls_of(worker, tile, true);
    const std::string& contig = genome_.contigs[static_cast<std::size_t>(tile.contig)].name;
    const int decoys = decoys_of_tile(options_.decoy_share, contig, tile.number, options_.seed);
    for (int replicate = 0; replicate < decoys; ++replicate) {
      for (ScanCall& c : calls_of(worker, decoy_of(tile, contig, options_.seed, replicate), false)) {
        t.decoys.emplace_back(replicate, std::move(c));
      }
      t.decoy_letters += t.letters;
    }
    return t;
  }

 private:
  [[nodiscard]] std::vector<ScanCall> calls_of(Worker& worker, const Tile& tile, bool real) const {
    const std::vector<Candidate> candidates = worker.finder.find(tile);
    const double before = thread_seconds();
    const std::vector<Judgement> judgements = judge_(candidates);
    worker.judge_seconds += thread_seconds() - before;
    worker.candidates += static_cast<std::int64_t>(candidates.size());
    std::vector<ScanCall> calls;
    for (std::size_t k = 0; k < candidates.size(); ++k) {
      const Judgement& j = judgements[k];
      if (j.probability < options_.min_probability || j.hairpin.begin < 0 || j.hairpin.end <= j.hairpin.begin) continue;
      ScanCall c = place(candidates[k], j, tile.contig, real);
      if (!real || regions_.hold(tile.contig, c.begin, c.end)) calls.push_back(std::move(c));
    }
    return calls;
  }

  // From the window's positions to the genome's.
  [[nodiscard]] ScanCall place(const Candidate& candidate, const Judgement& j, int contig, bool real) const {
    ScanCall c;
    c.contig = contig;
    c.reverse = candidate.reverse;
    c.probability = j.probability;
    const std::int64_t first = candidate.begin - candidate.stem_loop.begin;  // forward: of the window
    const std::int64_t behind = candidate.end + candidate.stem_loop.begin;  // reverse: behind the window's first letter
    const auto on_genome = [&](const Stretch& s, std::int64_t& begin, std::int64_t& end) {
      if (s.begin < 0) return;
      begin = c.reverse ? behind - s.end : first + s.begin;
      end = begin + (s.end - s.begin);
    };
    on_genome(j.hairpin, c.begin, c.end);
    on_genome(j.five, c.five_begin, c.five_end);
    on_genome(j.three, c.three_begin, c.three_end);
    if (!real) return c;
    const LocalStemLoop& t = candidate.stem_loop;
    std::string structure(candidate.window.size(), '.');
    std::copy(t.structure.begin(), t.structure.end(), structure.begin() + t.begin);
    c.letters = candidate.window.substr(static_cast<std::size_t>(j.hairpin.begin),
                                        static_cast<std::size_t>(j.hairpin.end - j.hairpin.begin));
    c.structure = cut_structure(structure, j.hairpin.begin, j.hairpin.end);
    c.energy = evaluate(model_, c.letters, c.structure).energy;
    return c;
  }

  const ScanOptions& options_;
  const GenomeSurvey& genome_;
  const Regions& regions_;
  const EnergyModel& model_;
  const CandidateJudge& judge_;
};

}  // namespace

double decoy_share_of(double wanted, std::int64_t letters, double least) {
  if (wanted <= 0 || letters <= 0) return 0;
  return std::max(wanted, std::min(least / static_cast<double>(letters), kMostDecoys));
}

namespace {

void check_scan(const ScanOptions& options) {
  require(options.chunks >= 1 && options.chunk >= 1 && options.chunk <= options.chunks,
          "chunk {}/{} is not there; chunks count from 1/{} to {}/{}", options.chunk, options.chunks, options.chunks,
          options.chunks, options.chunks);
  require(2 * options.candidates.local.span + options.candidates.flank <= kTileMargin, "span {} is too long for a scan",
          options.candidates.local.span);
}

void add_worker(const Worker& w, ScanTally& tally) {
  tally.fold_seconds += w.finder.fold_seconds();
  tally.shape_seconds += w.finder.shape_seconds();
  tally.judge_seconds += w.judge_seconds;
  tally.folded += w.finder.folded();
  tally.candidates += w.candidates;
}

}  // namespace

ScanTally scan_tiles(const ScanOptions& given, const GenomeSurvey& genome, std::shared_ptr<const Model> model,
                     const CandidateJudge& judge, const ScanProgress& progress) {
  ScanOptions options = given;
  check_scan(options);
  options.decoy_share = decoy_share_of(options.decoy_share, genome.letters, options.least_decoy_letters);
  const Regions regions = read_regions(genome, options.region, options.bed);
  const PartHeader header = header_of(options, genome);
  std::int64_t from = header.from;
  PartWriter writer =
      options.resume ? PartWriter::resume(options.part, header, from) : PartWriter(options.part, header);

  const auto start = std::chrono::steady_clock::now();
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(options.threads));
  tbb::enumerable_thread_specific<Worker> workers([&] {
    return Worker{CandidateFinder(model, options.candidates), 0, 0};
  });
  const TileWork work(options, genome, regions, model->energy, judge);
  ScanTally tally;
  tally.resumed_tiles = from - header.from;

  struct Numbered {
    Tile tile;
    std::int64_t number = 0;
  };
  TileReader reader(options.genome, options.skip_soft_masked);
  const auto read = [&](tbb::flow_control& control) {
    auto next = std::make_shared<Numbered>();
    while (reader.next(next->tile, next->number)) {
      if (next->number >= header.to) break;
      if (next->number >= from) return next;
    }
    control.stop();
    return std::shared_ptr<Numbered>();
  };
  const auto run = [&](const std::shared_ptr<Numbered>& next) {
    return std::make_shared<TileCalls>(work.run(workers.local(), next->tile, next->number));
  };
  const auto keep = [&](const std::shared_ptr<TileCalls>& calls) {
    writer.append(*calls);
    tally.letters += calls->letters;
    tally.decoy_letters += calls->decoy_letters;
    tally.calls += static_cast<std::int64_t>(calls->calls.size() + calls->decoys.size());
    if (progress) {
      progress(tally.letters, static_cast<double>(calls->tile + 1 - header.from) /
                                  static_cast<double>(std::max<std::int64_t>(1, header.to - header.from)));
    }
  };
  tbb::parallel_pipeline(
      static_cast<std::size_t>(2 * options.threads),
      tbb::make_filter<void, std::shared_ptr<Numbered>>(tbb::filter_mode::serial_in_order, read) &
          tbb::make_filter<std::shared_ptr<Numbered>, std::shared_ptr<TileCalls>>(tbb::filter_mode::parallel, run) &
          tbb::make_filter<std::shared_ptr<TileCalls>, void>(tbb::filter_mode::serial_in_order, keep));
  writer.complete();
  for (const Worker& w : workers) add_worker(w, tally);
  tally.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return tally;
}

}  // namespace stemloop
