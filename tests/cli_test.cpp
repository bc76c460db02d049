// The program as a user runs it: output, exit codes, messages, nothing lost.
#include <gmock/gmock.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "sanitized.h"
#include "shell.h"
#include "support.h"

namespace stemloop {
namespace {

using ::testing::AllOf;
using testing::content;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using testing::kExampleHairpins;
using testing::Outcome;
using testing::shell;
using ::testing::StartsWith;
using testing::TemporaryFile;

const std::string kTwo = ">a first\nGGGGAAAACCCC\n>b\nggggttttcccca\n";

TEST(Cli, VersionIsOneCleanLine) {
  const Outcome r = shell("stemloop --version");
  EXPECT_EQ(r.code, 0);
  EXPECT_EQ(r.out, "stemloop " STEMLOOP_VERSION "\n");
  EXPECT_EQ(r.err, "");
}

// All commands that the help lists: two blanks, the name, its summary.
TEST(Cli, EveryCommandHasHelpWithExamples) {
  std::istringstream help(shell("stemloop --help").out);
  std::vector<std::string> commands;
  bool listed = false;
  for (std::string line; std::getline(help, line);) {
    if (line.empty()) listed = false;
    if (listed && line.starts_with("  ") && line[2] != ' ') commands.push_back(line.substr(2, line.find(' ', 2) - 2));
    if (line.starts_with("Subcommands:")) listed = true;
  }
  ASSERT_GE(commands.size(), 20U);
  for (const std::string& command : commands) {
    const Outcome r = shell("stemloop " + command + " -h");
    EXPECT_EQ(r.code, 0) << command;
    EXPECT_THAT(r.out, AllOf(HasSubstr("Examples:"), HasSubstr("stemloop " + command))) << command;
  }
}

TEST(Cli, WrongUsageExitsWithTwo) {
  EXPECT_EQ(shell("stemloop").code, 2);
  EXPECT_EQ(shell("stemloop foldd").code, 2);
  EXPECT_EQ(shell("stemloop fold --format xml", kTwo).code, 2);
  EXPECT_EQ(shell("stemloop fold -d 1", kTwo).code, 2);
  EXPECT_EQ(shell("stemloop fold -t 0", kTwo).code, 2);
  const Outcome r = shell("stemloop fold --temprature 3", kTwo);
  EXPECT_EQ(r.code, 2);
  EXPECT_THAT(r.err, HasSubstr("--temprature"));
}

TEST(Fold, ThreeLinesARecordAsRnafoldPrintsThem) {
  const Outcome r = shell("stemloop fold", kTwo);
  EXPECT_EQ(r.code, 0);
  EXPECT_EQ(r.out, ">a first\nGGGGAAAACCCC\n((((....)))) ( -5.40)\n>b\nGGGGUUUUCCCCA\n((((....)))). ( -7.60)\n");
  EXPECT_EQ(r.err, "stemloop: info: 2 records in, 2 out, 0 rejected\n");
  EXPECT_EQ(shell("stemloop fold -q", kTwo).err, "");
}

TEST(Fold, EnsembleLinesAsRnafoldPrintsThem) {
  // RNAfold -p 2.7.1 on hsa-let-7a-1
  const Outcome r = shell("stemloop fold --pf -q " + kExampleHairpins + " | head -6");
  EXPECT_EQ(r.out,
            ">hsa-let-7a-1 MI0000060\n"
            "UGGGAUGAGGUAGUAGGUUGUAUAGUUUUAGGGUCACACCCACCACUGGGAGAUAACUAUACAAUCUACUGUCUUUCCUA\n"
            "(((((.(((((((((((((((((((((.....(((...((((....)))).))))))))))))))))))))))))))))) (-34.20)\n"
            "{((((.(((((((((((((((((((((.....(((...((({....}))).))))))))))))))))))))))))))))} [-35.21]\n"
            "(((((.(((((((((((((((((((((.....(((...((((....)))).))))))))))))))))))))))))))))) {-34.20 d=3.71}\n"
            " frequency of mfe structure in ensemble 0.193591; ensemble diversity 6.07\n");
}

TEST(Fold, TablesAndJsonHoldTheSame) {
  const Outcome tsv = shell("stemloop fold -f tsv --pf", kTwo);
  EXPECT_THAT(
      tsv.out,
      StartsWith(
          "id\tsequence\tstructure\tmfe\tensemble_energy\tmfe_frequency\tensemble_diversity\tcentroid_structure\t"
          "centroid_energy\tcentroid_distance\na\tGGGGAAAACCCC\t((((....))))\t-5.40\t"));
  const Outcome json = shell("stemloop fold -f json --pf", kTwo);
  const auto first = nlohmann::json::parse(json.out.substr(0, json.out.find('\n')));
  EXPECT_EQ(first["id"], "a");
  EXPECT_EQ(first["mfe"], -5.4);
  EXPECT_EQ(first["structure"], "((((....))))");
  EXPECT_NEAR(first["ensemble_energy"].get<double>(), -5.5104, 0.01);
}

TEST(Fold, ProbabilitiesGoToTheirFile) {
  const TemporaryFile bpp("", "bpp.tsv");
  EXPECT_EQ(shell("stemloop fold --bpp " + bpp.path(), kTwo).code, 0);
  EXPECT_THAT(content(bpp.path()), StartsWith("id\ti\tj\tprobability\na\t1\t9\t1.64"));
}

TEST(Fold, SamplesDependOnTheSeedAlone) {
  const Outcome a = shell("stemloop fold --sample 50 --seed 3 -f tsv -t 1 " + kExampleHairpins);
  const Outcome b = shell("stemloop fold --sample 50 --seed 3 -f tsv -t 2 " + kExampleHairpins);
  const Outcome c = shell("stemloop fold --sample 50 --seed 4 -f tsv " + kExampleHairpins);
  EXPECT_EQ(std::count(a.out.begin(), a.out.end(), '\n'), 26 * 50 + 1);
  EXPECT_EQ(a.out, b.out);
  EXPECT_NE(a.out, c.out);
}

TEST(Fold, ThreadsAndInstructionSetsChangeNothing) {
  std::string fasta;
  for (int item = 0; item < 400; item += testing::kSanitized ? 10 : 1) {
    fasta += fmt::format(">r{}\n{}\n", item,
                         testing::random_sequence(20 + item % 180, 0.5, 41, static_cast<std::uint64_t>(item)));
  }
  const std::string expected = shell("stemloop fold --pf -f json -t 1", fasta).out;
  EXPECT_EQ(shell("stemloop fold --pf -f json -t 2", fasta).out, expected);
  EXPECT_EQ(shell("stemloop fold --pf -f json -t 7", fasta).out, expected);
  int compared = 0;
  for (const char* simd : {"scalar", "avx2", "avx512"}) {
    const Outcome r = shell(fmt::format("STEMLOOP_SIMD={} stemloop fold --pf -f json", simd), fasta);
    if (r.code == 1 && r.err.find("not known here") != std::string::npos) continue;
    EXPECT_EQ(r.out, expected) << simd;
    ++compared;
  }
#ifdef __x86_64__
  EXPECT_GE(compared, 1 + (__builtin_cpu_supports("avx2") ? 1 : 0));
#else
  EXPECT_GE(compared, 1);
#endif
  EXPECT_THAT(shell("STEMLOOP_SIMD=mmx stemloop fold", kTwo).err,
              HasSubstr("STEMLOOP_SIMD=mmx: not known here; choose scalar"));
}

TEST(Fold, OptionsReachTheModel) {
  const std::string one = ">x\nGGGAAAUCCGGGAAACCC\n";
  const std::string standard = shell("stemloop fold -q", one).out;
  EXPECT_NE(shell("stemloop fold -q -T 60", one).out, standard);
  EXPECT_NE(shell("stemloop fold -q -d 0", one).out, standard);
  EXPECT_NE(shell("stemloop fold -q --params turner2004-vienna2.1 " + kExampleHairpins).out,
            shell("stemloop fold -q " + kExampleHairpins).out);
}

TEST(Fold, GzipInAndOut) {
  const TemporaryFile out("", "out.fa.gz");
  EXPECT_EQ(shell("gzip -c " + kExampleHairpins + " | stemloop fold - -o " + out.path()).code, 0);
  EXPECT_EQ(shell("zcat " + out.path()).out, shell("stemloop fold -q " + kExampleHairpins).out);
}

TEST(Fold, LongSequencesAreRejectedNotAttempted) {
  const Outcome r = shell("stemloop fold --max-length 12", ">short\nGGGGAAAACCCC\n>long\nGGGGAAAACCCCA\n");
  EXPECT_EQ(r.code, 3);
  EXPECT_THAT(r.out, StartsWith(">short\n"));
  EXPECT_THAT(r.err, AllOf(HasSubstr("stdin:3: record 'long': 13 nt are more than --max-length 12"),
                           HasSubstr("2 records in, 1 out, 1 rejected")));
}

TEST(Eval, LoopByLoopAsRnaeval) {
  const Outcome r = shell("stemloop eval", ">x\nGGGGAAAACCCC\n((((....))))\n");
  EXPECT_EQ(r.out,
            ">x\n"
            "External loop                           :     0\n"
            "Interior loop (  1, 12) GC; (  2, 11) GC:  -330\n"
            "Interior loop (  2, 11) GC; (  3, 10) GC:  -330\n"
            "Interior loop (  3, 10) GC; (  4,  9) GC:  -330\n"
            "Hairpin  loop (  4,  9) GC              :   450\n"
            "GGGGAAAACCCC\n((((....)))) ( -5.40)\n");
}

TEST(Eval, FoldsAddUpToTheirEnergy) {
  const Outcome folded = shell("stemloop fold -q -f rnafold " + kExampleHairpins);
  EXPECT_EQ(shell("stemloop eval -s -q", folded.out).out, folded.out);
}

TEST(Eval, BadStructuresAreRejectedOneByOne) {
  const Outcome r = shell("stemloop eval",
                          ">ok\nGGGGAAAACCCC\n((((....))))\n>none\nGGGG\n>open\nGGGGAAAACCCC\n((((....)))."
                          "\n>short\nGGGGAAAACCCC\n(((....)))\n>odd\nGGGGAAAACCCA\n((((....))))\n");
  EXPECT_EQ(r.code, 3);
  EXPECT_THAT(
      r.err,
      AllOf(HasSubstr("stdin:4: record 'none': there is no structure to evaluate"),
            HasSubstr("stdin:6: record 'open': the structure opens a bracket at position 1 that is never closed"),
            HasSubstr("stdin:9: record 'short': the structure has 10 characters but the sequence has 12 letters"),
            HasSubstr("stdin:12: record 'odd': positions 1 and 12 are paired but G and A cannot pair"),
            HasSubstr("5 records in, 1 out, 4 rejected")));
  EXPECT_EQ(shell("stemloop eval --skip-bad", ">none\nGGGG\n").code, 0);
}

TEST(BadInput, OneSentenceWithFileLineAndValue) {
  struct Bad {
    const char* input;
    int code;
    const char* message;
  };
  const Bad cases[] = {
      {"", 1, "stemloop: error: stdin: is empty: no FASTA record found\n"},
      {"id\tseq\n", 1, "stemloop: error: stdin:1: 'id\\x09seq' is not FASTA: a record begins with a line '>name'\n"},
      {">a\n>b\nACGU\n", 3, "stdin:1: record 'a': there is no sequence under the header"},
      {">a\n\n>b\nACGU\n", 3, "stdin:1: record 'a': there is no sequence under the header"},
      {">a\nAC*GU\n>b\nACGU\n", 3, "stdin:1: record 'a': line 2 has '*' in the sequence; only letters are allowed"},
      {">a\nAC-GU\n>b\nACGU\n", 3, "line 2 has '-' in the sequence"},
      {">a\nAC1GU\n>b\nACGU\n", 3, "line 2 has '1' in the sequence"},
      {">\nACGU\n>b\nACGU\n", 3, "stdin:1: record '': the header has no name"},
  };
  for (const Bad& bad : cases) {
    const Outcome r = shell("stemloop fold", bad.input);
    EXPECT_EQ(r.code, bad.code) << bad.input;
    EXPECT_THAT(r.err, HasSubstr(bad.message)) << bad.input;
    if (bad.code == 3) {
      EXPECT_THAT(r.err, HasSubstr("2 records in, 1 out, 1 rejected"));
      EXPECT_THAT(r.out, StartsWith(">b\n"));
    }
  }
}

TEST(BadInput, FilesThatCannotBeRead) {
  EXPECT_EQ(shell("stemloop fold /nowhere.fa").err,
            "stemloop: error: /nowhere.fa: cannot be opened: No such file or directory\n");
  EXPECT_EQ(shell("stemloop fold /tmp").err, "stemloop: error: /tmp: is a directory, not a file\n");
  EXPECT_EQ(shell("stemloop fold /tmp").code, 1);
  EXPECT_THAT(shell("stemloop fold", shell("printf '' | gzip -c").out).err, HasSubstr("stdin: is empty"));
  const std::string zipped =
      shell("yes '>r\nGGGGAAAACCCC' | head -20000 | awk '{print $0 (/>/ ? NR : \"\")}' | gzip -c").out;
  const Outcome half = shell("stemloop fold", zipped.substr(0, zipped.size() / 2));
  EXPECT_EQ(half.code, 1);
  // What came before the break is in the output.
  EXPECT_GT(std::count(half.out.begin(), half.out.end(), '>'), 3000);
  EXPECT_THAT(half.err, HasSubstr("reading stopped: the file is truncated or damaged"));
}

TEST(BadInput, FilesWithoutPermission) {
  const TemporaryFile locked(kTwo);
  std::filesystem::permissions(locked.path(), std::filesystem::perms::none);
  // Root reads everything unless it gives that capability up.
  const std::string plain = geteuid() != 0 ? "" : "setpriv --bounding-set=-dac_override,-dac_read_search ";
  if (shell(plain + "true").code != 0) GTEST_SKIP() << "root cannot give up its rights here";
  const Outcome r = shell(plain + STEMLOOP_PROGRAM " fold " + locked.path());
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("cannot be opened: Permission denied"));
}

TEST(BadInput, FilesThatCannotBeWritten) {
  EXPECT_THAT(shell("stemloop fold -o /nowhere/out.fa", kTwo).err,
              HasSubstr("/nowhere/out.fa: cannot be written: No such file or directory"));
  for (const char* line : {"stemloop fold -o /dev/full", "stemloop fold > /dev/full", "stemloop encode > /dev/full"}) {
    const Outcome r = shell(line, kTwo);
    EXPECT_EQ(r.code, 1) << line;
    EXPECT_THAT(r.err, HasSubstr("writing failed: No space left on device")) << line;
  }
}

TEST(BadInput, ParameterSets) {
  EXPECT_EQ(shell("stemloop fold --params turner1776", kTwo).err,
            "stemloop: error: 'turner1776' is neither a parameter set (turner2004, turner2004-vienna2.1) nor a "
            "readable parameter file\n");
  EXPECT_EQ(shell("stemloop fold --params turner1776", kTwo).code, 1);
  EXPECT_THAT(shell("stemloop fold -T -400", kTwo).err, HasSubstr("temperature -400 C is outside"));
}

TEST(BadInput, DuplicateIdsAreKeptWithAWarning) {
  const Outcome r = shell("stemloop fold", ">a\nACGU\n>a\nACGU\n>b\nA\n");
  EXPECT_EQ(r.code, 0);
  EXPECT_EQ(std::count(r.out.begin(), r.out.end(), '>'), 3);
  EXPECT_THAT(r.err, HasSubstr("stdin: 1 records repeat the id of an earlier one (first: 'a'); all are kept"));
}

TEST(BadInput, ALineOfAMegabyteIsRejectedByLength) {
  const Outcome r = shell("stemloop fold", ">huge\n" + std::string(1 << 20, 'G') + "\n>b\nACGU\n");
  EXPECT_EQ(r.code, 3);
  EXPECT_THAT(r.err, HasSubstr("record 'huge': 1048576 nt are more than --max-length 10000"));
}

TEST(Pipes, BrokenPipesDieSilently) {
  const Outcome r = shell("stemloop fold -q <(for i in $(seq 300); do cat " + kExampleHairpins +
                          "; done) | head -1; echo ${PIPESTATUS[0]}");
  EXPECT_EQ(r.out, ">hsa-let-7a-1 MI0000060\n141\n");
  EXPECT_EQ(r.err, "");
}

TEST(Features, AreTheTableOfThePictures) {
  const Outcome r = shell("stemloop features -q " + kExampleHairpins);
  EXPECT_THAT(r.out, StartsWith("id\tpresence_terminal_loop\tstart_loop_upperhalf_col\t"));
  EXPECT_EQ(std::count(r.out.begin(), r.out.end(), '\n'), 27);
  const Outcome json = shell("stemloop features -q -f json " + kExampleHairpins);
  const auto first = nlohmann::json::parse(json.out.substr(0, json.out.find('\n')));
  EXPECT_EQ(first.size(), 21U);
  EXPECT_EQ(first["presence_terminal_loop"], true);
  EXPECT_TRUE(first["gap_start"].is_null());
  EXPECT_EQ(first["stem_begin"], 45);
}

TEST(Features, WithoutALoopThereAreNone) {
  const Outcome r = shell("stemloop features", ">flat\nAAAAAAAAAAAA\n" + kTwo);
  EXPECT_EQ(r.code, 3);
  EXPECT_THAT(r.err, HasSubstr("record 'flat': there is no hairpin loop in its structure, so no picture"));
}

TEST(EncodeDecode, RoundTripThroughTensorsAndThroughPng) {
  const TemporaryFile tensors("", "x.safetensors");
  const std::string folder = std::filesystem::path(tensors.path()).parent_path().string();
  EXPECT_EQ(shell(fmt::format("stemloop encode {} -o {} --png {}/png --sheet {}/sheet.png", kExampleHairpins,
                              tensors.path(), folder, folder))
                .code,
            0);
  EXPECT_TRUE(std::filesystem::exists(folder + "/sheet.png"));
  const Outcome from_tensors = shell("stemloop decode -q " + tensors.path());
  EXPECT_EQ(from_tensors.code, 0);
  // Ids in file order, sequences and structures as folded.
  const Outcome folded = shell("stemloop fold -q " + kExampleHairpins + " | sed 's/ .*//'");
  EXPECT_EQ(from_tensors.out, folded.out);
  const Outcome from_png = shell("stemloop decode -q " + folder + "/png | paste - - - | sort");
  EXPECT_EQ(from_png.out, shell("paste - - - | sort", folded.out).out);
}

TEST(EncodeDecode, WhatCannotBeReadBackIsListed) {
  const Outcome out_of_step = shell("stemloop encode -q | stemloop decode -",
                                    ">m\nGGAACCAAAGGAACCAAAAGGAAACC\n((..((...))..((....))...))\n" + kTwo);
  EXPECT_EQ(out_of_step.code, 3);
  EXPECT_THAT(out_of_step.err, AllOf(HasSubstr("stdin: picture 'm': out of step (several hairpins)"),
                                     HasSubstr("3 records in, 2 out, 1 rejected")));
  const std::string arm(110, 'G');
  const std::string long_hairpin = ">long\n" + arm + "AAAA" + std::string(110, 'C') + "\n";
  EXPECT_THAT(shell("stemloop encode -q | stemloop decode -", long_hairpin).err,
              HasSubstr("picture 'long': in step but cut off at 100 columns"));
}

TEST(EncodeDecode, ForeignFilesAreErrors) {
  const TemporaryFile text("hello, world", "x.safetensors");
  EXPECT_THAT(shell("stemloop decode " + text.path()).err,
              HasSubstr("x.safetensors: is no safetensors file or truncated"));
  EXPECT_EQ(shell("stemloop decode " + text.path()).code, 1);
  const TemporaryFile png("hello", "x.png");
  EXPECT_THAT(shell("stemloop decode " + png.path()).err, HasSubstr("x.png: is not a readable PNG image"));
}

TEST(Files, AnOutputIsNeverTheInputOrNamedTwice) {
  const TemporaryFile file(kTwo);
  const std::string& path = file.path();
  for (const std::string& line : {"stemloop fold " + path + " -o " + path, "stemloop fold " + path + " --bpp " + path,
                                  "stemloop features " + path + " -o " + path}) {
    EXPECT_THAT(shell(line).err, HasSubstr(path + ": is the input and an output")) << line;
    EXPECT_EQ(content(path), kTwo) << line;
  }
  EXPECT_THAT(shell("stemloop fold --bpp -", kTwo).err, HasSubstr("stdout: two outputs cannot go there"));
  EXPECT_THAT(shell("stemloop fold --params " + path + " -o " + path, kTwo).err,
              HasSubstr("is the input and an output"));
  EXPECT_EQ(content(path), kTwo);
  shell("stemloop fold /nowhere.fa -o " + path);
  shell("stemloop features --params nothing -o " + path, kTwo);
  EXPECT_EQ(content(path), kTwo);
}

TEST(Files, NamedPipesAreOpenedOnce) {
  const TemporaryFile file("", "x");
  const std::string pipe = file.path() + ".pipe";
  const Outcome r =
      shell(fmt::format("mkfifo {0}; cat {1} > {0} & "
                        "timeout 20 {2} fold -q {0}; wait $!",
                        pipe, kExampleHairpins, STEMLOOP_PROGRAM));
  EXPECT_EQ(r.code, 0);
  EXPECT_EQ(r.out, shell("stemloop fold -q " + kExampleHairpins).out);
}

TEST(Fasta, WhatFoldPrintsCanBeReadBack) {
  const std::string plain = shell("stemloop fold -q " + kExampleHairpins).out;
  EXPECT_EQ(shell("stemloop fold -q --pf " + kExampleHairpins + " | stemloop eval -q -s").out, plain);
  EXPECT_EQ(shell("stemloop fold -q --sample 3 " + kExampleHairpins + " | stemloop eval").code, 0);
  EXPECT_EQ(shell("stemloop fold -q", "\xef\xbb\xbf;note\n" + kTwo).out, shell("stemloop fold -q", kTwo).out);
}

TEST(Fold, LonelyPairsAndParameterFilesReachTheModel) {
  const std::string lonely = ">x\nGGGAAACCCAGCAAAAGAUUACAGUAGCAUGCAUCGAUGCAUCGUAGCUAGCAUCGAUCG\n";
  EXPECT_NE(shell("stemloop fold -q --no-lp " + kExampleHairpins).out,
            shell("stemloop fold -q " + kExampleHairpins).out);
  EXPECT_EQ(shell("stemloop eval --no-lp", lonely).code, 2);
  EXPECT_EQ(shell("stemloop fold --sample 2 --pf", lonely).code, 2);
}

TEST(Fold, EnsemblesBeyondTheRangeOfNumbersAreRefused) {
  // From a review: a strong and a weak part together; RNAfold 2.7.1 prints a wrong ensemble here.
  const std::string stem = std::string(290, 'G') + "AAAA" + std::string(290, 'C');
  const std::string input = ">strong\n" + stem + std::string(490, 'A') + "\n>fine\nGGGGAAAACCCC\n";
  const Outcome r = shell("stemloop fold --pf -f tsv", input);
  EXPECT_EQ(r.code, 3);
  EXPECT_THAT(r.err,
              HasSubstr("record 'strong': the Boltzmann sums of its 1074 nucleotides leave the range of numbers"));
  EXPECT_EQ(shell("stemloop fold", input).code, 0);
}

TEST(Draw, OddIdsAndLongRecordsDoNotStopTheOthers) {
  const TemporaryFile out("", "x.svg");
  const std::string folder = std::filesystem::path(out.path()).parent_path().string();
  const std::string input = ">caf\xe9/\x01\nGGGGAAAACCCC\n>long\n" + std::string(1500, 'A') + "\n>" +
                            std::string(300, 'n') + "\nGGGGAAAACCCC\n>ok\nGGGGAAAACCCC\n>ok\nGGGGAAAACCCC\n";
  const Outcome r = shell("stemloop draw --dir " + folder + "/d", input);
  EXPECT_EQ(r.code, 0) << r.err;
  for (const char* name : {"caf___.svg", "long.png", "ok.svg", "ok.2.png"}) {
    EXPECT_TRUE(std::filesystem::exists(folder + "/d/" + name)) << name;
  }
  EXPECT_THAT(content(folder + "/d/caf___.svg"), HasSubstr(">caf?/?</text>"));
}

TEST(Draw, SvgAndPngOfOneOrAll) {
  const TemporaryFile out("", "x.svg");
  const std::string folder = std::filesystem::path(out.path()).parent_path().string();
  EXPECT_EQ(shell("stemloop draw --id hsa-mir-21 -o " + out.path() + " " + kExampleHairpins).code, 0);
  EXPECT_THAT(content(out.path()), AllOf(StartsWith("<svg "), HasSubstr(">hsa-mir-21</text>"), EndsWith("</svg>\n")));
  EXPECT_EQ(shell("stemloop draw --dir " + folder + "/all " + kExampleHairpins).code, 0);
  EXPECT_TRUE(std::filesystem::exists(folder + "/all/hsa-let-7a-1.png"));
  EXPECT_TRUE(std::filesystem::exists(folder + "/all/hsa-mir-877.svg"));
  EXPECT_THAT(shell("stemloop draw " + kExampleHairpins).err, HasSubstr("more than one record; choose one with --id"));
  EXPECT_THAT(shell("stemloop draw --id nobody " + kExampleHairpins).err, HasSubstr("no record 'nobody' was drawn"));
  EXPECT_THAT(shell("stemloop draw -o x.jpeg " + kExampleHairpins).err,
              HasSubstr("x.jpeg: name the picture .svg, .pdf or .png"));
}

TEST(Show, TextHairpins) {
  const Outcome r = shell("stemloop show -q", ">x\nUGGGAUGAGGUAGAAAACUACCUAUCCCAA\n");
  EXPECT_EQ(r.out,
            "x  30 nt, -16.50 kcal/mol\n"
            "5' -      G      A\n"
            "    UGGGAU AGGUAG A\n"
            "    |||||| ||||||\n"
            "    ACCCUA UCCAUC A\n"
            "3' A      -      A\n\n");
}

TEST(Show, GivenStructuresAreTakenAsTheyAre) {
  const Outcome r = shell("stemloop show -q", ">x\nGGAGAAAACACC\n((((....))))\n");
  EXPECT_EQ(r.code, 0);
  EXPECT_THAT(r.out, StartsWith("x  12 nt, no energy: positions 3 and 10 are paired but A and A cannot pair\n"));
  const Outcome open = shell("stemloop features", ">x\nGGAGAAAACACC\n((((....)))." + std::string("\n") + kTwo);
  EXPECT_EQ(open.code, 3);
  EXPECT_THAT(open.err,
              HasSubstr("stdin:1: record 'x': the structure opens a bracket at position 1 that is never closed"));
}

TEST(Signature, IsTheOneOnRecord) {
  // A change of this file's numbers changes results: the commit says why.
  EXPECT_EQ(shell("stemloop signature").out, content(STEMLOOP_SIGNATURE));
}

TEST(Docs, ManPagesAndCompletionExist) {
  const std::string share = STEMLOOP_SHARE;
  EXPECT_THAT(content(share + "/man/man1/stemloop-fold.1"), AllOf(HasSubstr(".SH EXAMPLES"), HasSubstr("temperature")));
  const Outcome r = shell("bash -c 'source " + share +
                          "/bash-completion/completions/stemloop; COMP_WORDS=(stemloop fe); COMP_CWORD=1; _stemloop; "
                          "echo ${COMPREPLY[@]}'");
  EXPECT_EQ(r.out, "features\n");
}

}  // namespace
}  // namespace stemloop
