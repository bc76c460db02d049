#include "data/sequence_set.h"

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <optional>

#include "data/lineage.h"
#include "seq/record_stream.h"

namespace stemloop {

namespace {

// The structure of a record whose letters are known to networks.
std::string checked_structure(Hairpins& hairpins, const Record& record) {
  for (std::size_t i = 0; i < record.sequence.size(); ++i)
    require(std::string_view("ACGU").find(record.sequence[i]) != std::string_view::npos,
            "'{}' at position {}; only A, C, G, U and T are known here",
            printable(std::string_view(&record.sequence[i], 1)), i + 1);
  return structure_of(hairpins, record);
}

void append(SequenceSet& to, SequenceSet&& more) {
  const auto move_all = [](auto& from, auto& target) {
    target.insert(target.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  };
  move_all(more.ids, to.ids);
  move_all(more.sequences, to.sequences);
  move_all(more.structures, to.structures);
  move_all(more.labels, to.labels);
  move_all(more.parents, to.parents);
  to.tally.in += more.tally.in;
  to.tally.out += more.tally.out;
  to.tally.rejected += more.tally.rejected;
}

// A line of a labelled table, and what came of it.
struct Line {
  Record record;
  int label = 0;
  std::string structure, reason;
};

std::vector<Line> read_lines(const std::string& path, const std::string& label_column) {
  std::vector<Line> lines;
  std::size_t sequence = 0, label = 0;
  std::optional<std::size_t> id;
  std::size_t parents = SIZE_MAX;
  read_table(
      path,
      [&](const std::vector<std::string>& header) {
        sequence = find_column(header, "sequence", path);
        label = find_column(header, label_column, path);
        id = id_column(header, path);
        for (std::size_t k = 0; k < header.size(); ++k) {
          if (header[k] == "parents") parents = k;
        }
      },
      [&](const std::vector<std::string_view>& fields, const std::string& place) {
        Line one;
        one.record.file = path;
        one.record.index = static_cast<std::int64_t>(lines.size()) + 1;
        one.record.line = parse_integer(place.substr(place.rfind(':') + 1), place);
        one.record.id = id ? std::string(fields[*id]) : std::to_string(one.record.index);
        one.record.sequence = std::string(fields[sequence]);
        if (parents != SIZE_MAX && !fields[parents].empty()) {
          const std::string named(fields[parents]);
          one.record.description = named.rfind("parents=", 0) == 0 ? named : "parents=" + named;
        }
        one.label = label_of(fields[label], place);
        lines.push_back(std::move(one));
      });
  return lines;
}

SequenceSet read_labelled_table(const std::string& path, const std::string& label_column, const CommonOptions& common,
                                const FoldingOptions& folding) {
  std::vector<Line> lines = read_lines(path, label_column);
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(common.threads));
  tbb::enumerable_thread_specific<Hairpins> states(hairpin_state(folding));
  tbb::parallel_for(std::size_t{0}, lines.size(), [&](std::size_t i) {
    Line& one = lines[i];
    try {
      require(!one.record.sequence.empty(), "there is no sequence");
      require(one.record.sequence.size() <= folding.max_length, "{} nt is longer than --max-length {}",
              one.record.sequence.size(), folding.max_length);
      one.record.sequence = as_rna(one.record.sequence);
      one.structure = checked_structure(states.local(), one.record);
    } catch (const Error& error) {
      one.reason = error.what();
    }
  });
  SequenceSet set;
  for (Line& one : lines) {
    ++set.tally.in;
    if (!one.reason.empty()) {
      ++set.tally.rejected;
      report(reject(one.record, one.reason));
      continue;
    }
    ++set.tally.out;
    set.parents.push_back(parents_in(one.record.description));
    set.ids.push_back(std::move(one.record.id));
    set.sequences.push_back(std::move(one.record.sequence));
    set.structures.push_back(std::move(one.structure));
    set.labels.push_back(static_cast<std::uint8_t>(one.label));
  }
  return set;
}

}  // namespace

std::vector<std::string> read_bare_sequences(const std::string& path) {
  std::vector<std::string> sequences;
  std::string first;
  LineReader(path).next(first);
  if (first.find('\t') == std::string::npos) {
    RecordReader reader(RecordFiles{path});
    while (const auto item = reader.next()) {
      if (const auto* record = std::get_if<Record>(&*item)) sequences.push_back(record->sequence);
    }
    return sequences;
  }
  std::size_t column = 0;
  read_table(
      path, [&](const std::vector<std::string>& header) { column = find_column(header, "sequence", path); },
      [&](const std::vector<std::string_view>& fields, const std::string&) {
        sequences.push_back(as_rna(std::string(fields[column])));
      });
  return sequences;
}

SequenceSet SequenceSet::select(std::span<const std::size_t> records) const {
  SequenceSet chosen;
  for (const std::size_t i : records) {
    chosen.ids.push_back(ids[i]);
    chosen.sequences.push_back(sequences[i]);
    chosen.structures.push_back(structures[i]);
    chosen.labels.push_back(labels[i]);
    chosen.parents.push_back(parents.empty() ? std::vector<std::string>() : parents[i]);
  }
  chosen.tally.in = chosen.tally.out = static_cast<std::int64_t>(records.size());
  return chosen;
}

SequenceSet read_sequences(const std::string& path, int label, const CommonOptions& common,
                           const FoldingOptions& folding) {
  SequenceSet set;
  set.tally = run_records<std::pair<Record, std::string>>(
      path, common, folding.max_length, hairpin_state(folding),
      [](Hairpins& hairpins, const Record& record) { return std::pair(record, checked_structure(hairpins, record)); },
      [&](std::pair<Record, std::string>&& item) {
        set.parents.push_back(parents_in(item.first.description));
        set.ids.push_back(std::move(item.first.id));
        set.sequences.push_back(std::move(item.first.sequence));
        set.structures.push_back(std::move(item.second));
        set.labels.push_back(static_cast<std::uint8_t>(label));
      });
  if (set.tally.broken) std::rethrow_exception(set.tally.broken);
  return set;
}

SequenceSet load_sequences(const DatasetOptions& options, const std::string& label_column, const CommonOptions& common,
                           const FoldingOptions& folding) {
  const bool table = !options.tsv.empty(), fasta = !options.positives.empty() || !options.negatives.empty();
  require(table != fasta, "name one source of sequences: --tsv, or --positives (and --negatives)");
  if (table) return read_labelled_table(options.tsv, label_column, common, folding);
  SequenceSet set;
  if (!options.positives.empty()) append(set, read_sequences(options.positives, 1, common, folding));
  if (!options.negatives.empty()) append(set, read_sequences(options.negatives, 0, common, folding));
  return set;
}

std::vector<std::string> SequenceFolder::structures(const std::vector<std::string>& sequences) {
  std::vector<std::string> structures(sequences.size());
  tbb::parallel_for(std::size_t{0}, sequences.size(),
                    [&](std::size_t i) { structures[i] = folders_.local().fold(sequences[i]).structure; });
  return structures;
}

std::string md5_of(const SequenceSet& set) {
  std::string all;
  for (std::size_t i = 0; i < set.size(); ++i) all += fmt::format("{} {}\n", set.sequences[i], set.labels[i]);
  return md5_hex(std::as_bytes(std::span(all)));
}

std::unordered_set<std::string> known_sequences(const std::string& path) {
  std::unordered_set<std::string> known;
  RecordReader reader({path, Wanted::kSequencesOnly});
  while (const auto item = reader.next()) {
    if (const auto* record = std::get_if<Record>(&*item)) {
      known.insert(record->sequence);
    } else {
      report(std::get<Rejection>(*item));  // what cannot be read cannot be kept away from
    }
  }
  return known;
}

}  // namespace stemloop
