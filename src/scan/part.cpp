#include "scan/part.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <span>

#include "util/util.h"

namespace stemloop {

namespace {

constexpr const char* kFormat = "stemloop-scan 1";
constexpr int kTilesPerSync = 16;

std::string call_line(std::string_view kind, const ScanCall& c) {
  return fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n", kind, c.contig, c.begin, c.end,
                     c.reverse ? '-' : '+', c.probability, c.five_begin, c.five_end, c.three_begin, c.three_end,
                     c.energy, c.letters, c.structure);
}

ScanCall read_call(const std::vector<std::string_view>& f, const std::string& place) {
  require(f.size() == 13, "{}: a call has 13 fields, not {}", place, f.size());
  ScanCall c;
  c.contig = static_cast<int>(parse_integer(f[1], place));
  c.begin = parse_integer(f[2], place);
  c.end = parse_integer(f[3], place);
  c.reverse = f[4] == "-";
  c.probability = parse_number(f[5], place);
  std::int64_t* const arms[] = {&c.five_begin, &c.five_end, &c.three_begin, &c.three_end};
  for (int k = 0; k < 4; ++k) *arms[k] = parse_integer(f[6 + k], place);
  c.energy = static_cast<Energy>(parse_integer(f[10], place));
  c.letters = f[11];
  c.structure = f[12];
  return c;
}

std::string block_of(const TileCalls& t) {
  std::string block = fmt::format("tile\t{}\t{}\t{}\n", t.tile, t.letters, t.decoy_letters);
  for (const ScanCall& c : t.calls) block += call_line("c", c);
  for (const auto& [replicate, c] : t.decoys) block += call_line(fmt::format("d{}", replicate), c);
  return block;
}

std::string md5_of(std::string_view text) { return md5_hex(std::as_bytes(std::span(text.data(), text.size()))); }

std::string text_of(const PartHeader& h) {
  std::string text = fmt::format("{}\n", kFormat);
  for (const auto& [name, value] : h.run) text += fmt::format("run\t{}\t{}\n", name, value);
  for (const ContigInfo& c : h.contigs) text += fmt::format("contig\t{}\t{}\n", c.name, c.length);
  return text + fmt::format("tiles\t{}\t{}\t{}\n", h.from, h.to, h.all);
}

}  // namespace

bool PartHeader::operator==(const PartHeader& other) const { return text_of(*this) == text_of(other); }

PartWriter::PartWriter(const std::string& path) : path_(path) {
  descriptor_ = system_open(path.c_str(), O_WRONLY | O_CREAT);
  require(descriptor_ >= 0, "{}: cannot be written: {}", path, std::strerror(errno));
  // The lock goes with the process, however it ends. File systems without locks have none.
  const bool taken = ::flock(descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  if (taken) ::close(std::exchange(descriptor_, -1));
  require(!taken, "{}: another scan is writing it", path);
}

PartWriter::PartWriter(const std::string& path, const PartHeader& header) : PartWriter(path) { begin(header); }

void PartWriter::begin(const PartHeader& header) {
  require(::ftruncate(descriptor_, 0) == 0, "{}: cannot be written: {}", path_, std::strerror(errno));
  write(text_of(header));
}

PartWriter PartWriter::resume(const std::string& path, const PartHeader& header, std::int64_t& next) {
  PartWriter writer(path);
  // Killed before its first tile: there is nothing to go on with.
  const std::string head = text_of(header);
  if (std::filesystem::file_size(path) < head.size()) {
    const std::vector<std::byte> bytes = read_bytes(path);
    if (bytes.empty() || std::memcmp(bytes.data(), head.data(), bytes.size()) == 0) {
      next = header.from;
      writer.begin(header);
      return writer;
    }
  }
  PartReader reader(path);
  for (std::size_t k = 0; k < header.run.size(); ++k) {
    const bool same = k < reader.header().run.size() && reader.header().run[k] == header.run[k];
    require(same, "{}: is of another run: its {} is '{}', now it is '{}'; without --resume the scan begins anew", path,
            header.run[k].first, k < reader.header().run.size() ? reader.header().run[k].second : "",
            header.run[k].second);
  }
  require(reader.header() == header, "{}: is of another genome or chunk; without --resume the scan begins anew", path);
  next = header.from;
  try {
    TileCalls calls;
    while (reader.next(calls)) next = calls.tile + 1;
  } catch (const Error&) {  // the tile the run was killed in
  }
  require(::ftruncate(writer.descriptor_, reader.whole_bytes()) == 0 && ::lseek(writer.descriptor_, 0, SEEK_END) >= 0,
          "{}: cannot be cut behind its last whole tile: {}", path, std::strerror(errno));
  return writer;
}

PartWriter::PartWriter(PartWriter&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)), unsynced_(other.unsynced_) {}

PartWriter::~PartWriter() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void PartWriter::write(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = system_write(descriptor_, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    require(written >= 0, "{}: cannot be written: {}; what is whole in it can be gone on with by --resume", path_,
            std::strerror(errno));
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

void PartWriter::append(const TileCalls& calls) {
  const std::string block = block_of(calls);
  write(block + fmt::format("end\t{}\t{}\n", calls.tile, md5_of(block)));
  if (++unsynced_ < kTilesPerSync) return;
  unsynced_ = 0;
  require(system_fsync(descriptor_) == 0, "{}: cannot be written: {}", path_, std::strerror(errno));
}

void PartWriter::complete() {
  write("complete\n");
  require(system_fsync(descriptor_) == 0, "{}: cannot be written: {}", path_, std::strerror(errno));
}

PartReader::PartReader(const std::string& path) : path_(path), lines_(path) {
  require(lines_.next(line_) && line_ == kFormat, "{}: is no part of a scan, or of another version of it", path);
  bytes_ = static_cast<std::int64_t>(line_.size()) + 1;
  for (;;) {
    require(lines_.next(line_), "{}: ends before its first tile", path);
    bytes_ += static_cast<std::int64_t>(line_.size()) + 1;
    const auto f = split_fields(line_, '\t');
    if (f[0] == "run" && f.size() == 3) {
      header_.run.emplace_back(f[1], f[2]);
    } else if (f[0] == "contig" && f.size() == 3) {
      header_.contigs.push_back({std::string(f[1]), parse_integer(f[2], lines_.place()), 0});
    } else if (f[0] == "tiles" && f.size() == 4) {
      header_.from = parse_integer(f[1], lines_.place());
      header_.to = parse_integer(f[2], lines_.place());
      header_.all = parse_integer(f[3], lines_.place());
      break;
    } else {
      fail("{}: '{}' is no line of a part's head", lines_.place(), printable(line_));
    }
  }
  whole_bytes_ = bytes_;
  next_tile_ = header_.from;
}

bool PartReader::next(TileCalls& t) {
  t = {};
  std::string block;
  for (bool inside = false; lines_.next(line_);) {
    bytes_ += static_cast<std::int64_t>(line_.size()) + 1;
    const auto f = split_fields(line_, '\t');
    const std::string place = lines_.place();
    if (!inside && line_ == "complete") {
      require(next_tile_ == header_.to, "{}: the tiles {} to {} are missing", place, next_tile_, header_.to - 1);
      return false;
    }
    if (!inside) {
      require(f[0] == "tile" && f.size() == 4, "{}: '{}' is not where a tile should begin", place, printable(line_));
      t.tile = parse_integer(f[1], place);
      t.letters = parse_integer(f[2], place);
      t.decoy_letters = parse_integer(f[3], place);
      require(t.tile == next_tile_, "{}: tile {} where {} should be", place, t.tile, next_tile_);
      inside = true;
    } else if (f[0] == "end") {
      require(f.size() == 3 && f[2] == md5_of(block), "{}: the lines of tile {} are damaged", place, t.tile);
      whole_bytes_ = bytes_;
      ++next_tile_;
      return true;
    } else if (f[0] == "c") {
      t.calls.push_back(read_call(f, place));
      const int contig = t.calls.back().contig;
      require(contig >= 0 && contig < static_cast<int>(header_.contigs.size()), "{}: there is no contig {}", place,
              contig);
    } else if (f[0].size() > 1 && f[0][0] == 'd') {
      t.decoys.emplace_back(static_cast<int>(parse_integer(f[0].substr(1), place)), read_call(f, place));
    } else {
      fail("{}: '{}' is no line of a tile", place, printable(line_));
    }
    block += line_ + "\n";
  }
  fail("{}: is not complete; the scan that makes it has not ended, or was stopped (go on with --resume)", path_);
}

}  // namespace stemloop
