// encode, decode: hairpins to pictures and back.
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <optional>

#include "cli/command.h"
#include "data/data.h"
#include "hairpin/hairpin.h"
#include "seq/record_stream.h"

namespace stemloop {

namespace {

void refuse_terminal(const std::string& output) {
  require(output != "-" || isatty(STDOUT_FILENO) == 0,
          "the output is binary and stdout is a terminal; name a file with -o");
}

// --- encode ----------------------------------------------------------------------------------------------------------

struct EncodeCommand {
  CommonOptions common;
  FoldingOptions folding;
  InputFiles input;
  std::string png_folder;
  std::string sheet;
  bool output_given = false;
};

int run_encode(EncodeCommand& c) {
  constexpr int kSheetColumns = 8;
  constexpr int kSheetGap = 6;
  constexpr int kSheetZoom = 2;
  constexpr std::size_t kSheetMost = 800;
  begin_run(c.common);
  const bool tensors = c.output_given || (c.png_folder.empty() && c.sheet.empty());
  if (tensors) refuse_terminal(c.common.output);
  require(std::filesystem::path(c.common.output).extension() != ".gz",
          "{}: tensors are not compressed; choose a name without .gz", c.common.output);
  check_run_files(input_files(c.input, c.folding), {tensors ? c.common.output : "", c.sheet});
  const auto state = hairpin_state(c.folding);
  check_extension(c.sheet, {".png"});
  if (tensors) check_extension(c.common.output, {".safetensors"});
  std::optional<Draft> out;
  if (tensors) out.emplace(c.common.output);
  std::optional<Draft> sheet_out;
  if (!c.sheet.empty()) sheet_out.emplace(c.sheet);
  PictureSet set;
  std::vector<RgbImage> sheet;
  std::vector<std::string> labels;
  std::optional<FileNames> names;
  if (!c.png_folder.empty()) names.emplace(c.png_folder);
  const Tally tally = run_records<std::pair<std::string, Picture>>(
      c.input.all(), c.common, c.folding.max_length, state,
      [](Hairpins& hairpins, const Record& record) {
        return std::pair(record.id, picture_of(record, structure_of(hairpins, record)));
      },
      [&](std::pair<std::string, Picture>&& item) {
        if (names)
          write_bytes(names->next(item.first, ".png"), encode_png(picture_pixels(item.second)), Durable::kLater);
        if (sheet_out && sheet.size() < kSheetMost) {
          sheet.push_back(picture_pixels(item.second));
          labels.push_back(item.first);
        }
        if (!tensors) return;
        set.ids.push_back(std::move(item.first));
        set.pictures.push_back(item.second);
      });
  if (names) sync_folder(c.png_folder);
  if (tally.broken) return finish(tally, c.common);  // throws: the old files stay
  if (sheet_out) {
    if (sheet.empty()) {
      spdlog::warn("{}: there is no picture to show", c.sheet);
    } else {
      sheet_out->write(encode_png(contact_sheet(sheet, labels, kPictureKey, kSheetColumns, kSheetGap, kSheetZoom)));
    }
    sheet_out->keep();
    if (tally.out > static_cast<std::int64_t>(kSheetMost)) {
      spdlog::warn("{}: shows the first {} of {} pictures", c.sheet, kSheetMost, tally.out);
    }
  }
  if (out) {
    out->write(encode_safetensors(picture_tensors(set)));
    out->keep();
  }
  return finish(tally, c.common);
}

// --- decode ----------------------------------------------------------------------------------------------------------

struct DecodeCommand {
  CommonOptions common;
  std::vector<std::string> inputs;
};

std::vector<std::string> png_files(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code failure;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failure)) {
    if (is_png(entry.path().string())) files.push_back(entry.path().string());
  }
  require(!failure, "{}: cannot be read: {}", folder, failure.message());
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
      out_.write(fmt::format(">{}\n{}\n{}\n", header_id(id), decoded.sequence, decoded.structure));
      return;
    }
    reject_picture(fmt::format("{}: picture '{}': {}", source, printable(id),
                               !decoded.in_step ? "out of step (several hairpins), its middle is not in the picture"
                               : picture.width() == kPictureColumns
                                   ? "in step but cut off at 100 columns, its ends are not in the picture"
                                   : "in step by chance, its bars are not those of the sequence they show"));
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

  // What is no picture of a hairpin is listed; the others come out.
  void take_tensors(const std::string& input) {
    const std::string source = input == "-" ? "stdin" : input;
    const PictureSet set = pictures_from_tensors(read_safetensors(input), source, true);
    for (std::size_t i = 0; i < set.pictures.size(); ++i) {
      if (set.problems[i].empty()) {
        take(source, set.ids[i], set.pictures[i]);
      } else {
        reject_picture(fmt::format("{} (picture '{}')", set.problems[i], printable(set.ids[i])));
      }
    }
  }

  [[nodiscard]] const Tally& tally() const { return tally_; }

 private:
  // Names of pictures may have blanks, where the id of a header would end.
  static std::string header_id(std::string id) {
    for (char& c : id) c = std::string_view(" \t\r\n\v\f").find(c) != std::string_view::npos ? '_' : c;
    return id;
  }

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
  const auto is_folder = [](const std::string& path) {
    std::error_code ignored;
    return std::filesystem::is_directory(path, ignored);
  };
  std::vector<std::string> files;
  std::copy_if(c.inputs.begin(), c.inputs.end(), std::back_inserter(files),
               [&](const auto& path) { return !is_folder(path); });
  check_run_files(files, {c.common.output});
  TextWriter out(c.common.output);
  Decoder decoder(out);
  for (const std::string& input : c.inputs) {
    if (is_folder(input)) {
      for (const std::string& file : png_files(input)) decoder.take_png(file);
    } else if (is_png(input)) {
      decoder.take_png(input);
    } else {
      decoder.take_tensors(input);
    }
  }
  out.close();
  return finish(decoder.tally(), c.common);
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
  return [c, output = app.get_option("--output")] {
    c->output_given = output->count() > 0;
    return run_encode(*c);
  };
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

}  // namespace stemloop
