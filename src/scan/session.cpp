#include "scan/session.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "scan/introns.h"
#include "util/regular_file.h"

namespace stemloop {

namespace {

void tell(const MergeTally& t) {
  say(Loud::kInfo, "{} loci in {:.3f} Mb, {} of them written; {} in {:.3f} Mb of decoys", t.loci,
      static_cast<double>(t.letters) / 1e6, t.written, t.decoy_loci, static_cast<double>(t.decoy_letters) / 1e6);
  if (t.decoy_letters == 0) {
    say(Loud::kInfo, "no decoys, so nothing is known of false loci: every q-value is 1");
  } else if (t.at_cut == 0) {
    say(Loud::kInfo, "no cut keeps the false loci below 5 %");
  } else {
    say(Loud::kInfo, "q <= 0.05 keeps {} loci (probability {:.4g} and more), {:.3g} false ones expected per Mb",
        t.at_cut, t.cut, t.false_per_mb);
  }
}

void tell(const ScanTally& t) {
  const double mb = static_cast<double>(t.letters) / 1e6;
  const double all = mb + static_cast<double>(t.decoy_letters) / 1e6;
  if (t.resumed_tiles > 0) say(Loud::kInfo, "{} tiles were there from the run before", t.resumed_tiles);
  if (all <= 0) return;
  say(Loud::kInfo,
      "{:.3f} Mb and {:.3f} Mb of decoys in {:.1f} s, {:.3f} Mb/s; per Mb: {:.0f} stem-loops, {:.0f} judged", mb,
      all - mb, t.seconds, all / t.seconds, static_cast<double>(t.folded) / all,
      static_cast<double>(t.candidates) / all);
  say(Loud::kInfo, "CPU seconds per Mb: folding {:.2f}, shape {:.2f}, judging {:.2f}", t.fold_seconds / all,
      t.shape_seconds / all, t.judge_seconds / all);
}

// The genome as a file that can be read twice: stdin goes to a file of its own first.
class GenomeFile {
 public:
  explicit GenomeFile(const std::string& path) : path_(path) {
    if (path != "-") return;
    copy_ = (std::filesystem::temp_directory_path() / fmt::format("stemloop-scan-{}.fa", ::getpid())).string();
    ByteSource source("-");
    Draft copy(copy_);
    for (std::string_view bytes = source.next(); !bytes.empty(); bytes = source.next()) copy.write(bytes);
    copy.keep();
    path_ = copy_;
  }
  ~GenomeFile() {
    if (!copy_.empty()) std::remove(copy_.c_str());
  }
  GenomeFile(const GenomeFile&) = delete;
  GenomeFile& operator=(const GenomeFile&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::string copy_;
};

// The part of a scan to stdout: gone when the run ends, however it ends.
class TemporaryPart {
 public:
  explicit TemporaryPart(bool wanted) {
    if (wanted)
      path_ = (std::filesystem::temp_directory_path() / fmt::format("stemloop-scan-{}.part", ::getpid())).string();
  }
  ~TemporaryPart() {
    if (!path_.empty()) std::remove(path_.c_str());
  }
  TemporaryPart(const TemporaryPart&) = delete;
  TemporaryPart& operator=(const TemporaryPart&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// The judge the run asks, and its name. Without --model: the classifier of precursors if one is installed.
CandidateJudge open_candidate_judge(const GenomeScan& c, std::string& name) {
  constexpr const char* kShape = "shape";
  constexpr const char* kDefault = "premirna";
  std::string directory;
  if (c.model != kShape) {
    try {
      directory = find_model(c.model.empty() ? kDefault : c.model);
    } catch (const Error&) {
      if (!c.model.empty()) throw;
    }
  }
  if (!directory.empty() && model_family(directory) != kPrecursorFamily) {
    require(c.model.empty(), "{}: is no classifier of precursors (family {}), which a scan needs", directory,
            kPrecursorFamily);
    directory.clear();
  }
  if (directory.empty()) {
    if (c.model != kShape) say(Loud::kWarning, "no classifier of precursors is installed: the shape alone judges");
    name = kShape;
    return shape_judge();
  }
  const auto classifier = std::make_shared<const PrecursorClassifier>(PrecursorClassifier::open(directory));
  const std::vector<std::byte> config = read_regular_file(directory + "/config.json", 1 << 20);
  const double prior = c.prior > 0 ? c.prior : classifier->prior();
  name = fmt::format("{} prior={}", md5_hex(config), prior);
  return precursor_judge(classifier, prior);
}

}  // namespace

// "2/16"
void parse_chunk(const std::string& text, ScanOptions& options) {
  const auto f = split_fields(text, '/');
  require(f.size() == 2, "--chunk {}: is K/N, as 2/16", text);
  const std::int64_t k = parse_integer(f[0], "--chunk " + text);
  const std::int64_t n = parse_integer(f[1], "--chunk " + text);
  require(n >= 1 && n <= 1'000'000 && k >= 1 && k <= n, "--chunk {}: chunks count from 1/{} to {}/{}", text,
          std::max<std::int64_t>(n, 1), std::max<std::int64_t>(n, 1), std::max<std::int64_t>(n, 1));
  options.chunk = static_cast<int>(k);
  options.chunks = static_cast<int>(n);
}

std::vector<std::string> prepare_scan(GenomeScan& c) {
  c.scan.threads = c.common.threads;
  c.merge.outputs.main = c.common.output;
  std::vector<std::string> outputs = output_files(c.merge.outputs);
  if (!c.introns.empty()) return outputs;
  const bool one_chunk = !c.chunk.empty();
  if (one_chunk) parse_chunk(c.chunk, c.scan);
  require(c.common.output != "-" || !(one_chunk || c.scan.resume), "--chunk and --resume need a file to write to (-o)");
  if (one_chunk) {
    require(std::count_if(outputs.begin(), outputs.end(), [](const std::string& o) { return !o.empty(); }) == 1,
            "a chunk writes its part alone; loci in other formats are written by scan merge");
  }
  require(c.merge.fdr == 1 || c.scan.decoy_share > 0, "--fdr {} wants q-values, and --decoy-share 0 gives none",
          c.merge.fdr);
  return outputs;
}

void scan_genome(GenomeScan& c) {
  const bool to_file = c.common.output != "-";
  // The part lies beside the output, where --resume finds it; of a scan to stdout, among the temporary files.
  const TemporaryPart temporary(!to_file);
  c.scan.part = to_file ? c.common.output + ".part" : temporary.path();
  if (c.scan.resume && !std::filesystem::exists(c.scan.part)) {
    say(Loud::kWarning, "{} is not there: the scan begins from the start", c.scan.part);
    c.scan.resume = false;
  }
  std::string model;
  const CandidateJudge judge = open_candidate_judge(c, model);
  c.scan.told = {{"version", c.version}, {"model", model}, {"parameters", c.folding.parameters}};

  const GenomeFile genome(c.scan.genome);
  const GenomeSurvey survey = survey_genome(genome.path());
  require(!survey.contigs.empty(), "{}: there is no contig in it", c.scan.genome);
  c.scan.genome = genome.path();
  Progress progress("bases", !c.common.quiet);
  const ScanTally tally =
      scan_tiles(c.scan, survey, load_model(c.folding), judge,
                 [&progress](std::int64_t letters, double share) { progress.update(letters, share); });
  tell(tally);
  if (!c.chunk.empty()) {
    require(system_rename(c.scan.part.c_str(), c.common.output.c_str()) == 0, "{}: cannot be put in place: {}",
            c.common.output, std::strerror(errno));
    const std::string folder = std::filesystem::path(c.common.output).parent_path().string();
    sync_folder(folder.empty() ? "." : folder);
    return;
  }
  tell(merge_parts({c.scan.part}, c.merge));
  std::remove(c.scan.part.c_str());
}

void scan_introns(GenomeScan& c) {
  const std::string directory = find_model(c.model.empty() ? kMirtronFamily : c.model);
  require(model_family(directory) == kMirtronFamily,
          "{}: is of family '{}'; introns are judged by a model of family '{}'", directory, model_family(directory),
          kMirtronFamily);
  const std::unique_ptr<Judge> judge = open_judge(directory, {});
  const GenomeFile genome(c.scan.genome);
  const GenomeSurvey survey = survey_genome(genome.path());
  IntronOptions o;
  o.genome = genome.path();
  o.longest = c.scan.candidates.local.span;
  o.min_probability = c.scan.min_probability;
  o.decoy_share = c.scan.decoy_share;
  o.seed = c.scan.seed;
  o.threads = c.common.threads;
  o.folding = c.folding;
  o.folding.parameters = judge->parameters();
  o.told = {{"version", c.version},
            {"model", md5_hex(read_bytes(directory + "/config.json"))},
            {"parameters", o.folding.parameters}};
  o.outputs = c.merge;
  const IntronTally t = judge_introns(read_introns(c.introns, survey), survey, *judge, o);
  say(Loud::kInfo,
      "{} introns judged; left out: {} below {} nt, {} above {} nt, {} with letters other than ACGU; {} have no "
      "hairpin",
      t.judged, t.too_short, o.shortest, t.too_long, o.longest, t.unreadable, t.unfolded);
  tell(t.loci);
}

void merge_scan(const std::vector<std::string>& parts, const MergeOptions& options) {
  tell(merge_parts(parts, options));
}

}  // namespace stemloop
