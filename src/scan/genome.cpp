#include "scan/genome.h"

#include <algorithm>
#include <filesystem>
#include <unordered_map>

#include "util/hash.h"
#include "util/util.h"

namespace stemloop {

namespace {

ContigOptions tile_pieces(bool keep_case) {
  return {static_cast<std::size_t>(kTileStep + 2 * kTileMargin), static_cast<std::size_t>(2 * kTileMargin), keep_case};
}

// A faidx index says name and length of every contig.
void check_index(const std::string& path, const GenomeSurvey& genome) {
  const std::string index = path + ".fai";
  if (path == "-" || !std::filesystem::exists(index)) return;
  LineReader lines(index);
  std::string line;
  std::size_t count = 0;
  while (lines.next(line)) {
    const auto fields = split_fields(line, '\t');
    require(fields.size() >= 2, "{}: a line of an index has five fields, not {}", lines.place(), fields.size());
    const bool known = count < genome.contigs.size();
    require(known && fields[0] == genome.contigs[count].name &&
                parse_integer(fields[1], lines.place()) == genome.contigs[count].length,
            "{}: this index is not of {}: it tells '{}' of {} letters, the file has {}; make it anew (samtools faidx)",
            lines.place(), path, printable(fields[0]), printable(fields[1]),
            known ? fmt::format("'{}' of {}", genome.contigs[count].name, genome.contigs[count].length) : "no more");
    ++count;
  }
  require(count == genome.contigs.size(), "{}: this index is not of {}: it tells {} contigs, the file has {}", index,
          path, count, genome.contigs.size());
}

std::int64_t parse_place(std::string_view text, std::string_view whole) {
  std::string digits;
  for (const char c : text) {
    if (c != ',') digits += c;
  }
  return parse_integer(digits, fmt::format("region '{}'", whole));
}

}  // namespace

std::int64_t tile_count(std::int64_t length) {
  const std::int64_t rest = length - kTileStep - 2 * kTileMargin;
  return rest <= 0 ? 1 : 1 + (rest + kTileStep - 1) / kTileStep;
}

std::pair<std::int64_t, std::int64_t> tile_core(std::int64_t length, std::int64_t number) {
  const bool last = number + 1 == tile_count(length);
  return {number == 0 ? 0 : number * kTileStep + kTileMargin, last ? length : (number + 1) * kTileStep + kTileMargin};
}

GenomeSurvey survey_genome(const std::string& path) {
  ContigReader reader(path, {std::size_t{1} << 20U, 0, false});
  GenomeSurvey genome;
  ContigPiece piece;
  while (reader.next(piece)) {
    require(!piece.repeated_name, "{}:{}: contig '{}' is there twice, so its coordinates would be ambiguous",
            reader.name(), piece.line, printable(piece.contig));
    if (piece.first) genome.contigs.push_back({piece.contig, 0, kFnvStart});
    ContigInfo& contig = genome.contigs.back();
    contig.length += static_cast<std::int64_t>(piece.letters.size());
    contig.letters = fnv1a(piece.letters, contig.letters);
  }
  for (const ContigInfo& contig : genome.contigs) {
    genome.letters += contig.length;
    genome.tiles += tile_count(contig.length);
  }
  check_index(path, genome);
  return genome;
}

bool Regions::touch(int contig, std::int64_t begin, std::int64_t end) const {
  if (everything) return true;
  const auto found = of.find(contig);
  return found != of.end() && std::any_of(found->second.begin(), found->second.end(),
                                          [&](const auto& r) { return r.first < end && begin < r.second; });
}

bool Regions::hold(int contig, std::int64_t begin, std::int64_t end) const {
  if (everything) return true;
  const auto found = of.find(contig);
  return found != of.end() && std::any_of(found->second.begin(), found->second.end(),
                                          [&](const auto& r) { return r.first <= begin && end <= r.second; });
}

Regions read_regions(const GenomeSurvey& genome, const std::string& region, const std::string& bed) {
  Regions regions;
  if (region.empty() && bed.empty()) return regions;
  regions.everything = false;
  std::unordered_map<std::string, int> names;
  for (std::size_t k = 0; k < genome.contigs.size(); ++k) names[genome.contigs[k].name] = static_cast<int>(k);
  const auto add = [&](const std::string& name, std::int64_t begin, std::int64_t end, std::string_view place) {
    const auto found = names.find(name);
    require(found != names.end(), "{}: the genome has no contig '{}'", place, printable(name));
    const std::int64_t length = genome.contigs[static_cast<std::size_t>(found->second)].length;
    if (end < 0) end = length;
    require(begin >= 0 && begin < end, "{}: {} to {} is no stretch of '{}'", place, begin + 1, end, printable(name));
    require(end <= length, "{}: {} is beyond the end of '{}', which has {} letters", place, end, printable(name),
            length);
    regions.of[found->second].emplace_back(begin, end);
  };
  if (!region.empty()) {
    // A contig's own name may hold colons and dashes.
    const std::size_t colon = region.rfind(':');
    const std::size_t dash = region.rfind('-');
    const std::string place = fmt::format("region '{}'", printable(region));
    if (names.count(region) != 0 || colon == std::string::npos || dash == std::string::npos || dash < colon) {
      add(region, 0, -1, place);
    } else {
      const std::string_view text = region;
      add(region.substr(0, colon), parse_place(text.substr(colon + 1, dash - colon - 1), region) - 1,
          parse_place(text.substr(dash + 1), region), place);
    }
  }
  if (!bed.empty()) {
    LineReader lines(bed);
    std::string line;
    while (lines.next(line)) {
      if (line.empty() || line[0] == '#' || line.rfind("track", 0) == 0 || line.rfind("browser", 0) == 0) continue;
      const auto fields = split_fields(line, '\t');
      require(fields.size() >= 3, "{}: a BED line has at least three fields between tabs, not {}", lines.place(),
              fields.size());
      add(std::string(fields[0]), parse_integer(fields[1], lines.place()), parse_integer(fields[2], lines.place()),
          lines.place());
    }
    require(!regions.of.empty(), "{}: there is no interval in it", bed);
  }
  for (auto& [contig, list] : regions.of) {
    std::sort(list.begin(), list.end());
    std::vector<std::pair<std::int64_t, std::int64_t>> joined;
    for (const auto& r : list) {
      if (!joined.empty() && r.first <= joined.back().second) {
        joined.back().second = std::max(joined.back().second, r.second);
      } else {
        joined.push_back(r);
      }
    }
    list = std::move(joined);
  }
  return regions;
}

TileReader::TileReader(const std::string& path, bool skip_soft_masked) : reader_(path, tile_pieces(skip_soft_masked)) {}

bool TileReader::next(Tile& tile, std::int64_t& number) {
  if (!reader_.next(piece_)) return false;
  number = count_++;
  if (piece_.first) number_ = 0;
  tile.contig = static_cast<int>(piece_.index);
  tile.number = number_++;
  tile.offset = piece_.offset;
  const auto size = static_cast<std::int64_t>(piece_.letters.size());
  tile.core_begin = piece_.first ? 0 : piece_.offset + kTileMargin;
  tile.core_end = piece_.last ? piece_.offset + size : piece_.offset + size - kTileMargin;
  tile.letters.swap(piece_.letters);
  return true;
}

}  // namespace stemloop
