#include "features/sequence_rows.h"

#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <cmath>

#include "features/words.h"
#include "hairpin/hairpin.h"

namespace stemloop {

namespace {

constexpr std::string_view kLetters = "ACGU";

class FeatureRow {
 public:
  FeatureRow(const std::string& sequence, const Fold& fold)
      : sequence_(sequence),
        fold_(fold),
        partner_(pair_table(fold.structure)),
        length_(static_cast<int>(sequence.size())) {}

  std::vector<float> features() {
    add_letters();
    add_ends();
    add_stem();
    add_loops();
    return std::move(row_);
  }

 private:
  void add(double value) { row_.push_back(static_cast<float>(value)); }
  [[nodiscard]] char letter(int i) const { return sequence_[static_cast<std::size_t>(i)]; }
  [[nodiscard]] int partner(int i) const { return partner_[static_cast<std::size_t>(i)]; }

  // Words of one and two letters, length; then letters within 10, 20, 30 nt of either end: a 3' splice site has its
  // pyrimidine tract there.
  void add_letters() {
    for (int k = 1; k <= 2; ++k) {
      for (const double share : kmer_shares({&sequence_, 1}, k)) add(share);
    }
    add(length_);
    for (const int reach : {10, 20, 30}) {
      const auto n = static_cast<std::size_t>(std::min(reach, length_));
      for (const std::string& part : {sequence_.substr(0, n), sequence_.substr(sequence_.size() - n)}) {
        const auto shares = kmer_shares({&part, 1}, 1);
        for (const double share : shares) add(share);
        add(shares[1] + shares[3]);
      }
    }
  }

  // Letters and pairs at both ends, what hangs over.
  void add_ends() {
    constexpr int kPlaces = 8;
    for (int i = 0; i < kPlaces; ++i) {
      for (const int at : {i, length_ - 1 - i}) {
        for (const char one : kLetters) add(letter(at) == one ? 1 : 0);
        add(partner(at) >= 0 ? 1 : 0);
      }
    }
    int first = 0, last = length_ - 1;
    while (first < length_ && partner(first) < 0) ++first;
    while (last >= 0 && partner(last) < 0) --last;
    const int over_5 = first, over_3 = length_ - 1 - last;
    for (const int value : {over_5, over_3, over_3 - over_5, first < length_ && partner(first) == last ? 1 : 0})
      add(value);
  }

  void add_stem() {
    double pairs = 0, strong = 0, wobble = 0;
    int run = 0, longest = 0;
    for (int i = 0; i < length_; ++i) {
      const int j = partner(i);
      if (j < i) {
        run = 0;
        continue;
      }
      ++pairs;
      const char a = std::min(letter(i), letter(j)), b = std::max(letter(i), letter(j));
      strong += a == 'C' && b == 'G' ? 1 : 0;
      wobble += a == 'G' && b == 'U' ? 1 : 0;
      run = i > 0 && partner(i - 1) == j + 1 ? run + 1 : 1;
      longest = std::max(longest, run);
    }
    const double energy = fold_.energy / 100.0, some = std::max(1.0, pairs);
    for (const double value : {2 * pairs / length_, pairs, strong / some, wobble / some, static_cast<double>(longest),
                               energy, energy / length_, energy / some})
      add(value);
  }

  void add_loops() {
    const HairpinLayout layout = lay_out(sequence_, fold_.structure);
    for (const int value :
         {layout.hairpins, layout.loop_close - layout.loop_open, layout.loop_open, length_ - 1 - layout.loop_close})
      add(value);
    int bulges = 0, interior = 0, asymmetry = 0, largest = 0, branches = 0;
    for (int i = 0; i < length_; ++i) {
      if (partner(i) < i) continue;
      int p = i + 1, q = partner(i) - 1;
      while (p < q && partner(p) < 0) ++p;
      while (q > p && partner(q) < 0) --q;
      if (p >= q) continue;  // a hairpin loop
      if (partner(p) != q) {
        ++branches;
        continue;
      }
      const int left = p - i - 1, right = partner(i) - 1 - q;
      if (left + right == 0) continue;
      ++(left == 0 || right == 0 ? bulges : interior);
      asymmetry += std::abs(left - right);
      largest = std::max(largest, left + right);
    }
    for (const int value : {bulges, interior, asymmetry, largest, branches}) add(value);
  }

  const std::string& sequence_;
  const Fold& fold_;
  std::vector<int> partner_;
  int length_;
  std::vector<float> row_;
};

}  // namespace

Matrix feature_rows(std::span<const std::string> sequences, const std::shared_ptr<const Model>& model, int threads) {
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads));
  tbb::enumerable_thread_specific<Folder> folders([&] { return Folder(model); });
  std::vector<std::vector<float>> rows(sequences.size());
  tbb::parallel_for(std::size_t{0}, sequences.size(), [&](std::size_t i) {
    const Fold fold = folders.local().fold(sequences[i]);
    rows[i] = FeatureRow(sequences[i], fold).features();
  });
  Matrix matrix{
      static_cast<std::int64_t>(rows.size()), rows.empty() ? 0 : static_cast<std::int64_t>(rows[0].size()), {}};
  for (const auto& row : rows) matrix.values.insert(matrix.values.end(), row.begin(), row.end());
  return matrix;
}

}  // namespace stemloop
