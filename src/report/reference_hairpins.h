// The nearest of the hairpins one knows already (miRBase's, MirGeneDB's, one's own): found by shared words of 8
// letters, then aligned with the shorter sequence inside the longer one, for precursors are cut out at different
// places.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace stemloop {

class ReferenceHairpins {
 public:
  /// A file of sequences in any format that is read. Error if it holds none. Records that cannot be read are counted.
  explicit ReferenceHairpins(std::string path);

  struct Nearest {
    std::string id;
    double identity = 0;  // 1 - edit distance / length of the shorter sequence, which may stand anywhere in the longer
  };
  /// The likest one of at least `least` identity; the earlier in the file of equal ones. Sequences with fewer than
  /// three words in common are not compared.
  [[nodiscard]] std::optional<Nearest> nearest(const std::string& sequence, double least) const;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::size_t size() const { return id_.size(); }
  [[nodiscard]] std::size_t unread() const { return unread_; }

 private:
  std::string path_;
  std::vector<std::string> id_, sequence_;
  std::vector<std::vector<std::uint32_t>> with_word_;  // numbers of the sequences with each word, in order
  std::size_t unread_ = 0;
};

/// In words, for a report: of at least 70 % identity, or that there is none.
std::string nearest_in_words(const ReferenceHairpins& known, const std::string& sequence);

}  // namespace stemloop
