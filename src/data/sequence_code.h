// Sequences as rows of symbols, for networks that read and write them. Two layouts; symbol 0 is the pad, which stands
// only at the end of a valid row.
//   strand   a letter a place, 5' to 3': pad A U G C, five symbols (the seed's)
//   columns  a column of the folded hairpin a place, from the open end to the loop: the letters of both strands or a
//            gap, 5 * top + bottom, twenty-five symbols. A base pair is one symbol and bases that pair are neighbours
//            however long the hairpin. The first two columns are the first two letters and the last two, paired or not:
//            ends stand at the same place in every record. The terminal loop stands half on either strand.
//
//                ends  stem      loop               sequence = top, then bottom backwards
//      top       G U | G A C - U C A U
//      bottom    G A | C U G A A A G -
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stemloop {

enum class SequenceLayout : std::uint8_t { kStrand, kColumns };

inline constexpr std::uint8_t kPadSymbol = 0;
inline constexpr std::int64_t kLongestStrand = 121;  // of the strand layout, as published

/// "strand", "columns"; Error for other names.
SequenceLayout sequence_layout(std::string_view name);

/// 5 or 25.
int symbols_of(SequenceLayout layout);

/// The symbols of a sequence without pads. The structure (dot-bracket, one hairpin) is read by the columns layout only.
/// Error for letters other than A C G U, and for structures with no or several hairpins.
std::vector<std::uint8_t> sequence_symbols(SequenceLayout layout, std::string_view sequence,
                                           std::string_view structure = {});

/// A structure without the pairs of all but the widest hairpin: at every loop with several branches the one of most
/// letters stays, the first of equals.
std::string widest_hairpin(std::string_view structure);

/// The sequence a row of symbols means, none if it is empty or a pad stands before another symbol.
std::optional<std::string> symbols_sequence(SequenceLayout layout, std::span<const std::uint8_t> symbols);

}  // namespace stemloop
