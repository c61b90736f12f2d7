// SPDX-License-Identifier: Apache-2.0
//
// The encodings of TensorProto, each against numbers written out here.

#include "frontends/onnx/tensor_proto.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tinyc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

onnx::TensorProto Proto(int type, const std::vector<int64_t>& dims) {
  onnx::TensorProto proto;
  proto.set_data_type(type);
  for (const int64_t dim : dims) proto.add_dims(dim);
  return proto;
}

// The elements as numbers, or the error's sentence as a failure.
std::vector<double> Numbers(const onnx::TensorProto& proto) {
  const absl::StatusOr<Tensor> tensor = TensorFromProto(proto, "");
  EXPECT_TRUE(tensor.ok()) << tensor.status();
  std::vector<double> numbers;
  for (int64_t i = 0; tensor.ok() && i < tensor->size(); ++i) {
    numbers.push_back(tensor->At(i));
  }
  return numbers;
}

std::string ErrorOf(const onnx::TensorProto& proto,
                    const std::string& model_dir = "") {
  return std::string(TensorFromProto(proto, model_dir).status().message());
}

TEST(TensorProtoTest, ReadsRawBytes) {
  onnx::TensorProto proto = Proto(onnx::TensorProto::FLOAT, {2});
  proto.set_raw_data(std::string("\0\0\x80\x3f\0\0\x20\xc0", 8));
  EXPECT_THAT(Numbers(proto), ElementsAre(1, -2.5));
}

TEST(TensorProtoTest, ReadsTypedFields) {
  onnx::TensorProto f32 = Proto(onnx::TensorProto::FLOAT, {2});
  f32.add_float_data(1.5);
  f32.add_float_data(-2);
  EXPECT_THAT(Numbers(f32), ElementsAre(1.5, -2));

  onnx::TensorProto f64 = Proto(onnx::TensorProto::DOUBLE, {});
  f64.add_double_data(0.1);
  EXPECT_THAT(Numbers(f64), ElementsAre(0.1));

  onnx::TensorProto s64 = Proto(onnx::TensorProto::INT64, {1});
  s64.add_int64_data(int64_t{-1} << 40);
  EXPECT_THAT(Numbers(s64), ElementsAre(-1099511627776.0));

  onnx::TensorProto u32 = Proto(onnx::TensorProto::UINT32, {1});
  u32.add_uint64_data(4000000000);
  EXPECT_THAT(Numbers(u32), ElementsAre(4000000000.0));

  onnx::TensorProto s8 = Proto(onnx::TensorProto::INT8, {3});
  for (const int value : {-128, 0, 127}) s8.add_int32_data(value);
  EXPECT_THAT(Numbers(s8), ElementsAre(-128, 0, 127));

  onnx::TensorProto u16 = Proto(onnx::TensorProto::UINT16, {1});
  u16.add_int32_data(65535);
  EXPECT_THAT(Numbers(u16), ElementsAre(65535));

  onnx::TensorProto boolean = Proto(onnx::TensorProto::BOOL, {2});
  boolean.add_int32_data(0);
  boolean.add_int32_data(1);
  EXPECT_THAT(Numbers(boolean), ElementsAre(0, 1));
}

// 16-bit floats stand as their bits in 32-bit integers: 0x3e00 is 1.5 in
// binary16, 0x3fc0 is 1.5 in bfloat16.
TEST(TensorProtoTest, ReadsSmallFloatsFromInts) {
  onnx::TensorProto f16 = Proto(onnx::TensorProto::FLOAT16, {1});
  f16.add_int32_data(0x3e00);
  EXPECT_THAT(Numbers(f16), ElementsAre(1.5));
  onnx::TensorProto bf16 = Proto(onnx::TensorProto::BFLOAT16, {1});
  bf16.add_int32_data(0x3fc0);
  EXPECT_THAT(Numbers(bf16), ElementsAre(1.5));
}

// Two elements to a byte, the first in the low bits; four of 2 bits.
TEST(TensorProtoTest, UnpacksSmallIntegers) {
  onnx::TensorProto s4 = Proto(onnx::TensorProto::INT4, {3});
  s4.add_int32_data(0x8f);  // -1, -8
  s4.add_int32_data(0x07);  // 7
  EXPECT_THAT(Numbers(s4), ElementsAre(-1, -8, 7));
  onnx::TensorProto u4 = Proto(onnx::TensorProto::UINT4, {3});
  u4.set_raw_data("\x8f\x07");
  EXPECT_THAT(Numbers(u4), ElementsAre(15, 8, 7));
  onnx::TensorProto u2 = Proto(onnx::TensorProto::UINT2, {4});
  u2.set_raw_data("\xe4");
  EXPECT_THAT(Numbers(u2), ElementsAre(0, 1, 2, 3));
}

TEST(TensorProtoTest, RefusesBrokenTensors) {
  onnx::TensorProto proto = Proto(onnx::TensorProto::FLOAT, {2});
  EXPECT_THAT(ErrorOf(proto), HasSubstr("needs 2"));
  proto.set_raw_data("abc");
  EXPECT_EQ(ErrorOf(proto), "it has 3 bytes, its type needs 8");
  proto.add_float_data(1);
  EXPECT_EQ(ErrorOf(proto), "it has data in two fields");
  EXPECT_EQ(ErrorOf(Proto(onnx::TensorProto::FLOAT, {2, -1})),
            "the shape [2,-1] has a negative dimension");
  // 2^62 elements, and 0 elements that overflow on the way.
  const int64_t huge = int64_t{1} << 31;
  EXPECT_THAT(ErrorOf(Proto(onnx::TensorProto::FLOAT, {huge, huge})),
              HasSubstr("larger than 2 GiB"));
  EXPECT_THAT(ErrorOf(Proto(onnx::TensorProto::FLOAT, {0, huge, huge, huge})),
              HasSubstr("larger than 2 GiB"));
  EXPECT_EQ(ErrorOf(Proto(onnx::TensorProto::STRING, {1})),
            "element type STRING is not supported");
  EXPECT_EQ(ErrorOf(Proto(1000, {1})), "element type 1000 is not one of ONNX");
}

TEST(TensorProtoTest, FillsSparseTensors) {
  onnx::SparseTensorProto proto;
  proto.add_dims(2);
  proto.add_dims(3);
  *proto.mutable_values() = Proto(onnx::TensorProto::FLOAT, {2});
  proto.mutable_values()->add_float_data(7);
  proto.mutable_values()->add_float_data(8);
  *proto.mutable_indices() = Proto(onnx::TensorProto::INT64, {2});
  proto.mutable_indices()->add_int64_data(1);
  proto.mutable_indices()->add_int64_data(5);
  const absl::StatusOr<Tensor> linear = TensorFromProto(proto, "");
  ASSERT_TRUE(linear.ok()) << linear.status();
  EXPECT_THAT(linear->data<float>(), ElementsAre(0, 7, 0, 0, 0, 8));

  *proto.mutable_indices() = Proto(onnx::TensorProto::INT64, {2, 2});
  for (const int64_t index : {0, 2, 1, 0}) {
    proto.mutable_indices()->add_int64_data(index);
  }
  const absl::StatusOr<Tensor> pairs = TensorFromProto(proto, "");
  ASSERT_TRUE(pairs.ok()) << pairs.status();
  EXPECT_THAT(pairs->data<float>(), ElementsAre(0, 0, 7, 8, 0, 0));

  proto.mutable_indices()->set_int64_data(1, 3);
  EXPECT_EQ(TensorFromProto(proto, "").status().message(),
            "an index is out of range");
}

// --- data in files -----------------------------------------------------------

class ExternalDataTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(folder_ / "model");
    std::ofstream(folder_ / "model" / "weights") << "0123456789";
    std::ofstream(folder_ / "secret") << "0123456789";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string model_dir() const { return folder_ / "model"; }

  // Four bytes of `location`, from `offset` on.
  static onnx::TensorProto External(const std::string& location,
                                    const std::string& offset) {
    onnx::TensorProto proto = Proto(onnx::TensorProto::UINT8, {4});
    proto.set_data_location(onnx::TensorProto::EXTERNAL);
    for (const auto& [key, value] :
         {std::pair{"location", location}, {"offset", offset}}) {
      auto* entry = proto.add_external_data();
      entry->set_key(key);
      entry->set_value(value);
    }
    return proto;
  }

  std::filesystem::path folder_;
};

TEST_F(ExternalDataTest, IsReadFromTheModelsFolder) {
  const absl::StatusOr<Tensor> tensor =
      TensorFromProto(External("weights", "6"), model_dir());
  ASSERT_TRUE(tensor.ok()) << tensor.status();
  EXPECT_THAT(tensor->data<uint8_t>(), ElementsAre('6', '7', '8', '9'));
}

TEST_F(ExternalDataTest, IsRefusedOutsideOfIt) {
  std::filesystem::create_symlink("../secret", folder_ / "model" / "link");
  const std::string absolute = folder_ / "secret";
  EXPECT_EQ(ErrorOf(External("../secret", "0"), model_dir()),
            "its external data \"../secret\" is not inside the model's folder");
  EXPECT_THAT(ErrorOf(External(absolute, "0"), model_dir()),
              HasSubstr("is not inside the model's folder"));
  EXPECT_EQ(ErrorOf(External("link", "0"), model_dir()),
            "its external data \"link\" leads out of the model's folder");
  EXPECT_EQ(ErrorOf(External("weights", "0")),
            "its data is in a file, and the model has no folder");
}

TEST_F(ExternalDataTest, IsRefusedWhenItEndsTooEarly) {
  EXPECT_EQ(ErrorOf(External("weights", "7"), model_dir()),
            "its external data \"weights\" ends before the tensor does");
  EXPECT_EQ(ErrorOf(External("weights", "9223372036854775807"), model_dir()),
            "its external data \"weights\" ends before the tensor does");
  EXPECT_EQ(ErrorOf(External("weights", "-1"), model_dir()),
            "the offset of its external data is \"-1\"");
  EXPECT_EQ(
      ErrorOf(External("missing", "0"), model_dir()),
      "its external data \"missing\" is not a file in the model's folder");
  EXPECT_EQ(ErrorOf(External(".", "0"), model_dir()),
            "its external data \".\" is not a file in the model's folder");
}

}  // namespace
}  // namespace tinyc
