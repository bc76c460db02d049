#include "judge/first_look.h"

#include <algorithm>
#include <array>

#include "features/features.h"
#include "seq/seq.h"

namespace stemloop {

namespace {

constexpr int kLowerStem = 11;  // letters below a Drosha cut
constexpr std::string_view kLetters = "ACGU";

// Where a letter of the sequence is paired, by the stem-loop's own fold; -1 where it is not, or lies outside.
class Partners {
 public:
  explicit Partners(const LocalStemLoop& local) : begin_(local.begin), partner_(pair_table(local.structure)) {}
  [[nodiscard]] int of(int i) const {
    const int at = i - begin_;
    if (at < 0 || at >= static_cast<int>(partner_.size())) return -1;
    const int j = partner_[static_cast<std::size_t>(at)];
    return j < 0 ? -1 : j + begin_;
  }
  [[nodiscard]] double paired(int from, int to) const {
    int count = 0;
    for (int i = from; i < to; ++i) count += of(i) >= 0 ? 1 : 0;
    return to > from ? static_cast<double>(count) / (to - from) : kMissing;
  }
  [[nodiscard]] int unpaired_run(int from, int to) const {
    int longest = 0, run = 0;
    for (int i = from; i < to; ++i) {
      run = of(i) < 0 ? run + 1 : 0;
      longest = std::max(longest, run);
    }
    return longest;
  }

 private:
  int begin_;
  std::vector<int> partner_;
};

double gc(std::string_view letters) {
  const auto count = std::count_if(letters.begin(), letters.end(), [](char c) { return c == 'G' || c == 'C'; });
  return letters.empty() ? kMissing : static_cast<double>(count) / static_cast<double>(letters.size());
}

template <typename Say>
void say_cuts(const ArmCall& arms, Say say) {
  say("log_odds", arms.log_odds);
  say("log_probability", arms.log_probability);
  static constexpr std::array<std::array<const char*, 2>, kCuts> kNames = {{{"entropy_drosha5", "within_2_drosha5"},
                                                                            {"entropy_dicer5", "within_2_dicer5"},
                                                                            {"entropy_dicer3", "within_2_dicer3"},
                                                                            {"entropy_drosha3", "within_2_drosha3"}}};
  for (std::size_t k = 0; k < kCuts; ++k) {
    say(kNames[k][0], arms.entropy[k]);
    say(kNames[k][1], arms.within[k][2]);
  }
  say("overhang_drosha", arms.overhang.drosha);
  say("overhang_dicer", arms.overhang.dicer);
  say("plausible", arms.plausible() ? 1 : 0);
}

template <typename Say>
void say_fold(std::string_view sequence, const LocalStemLoop& local, const ArmCall& arms, Say say) {
  const int n = static_cast<int>(sequence.size());
  const auto place = [&](int at) { return std::clamp(at, 0, n); };
  const int d5 = place(arms.cuts.drosha5), e5 = place(arms.cuts.dicer5), e3 = place(arms.cuts.dicer3),
            d3 = place(arms.cuts.drosha3);
  const auto letters = [&](int from, int to) {
    return sequence.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(std::max(0, to - from)));
  };
  const Partners partners(local);
  double duplex = 0, inside = 0, wobble = 0;
  for (int i = d5; i < d3; ++i) {
    const int j = partners.of(i);
    if (j <= i || j >= d3) continue;
    ++inside;
    const char a = sequence[static_cast<std::size_t>(i)], b = sequence[static_cast<std::size_t>(j)];
    wobble += (a == 'G' && b == 'U') || (a == 'U' && b == 'G') ? 1 : 0;
    duplex += i < e5 && j >= e3 ? 1 : 0;
  }
  const double energy = local.energy / 100.0, size = local.end - local.begin;
  say("length", d3 - d5);
  say("arm_5p", e5 - d5);
  say("arm_3p", d3 - e3);
  say("between_arms", e3 - e5);
  say("energy", energy);
  say("energy_per_nt", energy / size);
  say("stem_loop_length", size);
  say("terminal_loop", local.loop_close - local.loop_open - 1);
  say("pairs", inside);
  say("duplex", duplex);
  say("wobble", inside > 0 ? wobble / inside : kMissing);
  say("paired_5p", partners.paired(d5, e5));
  say("paired_3p", partners.paired(e3, d3));
  say("paired_between", partners.paired(e5, e3));
  say("run_5p", partners.unpaired_run(d5, e5));
  say("run_3p", partners.unpaired_run(e3, d3 - 2));
  say("gc", gc(letters(d5, d3)));
  say("gc_5p", gc(letters(d5, e5)));
  say("gc_3p", gc(letters(e3, d3)));
  const bool below = d5 >= kLowerStem && d3 + kLowerStem <= n;
  say("lower_stem", below ? partners.paired(d5 - kLowerStem, d5) + partners.paired(d3, d3 + kLowerStem) : kMissing);
}

template <typename Say>
void say_letters(std::string_view core, Say say) {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const char a : kLetters) all.push_back(std::string("share_") + a);
    for (const char a : kLetters) {
      for (const char b : kLetters) all.push_back(std::string("share_") + a + b);
    }
    return all;
  }();
  std::array<double, 20> counts{};
  std::size_t last = kLetters.size();
  for (const char letter : core) {
    const std::size_t code = std::min(kLetters.find(letter), kLetters.size());
    if (code < kLetters.size()) {
      counts[code] += 1;
      if (last < kLetters.size()) counts[4 + 4 * last + code] += 1;
    }
    last = code;
  }
  for (std::size_t k = 0; k < counts.size(); ++k) say(names[k], counts[k] / static_cast<double>(core.size()));
}

template <typename Say>
void say_first(std::string_view sequence, const LocalStemLoop& local, const ArmCall& arms, Say say) {
  say_cuts(arms, say);
  say_fold(sequence, local, arms, say);
  const auto begin = static_cast<std::size_t>(std::max(0, arms.cuts.drosha5));
  say_letters(sequence.substr(begin, static_cast<std::size_t>(arms.cuts.drosha3) - begin), say);
}

}  // namespace

const std::vector<std::string>& first_measures() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    ArmCall any;
    any.cuts = {0, 3, 6, 9};
    LocalStemLoop local;
    local.end = 9;
    local.structure = "(((...)))";
    say_first("GGGAAACCC", local, any, [&](const auto& name, double) { all.emplace_back(name); });
    return all;
  }();
  return names;
}

void look_first(std::string_view sequence, const LocalStemLoop& local, const ArmCall& arms, std::vector<float>& row) {
  say_first(sequence, local, arms, [&](const auto&, double value) { row.push_back(static_cast<float>(value)); });
}

}  // namespace stemloop
