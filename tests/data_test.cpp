#include "data/data.h"

#include <gmock/gmock.h>

#include <cstring>

#include "support.h"

namespace stemloop {
namespace {

using testing::error_of;
using ::testing::HasSubstr;

std::span<const std::byte> as_bytes(const std::string& text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

std::string with_header(const std::string& header, const std::string& data = "") {
  const std::uint64_t length = header.size();
  std::string bytes(sizeof length, '\0');
  std::memcpy(bytes.data(), &length, sizeof length);
  return bytes + header + data;
}

std::string error(const std::string& bytes) {
  return error_of([&] { decode_safetensors(as_bytes(bytes), "f"); });
}

PictureSet two_pictures() {
  PictureSet set;
  set.ids = {"a", "b"};
  set.pictures = {draw_picture(lay_out("GGGAAACCC", "(((...)))").columns),
                  draw_picture(lay_out("AGCAAAAGC", ".((...)).").columns)};
  return set;
}

TEST(Safetensors, RoundTrip) {
  TensorFile file;
  file.metadata["note"] = "a \"quoted\" text\nand a line";
  file.tensors["x"] = {"F32", {2, 3}, std::vector<std::byte>(24, std::byte{7})};
  file.tensors["empty"] = {"I64", {0, 5}, {}};
  file.tensors["scalar"] = {"U8", {}, {std::byte{9}}};
  const std::string bytes = encode_safetensors(file);
  std::uint64_t header = 0;
  std::memcpy(&header, bytes.data(), sizeof header);
  EXPECT_EQ(header % 8, 0U);
  const TensorFile back = decode_safetensors(as_bytes(bytes), "f");
  EXPECT_EQ(back.metadata, file.metadata);
  ASSERT_EQ(back.tensors.size(), 3U);
  for (const auto& [name, tensor] : file.tensors) {
    EXPECT_EQ(back.tensors.at(name).dtype, tensor.dtype);
    EXPECT_EQ(back.tensors.at(name).shape, tensor.shape);
    EXPECT_EQ(back.tensors.at(name).bytes, tensor.bytes);
  }
}

TEST(Safetensors, HostileFilesAreErrors) {
  EXPECT_THAT(error("abc"), HasSubstr("f: is too short for a safetensors file (3 bytes)"));
  EXPECT_THAT(error(std::string(8, '\xff')), HasSubstr("its header claims 18446744073709551615 bytes"));
  EXPECT_THAT(error(with_header("[]")), HasSubstr("header is not a JSON object"));
  EXPECT_THAT(error(with_header("{\"x\":")), HasSubstr("header is not a JSON object"));
  EXPECT_THAT(error(with_header(std::string(5000, '['))), HasSubstr("header is not a JSON object"));
  const auto tensor = [](const std::string& fields) { return with_header("{\"x\":{" + fields + "}}", "12345678"); };
  EXPECT_THAT(error(tensor("\"dtype\":\"U8\",\"shape\":[8]")), HasSubstr("does not have exactly"));
  EXPECT_THAT(error(tensor("\"dtype\":\"U9\",\"shape\":[8],\"data_offsets\":[0,8]")),
              HasSubstr("dtype 'U9' is not known"));
  EXPECT_THAT(error(tensor("\"dtype\":\"U8\",\"shape\":[-8],\"data_offsets\":[0,8]")), HasSubstr("no length"));
  EXPECT_THAT(error(tensor("\"dtype\":\"F64\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]")),
              HasSubstr("larger than any file"));
  EXPECT_THAT(error(tensor("\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[0,7]")),
              HasSubstr("do not fit its shape"));
  EXPECT_THAT(error(tensor("\"dtype\":\"U8\",\"shape\":[9],\"data_offsets\":[0,9]")), HasSubstr("truncated"));
  EXPECT_THAT(error(tensor("\"dtype\":\"U8\",\"shape\":[7],\"data_offsets\":[0,7]")),
              HasSubstr("1 bytes follow the last tensor"));
  const std::string overlap =
      R"({"a":{"dtype":"U8","shape":[5],"data_offsets":[0,5]},"b":{"dtype":"U8","shape":[5],"data_offsets":[3,8]}})";
  EXPECT_THAT(error(with_header(overlap, "12345678")), HasSubstr("overlap or leave a gap at byte 3"));
  EXPECT_THAT(error(tensor("\"dtype\":\"U8\",\"shape\":[7],\"data_offsets\":[1,8]")),
              HasSubstr("leave a gap at byte 1"));
}

TEST(PictureSet, RoundTrip) {
  const PictureSet set = two_pictures();
  const PictureSet back =
      pictures_from_tensors(decode_safetensors(as_bytes(encode_safetensors(picture_tensors(set))), "f"), "f");
  EXPECT_EQ(back.ids, set.ids);
  EXPECT_EQ(back.pictures, set.pictures);
}

TEST(PictureSet, WhatIsNoPictureIsRefused) {
  TensorFile file = picture_tensors(two_pictures());
  file.tensors["height"].bytes[0] = std::byte{14};
  EXPECT_THAT(error_of([&] { pictures_from_tensors(file, "f"); }),
              HasSubstr("picture 1: strand 0, column 0 has colour 4 and height 14"));
  file = picture_tensors(two_pictures());
  file.tensors["colour"].shape = {2, 2, 99};
  EXPECT_THAT(error_of([&] { pictures_from_tensors(file, "f"); }),
              HasSubstr("tensor 'colour' is U8 [2, 2, 99], not U8 [-1, 2, 100]"));
  file = picture_tensors(two_pictures());
  file.metadata["ids"] = "only one";
  EXPECT_THAT(error_of([&] { pictures_from_tensors(file, "f"); }), HasSubstr("has 1 ids for 2 pictures"));
  file.tensors.erase("height");
  EXPECT_THAT(error_of([&] { pictures_from_tensors(file, "f"); }), HasSubstr("has no tensor 'height'"));
}

// --- sequences as symbols --------------------------------------------------------------------------------------------

TEST(SequenceCode, BothLayoutsGiveTheSequenceBack) {
  struct Case {
    const char *sequence, *structure;
    std::size_t columns;
  };
  constexpr Case kCases[] = {
      {"GGGAAACCC", "(((...)))", 5},            // three pairs, a loop of three on two columns
      {"AGGGAAAACCCUU", "..(((...)))..", 7},    // tails of the same length
      {"UGGGAAACCCAG", ".(((...)))..", 7},      // 3' overhang
      {"GGAGCAAAAGCCC", "((.((....))))", 7},    // a bulge
      {"GGAGCAAAAGCUCC", "((.((....)).))", 7},  // an inner loop of one and one
  };
  for (const Case& c : kCases) {
    const auto strand = sequence_symbols(SequenceLayout::kStrand, c.sequence);
    EXPECT_EQ(strand.size(), std::string(c.sequence).size());
    EXPECT_EQ(symbols_sequence(SequenceLayout::kStrand, strand), c.sequence);
    const auto columns = sequence_symbols(SequenceLayout::kColumns, c.sequence, c.structure);
    EXPECT_EQ(columns.size(), c.columns) << c.sequence;
    EXPECT_EQ(symbols_sequence(SequenceLayout::kColumns, columns), c.sequence);
    for (const std::uint8_t symbol : columns) EXPECT_NE(symbol, kPadSymbol);
  }
}

TEST(SequenceCode, TheWidestHairpinStays) {
  const auto check = [](const char* structure, const char* widest) { EXPECT_EQ(widest_hairpin(structure), widest); };
  check("", "");
  check("....", "....");
  check("((.((...)).))", "((.((...)).))");
  check("((...))((....)).", ".......((....)).");
  check("((...))((...))", "((...)).......");
  check("(((...)(....)))", "((.....(....)))");
  check("((((...))(((...)(....))).))", "((.......((.....(....))).))");
}

TEST(SequenceCode, PadsStandAtTheEndOnly) {
  EXPECT_EQ(symbols_sequence(SequenceLayout::kStrand, std::vector<std::uint8_t>{1, 2, 0, 0}), "AU");
  EXPECT_EQ(symbols_sequence(SequenceLayout::kStrand, std::vector<std::uint8_t>{1, 0, 2, 0}), std::nullopt);
  EXPECT_EQ(symbols_sequence(SequenceLayout::kStrand, std::vector<std::uint8_t>{0, 0}), std::nullopt);
}

TEST(SequenceCode, WhatCannotBeWrittenIsAnError) {
  EXPECT_THROW(sequence_symbols(SequenceLayout::kStrand, "ACGN"), Error);
  EXPECT_THROW(sequence_symbols(SequenceLayout::kStrand, ""), Error);
  EXPECT_THROW(sequence_symbols(SequenceLayout::kColumns, "GGGAAACCC", "........."), Error);
  EXPECT_THROW(sequence_symbols(SequenceLayout::kColumns, "GGAAACCGGAAACC", "((...))((...))"), Error);
}

}  // namespace
}  // namespace stemloop
