#include "report/folds.h"

#include <nlohmann/json.hpp>

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

double kcal(Energy energy) { return energy / 100.0; }

std::string json_line(const Json& object) { return object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"; }

// One character a base, as RNAfold -p shows an ensemble: ( ) . where one state has more than 2/3, else { } | ,
std::string ensemble_symbols(std::size_t length, const std::vector<PairProbability>& pairs) {
  constexpr double kSure = 0.667;
  std::vector<double> opening(length, 0.0);
  std::vector<double> closing(length, 0.0);
  for (const PairProbability& p : pairs) {
    opening[p.i] += p.probability;
    closing[p.j] += p.probability;
  }
  std::string symbols;
  for (std::size_t i = 0; i < length; ++i) {
    const double paired = opening[i] + closing[i];
    if (1 - paired > kSure) {
      symbols += '.';
    } else if (opening[i] > kSure) {
      symbols += '(';
    } else if (closing[i] > kSure) {
      symbols += ')';
    } else if (paired > 1 - paired) {
      symbols += opening[i] / paired > kSure ? '{' : closing[i] / paired > kSure ? '}' : '|';
    } else {
      symbols += ',';
    }
  }
  return symbols;
}

std::string as_rnafold(const FoldWanted& wanted, const Model& model, const Record& record, const Folded& f) {
  std::string text = fmt::format(">{}\n{}\n", full_header(record), record.sequence);
  if (wanted.samples > 0) {
    for (const std::string& s : f.samples) {
      text += fmt::format("{} ({:6.2f})\n", s, kcal(evaluate(model.energy, record.sequence, s).energy));
    }
    return text;
  }
  text += fmt::format("{} ({:6.2f})\n", f.mfe.structure, kcal(f.mfe.energy));
  if (wanted.ensemble) {
    const Ensemble& e = f.ensemble;
    text += fmt::format("{} [{:6.2f}]\n", ensemble_symbols(record.sequence.size(), e.pairs), e.energy_kcal);
    text += fmt::format("{} {{{:6.2f} d={:.2f}}}\n", e.centroid, kcal(e.centroid_energy), e.centroid_distance);
    text += fmt::format(" frequency of mfe structure in ensemble {:g}; ensemble diversity {:.2f}\n", e.mfe_frequency,
                        e.diversity);
  }
  return text;
}

std::string as_tsv(const FoldWanted& wanted, const Model& model, const Record& record, const Folded& f) {
  std::string text;
  for (const std::string& s : f.samples) {
    text += fmt::format("{}\t{}\t{}\t{:.2f}\n", record.id, record.sequence, s,
                        kcal(evaluate(model.energy, record.sequence, s).energy));
  }
  if (wanted.samples > 0) return text;
  text = fmt::format("{}\t{}\t{}\t{:.2f}", table_cell(record.id), record.sequence, f.mfe.structure, kcal(f.mfe.energy));
  if (wanted.ensemble) {
    const Ensemble& e = f.ensemble;
    text += fmt::format("\t{:.4f}\t{:.6g}\t{:.4f}\t{}\t{:.2f}\t{:.4f}", e.energy_kcal, e.mfe_frequency, e.diversity,
                        e.centroid, kcal(e.centroid_energy), e.centroid_distance);
  }
  return text + "\n";
}

std::string as_json(const FoldWanted& wanted, const Model& model, const Record& record, const Folded& f) {
  Json object = {
      {"id", record.id}, {"sequence", record.sequence}, {"structure", f.mfe.structure}, {"mfe", kcal(f.mfe.energy)}};
  if (wanted.ensemble) {
    const Ensemble& e = f.ensemble;
    object["ensemble_energy"] = e.energy_kcal;
    object["mfe_frequency"] = e.mfe_frequency;
    object["ensemble_diversity"] = e.diversity;
    object["centroid_structure"] = e.centroid;
    object["centroid_energy"] = kcal(e.centroid_energy);
    object["centroid_distance"] = e.centroid_distance;
  }
  for (const std::string& s : f.samples) {
    object["samples"].push_back(
        {{"structure", s}, {"energy", kcal(evaluate(model.energy, record.sequence, s).energy)}});
  }
  return json_line(object);
}

const char* loop_name(Loop::Kind kind) {
  switch (kind) {
    case Loop::Kind::kExterior:
      return "exterior";
    case Loop::Kind::kHairpin:
      return "hairpin";
    case Loop::Kind::kInterior:
      return "interior";
    case Loop::Kind::kMulti:
      return "multi";
  }
  return "";
}

std::string pair_letters(const Record& record, int i, int j) { return {record.sequence[i], record.sequence[j]}; }

std::string as_rnaeval(bool summary, const Record& record, const Evaluation& e) {
  std::string text = ">" + full_header(record) + "\n";
  for (const Loop& l : e.loops) {
    if (summary) break;
    std::string place;
    if (l.kind != Loop::Kind::kExterior) {
      place = fmt::format("({:3},{:3}) {}", l.i + 1, l.j + 1, pair_letters(record, l.i, l.j));
    }
    if (l.kind == Loop::Kind::kInterior)
      place += fmt::format("; ({:3},{:3}) {}", l.p + 1, l.q + 1, pair_letters(record, l.p, l.q));
    constexpr const char* kNames[] = {"External loop", "Hairpin  loop", "Interior loop", "Multi    loop"};
    text += fmt::format("{} {:<26}: {:5}\n", kNames[static_cast<int>(l.kind)], place, l.energy);
  }
  return text + fmt::format("{}\n{} ({:6.2f})\n", record.sequence, record.structure, kcal(e.energy));
}

std::string as_eval_tsv(bool summary, const Record& record, const Evaluation& e) {
  if (summary)
    return fmt::format("{}\t{}\t{}\t{:.2f}\n", table_cell(record.id), record.sequence, record.structure,
                       kcal(e.energy));
  std::string text;
  for (const Loop& l : e.loops) {
    text += fmt::format("{}\t{}", table_cell(record.id), loop_name(l.kind));
    for (const auto& [i, j] : {std::pair(l.i, l.j), std::pair(l.p, l.q)}) {
      text += i < 0 ? "\t\t\t" : fmt::format("\t{}\t{}\t{}", i + 1, j + 1, pair_letters(record, i, j));
    }
    text += fmt::format("\t{:.2f}\n", kcal(l.energy));
  }
  return text;
}

std::string as_eval_json(bool summary, const Record& record, const Evaluation& e) {
  Json object = {
      {"id", record.id}, {"sequence", record.sequence}, {"structure", record.structure}, {"energy", kcal(e.energy)}};
  for (const Loop& l : e.loops) {
    if (summary) break;
    Json loop = {{"loop", loop_name(l.kind)}};
    if (l.i >= 0) loop["closing_pair"] = {l.i + 1, l.j + 1};
    if (l.p >= 0) loop["inner_pair"] = {l.p + 1, l.q + 1};
    loop["energy"] = kcal(l.energy);
    object["loops"].push_back(std::move(loop));
  }
  return json_line(object);
}

}  // namespace

FoldWriter fold_writer(const std::string& format) {
  return format == "tsv" ? as_tsv : format == "json" ? as_json : as_rnafold;
}

std::string fold_header(const FoldWanted& wanted) {
  if (wanted.samples > 0) return "id\tsequence\tstructure\tenergy\n";
  std::string header = "id\tsequence\tstructure\tmfe";
  if (wanted.ensemble) {
    header +=
        "\tensemble_energy\tmfe_frequency\tensemble_diversity\tcentroid_structure\tcentroid_energy\tcentroid_distance";
  }
  return header + "\n";
}

std::string pair_lines(const Record& record, const Ensemble& ensemble) {
  std::string lines;
  for (const PairProbability& p : ensemble.pairs)
    lines += fmt::format("{}\t{}\t{}\t{:.6g}\n", table_cell(record.id), p.i + 1, p.j + 1, p.probability);
  return lines;
}

EvaluationWriter evaluation_writer(const std::string& format) {
  return format == "tsv" ? as_eval_tsv : format == "json" ? as_eval_json : as_rnaeval;
}

std::string evaluation_header(bool summary) {
  return summary ? "id\tsequence\tstructure\tenergy\n" : "id\tloop\ti\tj\tpair\tp\tq\tinner_pair\tenergy\n";
}

}  // namespace stemloop
