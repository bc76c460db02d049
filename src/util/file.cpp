#include "util/file.h"

#include <fcntl.h>
#include <htslib/bgzf.h>
#include <htslib/hts_log.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "util/error.h"
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
      only_returns = lone != std::string_view::npos && lone + 1 < block.size() && block.find('\n') == std::string_view::npos;
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

struct TextWriter::State {
  std::string name;
  std::FILE* plain = nullptr;
  BGZF* zipped = nullptr;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (plain != nullptr && plain != stdout) std::fclose(plain);
    if (zipped != nullptr) bgzf_close(zipped);
  }
};

TextWriter::TextWriter(const std::string& path) : state_(std::make_unique<State>()) {
  state_->name = shown_output(path);
  if (path == "-") {
    state_->plain = stdout;
  } else if (ends_with_gz(path)) {
    hts_set_log_level(HTS_LOG_OFF);
    state_->zipped = bgzf_open(path.c_str(), "w");
  } else {
    state_->plain = std::fopen(path.c_str(), "wb");
  }
  require(state_->plain != nullptr || state_->zipped != nullptr, "{}: cannot be written: {}", state_->name,
          system_reason());
}

TextWriter::~TextWriter() = default;
TextWriter::TextWriter(TextWriter&&) noexcept = default;
TextWriter& TextWriter::operator=(TextWriter&&) noexcept = default;

void TextWriter::write(std::string_view text) {
  State& s = *state_;
  const bool written = s.plain != nullptr
                           ? std::fwrite(text.data(), 1, text.size(), s.plain) == text.size()
                           : bgzf_write(s.zipped, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  require(written, "{}: writing failed: {}", s.name, system_reason());
}

void TextWriter::close() {
  State& s = *state_;
  bool closed = true;
  if (s.plain != nullptr) {
    closed = std::fflush(s.plain) == 0;
    if (s.plain != stdout && std::fclose(s.plain) != 0) closed = false;
  } else if (s.zipped != nullptr) {
    closed = bgzf_close(s.zipped) == 0;
  }
  s.plain = nullptr;
  s.zipped = nullptr;
  require(closed, "{}: writing failed: {}", s.name, system_reason());
}

void check_files(const std::vector<std::string>& inputs, const std::vector<std::string>& outputs) {
  // Asked, not opened: opening and closing a named pipe would end its writer.
  for (const std::string& input : inputs) {
    if (input == "-") continue;
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
  const int descriptor = open_input(path);
  std::vector<std::byte> bytes;
  std::byte block[1 << 16];
  ssize_t count = 0;
  while ((count = read(descriptor, block, sizeof block)) > 0) {
    bytes.insert(bytes.end(), block, block + count);
    if (bytes.size() > max_bytes) {
      close(descriptor);
      fail("{}: is larger than {} bytes", shown_input(path), max_bytes);
    }
  }
  const std::string reason = system_reason();
  close(descriptor);
  require(count == 0, "{}: cannot be read: {}", shown_input(path), reason);
  return bytes;
}

void write_bytes(const std::string& path, std::string_view bytes) {
  if (path == "-" || !ends_with_gz(path)) {
    TextWriter writer(path);
    writer.write(bytes);
    writer.close();
    return;
  }
  fail("{}: binary output is not compressed; choose a name without .gz", path);
}

void replace_file(const std::string& path, std::string_view bytes) {
  const std::string draft = path + ".draft";
  write_bytes(draft, bytes);
  const int file = open(draft.c_str(), O_RDONLY | O_CLOEXEC);
  const bool kept = file >= 0 && fsync(file) == 0;
  if (file >= 0) close(file);
  require(kept && std::rename(draft.c_str(), path.c_str()) == 0, "{}: cannot be written: {}", path,
          std::strerror(errno));
}

}  // namespace stemloop
