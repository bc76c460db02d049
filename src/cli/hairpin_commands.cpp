// encode, decode, features, draw, show: all take sequences, which they fold, or sequences with structures.
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "cli/stream.h"
#include "data/data.h"
#include "fold/fold.h"
#include "hairpin/hairpin.h"

namespace stemloop {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kInputHelp =
    "FASTA file, plain or gzip, with or without dot-bracket lines; sequences without are folded; - is stdin";

// What one worker needs: the folder for records that bring no structure.
struct Hairpins {
  std::shared_ptr<const Model> model;
  Folder folder;
};

// The structure of a record: its own, or the minimum free energy one. Error if its own does not balance.
std::string structure_of(Hairpins& state, const Record& record) {
  if (record.structure.empty()) return state.folder.fold(record.sequence).structure;
  pair_table(record.structure);
  return record.structure;
}

// "72 nt, -34.60 kcal/mol": a structure given by the user may have pairs that the energy model does not know.
std::string size_and_energy(const Hairpins& state, const Record& record, const std::string& structure) {
  try {
    const Energy energy = evaluate(state.model->energy, record.sequence, structure).energy;
    return fmt::format("{} nt, {:.2f} kcal/mol", record.sequence.size(), energy / 100.0);
  } catch (const Error& error) {
    return fmt::format("{} nt, no energy: {}", record.sequence.size(), error.what());
  }
}

std::function<Hairpins()> hairpin_state(const FoldingOptions& options) {
  return [model = load_model(options)] { return Hairpins{model, Folder(model)}; };
}

Picture picture_of(const Record& record, const std::string& structure) {
  const HairpinLayout layout = lay_out(record.sequence, structure);
  require(!layout.columns.empty(), "there is no hairpin loop in its structure, so no picture");
  return draw_picture(layout.columns);
}

// A name that is a file name everywhere, and new: repeated ids get a number.
class FileNames {
 public:
  explicit FileNames(std::string folder) : folder_(std::move(folder)) {
    std::error_code failure;
    std::filesystem::create_directories(folder_, failure);
    require(!failure, "{}: cannot be made a folder: {}", folder_, failure.message());
  }

  std::string next(const std::string& id, const std::string& extension) {
    std::string name;
    for (const char c : id) {
      const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
                         c == '_' || c == '.';
      name += plain ? c : '_';
    }
    if (name[0] == '.') name[0] = '_';
    std::string unique = name;
    for (int k = 2; !used_.insert(unique).second; ++k) unique = fmt::format("{}.{}", name, k);
    return folder_ + "/" + unique + extension;
  }

 private:
  std::string folder_;
  std::unordered_set<std::string> used_;
};

void refuse_terminal(const std::string& output) {
  require(output != "-" || isatty(STDOUT_FILENO) == 0,
          "the output is binary and stdout is a terminal; name a file with -o");
}

// --- encode ----------------------------------------------------------------------------------------------------------

struct EncodeCommand {
  CommonOptions common;
  FoldingOptions folding;
  std::string input = "-";
  std::string png_folder;
  std::string sheet;
};

int run_encode(EncodeCommand& c) {
  constexpr int kSheetColumns = 8;
  constexpr int kSheetGap = 6;
  constexpr int kSheetZoom = 2;
  constexpr std::size_t kSheetMost = 800;
  begin_run(c.common);
  const bool tensors = c.common.output != "-" || (c.png_folder.empty() && c.sheet.empty());
  if (tensors) refuse_terminal(c.common.output);
  PictureSet set;
  std::vector<RgbImage> sheet;
  std::optional<FileNames> names;
  if (!c.png_folder.empty()) names.emplace(c.png_folder);
  const Tally tally = run_records<std::pair<std::string, Picture>>(
      c.input, c.common, c.folding.max_length, hairpin_state(c.folding),
      [](Hairpins& state, const Record& record) {
        return std::pair(record.id, picture_of(record, structure_of(state, record)));
      },
      [&](std::pair<std::string, Picture>&& item) {
        if (names) write_bytes(names->next(item.first, ".png"), encode_png(picture_pixels(item.second)));
        if (!c.sheet.empty() && sheet.size() < kSheetMost) sheet.push_back(picture_pixels(item.second));
        if (!tensors) return;
        set.ids.push_back(std::move(item.first));
        set.pictures.push_back(item.second);
      });
  if (!c.sheet.empty()) {
    require(!sheet.empty(), "{}: no picture for the contact sheet", c.sheet);
    write_bytes(c.sheet, encode_png(contact_sheet(sheet, kSheetColumns, kSheetGap, kSheetZoom)));
    if (tally.out > static_cast<std::int64_t>(kSheetMost)) {
      spdlog::warn("{}: shows the first {} of {} pictures", c.sheet, kSheetMost, tally.out);
    }
  }
  if (tensors) write_bytes(c.common.output, encode_safetensors(picture_tensors(set)));
  return finish(tally, c.common);
}

// --- decode ----------------------------------------------------------------------------------------------------------

struct DecodeCommand {
  CommonOptions common;
  std::vector<std::string> inputs;
};

bool is_png(const std::string& path) { return std::filesystem::path(path).extension() == ".png"; }

std::vector<std::string> png_files(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (is_png(entry.path().string())) files.push_back(entry.path().string());
  }
  require(!files.empty(), "{}: holds no PNG files", folder);
  std::sort(files.begin(), files.end());
  return files;
}

class Decoder {
 public:
  explicit Decoder(TextWriter& out) : out_(out) {}

  void take(const std::string& source, const std::string& id, const Picture& picture) {
    const DecodedPicture decoded = decode_picture(picture);
    if (decoded.complete) {
      ++tally_.in;
      ++tally_.out;
      out_.write(fmt::format(">{}\n{}\n{}\n", id, decoded.sequence, decoded.structure));
      return;
    }
    reject_picture(fmt::format("{}: picture '{}': {}", source, printable(id),
                               decoded.in_step ? "in step but cut off at 100 columns, its ends are not in the picture"
                                               : "out of step (several hairpins), its middle is not in the picture"));
  }

  void take_png(const std::string& path) {
    try {
      const Picture picture = picture_from_pixels(read_png(path));
      take(path, std::filesystem::path(path).stem().string(), picture);
    } catch (const Error& error) {
      const std::string reason = error.what();
      reject_picture(reason.rfind(path, 0) == 0 ? reason : path + ": " + reason);
    }
  }

  [[nodiscard]] const Tally& tally() const { return tally_; }

 private:
  void reject_picture(const std::string& reason) {
    ++tally_.in;
    ++tally_.rejected;
    report({{}, reason});
  }

  TextWriter& out_;
  Tally tally_;
};

int run_decode(DecodeCommand& c) {
  begin_run(c.common);
  TextWriter out(c.common.output);
  Decoder decoder(out);
  for (const std::string& input : c.inputs) {
    if (std::filesystem::is_directory(input)) {
      for (const std::string& file : png_files(input)) decoder.take_png(file);
    } else if (is_png(input)) {
      decoder.take_png(input);
    } else {
      const PictureSet set = pictures_from_tensors(read_safetensors(input), input);
      const std::string source = input == "-" ? "stdin" : input;
      for (std::size_t i = 0; i < set.pictures.size(); ++i) decoder.take(source, set.ids[i], set.pictures[i]);
    }
  }
  out.close();
  return finish(decoder.tally(), c.common);
}

// --- features --------------------------------------------------------------------------------------------------------

struct FeaturesCommand {
  CommonOptions common;
  FoldingOptions folding;
  std::string input = "-";
  std::string format = "tsv";
};

std::string features_as_tsv(const std::string& id, const std::array<std::string, kFeatureCount>& cells) {
  return fmt::format("{}\t{}\n", id, fmt::join(cells, "\t"));
}

std::string features_as_json(const std::string& id, const std::array<std::string, kFeatureCount>& cells) {
  Json object = {{"id", id}};
  for (std::size_t k = 0; k < cells.size(); ++k) {
    Json& value = object[kFeatureNames[k]];
    if (cells[k] == "True" || cells[k] == "False") {
      value = cells[k] == "True";
    } else if (!cells[k].empty()) {
      Json number = Json::parse(cells[k], nullptr, false);
      value = number.is_discarded() ? Json(cells[k]) : std::move(number);
    }
  }
  return object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

int run_features(FeaturesCommand& c) {
  begin_run(c.common);
  TextWriter out(c.common.output);
  if (c.format == "tsv") out.write(fmt::format("id\t{}\n", fmt::join(kFeatureNames, "\t")));
  const auto print = c.format == "tsv" ? features_as_tsv : features_as_json;
  const Tally tally = run_records<std::string>(
      c.input, c.common, c.folding.max_length, hairpin_state(c.folding),
      [print](Hairpins& state, const Record& record) {
        return print(record.id, feature_cells(hairpin_features(picture_of(record, structure_of(state, record)))));
      },
      [&](const std::string& text) { out.write(text); });
  out.close();
  return finish(tally, c.common);
}

// --- draw ------------------------------------------------------------------------------------------------------------

struct DrawCommand {
  CommonOptions common;
  FoldingOptions folding;
  std::string input = "-";
  std::string id;
  std::string folder;
};

Drawing draw_record(Hairpins& state, const Record& record) {
  const std::string structure = structure_of(state, record);
  const char* origin = record.structure.empty() ? " (minimum free energy)" : " (structure as given)";
  return draw_hairpin(record.sequence, structure, record.id, size_and_energy(state, record, structure) + origin);
}

std::string rendered(const Drawing& drawing, bool png) {
  return png ? encode_png(to_pixels(drawing)) : to_svg(drawing);
}

int run_draw(DrawCommand& c) {
  begin_run(c.common);
  std::optional<FileNames> names;
  if (!c.folder.empty()) names.emplace(c.folder);
  require(names || c.common.output == "-" || is_png(c.common.output) ||
              std::filesystem::path(c.common.output).extension() == ".svg",
          "{}: name the picture .svg or .png", c.common.output);
  std::int64_t drawn = 0;
  const Tally tally = run_records<std::pair<std::string, Drawing>>(
      c.input, c.common, c.folding.max_length, hairpin_state(c.folding),
      [&](Hairpins& state, const Record& record) {
        const bool wanted = c.id.empty() || record.id == c.id;
        return std::pair(record.id, wanted ? draw_record(state, record) : Drawing{});
      },
      [&](std::pair<std::string, Drawing>&& item) {
        const auto& [id, drawing] = item;
        if (drawing.shapes.empty()) return;
        if (names) {
          const std::string path = names->next(id, "");
          write_bytes(path + ".svg", rendered(drawing, false));
          write_bytes(path + ".png", rendered(drawing, true));
        } else {
          require(drawn == 0, "the input has more than one record{}; choose one with --id or draw all with --dir",
                  c.id.empty() ? "" : " called " + c.id);
          write_bytes(c.common.output, rendered(drawing, is_png(c.common.output)));
        }
        ++drawn;
      });
  require(drawn > 0 || c.id.empty() || tally.rejected > 0, "{}: has no record '{}'", c.input, c.id);
  return finish(tally, c.common);
}

// --- show ------------------------------------------------------------------------------------------------------------

struct ShowCommand {
  CommonOptions common;
  FoldingOptions folding;
  std::string input = "-";
};

int run_show(ShowCommand& c) {
  begin_run(c.common);
  TextWriter out(c.common.output);
  const Tally tally = run_records<std::string>(
      c.input, c.common, c.folding.max_length, hairpin_state(c.folding),
      [](Hairpins& state, const Record& record) {
        const std::string structure = structure_of(state, record);
        const std::string text = text_hairpin(record.sequence, structure);
        require(!text.empty(), "there is no hairpin loop in its structure");
        const int hairpins = lay_out(record.sequence, structure).hairpins;
        const std::string note =
            hairpins > 1 ? fmt::format(", {} hairpins, the one nearest the middle is shown", hairpins) : "";
        return fmt::format("{}  {}{}\n{}\n", record.id, size_and_energy(state, record, structure), note, text);
      },
      [&](const std::string& text) { out.write(text); });
  out.close();
  return finish(tally, c.common);
}

// Input, folding and run options, the same for all but decode.
template <class Options>
void add_hairpin_options(CLI::App& app, Options& c, const char* output_help) {
  app.add_option("input", c.input, kInputHelp)->capture_default_str()->type_name("FASTA");
  add_output(app, c.common, output_help);
  add_folding(app, c.folding);
  add_threads(app, c.common);
  add_talk(app, c.common);
}

}  // namespace

std::function<int()> add_encode(CLI::App& app) {
  auto c = std::make_shared<EncodeCommand>();
  app.description(
      "Encodes every hairpin as a picture of 100 x 25 pixels: tensors colour (N,2,100), height (N,2,100) and bond "
      "(N,200)\n"
      "in a safetensors file, ids in its metadata. Letters outside ACGU are drawn black. The published pictures were\n"
      "folded with --params turner2004-vienna2.1.");
  app.add_option("--png", c->png_folder, "Also write one PNG a record into DIR")->type_name("DIR");
  app.add_option("--sheet", c->sheet, "Also write a contact sheet of the first 800 pictures (PNG)")->type_name("FILE");
  add_hairpin_options(
      app, *c, "The safetensors file; - is stdout (nothing is written there if only --png or --sheet is asked for)");
  app.footer(
      "Examples:\n"
      "  stemloop encode hairpins.fa -o hairpins.safetensors\n"
      "  stemloop encode hairpins.fa --params turner2004-vienna2.1 --png pictures --sheet sheet.png");
  return [c] { return run_encode(*c); };
}

std::function<int()> add_decode(CLI::App& app) {
  auto c = std::make_shared<DecodeCommand>();
  app.description(
      "Reads sequences and structures back from hairpin pictures: FASTA with dot-bracket. A picture that is out of "
      "step or\n"
      "cut off does not hold its whole sequence; it is listed and counted as rejected.");
  app.add_option("input", c->inputs, "Safetensors files of encode, PNG files, or folders of PNG files")
      ->required()
      ->type_name("FILE|DIR");
  add_output(app, c->common, kTextOutputHelp);
  add_talk(app, c->common);
  app.footer(
      "Examples:\n"
      "  stemloop decode hairpins.safetensors -o back.fa\n"
      "  stemloop decode pictures/ --skip-bad | stemloop features");
  return [c] { return run_decode(*c); };
}

std::function<int()> add_features(CLI::App& app) {
  auto c = std::make_shared<FeaturesCommand>();
  app.description(
      "The 20 features of each hairpin's picture, named and printed as in the published table: loop, bulge, stem, "
      "pairs,\n"
      "motifs. A cell is empty where a feature does not apply (no terminal loop, no large bulge).");
  app.add_option("-f,--format", c->format, "tsv: a table; json: one object a line")
      ->check(CLI::IsMember({"tsv", "json"}))
      ->capture_default_str()
      ->type_name("FORMAT");
  add_hairpin_options(app, *c, kTextOutputHelp);
  app.footer(
      "Examples:\n"
      "  stemloop features hairpins.fa > features.tsv\n"
      "  stemloop features hairpins.fa.gz --params turner2004-vienna2.1 --format json");
  return [c] { return run_features(*c); };
}

std::function<int()> add_draw(CLI::App& app) {
  auto c = std::make_shared<DrawCommand>();
  app.description(
      "Draws a hairpin: its secondary structure coloured by nucleotide and its 100 x 25 picture under it.\n"
      "The end of the output's name says what it is: .svg or .png; stdout gets SVG.");
  app.add_option("--id", c->id, "Draw this record of the input")->type_name("ID");
  app.add_option("--dir", c->folder, "Draw all records, ID.svg and ID.png, into DIR")->type_name("DIR");
  add_hairpin_options(app, *c, "The picture, .svg or .png; - is stdout");
  app.footer(
      "Examples:\n"
      "  stemloop draw hairpins.fa --id hsa-let-7a-1 -o let-7a-1.png\n"
      "  stemloop draw hairpins.fa --dir drawings");
  return [c] { return run_draw(*c); };
}

std::function<int()> add_show(CLI::App& app) {
  auto c = std::make_shared<ShowCommand>();
  app.description(
      "Prints each hairpin as text, as miRBase does: five lines, pairs in the middle (GU pairs as a colon).");
  add_hairpin_options(app, *c, kTextOutputHelp);
  app.footer(
      "Examples:\n"
      "  stemloop show hairpins.fa | less\n"
      "  echo '>x\\nGGGGAAAACCCC' | stemloop show");
  return [c] { return run_show(*c); };
}

}  // namespace stemloop
