#include "scan/outputs.h"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "util/util.h"

namespace stemloop {

namespace {

struct Arm {
  const char* name;
  std::int64_t begin;
  std::int64_t end;
};

// The arms there are, by place on the forward strand.
std::vector<Arm> arms_of(const ScanCall& c) {
  std::vector<Arm> arms;
  if (c.five_begin >= 0) arms.push_back({"5p", c.five_begin, c.five_end});
  if (c.three_begin >= 0) arms.push_back({"3p", c.three_begin, c.three_end});
  std::sort(arms.begin(), arms.end(), [](const Arm& a, const Arm& b) { return a.begin < b.begin; });
  return arms;
}

std::string letters_of(const ScanCall& c, std::int64_t begin, std::int64_t end) {
  const std::int64_t from = c.reverse ? c.end - end : begin - c.begin;
  return c.letters.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(end - begin));
}

std::string arm_cell(std::int64_t begin, std::int64_t end, bool start) {
  return begin < 0 ? "" : std::to_string(start ? begin + 1 : end);
}

std::string number(double value) { return fmt::format("{:.6g}", value); }

// As the format asks: what has a meaning of its own in a column is written as %XX.
std::string escaped(std::string_view text, std::string_view plain) {
  std::string result;
  for (const char c : text) {
    const bool keep = std::isalnum(static_cast<unsigned char>(c)) != 0 || plain.find(c) != std::string_view::npos;
    if (keep) {
      result += c;
    } else {
      result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return result;
}

std::string gff3_contig(std::string_view name) { return escaped(name, ".:^*$@!+_?-|"); }
std::string gff3_value(std::string_view value) { return escaped(value, ".:^*$@!+_?-|()/ "); }

}  // namespace

std::vector<std::string> output_files(const ScanOutputs& o) { return {o.main, o.gff3, o.bed, o.fasta, o.arms, o.json}; }

std::string tsv_header() {
  return "contig\tstart\tend\tstrand\tprobability\tq_value\tid\tlength\tmfe\tfalse_per_mb\t5p_start\t5p_end\t3p_start\t"
         "3p_end\tantisense_of\tsequence\tstructure\n";
}

std::string as_tsv(const LocusRow& r) {
  const ScanCall& c = r.locus.call;
  return fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{:.2f}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n", r.contig, c.begin + 1,
                     c.end, c.reverse ? '-' : '+', number(c.probability), number(r.q_value), r.id, c.end - c.begin,
                     c.energy / 100.0, number(r.false_per_mb), arm_cell(c.five_begin, c.five_end, true),
                     arm_cell(c.five_begin, c.five_end, false), arm_cell(c.three_begin, c.three_end, true),
                     arm_cell(c.three_begin, c.three_end, false), r.locus.antisense_of, c.letters, c.structure);
}

std::string as_gff3(const LocusRow& r) {
  const ScanCall& c = r.locus.call;
  const std::string contig = gff3_contig(r.contig);
  const char strand = c.reverse ? '-' : '+';
  const std::string id = gff3_value(r.id);
  std::string text = fmt::format(
      "{}\tstemloop\tpre_miRNA\t{}\t{}\t{}\t{}\t.\tID={};q_value={};mfe={:.2f};length={};structure={}{}\n", contig,
      c.begin + 1, c.end, number(c.probability), strand, id, number(r.q_value), c.energy / 100.0, c.end - c.begin,
      gff3_value(c.structure), r.locus.antisense_of.empty() ? "" : ";antisense_of=" + gff3_value(r.locus.antisense_of));
  for (const Arm& arm : arms_of(c)) {
    text += fmt::format("{}\tstemloop\tmiRNA\t{}\t{}\t.\t{}\t.\tID={}-{};Parent={};arm={}\n", contig, arm.begin + 1,
                        arm.end, strand, id, arm.name, id, arm.name);
  }
  return text;
}

std::string as_bed12(const LocusRow& r) {
  const ScanCall& c = r.locus.call;
  const auto arms = arms_of(c);
  // Blocks are the arms; the format wants the first at the start and the last at the end of the line's interval.
  std::string sizes, starts;
  int blocks = 0;
  const bool reach =
      arms.size() == 2 && arms[0].begin == c.begin && arms[1].end == c.end && arms[0].end <= arms[1].begin;
  if (reach) {
    for (const Arm& arm : arms) {
      sizes += fmt::format("{},", arm.end - arm.begin);
      starts += fmt::format("{},", arm.begin - c.begin);
      ++blocks;
    }
  } else {
    sizes = fmt::format("{},", c.end - c.begin);
    starts = "0,";
    blocks = 1;
  }
  const std::int64_t thick_begin = arms.empty() ? c.begin : arms.front().begin;
  const std::int64_t thick_end = arms.empty() ? c.begin : arms.back().end;
  return fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t0\t{}\t{}\t{}\n", r.contig, c.begin, c.end, r.id,
                     static_cast<int>(std::lround(1000 * c.probability)), c.reverse ? '-' : '+', thick_begin, thick_end,
                     blocks, sizes, starts);
}

std::string as_fasta(const LocusRow& r) {
  const ScanCall& c = r.locus.call;
  return fmt::format(">{} probability={} q_value={}\n{}\n{} ({:.2f})\n", r.id, number(c.probability), number(r.q_value),
                     c.letters, c.structure, c.energy / 100.0);
}

std::string as_arms_fasta(const LocusRow& r) {
  std::string text;
  for (const Arm& arm : arms_of(r.locus.call)) {
    text += fmt::format(">{}-{} {}:{}-{}\n{}\n", r.id, arm.name, r.contig, arm.begin + 1, arm.end,
                        letters_of(r.locus.call, arm.begin, arm.end));
  }
  return text;
}

std::string as_json_line(const LocusRow& r) {
  const ScanCall& c = r.locus.call;
  nlohmann::ordered_json json = {{"contig", r.contig},
                                 {"start", c.begin + 1},
                                 {"end", c.end},
                                 {"strand", c.reverse ? "-" : "+"},
                                 {"probability", std::stod(number(c.probability))},
                                 {"q_value", std::stod(number(r.q_value))},
                                 {"id", r.id},
                                 {"mfe", c.energy / 100.0},
                                 {"false_per_mb", std::stod(number(r.false_per_mb))},
                                 {"sequence", c.letters},
                                 {"structure", c.structure}};
  for (const Arm& arm : arms_of(c)) {
    json["arms"][arm.name] = {
        {"start", arm.begin + 1}, {"end", arm.end}, {"sequence", letters_of(c, arm.begin, arm.end)}};
  }
  if (!r.locus.antisense_of.empty()) json["antisense_of"] = r.locus.antisense_of;
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

LocusWriter::LocusWriter(const ScanOutputs& outputs, const std::vector<ContigInfo>& contigs,
                         const std::vector<std::pair<std::string, std::string>>& provenance) {
  const std::pair<std::string, std::string> all[] = {{outputs.format, outputs.main}, {"gff3", outputs.gff3},
                                                     {"bed", outputs.bed},           {"fasta", outputs.fasta},
                                                     {"arms", outputs.arms},         {"json", outputs.json}};
  for (const auto& [format, path] : all) {
    if (path.empty()) continue;
    sinks_.push_back({format, TextWriter(path)});
    if (format == "tsv") sinks_.back().out.write(tsv_header());
    if (format != "gff3") continue;
    std::string head = "##gff-version 3\n";
    for (const auto& [name, value] : provenance) head += fmt::format("#!{} {}\n", name, value);
    for (const ContigInfo& c : contigs) {
      if (c.length > 0) head += fmt::format("##sequence-region {} 1 {}\n", gff3_contig(c.name), c.length);
    }
    sinks_.back().out.write(head);
  }
}

void LocusWriter::write(const LocusRow& row) {
  for (Sink& sink : sinks_) {
    sink.out.write(sink.format == "tsv"     ? as_tsv(row)
                   : sink.format == "gff3"  ? as_gff3(row)
                   : sink.format == "bed"   ? as_bed12(row)
                   : sink.format == "fasta" ? as_fasta(row)
                   : sink.format == "arms"  ? as_arms_fasta(row)
                                            : as_json_line(row));
  }
}

void LocusWriter::close() {
  for (Sink& sink : sinks_) sink.out.close();
}

}  // namespace stemloop
