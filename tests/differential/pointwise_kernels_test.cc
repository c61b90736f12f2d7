// SPDX-License-Identifier: Apache-2.0
// Functions of one or two elements, and conversions: kernels against the
// reference.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "compiler/ir/attr.h"
#include "compiler/ops/binary.h"
#include "compiler/ops/registry.h"
#include "compiler/ops/unary.h"
#include "compiler/targets/registry.h"
#include "tests/differential/trial.h"
#include "tests/support/random.h"

namespace tinyc {
namespace {

constexpr uint64_t kTrials = 400;
// The C library's functions of a float are within a few units in the last
// place.
constexpr double kTolerance = 1e-6;

// Names of the operators of class T.
template <typename T>
std::vector<std::string> NamesOf() {
  std::vector<std::string> names;
  for (const auto& [name, op] : OpRegistry::Get().ops()) {
    if (dynamic_cast<const T*>(op.get()) != nullptr) names.push_back(name);
  }
  return names;
}

// The functions of real numbers.
std::vector<std::string> UnaryNames() {
  std::vector<std::string> names = NamesOf<Unary>();
  names.erase(std::find(names.begin(), names.end(), "not"));
  return names;
}

TEST(PointwiseKernelsTest, UnaryOfFloats) {
  for (const std::string& name : UnaryNames()) {
    Random random(1);
    Trial trial(name);
    trial.tolerance = kTolerance;
    trial.Add(random.Fill(TensorType(DType::kF32, {2, 500})));
    const bool has_kernel =
        !KernelsFor(name + "_f32", *FindTarget("host")).empty();
    EXPECT_EQ(CheckTrial(trial), has_kernel) << name;
  }
}

TEST(PointwiseKernelsTest, UnaryOfIntegers) {
  for (const char* name : {"abs", "neg"}) {
    for (const DType dtype :
         {DType::kS8, DType::kS16, DType::kS32, DType::kS64}) {
      Trial trial(name);
      trial.Add(Random(2).Fill(TensorType(dtype, {300})));
      EXPECT_TRUE(CheckTrial(trial)) << name;
    }
  }
}

TEST(PointwiseKernelsTest, Not) {
  for (const DType dtype :
       {DType::kS8, DType::kU8, DType::kS16, DType::kU16, DType::kS32,
        DType::kU32, DType::kS64, DType::kU64, DType::kBool}) {
    Trial trial("not");
    trial.Add(Random(2).Fill(TensorType(dtype, {300})));
    EXPECT_TRUE(CheckTrial(trial));
  }
}

TEST(PointwiseKernelsTest, Where) {
  for (uint64_t seed = 0; seed < kTrials; ++seed) {
    Random random(seed);
    const DType dtype = random.Pick<DType>(
        {DType::kF32, DType::kS8, DType::kF16, DType::kF64, DType::kBool});
    const Shape shape = random.Dims(random.Int(0, 5), 5);
    Trial trial("where");
    trial.Add(
        random.Fill(TensorType(DType::kBool, random.Broadcastable(shape))));
    trial.Add(random.Fill(TensorType(dtype, random.Broadcastable(shape))));
    trial.Add(random.Fill(TensorType(dtype, random.Broadcastable(shape))));
    EXPECT_TRUE(CheckTrial(trial)) << "seed " << seed;
  }
}

TEST(PointwiseKernelsTest, UnaryOfQuantizedNumbersIsATable) {
  for (const std::string& name : UnaryNames()) {
    for (const DType dtype : {DType::kS8, DType::kU8}) {
      Random random(3);
      Trial trial(name);
      trial.want = {dtype, random.PerTensor(dtype, 0.02)};
      trial.Add(random.Fill(
          TensorType(dtype, {1000}, random.PerTensor(dtype, 0.03))));
      EXPECT_TRUE(CheckTrial(trial)) << name;
    }
  }
}

TEST(PointwiseKernelsTest, Clip) {
  for (uint64_t seed = 0; seed < kTrials; ++seed) {
    Random random(seed);
    Trial trial("clip");
    if (random.Chance(0.8)) {
      trial.Set("min", AttrText(static_cast<float>(random.Real(-3, 1))));
    }
    if (random.Chance(0.8)) {
      trial.Set("max", AttrText(static_cast<float>(random.Real(-1, 6))));
    }
    const DType dtype =
        random.Pick<DType>({DType::kF32, DType::kS8, DType::kU8, DType::kS16,
                            DType::kU16, DType::kS32});
    TensorType type(dtype, {100});
    if (InfoOf(dtype).bits <= 16 && random.Chance(0.7)) {
      type.quant =
          random.PerTensor(dtype, 4 / static_cast<double>(MaxOf(dtype)));
      if (InfoOf(dtype).bits == 8 && random.Chance(0.3)) {
        trial.want = {dtype, random.PerTensor(dtype, 0.03)};
      }
    }
    trial.Add(random.Fill(type));
    EXPECT_TRUE(CheckTrial(trial)) << "seed " << seed;
  }
}

TEST(PointwiseKernelsTest, BinaryOfPlainNumbers) {
  for (const BinaryRow& row : BinaryRows()) {
    const std::string name(row.name);
    for (const DType dtype :
         {DType::kF32, DType::kF64, DType::kS8, DType::kU8, DType::kS16,
          DType::kU16, DType::kS32, DType::kU32, DType::kS64, DType::kU64,
          DType::kBool}) {
      const bool taken = IsFloat(dtype) ? row.takes != BinaryRow::Takes::kBits
                         : dtype == DType::kBool
                             ? row.takes != BinaryRow::Takes::kNumbers
                             : true;
      if (!taken) continue;
      for (uint64_t seed = 0; seed < 10; ++seed) {
        Random random(seed);
        const Shape shape = random.Dims(random.Int(0, 5), 5);
        Trial trial(name);
        trial.tolerance = kTolerance;
        trial.Add(random.Fill(TensorType(dtype, random.Broadcastable(shape))));
        trial.Add(random.Fill(TensorType(dtype, random.Broadcastable(shape))));
        EXPECT_TRUE(CheckTrial(trial)) << name << ", seed " << seed;
      }
    }
  }
}

TEST(PointwiseKernelsTest, BinaryOfQuantizedNumbers) {
  for (const char* name : {"add", "sub", "mul", "min", "max"}) {
    const std::string text = name;
    const bool selects = text == "min" || text == "max";
    for (const DType dtype : {DType::kS8, DType::kS16}) {
      for (uint64_t seed = 0; seed < kTrials; ++seed) {
        Random random(seed);
        const Shape shape = random.Dims(random.Int(0, 4), 12);
        const double range = static_cast<double>(MaxOf(dtype));
        const auto a = random.PerTensor(dtype, 1 / range);
        const auto b = selects ? a : random.PerTensor(dtype, 1 / range);
        Trial trial(text);
        trial.Add(
            random.Fill(TensorType(dtype, random.Broadcastable(shape), a)));
        trial.Add(
            random.Fill(TensorType(dtype, random.Broadcastable(shape), b)));
        trial.want = {dtype, selects ? a : random.PerTensor(dtype, 1 / range)};
        EXPECT_TRUE(CheckTrial(trial)) << text << ", seed " << seed;
      }
    }
  }
}

TEST(PointwiseKernelsTest, Cast) {
  const std::vector<DType> types = {DType::kF32, DType::kF64, DType::kS8,
                                    DType::kU8,  DType::kS16, DType::kU16,
                                    DType::kS32, DType::kU32, DType::kS64,
                                    DType::kU64, DType::kBool};
  for (const DType from : types) {
    for (const DType to : types) {
      Random random(4);
      Tensor x = random.Fill(TensorType(from, {400}));
      if (IsFloat(from)) {
        // Magnitudes of all sizes, and what is no number.
        for (int64_t i = 0; i < 200; ++i) {
          x.Set(i, std::ldexp(random.Real(-1, 1),
                              static_cast<int>(random.Int(0, 70))));
        }
        x.Set(200, std::numeric_limits<double>::infinity());
        x.Set(201, -std::numeric_limits<double>::infinity());
        x.Set(202, std::numeric_limits<double>::quiet_NaN());
        for (int power = 0; power < 65; ++power) {
          x.Set(203 + power, std::ldexp(power % 2 == 0 ? 1 : -1, power));
        }
      }
      Trial trial("cast");
      trial.Set("to", AttrText(to));
      trial.Add(x);
      EXPECT_TRUE(CheckTrial(trial));
    }
  }
}

TEST(PointwiseKernelsTest, QuantizeAndDequantize) {
  for (uint64_t seed = 0; seed < kTrials; ++seed) {
    Random random(seed);
    const Shape shape = random.Dims(random.Int(1, 4), 6);
    const DType dtype =
        random.Pick<DType>({DType::kS8, DType::kU8, DType::kS16, DType::kU16});
    const double natural = 4 / static_cast<double>(MaxOf(dtype));
    const int axis =
        static_cast<int>(random.Int(0, static_cast<int64_t>(shape.size()) - 1));
    const auto quant =
        random.Chance(0.5)
            ? random.PerTensor(dtype, natural)
            : random.PerAxis(axis, shape[static_cast<size_t>(axis)], natural);
    Trial quantize("quantize");
    quantize.want = {dtype, quant};
    quantize.Add(random.Fill(TensorType(DType::kF32, shape)));
    EXPECT_TRUE(CheckTrial(quantize)) << "seed " << seed;

    Trial dequantize("dequantize");  // every bit is determined
    dequantize.Add(random.Fill(TensorType(
        quant->per_tensor() || random.Chance(0.5) ? dtype : DType::kS32, shape,
        quant)));
    EXPECT_TRUE(CheckTrial(dequantize)) << "seed " << seed;
  }
}

TEST(PointwiseKernelsTest, QuantizeOfWhatIsNoNumber) {
  const float inf = std::numeric_limits<float>::infinity();
  Trial trial("quantize");
  trial.want = {DType::kS8, Quant::PerTensor(0.5f, 3)};
  trial.Add(Tensor::Of<float>(
      {7}, {inf, -inf, std::nanf(""), 3e38f, -3e38f, 0.25f, 0.75f}));
  EXPECT_TRUE(CheckTrial(trial));
}

TEST(PointwiseKernelsTest, Requantize) {
  const std::vector<DType> types = {DType::kS8, DType::kU8, DType::kS16,
                                    DType::kU16};
  for (const DType from : types) {
    for (const DType to : types) {
      for (uint64_t seed = 0; seed < kTrials; ++seed) {
        Random random(seed);
        Trial trial("requantize");
        trial.want = {to,
                      random.PerTensor(to, 4 / static_cast<double>(MaxOf(to)))};
        trial.Add(random.Fill(TensorType(
            from, {50},
            random.PerTensor(from, 4 / static_cast<double>(MaxOf(from))))));
        EXPECT_TRUE(CheckTrial(trial)) << "seed " << seed;
      }
    }
  }
}

TEST(PointwiseKernelsTest, Reinterpret) {
  Trial trial("reinterpret");
  trial.want = {DType::kS8, Quant::PerTensor(0.5f, 3)};
  trial.Add(Random(5).Fill(TensorType(DType::kU8, {100})));
  EXPECT_TRUE(CheckTrial(trial));
}

}  // namespace
}  // namespace tinyc
