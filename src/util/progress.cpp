#include "util/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "util/talk.h"

namespace stemloop {

namespace {
constexpr int kBarWidth = 30;
constexpr std::chrono::milliseconds kInterval{100};
}  // namespace

Progress::Progress(std::string what, bool enabled) : what_(std::move(what)), enabled_(enabled && terminal()) {}

Progress::~Progress() {
  if (drawn_) write_stderr("\r\033[K");
}

bool Progress::terminal() { return isatty(STDERR_FILENO) != 0; }

void Progress::clear_line() {
  if (terminal()) write_stderr("\r\033[K");
}

void Progress::update(std::int64_t done, double fraction) {
  if (!enabled_) return;
  const auto now = Clock::now();
  if (now - last_ < kInterval) return;
  last_ = now;
  drawn_ = true;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  std::string line = fmt::format("\r{} {}, {:.0f}/s", done, what_, static_cast<double>(done) / seconds);
  if (fraction > 0 && fraction <= 1) {
    const int full = std::min(kBarWidth, static_cast<int>(fraction * kBarWidth));
    line += fmt::format(" [{:#<{}}{:.<{}}] {:3.0f} % {:.0f} s left", "", full, "", kBarWidth - full, 100 * fraction,
                        seconds / fraction - seconds);
  }
  write_stderr(line + "\033[K");
}

}  // namespace stemloop
