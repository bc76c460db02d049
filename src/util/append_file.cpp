#include "util/append_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "util/error.h"
#include "util/faults.h"

namespace stemloop {

AppendFile::AppendFile(std::string path)
    : path_(std::move(path)), descriptor_(system_open(path_.c_str(), O_WRONLY | O_APPEND)) {
  if (descriptor_ < 0) fail("{}: cannot be written: {}", path_, std::strerror(errno));
}

AppendFile::~AppendFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

void AppendFile::append(std::string_view line) {
  const off_t before = lseek(descriptor_, 0, SEEK_END);
  bool done = before >= 0;
  while (done && !line.empty()) {
    const ssize_t written = system_write(descriptor_, line.data(), line.size());
    if (written < 0 && errno == EINTR) continue;
    done = written >= 0;
    if (done) line.remove_prefix(static_cast<std::size_t>(written));
  }
  done = done && system_fsync(descriptor_) == 0;
  if (done) return;
  const std::string reason = std::strerror(errno);
  // A part of a line would be taken for the beginning of the next one; where it cannot be cut off, readers do that.
  if (before >= 0 && ftruncate(descriptor_, before) != 0)
    fail("{}: writing failed: {}; its last line is cut", path_, reason);
  fail("{}: writing failed: {}", path_, reason);
}

}  // namespace stemloop
