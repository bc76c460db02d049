#include "report/assemble.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <optional>

#include "report/report.h"
#include "seq/record_stream.h"
#include "util/table_joins.h"

namespace stemloop {

namespace {

constexpr std::size_t kMostOnPage = 5000;

// "sample" of "data/sample.fa.gz".
std::string sample_name(const std::string& path) {
  if (path == "-") return "stdin";
  std::string name = std::filesystem::path(path).filename().string();
  for (const char* end : {".gz", ".fa", ".fasta", ".fna", ".tsv", ".gff3", ".gff"}) {
    const std::string_view tail = end;
    if (name.size() > tail.size() && name.compare(name.size() - tail.size(), tail.size(), tail) == 0)
      name.resize(name.size() - tail.size());
  }
  return name;
}

// The day, or the one of SOURCE_DATE_EPOCH, so that a report can be made again byte by byte.
std::string today() {
  std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  if (const char* epoch = std::getenv("SOURCE_DATE_EPOCH"))
    now = static_cast<std::time_t>(parse_integer(epoch, "SOURCE_DATE_EPOCH"));
  char text[16];
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::strftime(text, sizeof text, "%Y-%m-%d", &utc);
  return text;
}

// A record on its way: what the judge saw of it, and what is known besides.
struct OnItsWay {
  ReportRecord record;
  bool alternative = false;
  bool matured = false;  // a known mature lies on it
  std::unique_ptr<Seen> seen;
};

struct ReportState {
  Hairpins hairpins;
  ArmSource::Scratch scratch;
};

void add_fold(Hairpins& hairpins, ReportRecord& r) {
  Record plain;
  plain.sequence = r.sequence;
  plain.structure = r.structure;
  r.structure = structure_of(hairpins, plain);
  require(!lay_out(r.sequence, r.structure).columns.empty(), "there is no hairpin loop in its structure");
  if (!r.energy_kcal) {
    try {
      r.energy_kcal = evaluate(hairpins.model->energy, r.sequence, r.structure).energy / 100.0;
    } catch (const Error& error) {
      r.notes.push_back(fmt::format("no energy: {}", error.what()));
    }
  }
  try {
    add_ensemble(hairpins.folder, r);
  } catch (const Error& error) {
    r.notes.push_back(fmt::format("no ensemble: {}", error.what()));
  }
}

// True if a known mature lies on it.
bool add_arms(const ArmSource& arms, ArmSource::Scratch& scratch, ReportRecord& r) {
  FoundArms found = arms.of(r.id, r.sequence, r.structure, scratch);
  r.marks = found.marks;
  r.guide = found.guide;
  r.cut_certainty = found.cut_certainty;
  r.marks_source = r.marks.any() ? arms.words() : "";
  for (std::string& note : found.notes) r.notes.push_back(std::move(note));
  return found.matured;
}

Tally take_fasta(const ReportOptions& c, const std::string& path, const Judge* judge, const ArmSource& arms,
                 const ReferenceHairpins* known, Report& report, bool& matured) {
  const std::string source = sample_name(path);
  const auto hairpins = hairpin_state(c.folding);
  IdsOfTable ids(arms.table());
  return run_judged_records(
      path, c.common, c.folding.max_length,
      [&] {
        return ReportState{hairpins(), arms.scratch()};
      },
      [&](ReportState& state, const Record& record) {
        OnItsWay one;
        one.record.source = source;
        one.record.id = record.id;
        one.record.description = record.description;
        one.alternative = record.alternative > 0;
        one.record.sequence = record.sequence;
        one.record.structure = record.structure;
        add_fold(state.hairpins, one.record);
        one.matured = add_arms(arms, state.scratch, one.record);
        if (known != nullptr) one.record.nearest = nearest_in_words(*known, one.record.sequence);
        if (judge != nullptr) one.seen = judge->see(state.hairpins, record);
        return one;
      },
      [&](std::vector<OnItsWay> batch) {
        if (judge == nullptr) return batch;
        std::vector<std::unique_ptr<Seen>> seen;
        seen.reserve(batch.size());
        for (OnItsWay& one : batch) seen.push_back(std::move(one.seen));
        const auto verdicts = judge->judge(std::move(seen));
        for (std::size_t k = 0; k < batch.size(); ++k)
          add_verdict(*verdicts[k], c.arms == "predicted", batch[k].record);
        return batch;
      },
      [&](OnItsWay&& one) {
        if (!one.alternative) ids.see(one.record.id);
        matured = matured || one.matured;
        report.records.push_back(std::move(one.record));
      },
      [&](const Rejection& rejection) {
        stemloop::report(rejection);
        report.left_out.push_back({source, rejection.id, rejection.reason});
      });
}

// Loci come with their probabilities; what is still to be found out is the ensemble.
Tally take_loci(const ReportOptions& c, const std::string& path, std::vector<ReportRecord> loci,
                const ReferenceHairpins* known, Report& report) {
  const std::string source = sample_name(path);
  struct Done {
    ReportRecord record;
    std::string fault;
  };
  constexpr std::size_t kBatch = 32;
  Tally tally;
  std::size_t next = 0;
  const auto take = [&]() -> std::optional<std::vector<ReportRecord>> {
    if (next == loci.size()) return std::nullopt;
    const std::size_t end = std::min(loci.size(), next + kBatch);
    std::vector<ReportRecord> batch(std::make_move_iterator(loci.begin() + static_cast<std::ptrdiff_t>(next)),
                                    std::make_move_iterator(loci.begin() + static_cast<std::ptrdiff_t>(end)));
    next = end;
    return batch;
  };
  const auto work = [&](Hairpins& hairpins, std::vector<ReportRecord> batch) {
    std::vector<Done> done;
    for (ReportRecord& record : batch) {
      record.source = source;
      std::string fault;
      try {
        add_fold(hairpins, record);
        if (known != nullptr) record.nearest = nearest_in_words(*known, record.sequence);
      } catch (const Error& error) {
        fault = error.what();
      }
      done.push_back({std::move(record), fault});
    }
    return done;
  };
  run_pipeline(c.common.threads, take, hairpin_state(c.folding), work, [&](std::vector<Done> batch) {
    for (Done& one : batch) {
      ++tally.in;
      if (one.fault.empty()) {
        ++tally.out;
        report.records.push_back(std::move(one.record));
        continue;
      }
      ++tally.rejected;
      const Rejection rejection = {one.record.id,
                                   fmt::format("{}: locus '{}': {}", path, printable(one.record.id), one.fault)};
      stemloop::report(rejection);
      report.left_out.push_back({source, rejection.id, rejection.reason});
    }
  });
  return tally;
}

void add_provenance(const ReportOptions& c, const MethodsFacts& facts, Report& report) {
  report.methods = methods_paragraph(facts);
  report.citations = works_to_cite(facts);
  std::string command = "stemloop";
  for (std::size_t k = 1; k < c.command.size(); ++k) command += " " + c.command[k];
  report.provenance = {{"program", fmt::format("stemloop {}", c.version)}, {"date", today()}, {"command", command}};
  for (const std::string& input : c.inputs) {
    std::size_t in = 0, out = 0;
    const std::string source = sample_name(input);
    for (const ReportRecord& r : report.records) in += r.source == source ? 1 : 0;
    for (const ReportLeftOut& r : report.left_out) out += r.source == source ? 1 : 0;
    const std::string sum = input == "-" ? "" : fmt::format(", MD5 {}", md5_hex(read_bytes(input)));
    report.provenance.emplace_back("input", fmt::format("{}: {} in the report, {} left out{}", input, in, out, sum));
  }
  report.provenance.emplace_back("energy parameters",
                                 fmt::format("{}, {:g} °C, dangles {}", c.folding.parameters,
                                             c.folding.fold.temperature_celsius, c.folding.fold.dangles));
  report.provenance.emplace_back("model", facts.model.empty() ? "none: not classified" : facts.model);
  if (!c.known.empty())
    report.provenance.emplace_back("known hairpins", fmt::format("{}, MD5 {}", c.known, md5_hex(read_bytes(c.known))));
  if (!facts.arms.empty()) report.provenance.emplace_back("arms", facts.arms);
}

void make_folder(const std::string& folder) {
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  require(!failure, "{}: cannot be made a folder: {}", folder, failure.message());
}

void write_multiqc(const std::string& folder, const Report& report, const std::string& version) {
  for (const auto& [name, text] : multiqc_files(report, version)) write_bytes(fmt::format("{}/{}", folder, name), text);
}

std::vector<ReportInput> kinds_of(const ReportOptions& c) {
  std::vector<ReportInput> kinds;
  for (const std::string& input : c.inputs) kinds.push_back(kind_of_input(input));
  return kinds;
}

bool any(const std::vector<ReportInput>& kinds, ReportInput kind) {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

void add(const Tally& more, Tally& all) {
  all.in += more.in;
  all.out += more.out;
  all.rejected += more.rejected;
  if (more.broken) all.broken = more.broken;
}

}  // namespace

std::vector<std::string> report_inputs(const ReportOptions& options) {
  std::vector<std::string> inputs = options.inputs;
  const bool file_of_arms = options.arms != "none" && options.arms != "predicted";
  for (const std::string& file : {options.genome, options.known, file_of_arms ? options.arms : ""}) {
    if (!file.empty()) inputs.push_back(file);
  }
  return inputs;
}

bool has_sequences(const ReportOptions& options) {
  const std::vector<ReportInput> kinds = kinds_of(options);
  require(any(kinds, ReportInput::kGff3) == !options.genome.empty(),
          "loci in GFF3 and --genome FASTA are wanted together");
  return any(kinds, ReportInput::kFasta);
}

Tally write_report(const ReportOptions& c, const Judge* judge) {
  const std::vector<ReportInput> kinds = kinds_of(c);
  std::optional<ReferenceHairpins> known;
  if (!c.known.empty()) {
    known.emplace(c.known);
    if (known->unread() > 0)
      say(Loud::kWarning, "{}: {} records could not be read and are not compared with", c.known, known->unread());
  }
  const ReferenceHairpins* const compared = known ? &*known : nullptr;
  const ArmSource arms(any(kinds, ReportInput::kFasta) ? c.arms : "none");
  TextWriter out(c.common.output);  // a folder that is not there is known before the work
  if (!c.multiqc.empty()) make_folder(c.multiqc);

  Report report;
  report.title = !c.title.empty()       ? c.title
                 : c.inputs.size() == 1 ? "Hairpins of " + sample_name(c.inputs[0])
                                        : "Hairpins";
  Tally all;
  bool matured = false;
  for (std::size_t k = 0; k < c.inputs.size(); ++k) {
    const std::string& path = c.inputs[k];
    add(kinds[k] == ReportInput::kFasta   ? take_fasta(c, path, judge, arms, compared, report, matured)
        : kinds[k] == ReportInput::kTable ? take_loci(c, path, read_loci_table(path), compared, report)
                                          : take_loci(c, path, read_loci_gff3(path, c.genome), compared, report),
        all);
  }
  if (!report.records.empty()) arms.tell_unplaced(matured);
  if (c.model == "mirtron") report.classes = {"mirtron", "canonical"};
  if (report.records.size() > kMostOnPage)
    say(Loud::kWarning, "{}: {} hairpins make a page that browsers open slowly; {} or fewer are better",
        c.common.output, report.records.size(), kMostOnPage);
  MethodsFacts facts;
  facts.version = c.version;
  facts.folding = c.folding;
  facts.model = judge != nullptr ? c.model : "";
  if (judge != nullptr && c.prior > 0) facts.model += fmt::format(" (prior {:g})", c.prior);
  facts.arms = arms.words();
  facts.scanned = any(kinds, ReportInput::kTable) || any(kinds, ReportInput::kGff3);
  facts.folded = true;
  facts.records = report.records.size();
  facts.left_out = report.left_out.size();
  add_provenance(c, facts, report);
  out.write(report_page(report));
  out.close();
  if (!c.multiqc.empty()) write_multiqc(c.multiqc, report, c.version);
  return all;
}

}  // namespace stemloop
