#include "util/file.h"

#include <fcntl.h>
#include <htslib/bgzf.h>
#include <htslib/hfile.h>
#include <htslib/hts_log.h>
#include <htslib/kstring.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "util/error.h"

namespace stemloop {

namespace {

std::string system_reason() { return std::strerror(errno); }

std::string shown_input(const std::string& path) { return path == "-" ? "stdin" : path; }
std::string shown_output(const std::string& path) { return path == "-" ? "stdout" : path; }

bool ends_with_gz(const std::string& path) { return path.size() > 3 && path.compare(path.size() - 3, 3, ".gz") == 0; }

// open() succeeds on a directory and the first read fails with a message about the descriptor: say it better.
int open_input(const std::string& path) {
  const int descriptor = path == "-" ? dup(STDIN_FILENO) : open(path.c_str(), O_RDONLY | O_CLOEXEC);
  require(descriptor >= 0, "{}: cannot be opened: {}", shown_input(path), system_reason());
  struct stat status {};
  if (fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode)) {
    close(descriptor);
    fail("{}: is a directory, not a file", shown_input(path));
  }
  return descriptor;
}

}  // namespace

struct LineReader::State {
  std::string name;
  BGZF* file = nullptr;
  kstring_t buffer{0, 0, nullptr};
  std::int64_t line = 0;
  std::int64_t size = -1;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    std::free(buffer.s);
    if (file != nullptr) bgzf_close(file);
  }
};

LineReader::LineReader(const std::string& path) : state_(std::make_unique<State>()) {
  hts_set_log_level(HTS_LOG_OFF);
  state_->name = shown_input(path);
  const int descriptor = open_input(path);
  struct stat status {};
  if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode)) state_->size = status.st_size;
  state_->file = bgzf_dopen(descriptor, "r");
  if (state_->file == nullptr) {
    const std::string reason = system_reason();
    close(descriptor);
    fail("{}: cannot be read: {}", state_->name, reason);
  }
}

LineReader::~LineReader() = default;
LineReader::LineReader(LineReader&&) noexcept = default;
LineReader& LineReader::operator=(LineReader&&) noexcept = default;

bool LineReader::next(std::string& line) {
  State& s = *state_;
  s.buffer.l = 0;
  const int result = bgzf_getline(s.file, '\n', &s.buffer);
  if (result < -1 || (result == -1 && s.file->errcode != 0)) {
    fail("{}:{}: reading stopped: the file is truncated or damaged", s.name, s.line + 1);
  }
  if (result == -1) {
    // bgzip marks its end with an empty block; without it the file was cut between two blocks.
    const bool cut = s.file->is_compressed != 0 && s.file->is_gzip == 0 && s.file->last_block_eof == 0;
    require(!cut, "{}: reading stopped after line {}: the file is truncated (no bgzip end mark)", s.name, s.line);
    return false;
  }
  ++s.line;
  line.assign(s.buffer.s, s.buffer.l);
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return true;
}

std::int64_t LineReader::line_number() const { return state_->line; }
const std::string& LineReader::name() const { return state_->name; }
std::string LineReader::place() const { return fmt::format("{}:{}", state_->name, state_->line); }

double LineReader::fraction_read() const {
  if (state_->size <= 0) return -1;
  return static_cast<double>(htell(state_->file->fp)) / static_cast<double>(state_->size);
}

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
