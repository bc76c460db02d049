// The Python module: the program's folding, features, pictures, arms, classification and design on lists of strings.
// Arguments and results are converted here and nowhere else; the interpreter is released while the work is done.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <functional>
#include <limits>

#include "arms/arms.h"
#include "design/design.h"
#include "features/features.h"
#include "fold/fold.h"
#include "hairpin/hairpin.h"
#include "judge/judge.h"
#include "util/pipeline.h"
#include "util/util.h"

namespace py = pybind11;

namespace stemloop {

namespace {

using Sequences = std::vector<std::string>;

FoldingOptions folding(const std::string& parameters, double temperature) {
  FoldingOptions options;
  options.parameters = parameters;
  options.fold.temperature_celsius = temperature;
  return options;
}

Record record_of(const Sequences& sequences, std::size_t k) {
  Record record;
  record.id = std::to_string(k);
  record.sequence = as_rna(sequences[k]);
  for (const char c : record.sequence)
    require(c >= 'A' && c <= 'Z', "sequence {}: '{}' is no letter", k, printable(std::string(1, c)));
  require(!record.sequence.empty(), "sequence {} is empty", k);
  record.index = static_cast<std::int64_t>(k);
  return record;
}

// Runs `work(state, first, last)` on parts of 0 .. count in threads, without the interpreter.
template <class MakeState, class Work>
void in_threads(std::size_t count, int threads, MakeState make_state, Work work) {
  const py::gil_scoped_release released;
  constexpr std::size_t kTogether = 64;
  std::size_t next = 0;
  using Part = std::pair<std::size_t, std::size_t>;
  run_pipeline(
      threads > 0 ? threads : available_threads(),
      [&]() -> std::optional<Part> {
        if (next == count) return std::nullopt;
        const Part part = {next, std::min(count, next + kTogether)};
        next = part.second;
        return part;
      },
      make_state,
      [&](auto& state, Part part) {
        for (std::size_t k = part.first; k < part.second; ++k) {
          try {
            work(state, k);
          } catch (const Error& error) {
            const std::string words = error.what();
            fail("{}{}", words.rfind("sequence ", 0) == 0 ? "" : fmt::format("sequence {}: ", k), words);
          }
        }
        return 0;
      },
      [](int) {});
}

py::array_t<double> array_of(const std::vector<double>& values) {
  return py::array_t<double>(static_cast<py::ssize_t>(values.size()), values.data());
}

py::dict fold_list(const Sequences& sequences, bool ensemble, const std::string& parameters, double temperature,
                   int threads) {
  const std::size_t n = sequences.size();
  std::vector<std::string> structure(n), centroid(n);
  std::vector<double> energy(n), ensemble_energy(n), frequency(n), diversity(n);
  in_threads(n, threads, hairpin_state(folding(parameters, temperature)), [&](Hairpins& state, std::size_t k) {
    const Record record = record_of(sequences, k);
    Fold fold;
    if (ensemble) {
      const Ensemble all = state.folder.ensemble(record.sequence, fold);
      ensemble_energy[k] = all.energy_kcal;
      frequency[k] = all.mfe_frequency;
      diversity[k] = all.diversity;
      centroid[k] = all.centroid;
    } else {
      fold = state.folder.fold(record.sequence);
    }
    structure[k] = fold.structure;
    energy[k] = fold.energy / 100.0;
  });
  py::dict result;
  result["structure"] = structure;
  result["mfe"] = array_of(energy);
  if (ensemble) {
    result["ensemble_energy"] = array_of(ensemble_energy);
    result["mfe_frequency"] = array_of(frequency);
    result["ensemble_diversity"] = array_of(diversity);
    result["centroid_structure"] = centroid;
  }
  return result;
}

std::vector<Picture> pictures_of(const Sequences& sequences, const std::string& parameters, int threads) {
  std::vector<Picture> pictures(sequences.size());
  in_threads(sequences.size(), threads, hairpin_state(folding(parameters, FoldingOptions().fold.temperature_celsius)),
             [&](Hairpins& state, std::size_t k) {
               const Record record = record_of(sequences, k);
               pictures[k] = picture_of(record, structure_of(state, record));
             });
  return pictures;
}

py::dict picture_list(const Sequences& sequences, const std::string& parameters, int threads) {
  const std::vector<Picture> pictures = pictures_of(sequences, parameters, threads);
  const auto n = static_cast<py::ssize_t>(pictures.size());
  py::array_t<std::uint8_t> colour({n, py::ssize_t{2}, py::ssize_t{kPictureColumns}});
  py::array_t<std::uint8_t> height({n, py::ssize_t{2}, py::ssize_t{kPictureColumns}});
  py::array_t<std::int8_t> bond({n, py::ssize_t{kBondLength}});
  auto c = colour.mutable_unchecked<3>();
  auto h = height.mutable_unchecked<3>();
  auto b = bond.mutable_unchecked<2>();
  for (py::ssize_t i = 0; i < n; ++i) {
    const Picture& picture = pictures[static_cast<std::size_t>(i)];
    for (py::ssize_t strand = 0; strand < 2; ++strand) {
      for (py::ssize_t x = 0; x < kPictureColumns; ++x) {
        c(i, strand, x) = picture.colour[static_cast<std::size_t>(strand)][static_cast<std::size_t>(x)];
        h(i, strand, x) = picture.height[static_cast<std::size_t>(strand)][static_cast<std::size_t>(x)];
      }
    }
    const auto bonds = bond_vector(picture);
    for (py::ssize_t x = 0; x < kBondLength; ++x) b(i, x) = bonds[static_cast<std::size_t>(x)];
  }
  py::dict result;
  result["colour"] = colour;
  result["height"] = height;
  result["bond"] = bond;
  return result;
}

py::dict feature_list(const Sequences& sequences, const std::string& parameters, int threads) {
  const FeatureTable table = feature_table(pictures_of(sequences, parameters, threads));
  py::dict result;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    const FeatureColumn& column = table.columns[c];
    const char* const name = kFeatureNames[c];  // the program's, which are the published table's
    if (column.kind != FeatureKind::kText) {
      result[name] = array_of(column.values);
      continue;
    }
    py::list texts;
    for (const double value : column.values) {
      if (std::isnan(value)) {
        texts.append(py::none());
      } else {
        texts.append(column.texts[static_cast<std::size_t>(value)]);
      }
    }
    result[name] = texts;
  }
  return result;
}

struct ArmsState {
  Hairpins hairpins;
  CutModel::Scratch scratch;
};

py::list arms_list(const Sequences& sequences, const std::string& model_name, int threads) {
  const CutModel model = CutModel::open(find_model(model_name));
  std::vector<std::optional<ArmCall>> calls(sequences.size());
  const auto hairpins = hairpin_state(FoldingOptions());
  in_threads(
      sequences.size(), threads,
      [&] {
        return ArmsState{hairpins(), model.scratch()};
      },
      [&](ArmsState& state, std::size_t k) {
        const Record record = record_of(sequences, k);
        calls[k] =
            arm_row(record.id, record.sequence, structure_of(state.hairpins, record), model, state.scratch, {}, nullptr)
                .call;
      });
  py::list result;
  for (std::size_t k = 0; k < sequences.size(); ++k) {
    if (!calls[k]) {
      result.append(py::none());
      continue;
    }
    const ArmCall& call = *calls[k];
    const std::string rna = as_rna(sequences[k]);
    const auto letters = [&](int begin, int end) {
      return end > begin ? rna.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)) : "";
    };
    py::dict one;
    one["5p"] = py::make_tuple(call.cuts.drosha5, call.cuts.dicer5);
    one["3p"] = py::make_tuple(call.cuts.dicer3, call.cuts.drosha3);
    one["5p_sequence"] = letters(call.cuts.drosha5, call.cuts.dicer5);
    one["3p_sequence"] = letters(call.cuts.dicer3, call.cuts.drosha3);
    py::list within;
    for (const auto& cut : call.within) within.append(py::make_tuple(cut[0], cut[1], cut[2]));
    one["within"] = within;
    one["guide"] = call.guide == Guide::k5p   ? py::object(py::str("5p"))
                   : call.guide == Guide::k3p ? py::object(py::str("3p"))
                                              : py::object(py::none());
    one["fault"] = call.fault;
    result.append(one);
  }
  return result;
}

py::dict classify_list(const Sequences& sequences, const std::string& model, int threads) {
  const auto judge = open_judge(find_model(model), {"auto", 1});
  std::vector<std::vector<TypedCell>> rows(sequences.size());
  FoldingOptions options;
  options.parameters = judge->parameters();
  {
    const py::gil_scoped_release released;
    constexpr std::size_t kTogether = 64;
    std::size_t next = 0;
    run_pipeline(
        threads > 0 ? threads : available_threads(),
        [&]() -> std::optional<std::pair<std::size_t, std::size_t>> {
          if (next == sequences.size()) return std::nullopt;
          const std::pair<std::size_t, std::size_t> part = {next, std::min(sequences.size(), next + kTogether)};
          next = part.second;
          return part;
        },
        hairpin_state(options),
        [&](Hairpins& state, std::pair<std::size_t, std::size_t> part) {
          std::vector<std::unique_ptr<Seen>> seen;
          for (std::size_t k = part.first; k < part.second; ++k) {
            const Record record = record_of(sequences, k);
            try {
              seen.push_back(judge->see(state, record));
            } catch (const Error& error) {
              fail("sequence {}: {}", k, error.what());
            }
          }
          const auto verdicts = judge->judge(std::move(seen));
          for (std::size_t k = 0; k < verdicts.size(); ++k) rows[part.first + k] = verdicts[k]->cells();
          return 0;
        },
        [](int) {});
  }
  py::dict result;
  const auto columns = judge->columns();
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const bool numbers = std::all_of(rows.begin(), rows.end(), [&](const auto& row) {
      return std::holds_alternative<std::monostate>(row[c]) || std::holds_alternative<double>(row[c]);
    });
    if (numbers) {
      std::vector<double> values;
      for (const auto& row : rows) {
        const auto* value = std::get_if<double>(&row[c]);
        values.push_back(value == nullptr ? std::numeric_limits<double>::quiet_NaN() : *value);
      }
      result[columns[c].name.c_str()] = array_of(values);
      continue;
    }
    py::list cells;
    for (const auto& row : rows)
      std::visit(
          [&](const auto& value) {
            if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::monostate>) {
              cells.append(py::none());
            } else {
              cells.append(value);
            }
          },
          row[c]);
    result[columns[c].name.c_str()] = cells;
  }
  return result;
}

// Number i of the list is design i of `stemloop design --class any --structure ... -n count`: the same (seed, i), the
// same letters.
py::dict design_list(const std::vector<std::string>& structures, std::int64_t count, std::uint64_t seed,
                     double probability, const std::string& letters, const std::string& model_name, int threads) {
  require(count >= 1, "count {}: at least 1", count);
  const auto natural = open_natural_model(model_name);
  const auto folding = hairpin_state(FoldingOptions());
  std::vector<DesignTarget> targets;
  for (std::size_t k = 0; k < structures.size(); ++k) {
    try {
      targets.push_back(make_target(structures[k], letters));
      check_possible(targets.back());
    } catch (const Error& error) {
      fail("structure {}: {}", k, error.what());
    }
  }
  SearchOptions options;
  options.wanted_probability = probability;
  std::vector<Design> designs(targets.size() * static_cast<std::size_t>(count));
  in_threads(designs.size(), threads, folding, [&](Hairpins& state, std::size_t k) {
    designs[k] =
        design_sequence(targets[k / static_cast<std::size_t>(count)], *natural, state.folder, options, seed, k);
  });
  py::list sequence;
  std::vector<double> chance, energy;
  for (const Design& design : designs) {
    sequence.append(design.solved ? py::object(py::str(design.sequence)) : py::object(py::none()));
    chance.push_back(design.solved ? design.probability : std::numeric_limits<double>::quiet_NaN());
    energy.push_back(design.solved ? design.mfe / 100.0 : std::numeric_limits<double>::quiet_NaN());
  }
  py::dict result;
  result["sequence"] = sequence;
  result["mfe"] = array_of(energy);
  result["probability"] = array_of(chance);
  return result;
}

}  // namespace

}  // namespace stemloop

PYBIND11_MODULE(_stemloop, m) {
  using namespace stemloop;
  py::register_exception<Error>(m, "Error", PyExc_ValueError);
  const auto parameters = py::arg("parameters") = "turner2004";
  const auto threads = py::arg("threads") = 0;
  m.def("fold", &fold_list, py::arg("sequences"), py::arg("ensemble") = false, parameters,
        py::arg("temperature") = 37.0, threads);
  m.def("picture", &picture_list, py::arg("sequences"), parameters, threads);
  m.def("features", &feature_list, py::arg("sequences"), parameters, threads);
  m.def("arms", &arms_list, py::arg("sequences"), py::arg("model") = "arms", threads);
  m.def("design", &design_list, py::arg("structures"), py::arg("count") = 1, py::arg("seed") = 1,
        py::arg("probability") = SearchOptions().wanted_probability, py::arg("letters") = "",
        py::arg("model") = kNaturalPrecursors, threads);
  m.def("classify", &classify_list, py::arg("sequences"), py::arg("model") = "premirna", threads);
}
