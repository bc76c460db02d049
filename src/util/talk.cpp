#include "util/talk.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <ctime>

namespace stemloop {

namespace {

Talker& talker() {
  static Talker current;
  return current;
}

}  // namespace

void set_talker(Talker one) { talker() = std::move(one); }

void write_stderr(std::string_view text) {
  // A pipe without a reader would end the process by SIGPIPE: it is held back and taken away.
  sigset_t pipe_signal, before, pending;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  sigpending(&pending);
  const bool was_pending = sigismember(&pending, SIGPIPE) == 1;
  pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
  while (!text.empty()) {
    const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const timespec now{};
      if (errno == EPIPE && !was_pending) sigtimedwait(&pipe_signal, nullptr, &now);
      break;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void open_standard_descriptors() {
  // The wrong way round on purpose for 0 and 1; open() gives the lowest number that is free.
  constexpr int kModes[] = {O_WRONLY, O_RDONLY, O_WRONLY};
  for (int descriptor = 0; descriptor <= STDERR_FILENO; ++descriptor) {
    if (fcntl(descriptor, F_GETFD) < 0 && errno == EBADF) static_cast<void>(open("/dev/null", kModes[descriptor]));
  }
}

void say_text(Loud how, const std::string& text) {
  if (talker()) talker()(how, text);
}

}  // namespace stemloop
