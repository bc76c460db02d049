// What a run says while it goes on.
#pragma once

#include <chrono>

#include "train/train.h"

namespace stemloop {

/// Talks of a run on stderr and draws its curves; SIGINT and SIGTERM ask it to stop.
class RunWatcher : public TrainWatcher {
 public:
  explicit RunWatcher(const TrainJob& c);
  ~RunWatcher() override;
  RunWatcher(const RunWatcher&) = delete;
  RunWatcher& operator=(const RunWatcher&) = delete;

  void progress(const TrainProgress& p) override;
  void metrics(const std::string& text) override;
  bool stop_asked() override;

 protected:
  /// What is said of a finished epoch, and the run's picture.
  [[nodiscard]] virtual std::string epoch_in_words(const nlohmann::ordered_json& line) const = 0;
  virtual void draw_curves() const = 0;
  [[nodiscard]] const std::string& run() const { return run_; }

 private:
  std::string run_;
  bool line_, talk_;
  std::int64_t epochs_;
  std::chrono::steady_clock::time_point last_, start_;
  std::int64_t first_step_ = -1;
};

/// Says how a run ended.
TrainResult end_run(const TrainJob& c, const TrainOutcome& outcome, const Tally& tally);

}  // namespace stemloop
