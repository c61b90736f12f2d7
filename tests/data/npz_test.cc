// SPDX-License-Identifier: Apache-2.0
//
// The files of this test are written out by hand, byte for byte, after NumPy's
// description of the format; none comes from NpyBytes or NpzBytes.

#include "compiler/data/npz.h"

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/data/zip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/temp_dir.h"

namespace tinyc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// An .npy file of format `major`.0 with this header text and these bytes.
std::string Npy(const std::string& header, const std::string& data,
                int major = 1) {
  std::string file = "\x93NUMPY";
  file.push_back(static_cast<char>(major));
  file.push_back('\0');
  for (int i = 0; i < (major == 1 ? 2 : 4); ++i) {
    file.push_back(static_cast<char>(header.size() >> (8 * i) & 0xff));
  }
  return file + header + data;
}

std::string Header(const std::string& descr, const std::string& shape,
                   const std::string& fortran = "False") {
  return "{'descr': '" + descr + "', 'fortran_order': " + fortran +
         ", 'shape': " + shape + ", }          \n";
}

std::string Bytes(std::vector<uint8_t> bytes) {
  return std::string(bytes.begin(), bytes.end());
}

std::string ErrorOf(const std::string& file) {
  const absl::StatusOr<Tensor> tensor = ParseNpy(file);
  return tensor.ok() ? "no error" : std::string(tensor.status().message());
}

TEST(NpyTest, ReadsIntegersOfEveryFormat) {
  for (const int major : {1, 2, 3}) {
    const absl::StatusOr<Tensor> tensor =
        ParseNpy(Npy(Header("<i2", "(2, 3)"),
                     Bytes({1, 0, 0xff, 0xff, 0, 1, 4, 0, 5, 0, 6, 0}), major));
    ASSERT_TRUE(tensor.ok()) << tensor.status();
    EXPECT_EQ(tensor->shape(), Shape({2, 3}));
    EXPECT_THAT(tensor->data<int16_t>(), ElementsAre(1, -1, 256, 4, 5, 6));
  }
}

TEST(NpyTest, ReadsFloats) {
  // 1.0f, -2.5f and 1.0 as half.
  absl::StatusOr<Tensor> tensor = ParseNpy(
      Npy(Header("<f4", "(2,)"), Bytes({0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0})));
  ASSERT_TRUE(tensor.ok()) << tensor.status();
  EXPECT_THAT(tensor->data<float>(), ElementsAre(1.0f, -2.5f));
  tensor = ParseNpy(Npy(Header("<f2", "()"), Bytes({0x00, 0x3c})));
  ASSERT_TRUE(tensor.ok()) << tensor.status();
  EXPECT_EQ(tensor->dtype(), DType::kF16);
  EXPECT_EQ(tensor->At(0), 1.0);
}

TEST(NpyTest, TransposesFortranOrder) {
  // [[1, 2, 3], [4, 5, 6]] column by column.
  const absl::StatusOr<Tensor> tensor =
      ParseNpy(Npy(Header("|u1", "(2, 3)", "True"), Bytes({1, 4, 2, 5, 3, 6})));
  ASSERT_TRUE(tensor.ok()) << tensor.status();
  EXPECT_THAT(tensor->data<uint8_t>(), ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(NpyTest, MakesBooleansZeroOrOne) {
  const absl::StatusOr<Tensor> tensor =
      ParseNpy(Npy(Header("|b1", "(3,)"), Bytes({0, 1, 7})));
  ASSERT_TRUE(tensor.ok()) << tensor.status();
  EXPECT_THAT(tensor->bytes(), ElementsAre(0, 1, 1));
}

TEST(NpyTest, ReadsNoElements) {
  const absl::StatusOr<Tensor> tensor =
      ParseNpy(Npy(Header("<f8", "(0, 9000000000000000000, 4)"), ""));
  ASSERT_TRUE(tensor.ok()) << tensor.status();
  EXPECT_EQ(tensor->size(), 0);
}

TEST(NpyTest, SaysWhatIsWrong) {
  EXPECT_EQ(ErrorOf(""), "is not a NumPy array file");
  EXPECT_EQ(ErrorOf("\x93NUMPY\x01"), "is damaged: it ends within its header");
  EXPECT_EQ(ErrorOf(Npy(Header("<f4", "(1,)"), "").substr(0, 40)),
            "is damaged: it ends within its header");
  EXPECT_EQ(ErrorOf(Npy(Header("<f4", "(2,)"), Bytes({0, 0, 0, 0}))),
            "is damaged: f32[2] does not have 4 bytes");
  EXPECT_EQ(ErrorOf(Npy(Header("|u1", "(2,)"), Bytes({0, 0, 0}))),
            "is damaged: u8[2] does not have 3 bytes");
  EXPECT_EQ(ErrorOf(Npy(Header("|u1", "(4294967296, 4294967297)"), "")),
            "is damaged: u8[4294967296,4294967297] does not have 0 bytes");
  EXPECT_EQ(ErrorOf(Npy(Header(">i4", "(1,)"), Bytes({0, 0, 0, 1}))),
            "is big-endian (>i4); save it as <i4");
  EXPECT_THAT(ErrorOf(Npy(Header("<U5", "(1,)"), std::string(20, 'a'))),
              HasSubstr("\"<U5\", which no tensor has"));
  EXPECT_THAT(ErrorOf(Npy("", "", 4)), HasSubstr("format 4.0"));
  for (const char* header :
       {"", "{", "{}", "{'descr': '<f4'}", "{'descr': 4, 'shape': ()}",
        "{'descr': '<f4', 'fortran_order': No, 'shape': ()}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1 2)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'a': 'b'}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} + 1"}) {
    EXPECT_EQ(ErrorOf(Npy(header, Bytes({0, 0, 0, 0}))),
              "is damaged: its header is not one of NumPy's")
        << header;
  }
}

TEST(NpyTest, WritesFormatOne) {
  const std::string text =
      "{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }";
  EXPECT_EQ(NpyBytes(Tensor::Of<int32_t>({2}, {1, -2})),
            Npy(text + std::string(128 - 10 - text.size() - 1, ' ') + "\n",
                Bytes({1, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff})));
}

// A stored zip archive with one member "x.npy" that holds [5, 6] as |u1.
std::string StoredArchive() {
  const std::string npy = Npy(Header("|u1", "(2,)"), Bytes({5, 6}));
  const auto little = [](uint32_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) {
      text.push_back(static_cast<char>(value >> (8 * i) & 0xff));
    }
    return text;
  };
  uint32_t crc = 0xffffffff;
  for (const char c : npy) {
    crc ^= static_cast<uint8_t>(c);
    for (int i = 0; i < 8; ++i) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
  }
  const uint32_t size = static_cast<uint32_t>(npy.size());
  // Version, flags, method, time, date, checksum, sizes, name's size, extra.
  const std::string facts = little(20, 2) + little(0, 2) + little(0, 2) +
                            little(0, 2) + little(33, 2) + little(~crc, 4) +
                            little(size, 4) + little(size, 4) + little(5, 2) +
                            little(0, 2);
  const std::string local = "PK\x03\x04" + facts + "x.npy" + npy;
  const std::string central =
      "PK\x01\x02" + little(20, 2) + facts + little(0, 14) + "x.npy";
  return local + central + "PK\x05\x06" + little(0, 4) + little(1, 2) +
         little(1, 2) + little(static_cast<uint32_t>(central.size()), 4) +
         little(static_cast<uint32_t>(local.size()), 4) + little(0, 2);
}

TEST(NpzTest, ReadsAStoredMember) {
  const TempDir dir;
  const auto arrays = ReadArrays(dir.Write("a.npz", StoredArchive()));
  ASSERT_TRUE(arrays.ok()) << arrays.status();
  ASSERT_EQ(arrays->size(), 1u);
  EXPECT_EQ(arrays->front().name, "x");
  EXPECT_THAT(arrays->front().tensor.data<uint8_t>(), ElementsAre(5, 6));
}

TEST(NpzTest, NoticesEveryFlippedByte) {
  const TempDir dir;
  const std::string archive = StoredArchive();
  const Tensor expected = Tensor::Of<uint8_t>({2}, {5, 6});
  for (size_t i = 0; i < archive.size(); ++i) {
    std::string damaged = archive;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x20);
    const auto arrays = ReadArrays(dir.Write("a.npz", damaged));
    if (!arrays.ok()) continue;
    // Some bytes do not matter (times, versions), and the name may change.
    ASSERT_LE(arrays->size(), 1u) << "byte " << i;
    if (!arrays->empty()) {
      EXPECT_EQ(arrays->front().tensor, expected) << "byte " << i;
    }
  }
}

TEST(NpzTest, RefusesEveryCutFile) {
  const TempDir dir;
  const std::string archive = StoredArchive();
  for (size_t size = 0; size < archive.size(); ++size) {
    EXPECT_FALSE(ReadArrays(dir.Write("a.npz", archive.substr(0, size))).ok())
        << size << " bytes";
  }
}

TEST(NpzTest, NamesTheDamagedArray) {
  const TempDir dir;
  const auto archive = ZipBytes(
      {{{"good.npy", Npy(Header("|u1", "()"), "a")}, {"bad.npy", "text"}}});
  ASSERT_TRUE(archive.ok());
  EXPECT_EQ(ReadArrays(dir.Write("a.npz", *archive)).status().message(),
            "array \"bad\" is not a NumPy array file");
}

TEST(NpzTest, SaysThatAFileCannotBeRead) {
  const TempDir dir;
  EXPECT_EQ(ReadArrays(dir.path() + "/none.npz").status().message(),
            "cannot be read: No such file or directory");
  EXPECT_EQ(ReadArrays(dir.path()).status().message(),
            "cannot be read: it is a folder");
}

TEST(NpzTest, WritesWhatItReads) {
  const TempDir dir;
  const std::vector<NamedTensor> written = {
      {"a/b:0", Tensor::Of<float>({2, 2}, {1, 2, 3, 4})},
      {"empty", Tensor::Of<int64_t>({0, 3}, {})},
      {"flag", Tensor::Scalar<bool>(true)}};
  const auto archive = NpzBytes(written);
  ASSERT_TRUE(archive.ok()) << archive.status();
  EXPECT_EQ(*archive, *NpzBytes(written));
  const auto arrays = ReadArrays(dir.Write("a.npz", *archive));
  ASSERT_TRUE(arrays.ok()) << arrays.status();
  ASSERT_EQ(arrays->size(), written.size());
  for (size_t i = 0; i < written.size(); ++i) {
    EXPECT_EQ((*arrays)[i].name, written[i].name);
    EXPECT_EQ((*arrays)[i].tensor, written[i].tensor);
  }
}

TEST(NpzTest, WritesAnEmptyArchive) {
  const TempDir dir;
  const auto archive = NpzBytes({});
  ASSERT_TRUE(archive.ok());
  const auto arrays = ReadArrays(dir.Write("a.npz", *archive));
  ASSERT_TRUE(arrays.ok()) << arrays.status();
  EXPECT_TRUE(arrays->empty());
}

TEST(NumpyFormTest, ShowsPackedElementsOnePerByte) {
  Tensor tensor(TensorType(DType::kS4, {3}));
  tensor.bytes()[0] = 0x8f;  // -1, then -8
  tensor.bytes()[1] = 0x07;
  const Tensor array = NumpyForm(tensor);
  EXPECT_EQ(array, Tensor::Of<int8_t>({3}, {-1, -8, 7}));
  EXPECT_EQ(*FromNumpyForm(array, tensor.type()), tensor);
}

TEST(NumpyFormTest, ShowsCodesOfSmallFloats) {
  Tensor packed(TensorType(DType::kF4E2M1, {2}));
  packed.bytes()[0] = 0xf2;
  EXPECT_EQ(NumpyForm(packed), Tensor::Of<uint8_t>({2}, {2, 15}));
  EXPECT_EQ(*FromNumpyForm(NumpyForm(packed), packed.type()), packed);

  Tensor brain(TensorType(DType::kBF16, {1}));
  brain.bytes()[0] = 0x80;
  brain.bytes()[1] = 0x3f;
  EXPECT_EQ(NumpyForm(brain), Tensor::Of<uint16_t>({1}, {0x3f80}));
}

TEST(NumpyFormTest, RefusesOtherTypesAndRanges) {
  const auto error = [](const Tensor& array, DType dtype) {
    return std::string(FromNumpyForm(array, TensorType(dtype, array.shape()))
                           .status()
                           .message());
  };
  EXPECT_EQ(error(Tensor::Scalar<double>(1), DType::kF32),
            "holds f64, the model takes f32");
  EXPECT_EQ(error(Tensor::Scalar<float>(1), DType::kS4),
            "holds f32, the model takes s4 (stored as s8)");
  EXPECT_EQ(error(Tensor::Scalar<int8_t>(8), DType::kS4),
            "holds 8, which is no s4");
  EXPECT_EQ(error(Tensor::Scalar<uint8_t>(16), DType::kF4E2M1),
            "holds 16, which is no code of f4e2m1");
}

}  // namespace
}  // namespace tinyc
