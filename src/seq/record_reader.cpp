#include "seq/record_reader.h"

#include <functional>
#include <utility>

namespace stemloop {

namespace {

std::unique_ptr<FormatReader> reader_of(RecordFormat format, PeekableLines& lines) {
  switch (format) {
    case RecordFormat::kFastq:
      return fastq_reader(lines);
    case RecordFormat::kDotBracket:
      return dot_bracket_reader(lines);
    case RecordFormat::kCt:
      return ct_reader(lines);
    case RecordFormat::kBpseq:
      return bpseq_reader(lines);
    case RecordFormat::kStockholm:
      return stockholm_reader(lines);
    case RecordFormat::kFasta:
      break;
  }
  return fasta_reader(lines);
}

}  // namespace

void RecordReader::Counted::note(const std::string& file, const std::string& id) {
  if (count++ > 0) return;
  first_file = file;
  first_id = id;
}

RecordReader::RecordReader(RecordFiles files) : files_(std::move(files)) {
  lines_ = std::make_unique<PeekableLines>(files_.paths[0]);
}

void RecordReader::open() {
  if (!lines_) lines_ = std::make_unique<PeekableLines>(files_.paths[at_]);
  reader_ = reader_of(recognise(*lines_), *lines_);
  first_of_file_ = true;
}

// Of every format: a file that begins with a protein is no file of RNA, a protein behind RNA is one rejected record.
void RecordReader::refuse_protein(RecordOrRejection& item) {
  const bool first = std::exchange(first_of_file_, false);
  const auto* record = std::get_if<Record>(&item);
  if (record == nullptr || !looks_like_protein(record->sequence)) return;
  require(!first, "{}: record '{}' looks like a protein ({}); RNA or DNA is read", lines_->name(),
          printable(record->id), printable(record->sequence));
  item = reject(*record, "looks like a protein; RNA or DNA is read");
}

std::optional<RecordOrRejection> RecordReader::next() {
  while (at_ < files_.paths.size()) {
    if (!reader_) open();
    std::optional<RecordOrRejection> item = reader_->next();
    if (!item) {
      reader_.reset();
      lines_.reset();
      ++at_;
      continue;
    }
    refuse_protein(*item);
    observe(*item);
    if (auto* record = std::get_if<Record>(&*item)) {
      if (files_.wanted == Wanted::kSequencesOnly && record->alternative > 0) continue;
      record->index = count_;
    }
    ++count_;
    return item;
  }
  return std::nullopt;
}

void RecordReader::observe(const RecordOrRejection& item) {
  const auto* record = std::get_if<Record>(&item);
  const std::string& id = record != nullptr ? record->id : std::get<Rejection>(item).id;
  const std::string& file = lines_->name();
  if (record != nullptr && record->alternative > 0) {
    alternatives_.note(file, id);
  } else if (!seen_.insert(std::hash<std::string>{}(id)).second) {
    repeated_ids_.note(file, id);
  }
  if (record != nullptr && record->dropped_pairs > 0) {
    knots_.note(file, id);
    knotted_pairs_ += record->dropped_pairs;
  }
}

std::vector<std::string> RecordReader::notes() const {
  std::vector<std::string> notes;
  if (repeated_ids_.count > 0) {
    notes.push_back(fmt::format("{}: {} records repeat the id of an earlier one (first: '{}'); all are kept",
                                repeated_ids_.first_file, repeated_ids_.count, printable(repeated_ids_.first_id)));
  }
  if (alternatives_.count > 0 && files_.wanted != Wanted::kSequencesOnly) {
    notes.push_back(
        fmt::format("{}: {} records are further structures of the one before (first: '{}'); each counts as a record",
                    alternatives_.first_file, alternatives_.count, printable(alternatives_.first_id)));
  }
  if (knots_.count > 0 && files_.wanted == Wanted::kStructures) {
    notes.push_back(
        fmt::format("{}: {} structures have pseudoknots (first: '{}'); {} pairs that cross others are left out",
                    knots_.first_file, knots_.count, printable(knots_.first_id), knotted_pairs_));
  }
  return notes;
}

double RecordReader::fraction_read() const {
  const double within = lines_ ? lines_->fraction_read() : 0;
  return within < 0 ? within : (static_cast<double>(at_) + within) / static_cast<double>(files_.paths.size());
}

}  // namespace stemloop
