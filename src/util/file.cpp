#include "util/file.h"

#include <fcntl.h>
#include <fmt/ranges.h>
#include <htslib/bgzf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "util/error.h"
#include "util/regular_file.h"
#include "util/source.h"

namespace stemloop {

namespace {

std::string system_reason() { return std::strerror(errno); }

std::string shown_input(const std::string& path) { return path == "-" ? "stdin" : path; }
std::string shown_output(const std::string& path) { return path == "-" ? "stdout" : path; }

bool ends_with_gz(const std::string& path) { return path.size() > 3 && path.compare(path.size() - 3, 3, ".gz") == 0; }

}  // namespace

struct LineReader::State {
  explicit State(const std::string& path) : source(path) {}

  ByteSource source;
  std::string_view block;  // not yet handed out
  std::int64_t line = 0;
  bool started = false;
  bool only_returns = false;  // lines end with "\r", as on the Macintosh of old

  bool refill() {
    try {
      block = source.next();
    } catch (const BrokenInput& broken) {
      if (broken.between_blocks) fail("{}: reading stopped after line {}: {}", source.name(), line, broken.what());
      fail("{}:{}: reading stopped: {}", source.name(), line + 1, broken.what());
    }
    if (!started) {
      started = true;
      const std::size_t lone = block.find('\r');
      only_returns =
          lone != std::string_view::npos && lone + 1 < block.size() && block.find('\n') == std::string_view::npos;
    }
    return !block.empty();
  }
};

LineReader::LineReader(const std::string& path) : state_(std::make_unique<State>(path)) {}

LineReader::~LineReader() = default;
LineReader::LineReader(LineReader&&) noexcept = default;
LineReader& LineReader::operator=(LineReader&&) noexcept = default;

bool LineReader::next(std::string& line) {
  State& s = *state_;
  line.clear();
  if (s.block.empty() && !s.refill()) return false;
  ++s.line;
  do {
    const std::size_t end = s.only_returns ? s.block.find_first_of("\r\n") : s.block.find('\n');
    line.append(s.block.substr(0, end));
    constexpr std::size_t kLongestLine = std::size_t{1} << 31U;  // some chromosomes are of 10^9 letters
    require(line.size() <= kLongestLine, "{}:{}: the line is longer than {} bytes", name(), s.line, kLongestLine);
    if (end != std::string_view::npos) {
      s.block.remove_prefix(end + 1);
      break;
    }
    s.block = {};
  } while (s.refill());
  while (!line.empty() && line.back() == '\r') line.pop_back();
  return true;
}

std::int64_t LineReader::line_number() const { return state_->line; }
const std::string& LineReader::name() const { return state_->source.name(); }
std::string LineReader::place() const { return fmt::format("{}:{}", name(), state_->line); }
double LineReader::fraction_read() const { return state_->source.fraction_read(); }

// bgzip: blocks that are whole gzip members, and an empty one at the end.
struct TextWriter::State {
  explicit State(const std::string& path) : draft(path), zipped(ends_with_gz(path)) {}

  Draft draft;
  bool zipped;
  std::string block;  // not yet compressed
  std::string packed = std::string(BGZF_MAX_BLOCK_SIZE, '\0');

  void pack(std::string_view bytes) {
    std::size_t size = packed.size();
    require(bgzf_compress(packed.data(), &size, bytes.data(), bytes.size(), -1) == 0, "{}: cannot be compressed",
            draft.name());
    draft.write(std::string_view(packed).substr(0, size));
  }

  void finish() {
    if (!zipped) return;
    if (!block.empty()) pack(block);
    pack({});
  }
};

TextWriter::TextWriter(const std::string& path) {
  check_text_name(path);
  state_ = std::make_unique<State>(path);
}

TextWriter::~TextWriter() = default;
TextWriter::TextWriter(TextWriter&&) noexcept = default;
TextWriter& TextWriter::operator=(TextWriter&&) noexcept = default;

void TextWriter::write(std::string_view text) {
  State& s = *state_;
  if (!s.zipped) {
    s.draft.write(text);
    return;
  }
  while (!text.empty()) {
    const std::string_view part = text.substr(0, BGZF_BLOCK_SIZE - s.block.size());
    s.block.append(part);
    text.remove_prefix(part.size());
    if (s.block.size() < BGZF_BLOCK_SIZE) continue;
    s.pack(s.block);
    s.block.clear();
  }
}

void TextWriter::close() {
  state_->finish();
  state_->draft.keep();
}

std::string TextWriter::close_partial() {
  state_->finish();
  return state_->draft.keep_partial();
}

namespace {

std::string extension_of(const std::string& path) {
  std::string extension = std::filesystem::path(path).extension().string();
  for (char& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return extension;
}

// Formats that a name may promise and text is not.
constexpr std::string_view kNotText[] = {".pdf",         ".png", ".svg", ".jpg",  ".jpeg",    ".gif",  ".tif",
                                         ".tiff",        ".eps", ".ps",  ".webp", ".xls",     ".xlsx", ".ods",
                                         ".docx",        ".doc", ".zip", ".xz",   ".bz2",     ".zst",  ".7z",
                                         ".tar",         ".tgz", ".bam", ".cram", ".parquet", ".npy",  ".npz",
                                         ".safetensors", ".ubj", ".pt",  ".h5",   ".csv"};  // tables are parted by tabs

}  // namespace

void check_text_name(const std::string& path) {
  const std::string extension = extension_of(path);
  require(std::find(std::begin(kNotText), std::end(kNotText), extension) == std::end(kNotText),
          "{}: text is written there, which is no {} file; choose another name", path, extension);
}

void check_extension(const std::string& path, const std::vector<std::string>& written) {
  if (path == "-" || path.empty()) return;
  const std::string extension = extension_of(path);
  require(extension.empty() || std::find(written.begin(), written.end(), extension) != written.end(),
          "{}: no {} file can be written here; choose {}", path, extension, fmt::join(written, " or "));
}

void check_files(const std::vector<std::string>& inputs, const std::vector<std::string>& outputs) {
  // Asked, not opened: opening and closing a named pipe would end its writer.
  for (const std::string& input : inputs) {
    if (input == "-" || input.empty()) continue;
    struct stat status {};
    if (access(input.c_str(), R_OK) != 0) fail("{}: cannot be opened: {}", input, system_reason());
    require(stat(input.c_str(), &status) != 0 || !S_ISDIR(status.st_mode), "{}: is a directory, not a file", input);
  }
  const auto same = [](const std::string& a, const std::string& b) {
    struct stat x {};
    struct stat y {};
    return a == b || (a != "-" && b != "-" && stat(a.c_str(), &x) == 0 && stat(b.c_str(), &y) == 0 &&
                      S_ISREG(x.st_mode) && x.st_dev == y.st_dev && x.st_ino == y.st_ino);
  };
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i].empty()) continue;
    for (const std::string& input : inputs) {
      require(input == "-" || !same(input, outputs[i]), "{}: is the input and an output", outputs[i]);
    }
    for (std::size_t k = 0; k < i; ++k) {
      require(!same(outputs[k], outputs[i]), "{}: two outputs cannot go there", shown_output(outputs[i]));
    }
  }
}

std::vector<std::byte> read_bytes(const std::string& path, std::uint64_t max_bytes) {
  return read_looking(path, max_bytes, {});
}

std::vector<std::byte> read_looking(const std::string& path, std::uint64_t max_bytes, const LookAtBegin& look) {
  struct Closed {
    int descriptor;
    ~Closed() { close(descriptor); }
  };
  const Closed file{open_input(path)};
  std::vector<std::byte> bytes;
  constexpr std::size_t kBlock = 1 << 16;
  bool seen = !look;
  while (true) {
    const std::size_t have = bytes.size();
    bytes.resize(have + kBlock);
    const ssize_t count = read(file.descriptor, bytes.data() + have, kBlock);
    require(count >= 0, "{}: cannot be read: {}", shown_input(path), system_reason());
    bytes.resize(have + static_cast<std::size_t>(count));
    require(bytes.size() <= max_bytes, "{}: is larger than {} bytes", shown_input(path), max_bytes);
    // A pipe may hand over its first bytes one by one.
    if (!seen && (count == 0 || bytes.size() >= kBlock)) {
      look(std::span(bytes).first(std::min(bytes.size(), kBlock)));
      seen = true;
    }
    if (count == 0) return bytes;
  }
}

std::vector<std::byte> read_regular_file(const std::string& path, std::uint64_t max_bytes) {
  // Without O_NONBLOCK a pipe put in the file's place would be waited for.
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (descriptor < 0 && errno == ELOOP)
    fail("{}: is a link; files of models and runs must stand there themselves", path);
  if (descriptor < 0) fail("{}: cannot be opened: {}", path, system_reason());
  struct stat status {};
  const bool regular = fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
  const bool fits = regular && static_cast<std::uint64_t>(status.st_size) <= max_bytes;
  if (!fits) close(descriptor);
  require(regular, "{}: is no regular file", path);
  require(fits, "{}: has {} bytes; more than {} are not read", path, status.st_size, max_bytes);
  std::vector<std::byte> bytes;
  try {
    bytes.resize(static_cast<std::size_t>(status.st_size));
  } catch (...) {
    close(descriptor);
    throw;
  }
  std::size_t have = 0;
  ssize_t count = 1;
  while (have < bytes.size() && count > 0) {
    count = read(descriptor, bytes.data() + have, bytes.size() - have);
    if (count < 0 && errno == EINTR)
      count = 1;
    else if (count > 0)
      have += static_cast<std::size_t>(count);
  }
  const std::string reason = system_reason();
  close(descriptor);
  require(count >= 0, "{}: cannot be read: {}", path, reason);
  bytes.resize(have);  // it was cut meanwhile
  return bytes;
}

void write_bytes(const std::string& path, std::string_view bytes, Durable durable) {
  require(path == "-" || !ends_with_gz(path), "{}: binary output is not compressed; choose a name without .gz", path);
  Draft draft(path, durable);
  draft.write(bytes);
  draft.keep();
}

void replace_file(const std::string& path, std::string_view bytes) {
  Draft draft(path);
  draft.write(bytes);
  draft.keep();
}

}  // namespace stemloop
