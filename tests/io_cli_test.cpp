// Inputs and outputs as a user meets them; the kinds of faults that were found once, each by its number in the list of
// faults: the inputs of the list where ../shared is there, and others of the same kind.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "shell.h"

namespace stemloop::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using Json = nlohmann::json;
using testing::kExampleHairpins;

const std::string kTwo = ">a\nGGGGAAAACCCC\n>b\nGGGCUUCGGCCC\n";

void put(const std::string& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

// --- inputs ----------------------------------------------------------------------------------------------------------

TEST(Inputs, AnyNumberOfFilesAndLists) {
  const TemporaryFolder folder;
  put(folder.path("a.fa"), ">a\nGGGGAAAACCCC\n");
  put(folder.path("b.ct"),
      "12 b\n1 G 0 2 12 1\n2 G 1 3 11 2\n3 G 2 4 10 3\n4 G 3 5 9 4\n5 A 4 6 0 5\n6 A 5 7 0 6\n"
      "7 A 6 8 0 7\n8 A 7 9 0 8\n9 C 8 10 4 9\n10 C 9 11 3 10\n11 C 10 12 2 11\n12 C 11 0 1 12\n");
  put(folder.path("list"), folder.path("b.ct") + "\n\n" + folder.path("a.fa") + "\n");
  const Outcome two = shell("stemloop fold -q -f tsv " + folder.path("a.fa") + " " + folder.path("b.ct"));
  EXPECT_EQ(two.code, 0) << two.err;
  EXPECT_THAT(two.out, AllOf(HasSubstr("\na\tGGGG"), HasSubstr("\nb\tGGGG")));
  const Outcome listed = shell("stemloop fold -q -f tsv --files-from " + folder.path("list"));
  EXPECT_LT(listed.out.find("\nb\t"), listed.out.find("\na\t"));
  EXPECT_THAT(shell("stemloop fold --files-from /nowhere").err, HasSubstr("/nowhere: cannot be opened"));
  EXPECT_THAT(shell("stemloop fold - -").err, HasSubstr("stdin (-) can be read only once"));
}

TEST(Inputs, EvalTakesStructuresOfEveryFormat) {
  const std::string folded = shell("stemloop fold -q " + kExampleHairpins).out;
  const std::string energies = shell("stemloop eval -s -q -f tsv", folded).out;
  for (const char* format : {"ct", "bpseq", "dbn", "stockholm"}) {
    const Outcome r = shell(fmt::format("stemloop convert -q --to {0} | stemloop eval -s -q -f tsv", format), folded);
    EXPECT_EQ(r.out, energies) << format << r.err;
  }
}

TEST(Convert, ThereAndBackAgain) {
  const std::string dbn = shell("stemloop fold -q " + kExampleHairpins + " | stemloop convert -q --to dbn").out;
  for (const char* format : {"ct", "bpseq", "stockholm"}) {
    const Outcome back = shell(fmt::format("stemloop convert -q --to {} | stemloop convert -q --to dbn", format), dbn);
    EXPECT_EQ(back.out, dbn) << format;
  }
  const std::string knot = ">k\nGGGGAAGGGGAACCCCAACCCC\n((((..[[[[..))))..]]]]\n";
  for (const char* format : {"ct", "bpseq", "stockholm"})
    EXPECT_EQ(shell(fmt::format("stemloop convert -q --to {} | stemloop convert -q --to dbn", format), knot).out, knot);
  EXPECT_THAT(shell("stemloop convert --to ct", kTwo).err, HasSubstr("there is no structure to write as CT"));
  EXPECT_EQ(shell("stemloop convert --to ct", kTwo).code, 3);
}

// --- kinds of faults -------------------------------------------------------------------------------------------------

TEST(Kind9, NobodyTakesHalfOfASequence) {
  const std::string wrapped = ">a\nGGGGAAAA\n....CCCC\n>b\nGGGCUUCG\nGCCCAAAA\n";
  for (const char* command : {"fold", "features", "show", "encode -o /dev/null", "smote -n 1 -o /dev/null"}) {
    const Outcome r = shell(std::string("stemloop ") + command, wrapped);
    EXPECT_NE(r.code, 0) << command;
    EXPECT_THAT(r.err, HasSubstr("record 'a': the structure opens 'C' at position 8 that is never closed")) << command;
  }
}

TEST(Kind10, EvalTakesEveryStructureOfARecord) {
  const Outcome r = shell("stemloop eval -s", ">id\nGGGGAAAACCCC\n((((....))))\n.(((....))).\n");
  EXPECT_EQ(r.code, 0);
  EXPECT_THAT(r.out, AllOf(HasSubstr("((((....)))) ( -5.40)"), HasSubstr(".(((....))). ( -")));
  EXPECT_THAT(r.err, HasSubstr("1 records are further structures of the one before"));
  EXPECT_THAT(shell("stemloop fold", ">id\nGGGGAAAACCCC\n((((....))))\n.(((....))).\n").err,
              HasSubstr("1 records in, 1 out"));
}

TEST(Kind11, NoOptionTakesNaNOrInfinity) {
  for (const char* value : {"nan", "NaN", "-nan", "inf", "-Infinity", "1e999"}) {
    for (const char* option :
         {"fold -T", "fold --seed", "fold --max-length", "fold --sample", "fold -t", "leakage x --identity",
          "leakage x --containment", "split x --parts", "generate -m x --draw-temperature",
          "generate -m x --keep 0.5 --edit x --read-temperature", "train diva --run x --rate",
          "evaluate bonds -m x --keep", "quality a b --most", "smote -k", "project x --perplexity"}) {
      const Outcome r = shell(fmt::format("stemloop {} {}", option, value), kTwo);
      EXPECT_EQ(r.code, 2) << option << " " << value << r.err;
      EXPECT_THAT(r.err, Not(HasSubstr("internal"))) << option;
    }
  }
}

TEST(Kind11, ANumberRefusedIsToldWithWhatItShouldBe) {
  EXPECT_THAT(shell("stemloop experiment --gan-rate 0").err, HasSubstr("--gan-rate: '0' is no number above 0\n"));
  EXPECT_THAT(shell("stemloop train diva --run x --clip -5").err,
              HasSubstr("--clip: '-5' is no number of 0 or more\n"));
}

TEST(Kind12, ClosedAndFullDescriptorsHarmNothing) {
  const TemporaryFolder folder;
  put(folder.path("two.fa"), kTwo + ">bad\nAC*GU\n");
  const std::string good = shell("stemloop fold " + folder.path("two.fa")).out;
  for (const char* closed : {"2>&-", "2>/dev/full", "2> >(true)", "0<&- 2>&-", "0<&- 1>&- 2>&-"}) {
    const Outcome r =
        shell(fmt::format("stemloop fold {} -o {} {}", folder.path("two.fa"), folder.path("out"), closed));
    EXPECT_EQ(r.code, 3) << closed;
    EXPECT_EQ(content(folder.path("out")), good) << closed;
  }
  EXPECT_EQ(shell("stemloop fold /nowhere 2>/dev/full").code, 1);
  EXPECT_EQ(shell("stemloop fold /nowhere 2>&-").code, 1);
  const Outcome lost = shell("stemloop fold " + kExampleHairpins + " >&-");
  EXPECT_EQ(lost.code, 1);
  EXPECT_THAT(lost.err, HasSubstr("stdout: writing failed"));
  EXPECT_EQ(shell("stemloop fold <&-").code, 1);
}

TEST(Kind13, OutputsNeverHarmWhatIsThere) {
  const TemporaryFolder folder;
  const std::string out = folder.path("out.tsv");
  put(folder.path("in.fa"), kTwo);
  put(out, "old\n");
  // A run that fails leaves the old file.
  std::string zipped = shell("yes '>r\nGGGGAAAACCCC' | head -20000 | gzip -c").out;
  put(folder.path("half.gz"), zipped.substr(0, zipped.size() / 2));
  const Outcome broken = shell("stemloop fold " + folder.path("half.gz") + " -o " + out);
  EXPECT_EQ(broken.code, 1);
  EXPECT_EQ(content(out), "old\n");
  EXPECT_THAT(broken.err, HasSubstr("out.tsv.partial: holds what came before the input broke off"));
  EXPECT_THAT(content(out + ".partial"), StartsWith(">r\nGGGGAAAACCCC\n((((....))))"));
  put(folder.path("protein.fa"), ">p\nMKVLAAGIVGLCAKELFQPEWSDERHTYVN\n");
  EXPECT_EQ(shell("stemloop fold " + folder.path("protein.fa") + " -o " + out).code, 1);
  EXPECT_EQ(content(out), "old\n");
  for (const char* fault : {"open:1", "write:1", "fsync:1", "rename:1", "write:1:stop", "rename:1:stop"}) {
    const Outcome r = shell(fmt::format("STEMLOOP_FAULT={} stemloop features {} -o {}", fault, kExampleHairpins, out));
    EXPECT_NE(r.code, 0) << fault;
    EXPECT_EQ(content(out), "old\n") << fault;
  }
  // Names that promise what is not written, inputs and outputs of one name.
  EXPECT_THAT(shell("stemloop fold -o x.pdf", kTwo).err,
              HasSubstr("x.pdf: text is written there, which is no .pdf file"));
  EXPECT_THAT(shell(fmt::format("stemloop draw {} --id hsa-mir-21 -o x.jpg", kExampleHairpins)).err,
              HasSubstr(".svg, .pdf or .png"));
  EXPECT_THAT(shell("stemloop encode -o x.png", kTwo).err, HasSubstr("no .png file can be written here"));
  EXPECT_THAT(shell(fmt::format("stemloop fold {0} -o {0}", folder.path("in.fa"))).err,
              HasSubstr("is the input and an output"));
  EXPECT_EQ(content(folder.path("in.fa")), kTwo);
}

TEST(Kind13, FilesOfTheModelAreNotWrittenOver) {
  const TemporaryFolder folder;
  std::filesystem::copy(STEMLOOP_MODELS "/mirtron", folder.path("model"), std::filesystem::copy_options::recursive);
  const std::string before = content(folder.path("model/config.json"));
  const Outcome r =
      shell(fmt::format("stemloop classify {0} -m {1} -o {1}/config.json", kExampleHairpins, folder.path("model")));
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("is a file of the model"));
  EXPECT_EQ(content(folder.path("model/config.json")), before);
}

TEST(Kind15, MarksQuotesAndTabs) {
  const std::string sequences[] = {"UGGGAUGAGGUAGUAGGUUGUAUAGUUUUAGGGUCACACCCACCACUGGGAGAUAACUAUACAAUCUACUGUCUUUCCUA",
                                   "UGUCGGGUAGCUUAUCAGACUGAUGUUGACUGUUGAAUCUCAUGGCAACACCAGUCGAUGGGCUGUCUGACA"};
  const std::string mark = "\xef\xbb\xbf";
  for (const std::string& table :
       {mark + "sequence\tlabel\n" + sequences[0] + "\t1\n" + sequences[1] + "\t0\n",
        "id,sequence,label\r\n\"a, first\"," + sequences[0] + ",1\r\n\"b\ttab \"\"x\"\"\"," + sequences[1] + ",0\r\n",
        "# made on Monday, by hand\n#ID\tsequence\tlabel\na\t" + sequences[0] + "\t1\n# between\nb\t" + sequences[1] +
            "\t0\n",
        "sequence,label\r" + sequences[0] + ",1\r" + sequences[1] + ",0\r"}) {
    const Outcome r = shell("stemloop split -", table);
    EXPECT_EQ(r.code, 0) << table << r.err;
    const Outcome again = shell("stemloop leakage - --split split", r.out);
    EXPECT_EQ(again.code, 0) << r.out << again.err;
    EXPECT_THAT(again.err, HasSubstr("2 records in, 2 out")) << r.out;
  }
  EXPECT_THAT(shell("stemloop split -", "id,sequence\n\"a,ACGU\n").err,
              HasSubstr(":2: a quote that is opened in this line is never closed"));
}

TEST(Kind16, WhatEncodeWritesDecodeReads) {
  const TemporaryFolder folder;
  const std::string hairpin = "UGGGAUGAGGUAGUAGGUUGUAUAGUUUUAGGGUCACACCCACCACUGGGAGAUAACUAUACAAUCUACUGUCUUUCCUA";
  put(folder.path("odd.fa"),
      ">a\x01"
      "b\n" +
          hairpin + "\n>ok\n" + hairpin + "\n>\xff\xfe\n" + hairpin + "\n>v\vw\n" + hairpin + "\n");
  EXPECT_EQ(shell(fmt::format("stemloop encode {} -o {}", folder.path("odd.fa"), folder.path("x.safetensors"))).code,
            0);
  const Outcome r = shell("stemloop decode " + folder.path("x.safetensors"));
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(std::count(r.out.begin(), r.out.end(), '>'), 4);
  // Pictures with blanks in their names.
  EXPECT_EQ(shell(fmt::format("stemloop encode {} --png {}", folder.path("odd.fa"), folder.path("png"))).code, 0);
  std::filesystem::rename(folder.path("png/ok.png"), folder.path("png/two words.png"));
  const Outcome pictures = shell("stemloop decode " + folder.path("png"));
  EXPECT_THAT(pictures.out, HasSubstr(">two_words\n"));
  EXPECT_THAT(shell("stemloop features", pictures.out).out, HasSubstr("\ntwo_words\t"));
}

TEST(Kind16, OneBadPictureIsRejectedAlone) {
  STEMLOOP_SHARED_FILE(path, "cases/15_second_picture_bad.safetensors");
  const Outcome r = shell("stemloop decode " + path);
  EXPECT_EQ(r.code, 3);
  EXPECT_THAT(r.err, AllOf(HasSubstr("picture 2"), HasSubstr("2 records in, 1 out, 1 rejected")));
  EXPECT_THAT(r.out, StartsWith(">a\n"));
}

TEST(Kind17, MessagesHoldNothingATerminalObeys) {
  const Outcome r = shell("stemloop fold", ">a\x1b[31mred\nAC*GU\n>b\xff\nAC*GU\n");
  EXPECT_EQ(r.err.find('\x1b'), std::string::npos);
  EXPECT_EQ(r.err.find('\xff'), std::string::npos);
  EXPECT_THAT(r.err, AllOf(HasSubstr("a\\x1b[31mred"), HasSubstr("b\\xff")));
  const Outcome name = shell("stemloop fold $'/nowhere\\x1b[31m/x\\ny'");
  EXPECT_EQ(name.err.find('\x1b'), std::string::npos);
  EXPECT_THAT(shell("stemloop fold $'--odd\\x1b[1m'").err, HasSubstr("\\x1b[1m"));
}

TEST(Kind17, MistypedCommandsAndOptionsGetTheNearest) {
  const Outcome r = shell("stemloop clasify x.fa");
  EXPECT_EQ(r.code, 2);
  EXPECT_THAT(r.err, HasSubstr("'clasify' is no command, did you mean 'classify'?"));
  EXPECT_THAT(shell("stemloop FOLD").err, HasSubstr("is no command"));
  EXPECT_THAT(shell("stemloop xyzzy").err, AllOf(HasSubstr("'xyzzy' is no command"), Not(HasSubstr("did you mean"))));
  EXPECT_THAT(shell("stemloop fold --fromat tsv", kTwo).err, HasSubstr("did you mean --format?"));
  const Outcome bare = shell("stemloop");
  EXPECT_THAT(bare.out, AllOf(HasSubstr("\n  fold "), HasSubstr("\n  classify "), HasSubstr("\n  convert ")));
}

TEST(Kind17, PlacesThatCannotBeWrittenAreNamed) {
  for (const char* line :
       {"stemloop fold -o /proc/x", "stemloop draw --dir /proc/x", "stemloop encode --png /proc/x/y",
        "stemloop fold -o /nowhere/deep/x", "stemloop fold -o /tmp", "stemloop fold --provenance /nowhere/x"}) {
    const Outcome r = shell(line, kTwo);
    EXPECT_EQ(r.code, 1) << line;
    EXPECT_THAT(r.err, AllOf(HasSubstr("stemloop: error: /"), Not(HasSubstr("internal error")))) << line;
  }
}

TEST(Kind17, NegativeCountsAreRefused) {
  for (const char* line :
       {"fold --seed -1", "quality a b --seed -1", "smote --seed=-1", "split x --seed -5", "smote -n -1",
        "generate -m mirtron-generator --min-length -3", "fold --max-length -1", "project x --seed -1"}) {
    const Outcome r = shell(fmt::format("stemloop {}", line), kTwo);
    EXPECT_EQ(r.code, 2) << line << r.err;
  }
  EXPECT_EQ(shell("stemloop fold -T -5", kTwo).code, 0);
}

TEST(Kind17, HelpTellsTheParametersThatAreUsed) {
  for (const char* command : {"classify", "embed", "evaluate", "describe"})
    EXPECT_THAT(shell(fmt::format("stemloop {} --help", command)).out, HasSubstr("the model's")) << command;
  EXPECT_THAT(shell("stemloop fold --help").out, HasSubstr("=turner2004"));
}

TEST(Provenance, TellsWhatAnOutputWasMadeOf) {
  const TemporaryFolder folder;
  const Outcome r = shell(fmt::format("stemloop classify {} -q -o {} --provenance {}", kExampleHairpins,
                                      folder.path("calls.tsv"), folder.path("calls.json")));
  ASSERT_EQ(r.code, 0) << r.err;
  const Json json = Json::parse(content(folder.path("calls.json")));
  EXPECT_EQ(json["version"], STEMLOOP_VERSION);
  EXPECT_EQ(json["command"][1], "classify");
  EXPECT_EQ(json["inputs"][0]["file"], kExampleHairpins);
  EXPECT_EQ(json["inputs"][0]["md5"].get<std::string>() + "  " + kExampleHairpins + "\n",
            shell("md5sum " + kExampleHairpins).out);
  EXPECT_EQ(json["models"][0]["config_md5"].get<std::string>().size(), 32U);
  EXPECT_EQ(json["energy_parameters"], "turner2004");
  EXPECT_EQ(json["outputs"][0], folder.path("calls.tsv"));
}

TEST(Completion, KnowsCommandsOptionsAndValues) {
  const std::string share = STEMLOOP_SHARE;
  for (const char* file : {"/bash-completion/completions/stemloop", "/zsh/site-functions/_stemloop",
                           "/fish/vendor_completions.d/stemloop.fish"}) {
    const std::string text = content(share + file);
    EXPECT_THAT(text, AllOf(HasSubstr("convert"), HasSubstr("files-from"), HasSubstr("stockholm"))) << file;
  }
  const Outcome r = shell(fmt::format(
      "source {}/bash-completion/completions/stemloop; COMP_WORDS=(stemloop fold --format ''); COMP_CWORD=3; "
      "_stemloop; echo ${{COMPREPLY[@]}}; COMP_WORDS=(stemloop classify --model ''); _stemloop; echo ${{COMPREPLY[@]}}",
      share));
  EXPECT_THAT(r.out, AllOf(HasSubstr("rnafold tsv json"), HasSubstr("premirna")));
}

}  // namespace
}  // namespace stemloop::testing
