#include "study/analyzer.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstring>
#include <map>
#include <thread>

#include "hairpin/hairpin.h"
#include "net/net.h"

namespace stemloop {

namespace {

// --- structure -------------------------------------------------------------------------------------------------------

double paired_share(const std::string& structure) {
  const auto paired = std::count_if(structure.begin(), structure.end(), [](char c) { return c != '.'; });
  return static_cast<double>(paired) / static_cast<double>(structure.size());
}

struct Range {
  double low = 0, high = 0;
  explicit Range(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    constexpr double kTail = 0.01;
    const auto last = static_cast<double>(values.size() - 1);
    low = values[static_cast<std::size_t>(kTail * last)];
    high = values[static_cast<std::size_t>(std::lround((1 - kTail) * last))];
  }
  [[nodiscard]] bool holds(double value) const { return value >= low && value <= high; }
};

class StructureAnalyzer : public Analyzer {
 public:
  StructureAnalyzer(const SequenceSet& real, const FoldingOptions& folding)
      : hairpins_(hairpin_state(folding)()), energy_(energies(real)), paired_(shares(real)) {}

  std::vector<double> score(const std::vector<std::string>& sequences) override {
    std::vector<double> scores;
    for (const std::string& sequence : sequences) {
      const Fold fold = hairpins_.folder.fold(sequence);
      const int held = (lay_out(sequence, fold.structure).hairpins == 1 ? 1 : 0) +
                       (energy_.holds(per_nucleotide(fold.energy, sequence)) ? 1 : 0) +
                       (paired_.holds(paired_share(fold.structure)) ? 1 : 0);
      constexpr double kConditions = 3;
      scores.push_back(held / kConditions);
    }
    return scores;
  }

 private:
  static double per_nucleotide(Energy energy, const std::string& sequence) {
    return energy / 100.0 / static_cast<double>(sequence.size());
  }
  std::vector<double> energies(const SequenceSet& real) {
    std::vector<double> values;
    for (const std::string& sequence : real.sequences)
      values.push_back(per_nucleotide(hairpins_.folder.fold(sequence).energy, sequence));
    return values;
  }
  static std::vector<double> shares(const SequenceSet& real) {
    std::vector<double> values;
    for (const std::string& structure : real.structures) values.push_back(paired_share(structure));
    return values;
  }

  Hairpins hairpins_;
  Range energy_, paired_;
};

// --- CNN -------------------------------------------------------------------------------------------------------------

class CnnAnalyzer : public Analyzer {
 public:
  CnnAnalyzer(const std::string& directory, const std::string& device, int threads)
      : directory_(directory), scorer_(neural().open_scorer(directory, device, threads)) {
    require(scorer_->config().layout == "strand", "{}: only classifiers of the strand layout can analyze sequences",
            directory);
  }
  std::vector<double> score(const std::vector<std::string>& sequences) override {
    SymbolData data;
    data.length = scorer_->config().length;
    std::vector<std::size_t> place;
    for (std::size_t i = 0; i < sequences.size(); ++i) {
      if (static_cast<std::int64_t>(sequences[i].size()) > data.length) continue;  // it cannot be one of its class
      data.add(sequence_symbols(SequenceLayout::kStrand, sequences[i]), 0);
      place.push_back(i);
    }
    std::vector<double> scores(sequences.size(), 0.0);
    const std::vector<float> found = scorer_->score(data);
    for (std::size_t k = 0; k < place.size(); ++k) scores[place[k]] = found[k];
    return scores;
  }

 private:
  std::string directory_;
  std::unique_ptr<SequenceScorer> scorer_;
};

// --- program ---------------------------------------------------------------------------------------------------------

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

class ProgramAnalyzer : public Analyzer {
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t kMostAnswer = 1 << 26;

 public:
  ProgramAnalyzer(std::string command, double seconds) : command_(std::move(command)), seconds_(seconds) {}

  std::vector<double> score(const std::vector<std::string>& sequences) override {
    std::string fasta;
    for (std::size_t i = 0; i < sequences.size(); ++i) fasta += fmt::format(">{}\n{}\n", i + 1, sequences[i]);
    const std::string answer = run(fasta);
    std::map<std::string, double> scores;
    std::int64_t number = 0;
    for (const std::string_view line : split_fields(answer, '\n')) {
      if (line.empty()) continue;
      const std::string place = fmt::format("analyzer '{}': line {}", command_, ++number);
      const auto fields = split_fields(line, '\t');
      require(fields.size() == 2, "{}: '{}' is not id<TAB>score", place, printable(line));
      const double score = parse_number(fields[1], place);
      require(score >= 0 && score <= 1, "{}: score {} is not between 0 and 1", place, score);
      require(scores.emplace(std::string(fields[0]), score).second, "{}: '{}' has a score already", place,
              printable(fields[0]));
    }
    require(scores.size() == sequences.size(), "analyzer '{}': {} scores for {} sequences", command_, scores.size(),
            sequences.size());
    std::vector<double> in_order;
    for (std::size_t i = 0; i < sequences.size(); ++i) {
      const auto found = scores.find(std::to_string(i + 1));
      require(found != scores.end(), "analyzer '{}': gave no score for '{}'", command_, i + 1);
      in_order.push_back(found->second);
    }
    return in_order;
  }

 private:
  // Writes and reads as the program is ready for it; whatever happens, it does not outlive the call.
  [[nodiscard]] std::string run(const std::string& input) const {
    int in[2], out[2];
    require(pipe2(in, O_CLOEXEC) == 0, "analyzer '{}': no pipe: {}", command_, std::strerror(errno));
    Descriptor in_read(in[0]), in_write(in[1]);
    require(pipe2(out, O_CLOEXEC) == 0, "analyzer '{}': no pipe: {}", command_, std::strerror(errno));
    Descriptor out_read(out[0]), out_write(out[1]);
    const pid_t child = fork();
    require(child >= 0, "analyzer '{}': cannot be started: {}", command_, std::strerror(errno));
    if (child == 0) {
      setpgid(0, 0);
      dup2(in_read.get(), STDIN_FILENO);
      dup2(out_write.get(), STDOUT_FILENO);
      std::signal(SIGPIPE, SIG_DFL);
      execl("/bin/sh", "sh", "-c", command_.c_str(), nullptr);
      _exit(127);
    }
    in_read.close();
    out_write.close();
    const auto old_handler = std::signal(SIGPIPE, SIG_IGN);  // a program that does not read its input is its own affair
    std::string answer;
    const Clock::time_point deadline =
        Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds_));
    bool in_time = converse(input, deadline, in_write, out_read, answer);
    std::signal(SIGPIPE, old_handler);
    in_write.close();
    // It may have closed its output and still run.
    int status = 0;
    while (in_time && waitpid(child, &status, WNOHANG) == 0) {
      in_time = Clock::now() < deadline && answer.size() < kMostAnswer;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    if (!in_time) {
      kill(-child, SIGKILL);
      waitpid(child, &status, 0);
    }
    require(answer.size() < kMostAnswer, "analyzer '{}': more than {} bytes of answer", command_, kMostAnswer);
    require(in_time, "analyzer '{}': no answer within {:.0f} s", command_, seconds_);
    require(!WIFSIGNALED(status), "analyzer '{}': ended by signal {}", command_, WTERMSIG(status));
    constexpr int kNotFound = 127;
    require(WEXITSTATUS(status) != kNotFound, "analyzer '{}': there is no such program", command_);
    require(WEXITSTATUS(status) == 0, "analyzer '{}': ended with exit code {}", command_, WEXITSTATUS(status));
    return answer;
  }

  // False if the deadline passed or there is no end to the answer.
  static bool converse(const std::string& input, Clock::time_point deadline, Descriptor& to, const Descriptor& from,
                       std::string& answer) {
    fcntl(to.get(), F_SETFL, O_NONBLOCK);
    std::size_t written = 0;
    for (;;) {
      if (written == input.size()) to.close();
      pollfd ports[2] = {{from.get(), POLLIN, 0}, {to.get(), POLLOUT, 0}};
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
      if (left <= 0) return false;
      if (poll(ports, to.get() >= 0 ? 2 : 1, static_cast<int>(std::min<std::int64_t>(left, 1000))) < 0 &&
          errno != EINTR)
        return true;
      if (to.get() >= 0 && (ports[1].revents & (POLLOUT | POLLERR | POLLHUP)) != 0) {
        const ssize_t n = write(to.get(), input.data() + written, input.size() - written);
        if (n > 0) written += static_cast<std::size_t>(n);
        if (n < 0 && errno != EAGAIN && errno != EINTR) to.close();  // it has closed its input
      }
      if ((ports[0].revents & (POLLIN | POLLHUP)) != 0) {
        char buffer[1 << 16];
        const ssize_t n = read(from.get(), buffer, sizeof buffer);
        if (n == 0) return true;
        if (n > 0) answer.append(buffer, static_cast<std::size_t>(n));
        if (answer.size() >= kMostAnswer) return false;
      }
    }
  }

  std::string command_;
  double seconds_;
};

}  // namespace

std::unique_ptr<Analyzer> structure_analyzer(const SequenceSet& real, const FoldingOptions& folding) {
  return std::make_unique<StructureAnalyzer>(real, folding);
}

std::unique_ptr<Analyzer> cnn_analyzer(const std::string& directory, const std::string& device, int threads) {
  return std::make_unique<CnnAnalyzer>(directory, device, threads);
}

std::unique_ptr<Analyzer> program_analyzer(const std::string& command, double seconds) {
  return std::make_unique<ProgramAnalyzer>(command, seconds);
}

}  // namespace stemloop
