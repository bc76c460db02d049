#include "util/source.h"

#include <fcntl.h>
#include <libdeflate.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>

namespace stemloop {

namespace {

constexpr std::size_t kBlock = std::size_t{1} << 18U;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr const char* kDamaged = "the file is truncated or damaged";

struct Magic {
  std::string_view bytes, meaning;
};
constexpr Magic kForeign[] = {
    {{"\xff\xfe\0\0", 4}, "is UTF-32 text; save it as UTF-8 (iconv -f UTF-32 -t UTF-8)"},
    {"\xff\xfe", "is UTF-16 text; save it as UTF-8 (iconv -f UTF-16 -t UTF-8)"},
    {"\xfe\xff", "is UTF-16 text; save it as UTF-8 (iconv -f UTF-16 -t UTF-8)"},
    {{"\xfd"
      "7zXZ\0",
      6},
     "is compressed with xz; unpack it first (xz -dc)"},
    {"BZh", "is compressed with bzip2; unpack it first (bzip2 -dc)"},
    {"\x28\xb5\x2f\xfd", "is compressed with zstd; unpack it first (zstd -dc)"},
    {"PK\x03\x04", "is a zip archive; unpack it first (unzip -p)"},
    {"7z\xbc\xaf\x27\x1c", "is a 7z archive; unpack it first (7z x -so)"},
    {"\x1f\x9d", "is compressed with compress; unpack it first (gzip -dc)"},
    {"BAM\1", "is a BAM file of alignments; write its sequences as FASTA (samtools fasta)"},
    {"CRAM", "is a CRAM file of alignments; write its sequences as FASTA (samtools fasta)"},
    {"\x43\x27\x41\x1a", "is a 2bit genome; write it as FASTA (twoBitToFa)"},
    {"\x1a\x41\x27\x43", "is a 2bit genome; write it as FASTA (twoBitToFa)"},
    {"%PDF-", "is a PDF document, not text"},
    {"\x89PNG", "is a PNG picture, not text"},
};

std::uint16_t little16(const unsigned char* p) { return static_cast<std::uint16_t>(p[0] | (p[1] << 8U)); }
std::uint32_t little32(const unsigned char* p) {
  return p[0] | (std::uint32_t{p[1]} << 8U) | (std::uint32_t{p[2]} << 16U) | (std::uint32_t{p[3]} << 24U);
}

}  // namespace

// open() succeeds on a directory and the first read fails with a message about the descriptor: say it better.
int open_input(const std::string& path) {
  const std::string shown = path == "-" ? "stdin" : path;
  const int descriptor = path == "-" ? dup(STDIN_FILENO) : open(path.c_str(), O_RDONLY | O_CLOEXEC);
  require(descriptor >= 0, "{}: cannot be opened: {}", shown, std::strerror(errno));
  struct stat status {};
  if (fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode)) {
    close(descriptor);
    fail("{}: is a directory, not a file", shown);
  }
  return descriptor;
}

std::string_view foreign_content(std::string_view first_bytes) {
  for (const Magic& magic : kForeign) {
    if (first_bytes.substr(0, magic.bytes.size()) == magic.bytes) return magic.meaning;
  }
  return {};
}

struct ByteSource::State {
  using Buffer = std::unique_ptr<unsigned char[]>;
  /// kBlock bytes, not written yet: a small file touches few of them.
  static Buffer new_buffer() { return std::make_unique_for_overwrite<unsigned char[]>(kBlock); }

  enum class Packing { kUnknown, kPlain, kGzip };

  std::string name;
  int descriptor = -1;
  std::int64_t file_size = -1;
  std::int64_t consumed = 0;
  Packing packing = Packing::kUnknown;
  Buffer raw = new_buffer();  // bytes of the file, [begin, end) not yet used
  std::size_t begin = 0, end = 0;
  bool file_ended = false;
  bool first_text = true;
  Buffer text;  // unpacked
  z_stream stream{};
  bool in_member = false;        // inside a member of plain gzip
  bool end_mark_wanted = false;  // the last member was a block of bgzip that holds something
  libdeflate_decompressor* inflater = nullptr;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (descriptor >= 0) close(descriptor);
    if (in_member) inflateEnd(&stream);
    libdeflate_free_decompressor(inflater);
  }

  [[nodiscard]] std::size_t available() const { return end - begin; }
  [[nodiscard]] const unsigned char* front() const { return raw.get() + begin; }

  /// Reads until `count` bytes are there or the file ends; true if they are.
  bool want(std::size_t count) {
    if (available() >= count) return true;
    std::copy(raw.get() + begin, raw.get() + end, raw.get());
    end -= begin;
    begin = 0;
    while (end < count && !file_ended) {
      const ssize_t got = read(descriptor, raw.get() + end, kBlock - end);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) fail("{}: cannot be read: {}", name, std::strerror(errno));
      file_ended = got == 0;
      end += static_cast<std::size_t>(got);
      consumed += got;
    }
    return end >= count;
  }

  std::string_view plain() {
    want(1);
    const std::string_view block(reinterpret_cast<const char*>(front()), available());
    begin = end;
    return block;
  }

  /// Size of the bgzip block at the front (header and all), 0 if it is a member of plain gzip.
  std::size_t bgzip_block() {
    constexpr std::size_t kHeader = 18;
    constexpr unsigned kExtraField = 4;
    if (!want(kHeader)) return 0;
    const unsigned char* p = front();
    const bool marked =
        (p[3] & kExtraField) != 0 && little16(p + 10) == 6 && p[12] == 'B' && p[13] == 'C' && little16(p + 14) == 2;
    return marked ? std::size_t{little16(p + 16)} + 1 : 0;
  }

  std::string_view unpack_block(std::size_t size) {
    constexpr std::size_t kAround = 26;  // header, checksum and length
    if (size < kAround || !want(size)) throw BrokenInput(kDamaged, false);
    const unsigned char* block = front();
    const std::uint32_t length = little32(block + size - 4);
    if (length > (1U << 16U)) throw BrokenInput(kDamaged, false);
    if (inflater == nullptr) inflater = libdeflate_alloc_decompressor();
    if (text == nullptr) text = new_buffer();
    std::size_t got = 0;
    const auto result = libdeflate_deflate_decompress(inflater, block + 18, size - kAround, text.get(), length, &got);
    if (result != LIBDEFLATE_SUCCESS || got != length ||
        libdeflate_crc32(0, text.get(), got) != little32(block + size - 8)) {
      throw BrokenInput(kDamaged, false);
    }
    begin += size;
    end_mark_wanted = length > 0;
    return {reinterpret_cast<const char*>(text.get()), got};
  }

  std::string_view unpack_member() {
    if (!want(1)) throw BrokenInput(kDamaged, false);
    if (text == nullptr) text = new_buffer();
    stream.next_in = raw.get() + begin;
    stream.avail_in = static_cast<uInt>(available());
    stream.next_out = text.get();
    stream.avail_out = static_cast<uInt>(kBlock);
    const int result = inflate(&stream, Z_NO_FLUSH);
    begin = end - stream.avail_in;
    if (result == Z_STREAM_END) {
      inflateEnd(&stream);
      in_member = false;
    } else if (result != Z_OK) {
      throw BrokenInput(kDamaged, false);
    }
    return {reinterpret_cast<const char*>(text.get()), kBlock - stream.avail_out};
  }

  /// Behind a member: another one, the end, or zeros up to the end (as tapes and some copiers pad files).
  bool another_member() {
    if (want(2) && front()[0] == 0x1f && front()[1] == 0x8b) return true;
    while (want(1)) {
      for (; begin < end; ++begin) {
        if (raw[begin] != 0) throw BrokenInput("the file is damaged: bytes that are no gzip data follow it", true);
      }
    }
    if (end_mark_wanted) throw BrokenInput("the file is truncated (no bgzip end mark)", true);
    return false;
  }

  std::string_view unzipped() {
    for (;;) {
      std::string_view block;
      if (in_member) {
        block = unpack_member();
      } else {
        if (!another_member()) return {};
        if (const std::size_t size = bgzip_block(); size > 0) {
          block = unpack_block(size);
        } else {
          constexpr int kGzipOnly = 15 + 16;
          stream = z_stream{};
          if (inflateInit2(&stream, kGzipOnly) != Z_OK) throw std::bad_alloc();
          in_member = true;
          end_mark_wanted = false;
        }
      }
      if (!block.empty()) return block;
    }
  }

  std::string_view next_block() { return packing == Packing::kPlain ? plain() : unzipped(); }
};

ByteSource::ByteSource(const std::string& path) : state_(std::make_unique<State>()) {
  state_->name = path == "-" ? "stdin" : path;
  state_->descriptor = open_input(path);
  struct stat status {};
  if (fstat(state_->descriptor, &status) == 0 && S_ISREG(status.st_mode)) state_->file_size = status.st_size;
}

ByteSource::~ByteSource() = default;
ByteSource::ByteSource(ByteSource&&) noexcept = default;
ByteSource& ByteSource::operator=(ByteSource&&) noexcept = default;

std::string_view ByteSource::next() {
  State& s = *state_;
  constexpr std::size_t kLongestMagic = 6;
  const auto refuse_foreign = [&s](std::string_view bytes) {
    const std::string_view meaning = foreign_content(bytes);
    require(meaning.empty(), "{}: {}", s.name, meaning);
  };
  if (s.packing == State::Packing::kUnknown) {
    s.want(kLongestMagic);
    const std::string_view first(reinterpret_cast<const char*>(s.front()), s.available());
    refuse_foreign(first);
    s.packing = first.substr(0, 2) == "\x1f\x8b" ? State::Packing::kGzip : State::Packing::kPlain;
  }
  std::string_view block = s.next_block();
  if (s.first_text) {
    s.first_text = false;
    refuse_foreign(block);
    // No text has zero bytes; of a device that gives nothing else there would be no end.
    require(block.find('\0') == std::string_view::npos, "{}: holds zero bytes: it is binary data, not text", s.name);
    if (block.substr(0, kByteOrderMark.size()) == kByteOrderMark) block.remove_prefix(kByteOrderMark.size());
    if (block.empty()) block = s.next_block();
  }
  return block;
}

const std::string& ByteSource::name() const { return state_->name; }

double ByteSource::fraction_read() const {
  if (state_->file_size <= 0) return -1;
  const auto used = state_->consumed - static_cast<std::int64_t>(state_->available());
  return static_cast<double>(used) / static_cast<double>(state_->file_size);
}

}  // namespace stemloop
