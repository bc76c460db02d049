#include "train/run_watcher.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <csignal>

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

std::atomic<bool> g_stop{false};  // set by SIGINT and SIGTERM

extern "C" void ask_to_stop(int) { g_stop = true; }

}  // namespace

RunWatcher::RunWatcher(const TrainJob& c)
    : run_(c.options.run_directory),
      line_(!c.common.quiet && isatty(STDERR_FILENO) != 0),
      talk_(!c.common.quiet),
      epochs_(c.options.epochs) {
  std::signal(SIGINT, ask_to_stop);
  std::signal(SIGTERM, ask_to_stop);
}

RunWatcher::~RunWatcher() {
  if (line_) Progress::clear_line();
}

void RunWatcher::progress(const TrainProgress& p) {
  const auto now = std::chrono::steady_clock::now();
  if (!line_ || now - last_ < std::chrono::milliseconds(200)) return;
  last_ = now;
  if (first_step_ < 0) {
    first_step_ = p.step - 1;
    start_ = now;
  }
  const double done = static_cast<double>(p.step) / static_cast<double>(p.steps);
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const double left = seconds * static_cast<double>(p.steps - p.step) /
                      static_cast<double>(std::max<std::int64_t>(1, p.step - first_step_));
  constexpr int kWidth = 24;
  const int full = std::min(kWidth, static_cast<int>(done * kWidth));
  write_stderr(fmt::format(
      "\r\033[Kepoch {}/{} [{:#<{}}{:.<{}}] {:3.0f} % loss {:.2f} rate {:.1e} {:.0f} records/s {:.0f}:{:02.0f} left",
      std::min(p.epoch + 1, epochs_), epochs_, "", full, "", kWidth - full, 100 * done, p.loss, p.learning_rate,
      p.records_per_second, std::floor(left / 60), std::fmod(std::floor(left), 60.0)));
}

void RunWatcher::metrics(const std::string& text) {
  const Json line = Json::parse(text);
  if (line.at("kind") != "epoch") return;
  if (line_) Progress::clear_line();
  if (talk_)
    say(Loud::kInfo, "epoch {}/{}: {:.0f} s, {}", line.at("epoch").get<int>(), epochs_,
        line.at("seconds").get<double>(), epoch_in_words(line));
  draw_curves();
}

bool RunWatcher::stop_asked() { return g_stop; }

TrainResult end_run(const TrainJob& c, const TrainOutcome& outcome, const Tally& tally) {
  if (outcome.end == TrainEnd::kStopped) {
    say(Loud::kWarning, "stopped after {} epochs; go on with: stemloop train --resume {}", outcome.epochs,
        c.options.run_directory);
    return {true, tally};
  }
  say(Loud::kInfo, "{} after {} epochs in {:.0f} s; the model of epoch {} is in {}/model",
      outcome.end == TrainEnd::kEarly ? "stopped early" : "finished", outcome.epochs, outcome.seconds,
      outcome.best_epoch, c.options.run_directory);
  return {false, tally};
}

}  // namespace stemloop
