// SPDX-License-Identifier: Apache-2.0
// Functions of one or two elements, and conversions: kernels against the
// reference.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "compiler/ir/attr.h"
#include "compiler/ops/activation.h"
#include "compiler/ops/binary.h"
#include "compiler/ops/unary.h"
#include "tests/differential/trial.h"
#include "tests/support/random.h"

namespace tinyc {
namespace {

constexpr uint64_t kTrials = 400;
// The C library's functions of a float are within a few units in the last
// place.
constexpr double kTolerance = 1e-6;

constexpr DType kPlainTypes[] = {DType::kF32, DType::kF64, DType::kS8,
                                 DType::kU8,  DType::kS16, DType::kU16,
                                 DType::kS32, DType::kU32, DType::kS64,
                                 DType::kU64, DType::kBool};

bool IsTaken(const NodeCase& node_case) {
  return ErrorOf(node_case).find(" takes no ") == std::string::npos;
}

TEST(PointwiseKernelsTest, UnaryOfPlainNumbers) {
  for (const UnaryRow& row : UnaryRows()) {
    const std::string name(row.name);
    for (const DType dtype : kPlainTypes) {
      Random random(1);
      Trial trial(name);
      trial.tolerance = kTolerance;
      Tensor x = random.Fill(TensorType(dtype, {2, 500}));
      if (IsFloat(dtype)) {
        x.Set(0, std::numeric_limits<double>::infinity());
        x.Set(1, -std::numeric_limits<double>::infinity());
        x.Set(2, std::numeric_limits<double>::quiet_NaN());
        x.Set(3, 0);
      }
      trial.Add(std::move(x));
      if (!IsTaken(trial)) continue;
      EXPECT_TRUE(CheckTrial(trial)) << name;
    }
  }
}

TEST(PointwiseKernelsTest, ActivationOfFloats) {
  for (const ActivationRow& row : ActivationRows()) {
    for (const DType dtype : {DType::kF32, DType::kF64}) {
      for (const char* alpha : {"0.01", "1", "2.5"}) {
        Random random(1);
        Trial trial(row.name);
        trial.tolerance = kTolerance;
        trial.Set("alpha", alpha);
        trial.Set("beta", "0.5");
        Tensor x = random.Fill(TensorType(dtype, {300}));
        x.Set(0, std::numeric_limits<double>::infinity());
        x.Set(1, -std::numeric_limits<double>::infinity());
        x.Set(2, std::numeric_limits<double>::quiet_NaN());
        trial.Add(std::move(x));
        EXPECT_TRUE(CheckTrial(trial)) << row.name;
      }
    }
  }
}

TEST(PointwiseKernelsTest, ActivationOfQuantizedNumbersIsATable) {
  for (const ActivationRow& row : ActivationRows()) {
    Random random(3);
    Trial trial(row.name);
    trial.Set("beta", "0.5");
    trial.want = {DType::kS8, random.PerTensor(DType::kS8, 0.02)};
    trial.Add(random.Fill(
        TensorType(DType::kS8, {1000}, random.PerTensor(DType::kS8, 0.03))));
    EXPECT_TRUE(CheckTrial(trial)) << row.name;
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
  for (const UnaryRow& row : UnaryRows()) {
    const std::string name(row.name);
    if (Unary(&row).Quantization().kind != QuantRule::Kind::kTable) continue;
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

TEST(PointwiseKernelsTest, UnaryOf16BitNumbersIsMadeOfPieces) {
  for (const char* name : {"tanh", "sigmoid", "erf", "exp", "gelu", "mish",
                           "softplus", "sin", "neg", "atan", "asinh"}) {
    for (uint64_t seed = 0; seed < 5; ++seed) {
      Random random(seed);
      Trial trial(name);
      trial.want = {
          DType::kS16,
          Quant::PerTensor(static_cast<float>(random.Real(1, 3) / 3e4),
                           static_cast<int32_t>(random.Int(-9, 9)))};
      trial.Add(random.Fill(TensorType(
          DType::kS16, {1000},
          Quant::PerTensor(static_cast<float>(random.Real(1, 4) / 32768), 0))));
      EXPECT_TRUE(CheckTrial(trial)) << name << ", seed " << seed;
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
    for (const DType dtype : kPlainTypes) {
      for (uint64_t seed = 0; seed < 10; ++seed) {
        Random random(seed);
        const Shape shape = random.Dims(random.Int(0, 5), 5);
        Trial trial(name);
        trial.tolerance = kTolerance;
        trial.Add(random.Fill(TensorType(dtype, random.Broadcastable(shape))));
        trial.Add(random.Fill(TensorType(dtype, random.Broadcastable(shape))));
        if (!IsTaken(trial)) break;
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

// Magnitudes of all sizes, and what is no number.
Tensor NumbersToCast(DType dtype) {
  Random random(4);
  Tensor x = random.Fill(TensorType(dtype, {401}));
  if (!IsFloat(dtype)) return x;
  for (int64_t i = 0; i < 200; ++i) {
    x.Set(i, std::ldexp(random.Real(-1, 1),
                        static_cast<int>(random.Int(-30, 70))));
  }
  x.Set(200, std::numeric_limits<double>::infinity());
  x.Set(201, -std::numeric_limits<double>::infinity());
  x.Set(202, std::numeric_limits<double>::quiet_NaN());
  for (int power = 0; power < 65; ++power) {
    x.Set(203 + power, std::ldexp(power % 2 == 0 ? 1 : -1, power));
  }
  return x;
}

TEST(PointwiseKernelsTest, Cast) {
  for (const DType from : kPlainTypes) {
    for (const DType to : kPlainTypes) {
      Trial trial("cast");
      trial.Set("to", AttrText(to));
      trial.Add(NumbersToCast(from));
      EXPECT_TRUE(CheckTrial(trial));
    }
  }
}

TEST(PointwiseKernelsTest, CastOfShortFloats) {
  for (const DType small :
       {DType::kF16, DType::kBF16, DType::kF8E4M3FN, DType::kF8E4M3FNUZ,
        DType::kF8E5M2, DType::kF8E5M2FNUZ, DType::kF4E2M1, DType::kF8E8M0}) {
    for (const DType from : {DType::kF32, DType::kF64, DType::kS32, DType::kU32,
                             DType::kS64, DType::kU64}) {
      for (const char* saturate : {"true", "false"}) {
        Trial trial("cast");
        trial.Set("to", AttrText(small));
        trial.Set("saturate", saturate);
        trial.Set("round_mode", "nearest");
        trial.Add(NumbersToCast(from));
        EXPECT_TRUE(CheckTrial(trial));
      }
    }
    Trial trial("cast");
    trial.Set("to", "f32");
    trial.Add(NumbersToCast(small));
    EXPECT_TRUE(CheckTrial(trial));
  }
}

TEST(PointwiseKernelsTest, CastOfPackedIntegers) {
  for (const DType packed : {DType::kS4, DType::kU4, DType::kS2, DType::kU2}) {
    const DType bytes = IsUnsigned(packed) ? DType::kU8 : DType::kS8;
    Trial unpack("cast");
    unpack.Set("to", AttrText(bytes));
    unpack.Add(NumbersToCast(packed));
    EXPECT_TRUE(CheckTrial(unpack));
    for (const DType from : {DType::kS8, DType::kU8}) {
      Trial pack("cast");
      pack.Set("to", AttrText(packed));
      pack.Add(NumbersToCast(from));
      EXPECT_TRUE(CheckTrial(pack));
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
