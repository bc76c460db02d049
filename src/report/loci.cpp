#include "report/loci.h"

#include <algorithm>
#include <limits>
#include <map>
#include <unordered_map>

#include "seq/seq.h"
#include "util/util.h"

namespace stemloop {

namespace {

std::int64_t checked_end(std::int64_t begin, std::int64_t end, const std::string& place) {
  require(begin >= 1 && end >= begin, "{}: a locus cannot run from {} to {}", place, begin, end);
  return end;
}

char strand_of(std::string_view text, const std::string& place) {
  require(text == "+" || text == "-", "{}: '{}' is no strand: + or -", place, printable(text));
  return text[0];
}

// An arm on the genome as letters of the hairpin. Error if it lies outside.
BaseSpan local_span(const ReportPlace& place, std::int64_t begin, std::int64_t end, const std::string& where) {
  require(begin >= place.begin && end <= place.end && end > begin, "{}: an arm from {} to {} lies outside its hairpin",
          where, begin + 1, end);
  return place.strand == '+' ? BaseSpan{static_cast<int>(begin - place.begin), static_cast<int>(end - place.begin)}
                             : BaseSpan{static_cast<int>(place.end - end), static_cast<int>(place.end - begin)};
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t k = 0; k < text.size(); ++k) {
    const auto digit = [&](std::size_t at) {
      constexpr std::string_view kDigits = "0123456789abcdef";
      const char c = text[at] >= 'A' && text[at] <= 'F' ? static_cast<char>(text[at] - 'A' + 'a') : text[at];
      return kDigits.find(c);
    };
    if (text[k] == '%' && k + 2 < text.size() && digit(k + 1) != std::string::npos &&
        digit(k + 2) != std::string::npos) {
      out += static_cast<char>(digit(k + 1) * 16 + digit(k + 2));
      k += 2;
    } else {
      out += text[k];
    }
  }
  return out;
}

std::map<std::string, std::string> attributes_of(std::string_view column) {
  std::map<std::string, std::string> all;
  for (const std::string_view field : split_fields(column, ';')) {
    const std::size_t equals = field.find('=');
    if (equals != std::string_view::npos)
      all[std::string(trim(field.substr(0, equals)))] = percent_decoded(field.substr(equals + 1));
  }
  return all;
}

char complement(char base) {
  switch (base) {
    case 'A':
      return 'U';
    case 'C':
      return 'G';
    case 'G':
      return 'C';
    case 'U':
      return 'A';
    default:
      return base;
  }
}

void cut_out(ReportRecord& record, const std::string& contig) {
  const ReportPlace& place = *record.place;
  require(place.end <= static_cast<std::int64_t>(contig.size()), "'{}' ends at {} on '{}', which has {} bases",
          printable(record.id), place.end, printable(place.contig), contig.size());
  record.sequence =
      contig.substr(static_cast<std::size_t>(place.begin), static_cast<std::size_t>(place.end - place.begin));
  if (place.strand == '+') return;
  std::reverse(record.sequence.begin(), record.sequence.end());
  for (char& c : record.sequence) c = complement(c);
}

}  // namespace

ReportInput kind_of_input(const std::string& path) {
  if (path == "-") return ReportInput::kFasta;
  LineReader lines(path);
  for (std::string line; lines.next(line);) {
    if (trim(line).empty()) continue;
    if (line.rfind("##gff-version", 0) == 0) return ReportInput::kGff3;
    const auto fields = split_fields(line, '\t');
    const bool table = std::find(fields.begin(), fields.end(), "contig") != fields.end();
    return table ? ReportInput::kTable : ReportInput::kFasta;
  }
  return ReportInput::kFasta;  // whose reader says that the file is empty
}

std::vector<ReportRecord> read_loci_table(const std::string& path) {
  std::vector<ReportRecord> records;
  std::map<std::string, std::size_t> column;
  read_table(
      path,
      [&](const std::vector<std::string>& header) {
        for (const char* name :
             {"contig", "start", "end", "strand", "probability", "q_value", "id", "sequence", "structure"})
          find_column(header, name, path);
        for (std::size_t k = 0; k < header.size(); ++k) column[header[k]] = k;
      },
      [&](const std::vector<std::string_view>& fields, const std::string& place) {
        const auto at = [&](const char* name) {
          const auto found = column.find(name);
          return found == column.end() ? std::string_view() : fields[found->second];
        };
        ReportRecord r;
        r.id = at("id");
        const std::int64_t begin = parse_integer(at("start"), place);
        r.place =
            ReportPlace{std::string(at("contig")), begin - 1,
                        checked_end(begin, parse_integer(at("end"), place), place), strand_of(at("strand"), place)};
        r.probability = parse_number(at("probability"), place);
        if (!at("q_value").empty()) r.q_value = parse_number(at("q_value"), place);
        if (!at("mfe").empty()) r.energy_kcal = parse_number(at("mfe"), place);
        r.sequence = as_rna(at("sequence"));
        r.structure = at("structure");
        require(static_cast<std::int64_t>(r.sequence.size()) == r.place->end - r.place->begin,
                "{}: the sequence has {} letters, the locus {}", place, r.sequence.size(),
                r.place->end - r.place->begin);
        require(r.structure.size() == r.sequence.size(), "{}: the structure has {} characters, the sequence {}", place,
                r.structure.size(), r.sequence.size());
        try {
          pair_table(r.structure);
        } catch (const Error& error) {
          fail("{}: {}", place, error.what());
        }
        const auto arm = [&](const char* from, const char* to) {
          if (at(from).empty()) return BaseSpan{};
          return local_span(*r.place, parse_integer(at(from), place) - 1, parse_integer(at(to), place), place);
        };
        r.marks = marks_of_arms(arm("5p_start", "5p_end"), arm("3p_start", "3p_end"));
        if (r.marks.any()) r.marks_source = path;
        if (!at("antisense_of").empty()) r.notes.push_back(fmt::format("lies antisense of {}", at("antisense_of")));
        records.push_back(std::move(r));
      });
  return records;
}

std::vector<ReportRecord> read_loci_gff3(const std::string& path, const std::string& genome) {
  std::vector<ReportRecord> records;
  std::unordered_map<std::string, std::size_t> by_id;
  LineReader lines(path);
  for (std::string line; lines.next(line);) {
    if (trim(line).empty() || line[0] == '#') continue;
    const std::string where = lines.place();
    const auto fields = split_fields(line, '\t');
    require(fields.size() == 9, "{}: has {} columns, GFF3 has nine", where, fields.size());
    const auto attributes = attributes_of(fields[8]);
    const auto attribute = [&](const char* name) {
      const auto found = attributes.find(name);
      return found == attributes.end() ? std::string() : found->second;
    };
    const std::int64_t begin = parse_integer(fields[3], where);
    const std::int64_t end = checked_end(begin, parse_integer(fields[4], where), where);
    if (fields[2] == "pre_miRNA" || fields[2] == "miRNA_primary_transcript") {
      ReportRecord r;
      r.id = attribute("Name").empty() ? attribute("ID") : attribute("Name");
      r.place = ReportPlace{percent_decoded(fields[0]), begin - 1, end, strand_of(fields[6], where)};
      if (fields[5] != ".") r.probability = parse_number(fields[5], where);
      if (!attribute("q_value").empty()) r.q_value = parse_number(attribute("q_value"), where);
      r.structure = attribute("structure");
      const bool fresh = by_id.emplace(attribute("ID"), records.size()).second;
      require(fresh || attribute("ID").empty(), "{}: a line before this one has the ID '{}' too", where,
              printable(attribute("ID")));
      require(r.structure.empty() || static_cast<std::int64_t>(r.structure.size()) == end - begin + 1,
              "{}: the structure has {} characters, the locus {} letters", where, r.structure.size(), end - begin + 1);
      records.push_back(std::move(r));
    } else if (fields[2] == "miRNA") {
      const std::string parent = attribute("Parent").empty() ? attribute("Derives_from") : attribute("Parent");
      const auto found = by_id.find(parent);
      require(found != by_id.end(), "{}: an arm of '{}', which no line before it is", where, printable(parent));
      ReportRecord& r = records[found->second];
      const BaseSpan span = local_span(*r.place, begin - 1, end, where);
      BaseSpan five = r.marks.five_prime, three = r.marks.three_prime;
      (span.begin + span.end < r.place->end - r.place->begin ? five : three) = span;
      r.marks = marks_of_arms(five, three);
      r.marks_source = path;
    }
  }
  std::unordered_map<std::string, std::vector<std::size_t>> on_contig;
  for (std::size_t k = 0; k < records.size(); ++k) on_contig[records[k].place->contig].push_back(k);
  RecordReader reader(RecordFiles{genome});
  while (const auto item = reader.next()) {
    const auto* contig = std::get_if<Record>(&*item);
    if (contig == nullptr) continue;
    const auto found = on_contig.find(contig->id);
    if (found == on_contig.end()) continue;
    for (const std::size_t k : found->second) cut_out(records[k], contig->sequence);
    on_contig.erase(found);
  }
  require(on_contig.empty(), "{}: has no '{}', which {} names", genome,
          on_contig.empty() ? "" : printable(on_contig.begin()->first), path);
  return records;
}

}  // namespace stemloop
