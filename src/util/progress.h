// A progress line on stderr, drawn only when stderr is a terminal and talk is wanted.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace stemloop {

class Progress {
 public:
  /// `what` names the things counted ("records"). Nothing is ever drawn if `enabled` is false.
  Progress(std::string what, bool enabled);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Shows `done` things and, if `fraction` is in [0, 1], a bar with the time left. Draws at most ten times a second.
  void update(std::int64_t done, double fraction);

  /// Takes the progress line off the terminal, so that a message can stand in its place.
  static void clear_line();

  /// True when stderr is a terminal.
  static bool terminal();

 private:
  using Clock = std::chrono::steady_clock;
  std::string what_;
  bool enabled_;
  bool drawn_ = false;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_ = start_;
};

}  // namespace stemloop
