// fold, eval.
#include <nlohmann/json.hpp>

#include "seq/record_stream.h"
#include "cli/command.h"
#include "fold/fold.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

double kcal(Energy energy) { return energy / 100.0; }

std::string json_line(const Json& object) { return object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"; }

// --- fold ------------------------------------------------------------------------------------------------------------

struct FoldCommand {
  CommonOptions common;
  FoldingOptions folding;
  InputFiles input;
  std::string format = "rnafold";
  bool partition_function = false;
  std::string probabilities;  // file of --bpp
  int samples = 0;
  std::uint64_t seed = 1;
};

struct FoldOutput {
  std::string text;
  std::string probabilities;
};

struct Folded {
  Fold mfe;
  Ensemble ensemble;
  std::vector<std::string> samples;
};

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

std::string as_rnafold(const FoldCommand& c, const Model& model, const Record& record, const Folded& f) {
  std::string text = fmt::format(">{}\n{}\n", full_header(record), record.sequence);
  if (c.samples > 0) {
    for (const std::string& s : f.samples) {
      text += fmt::format("{} ({:6.2f})\n", s, kcal(evaluate(model.energy, record.sequence, s).energy));
    }
    return text;
  }
  text += fmt::format("{} ({:6.2f})\n", f.mfe.structure, kcal(f.mfe.energy));
  if (c.partition_function) {
    const Ensemble& e = f.ensemble;
    text += fmt::format("{} [{:6.2f}]\n", ensemble_symbols(record.sequence.size(), e.pairs), e.energy_kcal);
    text += fmt::format("{} {{{:6.2f} d={:.2f}}}\n", e.centroid, kcal(e.centroid_energy), e.centroid_distance);
    text += fmt::format(" frequency of mfe structure in ensemble {:g}; ensemble diversity {:.2f}\n", e.mfe_frequency,
                        e.diversity);
  }
  return text;
}

std::string tsv_header(const FoldCommand& c) {
  if (c.samples > 0) return "id\tsequence\tstructure\tenergy\n";
  std::string header = "id\tsequence\tstructure\tmfe";
  if (c.partition_function) {
    header +=
        "\tensemble_energy\tmfe_frequency\tensemble_diversity\tcentroid_structure\tcentroid_energy\tcentroid_distance";
  }
  return header + "\n";
}

std::string as_tsv(const FoldCommand& c, const Model& model, const Record& record, const Folded& f) {
  std::string text;
  for (const std::string& s : f.samples) {
    text += fmt::format("{}\t{}\t{}\t{:.2f}\n", record.id, record.sequence, s,
                        kcal(evaluate(model.energy, record.sequence, s).energy));
  }
  if (c.samples > 0) return text;
  text = fmt::format("{}\t{}\t{}\t{:.2f}", table_cell(record.id), record.sequence, f.mfe.structure, kcal(f.mfe.energy));
  if (c.partition_function) {
    const Ensemble& e = f.ensemble;
    text += fmt::format("\t{:.4f}\t{:.6g}\t{:.4f}\t{}\t{:.2f}\t{:.4f}", e.energy_kcal, e.mfe_frequency, e.diversity,
                        e.centroid, kcal(e.centroid_energy), e.centroid_distance);
  }
  return text + "\n";
}

std::string as_json(const FoldCommand& c, const Model& model, const Record& record, const Folded& f) {
  Json object = {
      {"id", record.id}, {"sequence", record.sequence}, {"structure", f.mfe.structure}, {"mfe", kcal(f.mfe.energy)}};
  if (c.partition_function) {
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

int run_fold(FoldCommand& c) {
  begin_run(c.common);
  if (!c.probabilities.empty()) c.partition_function = true;
  check_run_files(input_files(c.input, c.folding), {c.common.output, c.probabilities});
  const auto model = load_model(c.folding);
  TextWriter out(c.common.output);
  if (c.format == "tsv") out.write(tsv_header(c));
  std::optional<TextWriter> bpp;
  if (!c.probabilities.empty()) {
    bpp.emplace(c.probabilities);
    bpp->write("id\ti\tj\tprobability\n");
  }
  const auto print = c.format == "tsv" ? as_tsv : c.format == "json" ? as_json : as_rnafold;
  const auto work = [&](Folder& folder, const Record& record) {
    Folded f;
    if (c.partition_function || c.samples > 0) {
      f.ensemble = folder.ensemble(record.sequence, f.mfe);
      f.samples = folder.sample(c.samples, Random(c.seed, static_cast<std::uint64_t>(record.index)).next());
    } else {
      f.mfe = folder.fold(record.sequence);
    }
    FoldOutput output{print(c, *model, record, f), {}};
    if (bpp) {
      for (const PairProbability& p : f.ensemble.pairs) {
        output.probabilities += fmt::format("{}\t{}\t{}\t{:.6g}\n", table_cell(record.id), p.i + 1, p.j + 1, p.probability);
      }
    }
    return output;
  };
  const Tally tally = run_records<FoldOutput>(
      {c.input.all(), Wanted::kSequencesOnly}, c.common, c.folding.max_length, [&] { return Folder(model); }, work,
      [&](const FoldOutput& output) {
        out.write(output.text);
        if (bpp) bpp->write(output.probabilities);
      });
  close_outputs(tally, {&out, bpp ? &*bpp : nullptr});
  return finish(tally, c.common);
}

// --- eval ------------------------------------------------------------------------------------------------------------

struct EvalCommand {
  CommonOptions common;
  FoldingOptions folding;
  InputFiles input;
  std::string format = "rnaeval";
  bool summary = false;
};

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

std::string as_rnaeval(const EvalCommand& c, const Record& record, const Evaluation& e) {
  std::string text = ">" + full_header(record) + "\n";
  for (const Loop& l : e.loops) {
    if (c.summary) break;
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

std::string as_eval_tsv(const EvalCommand& c, const Record& record, const Evaluation& e) {
  if (c.summary)
    return fmt::format("{}\t{}\t{}\t{:.2f}\n", table_cell(record.id), record.sequence, record.structure, kcal(e.energy));
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

std::string as_eval_json(const EvalCommand& c, const Record& record, const Evaluation& e) {
  Json object = {
      {"id", record.id}, {"sequence", record.sequence}, {"structure", record.structure}, {"energy", kcal(e.energy)}};
  for (const Loop& l : e.loops) {
    if (c.summary) break;
    Json loop = {{"loop", loop_name(l.kind)}};
    if (l.i >= 0) loop["closing_pair"] = {l.i + 1, l.j + 1};
    if (l.p >= 0) loop["inner_pair"] = {l.p + 1, l.q + 1};
    loop["energy"] = kcal(l.energy);
    object["loops"].push_back(std::move(loop));
  }
  return json_line(object);
}

int run_eval(EvalCommand& c) {
  begin_run(c.common);
  check_run_files(input_files(c.input, c.folding), {c.common.output});
  const auto model = load_model(c.folding);
  TextWriter out(c.common.output);
  if (c.format == "tsv") {
    out.write(c.summary ? "id\tsequence\tstructure\tenergy\n" : "id\tloop\ti\tj\tpair\tp\tq\tinner_pair\tenergy\n");
  }
  const auto print = c.format == "tsv" ? as_eval_tsv : c.format == "json" ? as_eval_json : as_rnaeval;
  const Tally tally = run_records<std::string>(
      c.input.all(), c.common, c.folding.max_length, [] { return 0; },
      [&](int, const Record& record) {
        require(!record.structure.empty(), "there is no structure to evaluate; it stands in a line under the sequence");
        return print(c, record, evaluate(model->energy, record.sequence, record.structure));
      },
      [&](const std::string& text) { out.write(text); });
  close_outputs(tally, {&out});
  return finish(tally, c.common);
}

}  // namespace

std::function<int()> add_fold(CLI::App& app) {
  auto c = std::make_shared<FoldCommand>();
  app.description(
      "Folds every sequence of a FASTA file: minimum free energy structure, as RNAfold prints it.\n"
      "Letters other than A C G U T pair with nothing; structures in the input are ignored.");
  add_input_files(app, c->input, kInputHelp);
  add_format(app, c->format, {"rnafold", "tsv", "json"},
             "rnafold: three lines a record; tsv: a table; json: one object a line");
  app.add_flag("-p,--pf", c->partition_function,
               "The ensemble too: its energy, frequency of the MFE structure, diversity, centroid");
  app.add_option("--bpp", c->probabilities,
                 "Write base-pair probabilities to FILE (id, i, j, probability); implies --pf")
      ->type_name("FILE");
  app.add_option("--sample", c->samples, "Print N structures drawn from the ensemble instead of the MFE structure")
      ->check(CLI::Range(1, 1'000'000))
      ->excludes("--pf")
      ->excludes("--bpp")
      ->type_name("N");
  app.add_option("--seed", c->seed, "Seed of --sample; draw k of record i depends on the seed, i and k alone")
      ->needs("--sample")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str()
      ->type_name("N");
  add_run_options(app, c->common, c->folding);
  app.footer(
      "Examples:\n"
      "  stemloop fold hairpins.fa\n"
      "  zcat hairpins.fa.gz | stemloop fold - --format tsv -o folds.tsv\n"
      "  stemloop fold hairpins.fa --pf --bpp pairs.tsv --format json\n"
      "  stemloop fold hairpins.fa --sample 1000 --seed 7 --format tsv");
  return [c] { return run_fold(*c); };
}

std::function<int()> add_eval(CLI::App& app) {
  auto c = std::make_shared<EvalCommand>();
  app.description(
      "Energy of given structures, loop by loop, as RNAeval -v prints it (in 0.01 kcal/mol).\n"
      "The input is FASTA with a dot-bracket line under each sequence, as stemloop fold and RNAfold write it.");
  add_input_files(app, c->input, "Sequences with structures: dot-bracket, CT, BPSEQ, Stockholm; - is stdin");
  add_format(app, c->format, {"rnaeval", "tsv", "json"},
             "rnaeval: text; tsv: a row a loop; json: one object a record and line");
  app.add_flag("-s,--summary", c->summary, "Only the total, not the loops");
  add_energy_model(app, c->folding);
  add_run_options(app, c->common);
  app.footer(
      "Examples:\n"
      "  stemloop fold hairpins.fa | stemloop eval\n"
      "  stemloop eval folds.fa --format tsv -T 25");
  return [c] { return run_eval(*c); };
}

}  // namespace stemloop
