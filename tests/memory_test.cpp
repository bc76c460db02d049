// Memory that runs out: every n-th request for it fails, in readers and where models are opened. What is asked for then
// ends with std::bad_alloc, for which the program has a sentence, or an Error; nothing crashes, and no answer is
// another one. A program of its own, for it replaces operator new.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <exception>
#include <new>

#include "arms/arms.h"
#include "data/data.h"
#include "design/design.h"
#include "fold/fold.h"
#include "judge/judge.h"
#include "learn/booster_check.h"
#include "net/checkpoint.h"
#include "net/net.h"
#include "seq/bracket_lines.h"
#include "seq/seq.h"
#include "support.h"

namespace {

std::atomic<std::int64_t> requests{0};
std::atomic<std::int64_t> failing{0};  // the request that fails, and all behind it; 0: none

void* memory(std::size_t size) {
  const std::int64_t number = ++requests;
  if (failing != 0 && number >= failing) return nullptr;
  return std::malloc(size == 0 ? 1 : size);
}

void* memory_or_throw(std::size_t size) {
  if (void* const place = memory(size)) return place;
  throw std::bad_alloc();
}

void* aligned(std::size_t size, std::align_val_t alignment) {
  const std::int64_t number = ++requests;
  const auto step = static_cast<std::size_t>(alignment);
  void* const place =
      failing != 0 && number >= failing ? nullptr : std::aligned_alloc(step, (size + step) / step * step);
  if (place == nullptr) throw std::bad_alloc();
  return place;
}

}  // namespace

void* operator new(std::size_t size) { return memory_or_throw(size); }
void* operator new[](std::size_t size) { return memory_or_throw(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return memory(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return memory(size); }
void* operator new(std::size_t size, std::align_val_t alignment) { return aligned(size, alignment); }
void* operator new[](std::size_t size, std::align_val_t alignment) { return aligned(size, alignment); }
void operator delete(void* place) noexcept { std::free(place); }
void operator delete[](void* place) noexcept { std::free(place); }
void operator delete(void* place, std::size_t) noexcept { std::free(place); }
void operator delete[](void* place, std::size_t) noexcept { std::free(place); }
void operator delete(void* place, std::align_val_t) noexcept { std::free(place); }
void operator delete[](void* place, std::align_val_t) noexcept { std::free(place); }
void operator delete(void* place, std::size_t, std::align_val_t) noexcept { std::free(place); }
void operator delete[](void* place, std::size_t, std::align_val_t) noexcept { std::free(place); }

namespace stemloop {
namespace {

using testing::TemporaryFile;

// The destructor of JSON values asks for memory, and what throws in a destructor ends the process: the program has a
// sentence for that as well (main.cpp). Where no JSON is read it must not happen.
enum class Json : std::uint8_t { kNone, kRead };
enum Ending : std::uint8_t { kSame, kOther, kTold, kInDestructor };

template <class Action>
Ending ending_of(Action action, const std::string& wanted, std::int64_t first_refused) {
  const pid_t child = fork();
  if (child == 0) {
    std::set_terminate([] { _exit(kInDestructor); });
    requests = 0;
    failing = first_refused;
    Ending ending = kTold;
    try {
      const std::string got = action();
      ending = got == wanted ? kSame : kOther;  // the same: memory that was not needed, for a second thread, say
    } catch (const std::bad_alloc&) {
    } catch (const Error&) {
    }
    _exit(ending);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? static_cast<Ending>(WEXITSTATUS(status)) : kOther;
}

// Runs `action`, which gives a text, with more and more of its requests granted; about 1.5 `places` of them if there
// are more.
template <class Action>
void starve(const char* what, Json json, Action action, std::int64_t places = 60) {
  const std::string wanted = action();
  ASSERT_NE(wanted, "") << what;
  requests = 0;
  action();
  const std::int64_t all = requests;
  ASSERT_GT(all, 0) << what;
  int told = 0;
  for (std::int64_t n = 1; n <= all; n += n < places / 2 ? 1 : std::max<std::int64_t>(1, all / places)) {
    const Ending ending = ending_of(action, wanted, n);
    EXPECT_NE(ending, kOther) << what << ", request " << n << " of " << all;
    if (json == Json::kNone) {
      EXPECT_NE(ending, kInDestructor) << what << ", request " << n << " of " << all;
    }
    told += ending == kTold ? 1 : 0;
  }
  EXPECT_GT(told, 0) << what;
}

std::string records_of(const std::string& path) {
  std::string text;
  RecordReader reader(path);
  while (auto item = reader.next()) {
    if (const auto* record = std::get_if<Record>(&*item))
      text += record->id + record->sequence + record->structure + "\n";
  }
  return text;
}

TEST(LittleMemory, Readers) {
  const std::string ct = "3 a\n1 G 0 2 3 1\n2 A 1 3 0 2\n3 C 2 0 1 3\n";
  for (const std::string& text :
       {std::string(">a x\nGGGGAAAACCCC\n((((....)))) (-5.40)\n>b\nGG-G\n>c\nGGGGAAAA\nCCCC\n"),
        std::string("@r\nGGGGAAAACCCC\n+\nIIIIIIIIIIII\n"), ct, std::string("1 G 3\n2 A 0\n3 C 1\n"),
        std::string("# STOCKHOLM 1.0\na GG-GGAAAACCCC\nb GGUGGAAAACCCC\n#=GC SS_cons ((.((....))))\n//\n")}) {
    const TemporaryFile file(text);
    starve(text.c_str(), Json::kNone, [&] { return records_of(file.path()); });
  }
  const TemporaryFile table("id,words,x\n\"a, b\",\"say \"\"hi\"\"\",1\nplain,\"two\nlines\",2\n");
  starve("table", Json::kNone, [&] {
    std::string text;
    read_table(table.path(), {}, [&](const auto& fields, const std::string& place) {
      for (const auto field : fields) text += field;
      text += place.substr(place.rfind(':'));
    });
    return text;
  });
  const TemporaryFile asked("((....))\n>x\n((.....)) (-1.0)\n");
  starve("structures", Json::kNone, [&] {
    std::string text;
    for (const StructureLine& line : read_structure_lines(asked.path())) text += line.name + line.structure;
    return text;
  });
  const TemporaryFile genome(">c x\nACGUACGUACGU\n>d\nACGU\n");
  starve("contigs", Json::kNone, [&] {
    std::string text;
    ContigReader reader(genome.path());
    while (const auto piece = reader.next()) text += piece->contig + piece->letters;
    return text;
  });
}

TEST(LittleMemory, TensorsAndCheckpoints) {
  TensorFile file;
  file.metadata["format"] = "test";
  file.tensors["a"] = {"F32", {2, 3}, std::vector<std::byte>(24)};
  const std::string bytes = encode_safetensors(file);
  const auto span = std::as_bytes(std::span(bytes));
  starve("safetensors", Json::kRead, [&] { return encode_safetensors(decode_safetensors(span, "t")); });
  const std::string sealed = seal_checkpoint(file, "run");
  starve("checkpoint", Json::kRead,
         [&] { return encode_safetensors(parse_checkpoint(std::as_bytes(std::span(sealed)), "t", "run")); });
}

TEST(LittleMemory, Models) {
  // A child of fork() has none of its parent's threads, and OpenMP, opened with the trees, would wait for them.
  ::setenv("OMP_NUM_THREADS", "1", 1);
  const std::string models = STEMLOOP_MODELS;
  starve("parameters", Json::kNone,
         [] { return make_model(load_parameters("turner2004")) ? std::string("made") : ""; });
  starve(
      "arms", Json::kRead, [&] { return fmt::format("{}", CutModel::open(models + "/arms").networks().size()); }, 20);
  starve(
      "natural", Json::kRead,
      [&] { return natural_model_text(*read_natural_model(models + "/natural-precursors/model.json")); }, 20);
  const auto booster = read_bytes(models + "/mirtron/booster.ubj");
  starve(
      "booster", Json::kNone,
      [&] {
        check_booster(booster, "b");
        return std::string("checked");
      },
      20);
  for (const char* model : {"premirna", "mirtron", "premirna-modmirbase"}) {
    starve(
        model, Json::kRead, [&] { return open_judge(models + "/" + model, {})->parameters() + "."; }, 8);
  }
}

}  // namespace
}  // namespace stemloop
