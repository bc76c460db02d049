#include "data/dataset.h"

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <optional>

#include "data/pictures.h"
#include "seq/record_stream.h"

namespace stemloop {

Part part_of(std::string_view text, const std::string& place) {
  for (int i = 0; i < 3; ++i) {
    if (text == kPartNames[i]) return static_cast<Part>(i);
  }
  fail("{}: '{}' is no part; choose train, valid or test", place, printable(text));
}

int label_of(std::string_view text, const std::string& place) {
  require(text == "0" || text == "1", "{}: label '{}' is neither 0 nor 1", place, printable(text));
  return text == "1" ? 1 : 0;
}

namespace {

std::vector<Part> read_parts(const DatasetOptions& options) {
  std::vector<Part> parts;
  std::size_t column = 0;
  read_table(
      options.splits, [&](const auto& header) { column = find_column(header, options.split, options.splits); },
      [&](const auto& fields, const std::string& place) { parts.push_back(part_of(fields[column], place)); });
  return parts;
}

void load_bars(const DatasetOptions& options, Dataset& dataset) {
  const TensorFile file = read_safetensors(options.bars);
  PictureSet set = pictures_from_tensors(file, options.bars);
  const std::int64_t shape[] = {static_cast<std::int64_t>(set.pictures.size())};
  const StoredTensor& labels = expect_tensor(file, "label", "U8", shape, options.bars);
  if (!options.split.empty()) {
    dataset.parts = read_parts(options);
    require(dataset.parts.size() == set.pictures.size(), "{}: {} lines for the {} records of {}", options.splits,
            dataset.parts.size(), set.pictures.size(), options.bars);
  }
  for (std::size_t i = 0; i < set.pictures.size(); ++i) {
    const int label = static_cast<int>(labels.bytes[i]);
    require(label <= 1, "{}: record {}: label {} is neither 0 nor 1", options.bars, i + 1, label);
    dataset.pictures.add(set.pictures[i], label);
  }
  dataset.ids = std::move(set.ids);
  dataset.tally.in = dataset.tally.out = dataset.pictures.size();
}

void check_sequence(const Record& record, std::size_t max_length) {
  require(!record.sequence.empty(), "there is no sequence");
  require(record.sequence.size() <= max_length, "{} nt is longer than --max-length {}", record.sequence.size(),
          max_length);
  for (const char c : record.sequence) {
    require((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'), "'{}' in the sequence; only letters are allowed",
            printable(std::string_view(&c, 1)));
  }
}

struct Labelled {
  Record record;
  int label = 0;
  Part part = Part::kTrain;
  std::optional<Picture> picture;
  std::string reason;
};

void load_table(const DatasetOptions& options, const CommonOptions& common, const FoldingOptions& folding,
                Dataset& dataset) {
  std::vector<Labelled> records;
  struct Columns {
    std::size_t sequence = 0, label = 0;
    std::optional<std::size_t> id, part;
  } at;
  const auto find_columns = [&](const std::vector<std::string>& header) {
    at.sequence = find_column(header, "sequence", options.tsv);
    at.label = find_column(header, "label", options.tsv);
    if (std::find(header.begin(), header.end(), "id") != header.end()) at.id = find_column(header, "id", options.tsv);
    if (!options.split.empty()) at.part = find_column(header, options.split, options.tsv);
  };
  read_table(options.tsv, find_columns, [&](const auto& fields, const std::string& place) {
    Labelled one;
    one.record.file = options.tsv;
    one.record.index = static_cast<std::int64_t>(records.size()) + 1;
    one.record.line = parse_integer(place.substr(place.rfind(':') + 1), place);
    one.record.id = at.id ? std::string(fields[*at.id]) : std::to_string(one.record.index);
    one.record.sequence = std::string(fields[at.sequence]);
    one.label = label_of(fields[at.label], place);
    if (at.part) one.part = part_of(fields[*at.part], place);
    records.push_back(std::move(one));
  });
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(common.threads));
  const auto state = hairpin_state(folding);
  tbb::enumerable_thread_specific<Hairpins> states(state);
  tbb::parallel_for(std::size_t{0}, records.size(), [&](std::size_t i) {
    Labelled& one = records[i];
    try {
      check_sequence(one.record, folding.max_length);
      one.record.sequence = as_rna(one.record.sequence);
      one.picture = picture_of(one.record, structure_of(states.local(), one.record));
    } catch (const Error& error) {
      one.reason = error.what();
    }
  });
  for (Labelled& one : records) {
    ++dataset.tally.in;
    if (!one.picture) {
      ++dataset.tally.rejected;
      report(reject(one.record, one.reason));
      continue;
    }
    ++dataset.tally.out;
    dataset.pictures.add(*one.picture, one.label);
    dataset.ids.push_back(std::move(one.record.id));
    if (!options.split.empty()) dataset.parts.push_back(one.part);
  }
}

void load_fasta(const std::string& path, int label, const CommonOptions& common, const FoldingOptions& folding,
                Dataset& dataset) {
  const Tally tally = run_records<std::pair<std::string, Picture>>(
      path, common, folding.max_length, hairpin_state(folding),
      [](Hairpins& hairpins, const Record& record) {
        return std::pair(record.id, picture_of(record, structure_of(hairpins, record)));
      },
      [&](std::pair<std::string, Picture>&& item) {
        dataset.ids.push_back(std::move(item.first));
        dataset.pictures.add(item.second, label);
      });
  if (tally.broken) std::rethrow_exception(tally.broken);
  dataset.tally.in += tally.in;
  dataset.tally.out += tally.out;
  dataset.tally.rejected += tally.rejected;
}

}  // namespace

PictureData Dataset::select(Part part) const {
  PictureData chosen;
  for (std::int64_t i = 0; i < pictures.size(); ++i) {
    const Part its = parts.empty() ? Part::kTrain : parts[static_cast<std::size_t>(i)];
    if (its == part) chosen.add(pictures.picture(i), pictures.labels[static_cast<std::size_t>(i)]);
  }
  return chosen;
}

std::pair<PictureData, PictureData> train_and_valid(const Dataset& dataset, std::uint64_t seed) {
  constexpr double kHeldBack = 0.05;
  constexpr std::uint64_t kHeldBackStream = std::uint64_t{1} << 52U;
  if (!dataset.parts.empty()) return {dataset.select(Part::kTrain), dataset.select(Part::kValid)};
  PictureData train, valid;
  for (std::int64_t i = 0; i < dataset.pictures.size(); ++i) {
    Random random(seed, kHeldBackStream + static_cast<std::uint64_t>(i));
    PictureData& part = random.uniform() < kHeldBack ? valid : train;
    part.add(dataset.pictures.picture(i), dataset.pictures.labels[static_cast<std::size_t>(i)]);
  }
  return {std::move(train), std::move(valid)};
}

void check_dataset(const DatasetOptions& options) {
  const bool fasta = !options.positives.empty() || !options.negatives.empty();
  const int sources = (options.bars.empty() ? 0 : 1) + (options.tsv.empty() ? 0 : 1) + (fasta ? 1 : 0);
  require(sources == 1, "name one source of records: --tsv, --bars, or --positives and --negatives");
  require(!fasta || (!options.positives.empty() && !options.negatives.empty()),
          "--positives and --negatives are wanted together");
  require(options.split.empty() || !fasta, "--split needs --tsv or --bars");
  require((!options.splits.empty()) == (!options.split.empty() && !options.bars.empty()),
          "--splits names the table in which --bars records have their --split; give both or none");
}

std::vector<std::string> dataset_files(const DatasetOptions& options) {
  std::vector<std::string> files = {options.bars, options.tsv, options.positives, options.negatives, options.splits};
  std::erase(files, "");
  return files;
}

Dataset load_dataset(const DatasetOptions& options, const CommonOptions& common, const FoldingOptions& folding) {
  check_dataset(options);
  Dataset dataset;
  if (!options.bars.empty()) {
    load_bars(options, dataset);
  } else if (!options.tsv.empty()) {
    load_table(options, common, folding, dataset);
  } else {
    load_fasta(options.positives, 1, common, folding, dataset);
    load_fasta(options.negatives, 0, common, folding, dataset);
  }
  std::vector<std::byte> all;
  for (const auto* part : {&dataset.pictures.colour, &dataset.pictures.height, &dataset.pictures.labels}) {
    const auto bytes = std::as_bytes(std::span(*part));
    all.insert(all.end(), bytes.begin(), bytes.end());
  }
  for (const Part part : dataset.parts) all.push_back(static_cast<std::byte>(part));
  dataset.md5 = md5_hex(all);
  return dataset;
}

}  // namespace stemloop
