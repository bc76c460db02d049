#include <algorithm>

#include "scan/scan.h"
#include "util/util.h"

namespace stemloop {

namespace {

// The parts in the order of their tiles; all of one run, none missing.
std::vector<std::string> in_order(const std::vector<std::string>& parts, PartHeader& first) {
  require(!parts.empty(), "there is no part to merge");
  struct Named {
    PartHeader header;
    std::string path;
  };
  std::vector<Named> named;
  named.reserve(parts.size());
  for (const std::string& path : parts) named.push_back({PartReader(path).header(), path});
  const PartHeader& reference = named.front().header;
  for (const Named& part : named) {
    for (std::size_t k = 0; k < std::max(reference.run.size(), part.header.run.size()); ++k) {
      const auto cell = [k](const PartHeader& h) {
        return k < h.run.size() ? h.run[k] : std::pair<std::string, std::string>();
      };
      require(cell(reference) == cell(part.header), "{} and {} are of different runs: {} '{}' and {} '{}'",
              named.front().path, part.path, cell(reference).first, cell(reference).second, cell(part.header).first,
              cell(part.header).second);
    }
    PartHeader same = part.header;
    same.from = reference.from;
    same.to = reference.to;
    require(same == reference, "{} and {} are of different genomes", named.front().path, part.path);
  }
  // An empty chunk begins where the next one does.
  std::sort(named.begin(), named.end(), [](const Named& a, const Named& b) {
    return std::pair(a.header.from, a.header.to) < std::pair(b.header.from, b.header.to);
  });
  std::int64_t next = 0;
  std::vector<std::string> ordered;
  for (const Named& part : named) {
    const PartHeader& h = part.header;
    require(h.from >= next, "{}: the tiles {} to {} are in another part too", part.path, h.from,
            std::min(next, h.to) - 1);
    require(h.from <= next, "the part with tiles {} to {} is missing (before {})", next, h.from - 1, part.path);
    next = h.to;
    ordered.push_back(part.path);
  }
  require(next == named.front().header.all, "the part with tiles {} to {} is missing", next,
          named.front().header.all - 1);
  first = named.front().header;
  return ordered;
}

// Where each tile lies.
class TileMap {
 public:
  explicit TileMap(const std::vector<ContigInfo>& contigs) {
    std::int64_t count = 0;
    for (const ContigInfo& c : contigs) {
      first_.push_back(count);
      count += tile_count(c.length);
    }
    contigs_ = &contigs;
  }
  [[nodiscard]] int contig(std::int64_t tile) const {
    return static_cast<int>(std::upper_bound(first_.begin(), first_.end(), tile) - first_.begin()) - 1;
  }
  [[nodiscard]] std::int64_t final_before(std::int64_t tile) const {
    const int k = contig(tile);
    const auto core =
        tile_core((*contigs_)[static_cast<std::size_t>(k)].length, tile - first_[static_cast<std::size_t>(k)]);
    return core.second - kTileMargin;
  }

 private:
  std::vector<std::int64_t> first_;
  const std::vector<ContigInfo>* contigs_ = nullptr;
};

// Reads all parts once and hands out the real loci; decoys' loci too if `decoy_sink` is given.
void each_locus(const std::vector<std::string>& parts, const PartHeader& header,
                const std::function<void(const Locus&)>& sink, const std::function<void(const Locus&)>& decoy_sink,
                const std::function<void(const TileCalls&)>& see) {
  const TileMap map(header.contigs);
  LociBuilder real(header.contigs, sink);
  std::vector<LociBuilder> decoys;
  for (const std::string& path : parts) {
    PartReader reader(path);
    for (TileCalls t; reader.next(t);) {
      if (see) see(t);
      const int contig = map.contig(t.tile);
      real.add(std::move(t.calls), contig, map.final_before(t.tile));
      if (!decoy_sink) continue;
      std::vector<std::vector<ScanCall>> by_replicate;
      for (auto& [replicate, call] : t.decoys) {
        by_replicate.resize(std::max<std::size_t>(by_replicate.size(), static_cast<std::size_t>(replicate) + 1));
        by_replicate[static_cast<std::size_t>(replicate)].push_back(std::move(call));
      }
      while (decoys.size() < by_replicate.size()) decoys.emplace_back(header.contigs, decoy_sink);
      for (std::size_t k = 0; k < by_replicate.size(); ++k) {
        decoys[k].add(std::move(by_replicate[k]), contig, map.final_before(t.tile));
      }
    }
  }
  real.finish();
  for (LociBuilder& builder : decoys) builder.finish();
}

}  // namespace

MergeTally merge_parts(const std::vector<std::string>& given, const MergeOptions& options) {
  PartHeader header;
  const std::vector<std::string> parts = in_order(given, header);
  MergeTally tally;
  std::vector<double> real, decoys;
  each_locus(
      parts, header, [&](const Locus& locus) { real.push_back(locus.call.probability); },
      [&](const Locus& locus) { decoys.push_back(locus.call.probability); },
      [&](const TileCalls& t) {
        tally.letters += t.letters;
        tally.decoy_letters += t.decoy_letters;
      });
  tally.loci = static_cast<std::int64_t>(real.size());
  tally.decoy_loci = static_cast<std::int64_t>(decoys.size());
  const FalseCalls rates(std::move(real), std::move(decoys), tally.letters, tally.decoy_letters);
  std::tie(tally.cut, tally.at_cut) = rates.cut(0.05);
  tally.false_per_mb = rates.per_mb(tally.cut);

  LocusWriter writer(options.outputs, header.contigs, header.run);
  each_locus(parts, header,
             [&](const Locus& locus) {
               LocusRow row{locus, header.contigs[static_cast<std::size_t>(locus.call.contig)].name, {}, 1, 0};
               row.id = locus_id(locus.call, row.contig);
               row.q_value = rates.q_value(locus.call.probability);
               row.false_per_mb = rates.per_mb(locus.call.probability);
               if (row.q_value > options.fdr) return;
               writer.write(row);
               ++tally.written;
             },
             {}, {});
  writer.close();
  return tally;
}

}  // namespace stemloop
