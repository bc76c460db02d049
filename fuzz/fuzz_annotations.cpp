// What is drawn beside hairpins - arms, values, alignments - and tables of examples to learn from: the first byte says
// which reader gets the rest. What is read lies where it may.
#include <cmath>
#include <cstdlib>

#include "arms/cut_training.h"
#include "data/data.h"
#include "data/sequence_table.h"
#include "hairpin/annotations.h"
#include "judge/precursor.h"
#include "memory_file.h"

namespace {

using namespace stemloop;

constexpr const char* kSequence = "UGAGGUAGUAGGUUGUAUAGUUUUAGGGUCACACCCACCACUGGGAGAUAACUAUACAAUCUACUGUCUUUC";
constexpr std::size_t kLength = 72;

void check(bool holds) {
  if (!holds) std::abort();
}

void arms(const std::string& path) {
  const HairpinMarks marks = ArmTable::read(path).of("c", kLength);
  for (const BaseSpan& span : {marks.five_prime, marks.three_prime, marks.seed})
    check(!span.known() || (span.begin >= 0 && span.end <= static_cast<int>(kLength)));
}

void values(const std::string& path) {
  const BaseValues of = ValueTable::read(path).of("c", kLength);
  for (const double value : of.value) check(!std::isinf(value));
}

void alignment(const std::string& path) {
  for (const double value : Alignment::read(path).conservation("c", kSequence).value)
    check(std::isnan(value) || (value >= 0 && value <= 1));
}

void examples(const std::string& path) {
  for (const CutExample& example : read_cut_examples(path)) check(!example.sequence.empty());
}

void table(const std::string& path) {
  const SequenceTable read = read_sequence_table(path, "");
  check(read.sequences.size() == read.ids.size() && read.lines.size() == read.ids.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  using Reader = void (*)(const std::string&);
  constexpr Reader kReaders[] = {arms,     values, alignment,
                                 examples, table,  [](const std::string& path) { read_world(path); }};
  try {
    kReaders[data[0] % std::size(kReaders)](memory_file(data + 1, size - 1));
  } catch (const Error&) {
  }
  return 0;
}
