// Model directories that someone else wrote: the shipped models with one thing wrong in each, checksums made to fit,
// are refused by what opens them and so by `model verify`. bench/hostile_models.py does the same at random and at
// length.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "arms/arms.h"
#include "data/tensor_checks.h"
#include "describe/describe.h"
#include "design/design.h"
#include "judge/judge.h"
#include "learn/booster_check.h"
#include "net/checkpoint.h"
#include "net/model_files.h"
#include "net/model_reading.h"
#include "net/net.h"
#include "support.h"
#include "util/run_folder.h"
#include "util/util.h"

namespace stemloop {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using testing::error_of;
using ::testing::HasSubstr;

constexpr const char* kModels = STEMLOOP_MODELS;

std::string read_text(const std::string& path) { return text_of(read_bytes(path)); }
std::string md5_of_text(const std::string& text) { return md5_hex(std::as_bytes(std::span(text))); }

// A copy of a shipped model that may be damaged.
class Copied {
 public:
  explicit Copied(const std::string& model) : path_(folder_.path(model)) {
    fs::copy(fs::path(kModels) / model, path_, fs::copy_options::recursive);
  }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }
  // Puts bytes into a file and their checksum into the config.json beside it.
  void put(const std::string& name, const std::string& bytes) const {
    replace_file(file(name), bytes);
    const std::string config = fs::path(file(name)).parent_path().string() + "/config.json";
    Json json = Json::parse(read_text(config));
    const std::string leaf = fs::path(name).filename().string();
    if (json.contains("md5") && json["md5"].contains(leaf)) json["md5"][leaf] = md5_of_text(bytes);
    if (leaf == "model.safetensors") json["weights_md5"] = md5_of_text(bytes);
    replace_file(config, json.dump());
  }
  template <class Change>
  void change_config(Change change) const {
    Json json = Json::parse(read_text(file("config.json")));
    change(json);
    replace_file(file("config.json"), json.dump());
  }

 private:
  testing::TemporaryFolder folder_;
  std::string path_;
};

// Number `at` of the list that stands under a key of the first tree of a booster, four bytes, big-endian.
void patch(std::string& booster, std::string_view key, std::size_t at, std::uint32_t bits) {
  const std::size_t list = booster.find(key, booster.find("base_weights")) + key.size();
  ASSERT_EQ(booster.substr(list, 2), "[$") << key;
  const std::size_t place = list + 5 + 8 + 4 * at;  // behind [$l#L and the length
  for (std::size_t k = 0; k < 4; ++k) booster[place + k] = static_cast<char>(bits >> (24 - 8 * k));
}

std::string checked(const std::string& booster) {
  return error_of([&] { check_booster(std::as_bytes(std::span(booster)), "b.ubj"); });
}

TEST(HostileModel, ShippedModelsPass) {
  for (const char* model : {"premirna", "premirna-modmirbase", "mirtron"}) {
    const std::string booster = read_text(fmt::format("{}/{}/booster.ubj", kModels, model));
    EXPECT_EQ(checked(booster), "(no error)") << model;
    EXPECT_NE(checked(booster + "x"), "(no error)");
    for (std::size_t cut = 0; cut < booster.size(); cut += booster.size() / 97 + 1)
      EXPECT_NE(checked(booster.substr(0, cut)), "(no error)") << cut;
  }
}

TEST(HostileModel, BoostersAreTrees) {
  const std::string whole = read_text(std::string(kModels) + "/mirtron/booster.ubj");
  const auto with = [&](std::string_view key, std::size_t at, std::uint32_t bits) {
    std::string booster = whole;
    patch(booster, key, at, bits);
    return checked(booster);
  };
  EXPECT_THAT(with("left_children", 0, 0), HasSubstr("node 0 has two parents"));  // a cycle
  EXPECT_THAT(with("left_children", 0, static_cast<std::uint32_t>(-2)), HasSubstr("'left_children' holds -2"));
  EXPECT_THAT(with("right_children", 1, 1U << 30U), HasSubstr("'right_children' holds 1073741824"));
  EXPECT_THAT(with("left_children", 0, 2), HasSubstr("two parents"));  // both children the same
  EXPECT_THAT(with("left_children", 0, static_cast<std::uint32_t>(-1)), HasSubstr("has one child"));
  EXPECT_THAT(with("parents", 1, 7), HasSubstr("names another parent"));
  EXPECT_THAT(with("split_indices", 0, 1U << 20U), HasSubstr("'split_indices' holds 1048576"));
  EXPECT_THAT(with("split_conditions", 0, std::bit_cast<std::uint32_t>(std::nanf(""))),
              HasSubstr("'split_conditions'"));
  EXPECT_THAT(with("sum_hessian", 0, 0), HasSubstr("'sum_hessian' holds 0"));
  EXPECT_THAT(with("sum_hessian", 0, std::bit_cast<std::uint32_t>(1e9F)), HasSubstr("is not that of its children"));
}

TEST(HostileModel, BoostersPromiseNoMoreThanTheyHold) {
  // Lists of 2^62 numbers, of nothing, and lists within lists.
  const std::string huge("[$l#L\x40\0\0\0\0\0\0\0", 13), nothing("[$Z#L\x40\0\0\0\0\0\0\0", 13);
  EXPECT_THAT(checked(huge), HasSubstr("longer than the file"));
  EXPECT_THAT(checked(nothing), HasSubstr("no kind that is known"));
  std::string deep;
  for (int k = 0; k < 100000; ++k) deep += "[#i\x01";
  EXPECT_THAT(checked(deep), HasSubstr("too deep"));
  std::string renamed = read_text(std::string(kModels) + "/mirtron/booster.ubj");
  renamed.replace(renamed.find("gbtree\0L", 0, 6), 6, "gbtrie");
  EXPECT_NE(checked(renamed), "(no error)");
}

TEST(HostileModel, EveryFlippedByteOfABoosterIsHarmless) {
  // Whatever passes the check is opened and asked by XGBoost.
  const std::string whole = read_text(std::string(kModels) + "/mirtron/booster.ubj");
  Random random(1, 0);
  int passed = 0;
  for (int k = 0; k < 300; ++k) {
    std::string booster = whole;
    const std::size_t at = random.below(booster.size());
    booster[at] = static_cast<char>(static_cast<unsigned char>(booster[at]) ^ (1U << random.below(8)));
    const auto bytes = std::as_bytes(std::span(booster));
    try {
      const auto loaded = load_xgboost(bytes, "b.ubj", 1);
      const Matrix row{1, loaded->columns(), std::vector<float>(static_cast<std::size_t>(loaded->columns()))};
      for (const float value : loaded->contributions(row).values) EXPECT_TRUE(std::isfinite(value)) << at;
      ++passed;
    } catch (const Error&) {
    }
  }
  EXPECT_GT(passed, 50);  // most bytes are numbers of leaves and splits
}

TEST(HostileModel, TreesAreTrees) {
  const std::string file = "t.json";
  const auto tree = [](const std::string& nodes) {
    return R"({"format":"stemloop tree 1","dimensions":0,"questions":[{"feature":"length","kind":"greater","threshold":1}],"nodes":[)" +
           nodes + "]}";
  };
  const std::string leaf = R"({"count":[3,4]})";
  const auto inner = [](int yes, int no) {
    return fmt::format(R"({{"count":[3,4],"question":0,"yes":{},"no":{},"gain":0.1,"svm_accuracy":1}})", yes, no);
  };
  const Json shipped = Json::parse(read_text(std::string(kModels) + "/premirna-modmirbase/tree.json"));
  const auto read = [&](const std::string& nodes) {
    std::string text = tree(nodes);
    Json json = Json::parse(text);
    json["format"] = shipped["format"];
    json["questions"][0]["kind"] = shipped["questions"][0]["kind"];
    if (shipped["questions"][0].contains("value")) json["questions"][0]["value"] = shipped["questions"][0]["value"];
    return error_of([&] { tree_from_json(json.dump(), file); });
  };
  EXPECT_EQ(read(inner(1, 2) + "," + leaf + "," + leaf), "(no error)");
  EXPECT_THAT(read(inner(1, 1) + "," + leaf), HasSubstr("node 1 has two parents"));
  EXPECT_THAT(read(inner(1, 2) + "," + leaf + "," + leaf + "," + leaf), HasSubstr("node 3 belongs to no branch"));
  EXPECT_THAT(read(inner(1, 2) + "," + leaf + R"(,{"count":[0,0]})"), HasSubstr("no number of records"));
  std::string chain;
  for (int k = 0; k < 200; ++k) chain += inner(2 * k + 1, 2 * k + 2) + "," + leaf + ",";
  EXPECT_THAT(read(chain + leaf), HasSubstr("deeper than 64"));
  EXPECT_THAT(error_of([&] { tree_from_json(std::string(100000, '['), file); }), HasSubstr(file));
}

TEST(HostileModel, WeightsAreNumbers) {
  const Copied model("arms");
  std::string bytes = read_text(model.file("model.safetensors"));
  const float wrong = std::nanf("");
  std::memcpy(bytes.data() + bytes.size() - sizeof wrong, &wrong, sizeof wrong);
  model.put("model.safetensors", bytes);
  EXPECT_THAT(error_of([&] { CutModel::open(model.path()); }), HasSubstr("holds something that is no number"));
  for (const float infinite : {HUGE_VALF, -HUGE_VALF}) {
    StoredTensor tensor{"F32", {1}, std::vector<std::byte>(4)};
    std::memcpy(tensor.bytes.data(), &infinite, 4);
    EXPECT_FALSE(all_finite(tensor));
  }
  EXPECT_FALSE(all_finite({"F16", {1}, {std::byte{0x00}, std::byte{0x7c}}}));
  EXPECT_TRUE(all_finite({"F16", {1}, {std::byte{0xff}, std::byte{0x7b}}}));
  EXPECT_TRUE(all_finite({"I32", {1}, std::vector<std::byte>(4, std::byte{0xff})}));
  EXPECT_TRUE(none_negative({"F32", {1}, {std::byte{0}, std::byte{0}, std::byte{0}, std::byte{0x80}}}));  // -0
  EXPECT_FALSE(none_negative({"F32", {1}, {std::byte{1}, std::byte{0}, std::byte{0}, std::byte{0x80}}}));
}

TEST(HostileModel, LinksPipesAndDevicesAreNotOpened) {
  for (const char* file :
       {"config.json", "booster.ubj", "percentiles.safetensors", "cuts/config.json", "cuts/model.safetensors"}) {
    const Copied model("premirna");
    const fs::path path = model.file(file);
    const auto opened = [&] { return error_of([&] { open_judge(model.path(), {}); }); };
    fs::rename(path, path.string() + ".real");
    fs::create_symlink(path.filename().string() + ".real", path);
    EXPECT_THAT(opened(), HasSubstr("is a link")) << file;
    fs::remove(path);
    fs::create_symlink("/dev/zero", path);
    EXPECT_THAT(opened(), HasSubstr("is a link")) << file;
    fs::remove(path);
    ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
    EXPECT_THAT(opened(), HasSubstr("is no regular file")) << file;
    fs::remove(path);
    fs::create_directory(path);
    EXPECT_THAT(opened(), HasSubstr("is no regular file")) << file;
    fs::remove(path);
    replace_file(path.string(), "");
    fs::resize_file(path, std::uintmax_t{1} << 40U);  // sparse
    EXPECT_THAT(opened(), HasSubstr("are not read")) << file;
  }
  const Copied linked("premirna");
  fs::rename(linked.file("cuts"), linked.file("elsewhere"));
  fs::create_directory_symlink("elsewhere", linked.file("cuts"));
  EXPECT_THAT(error_of([&] { open_judge(linked.path(), {}); }), HasSubstr("is a link"));
}

TEST(HostileModel, ConfigurationsAreShallowAndInRange) {
  const Copied model("mirtron");
  replace_file(model.file("config.json"), std::string(1 << 20, '['));
  EXPECT_THAT(error_of([&] { open_judge(model.path(), {}); }), HasSubstr("is no JSON object"));
  const std::string gan =
      Json::parse(read_text(std::string(kModels) + "/mirtron-generator/config.json"))["network"].dump();
  Json wide = Json::parse(gan);
  wide["hidden"] = 4096, wide["length"] = 4096;
  EXPECT_THAT(error_of([&] { sequence_net_from_json(wide.dump(), "c"); }), HasSubstr("is too large"));
}

TEST(HostileModel, NaturalModelsAreDistributions) {
  const Copied model("natural-precursors");
  const std::string path = model.file(kNaturalFile);
  const std::string text = read_text(path);
  const auto read = [&](const std::string& changed) {
    replace_file(path, changed);
    return error_of([&] { read_natural_model(path); });
  };
  EXPECT_EQ(read(text), "(no error)");
  Json json = Json::parse(text);
  json["chains"][0]["tables"][0][0] = -1;
  EXPECT_THAT(read(json.dump()), HasSubstr("do not add up to one"));
  json = Json::parse(text);
  json["chains"][0]["tables"][0][0] = 0.5;
  EXPECT_THAT(read(json.dump()), HasSubstr("no log-probability"));
  json = Json::parse(text);
  json["energy_sd"] = 0;
  EXPECT_THAT(read(json.dump()), HasSubstr("out of range"));
  EXPECT_THAT(read(std::string(1 << 22, '[')), HasSubstr("not a model of natural precursors"));
}

TEST(Checkpoint, AFlippedBitIsAlwaysNoticed) {
  TensorFile file;
  file.tensors["values"] = {"F32", {4}, std::vector<std::byte>(16, std::byte{0x11})};
  file.metadata["state"] = R"({"step":3})";
  const std::string sealed = seal_checkpoint(file, "run");
  testing::TemporaryFolder folder;
  const std::string path = folder.path("checkpoint.safetensors");
  replace_file(path, sealed);
  EXPECT_EQ(open_checkpoint(path, "run").tensors.at("values").bytes, file.tensors.at("values").bytes);
  EXPECT_THAT(error_of([&] { open_checkpoint(path, "other"); }), HasSubstr("is of another run"));
  for (std::size_t bit = 0; bit < 8 * sealed.size(); ++bit) {
    std::string damaged = sealed;
    damaged[bit / 8] = static_cast<char>(static_cast<unsigned char>(damaged[bit / 8]) ^ (1U << (bit % 8)));
    std::ofstream(path, std::ios::binary) << damaged;
    EXPECT_NE(error_of([&] { open_checkpoint(path, "run"); }), "(no error)") << "bit " << bit;
  }
}

TEST(Checkpoint, ARunIsItsOptionsAndDataNotItsPlaces) {
  const Json run = {{"network", {{"width", 8}}},
                    {"objective", {{"beta", 0.5}}},
                    {"options", {{"seed", 1}, {"batch", 64}, {"tsv", "a.tsv"}, {"threads", 2}}},
                    {"data", {{"md5", "00"}, {"train", 10}, {"valid", 2}, {"from_run", {{"tsv", "../a.tsv"}}}}}};
  const std::string identity = run_identity(run.dump());
  Json other = run;
  other["options"]["tsv"] = "b.tsv", other["options"]["threads"] = 7, other["data"]["from_run"] = Json::object();
  EXPECT_EQ(run_identity(other.dump()), identity);
  for (const char* option : {"seed", "batch"}) {
    other = run;
    other["options"][option] = 2;
    EXPECT_NE(run_identity(other.dump()), identity) << option;
  }
  other = run;
  other["data"]["md5"] = "01";
  EXPECT_NE(run_identity(other.dump()), identity);
  EXPECT_NE(run_identity("[]"), identity);
}

TEST(RunFolder, HeldByOneProcess) {
  testing::TemporaryFolder folder;
  const std::string path = folder.path("run");
  fs::create_directory(path);
  {
    const FolderLock lock(path);
    EXPECT_THAT(error_of([&] { FolderLock again(path); }), HasSubstr("another process is at work in this folder"));
  }
  EXPECT_EQ(error_of([&] { FolderLock again(path); }), "(no error)");
}

TEST(RunFolder, ReplacedAsAWhole) {
  testing::TemporaryFolder folder;
  const std::string path = folder.path("model");
  {
    FolderDraft failed(path, "config.json");
    replace_file(failed.path() + "/config.json", "{}");
  }
  EXPECT_FALSE(fs::exists(path));
  {
    FolderDraft draft(path, "config.json");
    replace_file(draft.path() + "/config.json", "{}");
    replace_file(draft.path() + "/old", "");
    draft.keep();
  }
  {
    FolderDraft draft(path + "/", "config.json");
    EXPECT_NE(error_of([&] { FolderDraft second(path, "config.json"); }), "(no error)");
    replace_file(draft.path() + "/config.json", "{1}");
    EXPECT_TRUE(fs::exists(path + "/old"));
    draft.keep();
  }
  EXPECT_FALSE(fs::exists(path + "/old"));
  EXPECT_EQ(read_text(path + "/config.json"), "{1}");
  EXPECT_EQ(std::distance(fs::directory_iterator(fs::path(path).parent_path()), fs::directory_iterator()), 1);
  const std::string other = folder.path("mine");
  fs::create_directory(other);
  replace_file(other + "/thesis.tex", "");
  EXPECT_THAT(error_of([&] { FolderDraft draft(other, "config.json"); }),
              HasSubstr("is not empty and holds no config.json"));
}

TEST(RunFolder, LinksInARunAreRefused) {
  testing::TemporaryFolder folder;
  const std::string path = folder.path("run");
  fs::create_directories(path + "/model");
  replace_file(path + "/run.json", "{}");
  EXPECT_EQ(error_of([&] { check_own_files(path); }), "(no error)");
  fs::create_symlink("/dev/zero", path + "/model/config.json");
  EXPECT_THAT(error_of([&] { check_own_files(path); }), HasSubstr("is a link or a device"));
}

}  // namespace
}  // namespace stemloop
