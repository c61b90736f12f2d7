// SPDX-License-Identifier: Apache-2.0
// Operators that sum: convolution, dense, matmul, pooling, reductions, softmax;
// kernels against the reference.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "compiler/ir/attr.h"
#include "tests/differential/trial.h"
#include "tests/support/random.h"

namespace tinyc {
namespace {

constexpr uint64_t kTrials = 400;
// Sums of up to a few hundred products of numbers in -4..4, in an order of the
// kernel's choice.
constexpr double kTolerance = 2e-4;

// The scale of a result that is a sum of `terms` products of numbers that span
// 8 or 16 bits at the scales `a` and `b`.
double SumScale(DType dtype, double a, double b, int64_t terms) {
  return a * b * 0.3 * static_cast<double>(MaxOf(dtype)) *
         std::sqrt(static_cast<double>(terms));
}

// Gives a trial of a weighted operator its operands and result: x of `shape`,
// w of `w_shape`, both quantized or both not, and perhaps a bias.
void AddWeighted(Random& random, const Shape& shape, const Shape& w_shape,
                 Trial* trial) {
  const DType dtype =
      random.Pick<DType>({DType::kF32, DType::kS8, DType::kS8, DType::kS16});
  const int64_t out = w_shape[0];
  const bool bias = random.Chance(0.7);
  if (random.Chance(0.5)) {
    trial->Set("act_min", AttrText(static_cast<float>(random.Real(-1, 0))));
    trial->Set("act_max", AttrText(static_cast<float>(random.Real(0, 6))));
  }
  if (dtype == DType::kF32) {
    trial->tolerance = kTolerance;
    trial->Add(random.Fill(TensorType(dtype, shape)));
    const Tensor w = random.Fill(TensorType(dtype, w_shape));
    const bool constant = random.Chance(0.7);
    constant ? trial->AddConstant(w) : trial->Add(w);
    if (bias) {
      const Tensor b = random.Fill(TensorType(dtype, {out}));
      constant ? trial->AddConstant(b) : trial->Add(b);
    }
    return;
  }
  const double x_scale = 0.01;
  const double w_scale = 0.02;
  TensorType w(DType::kS8, w_shape, random.PerAxis(0, out, w_scale));
  if (random.Chance(0.3)) {
    w.dtype = DType::kS4;
  } else if (random.Chance(0.3)) {
    // Asymmetric weights, which 16-bit kernels do not take.
    w.quant = dtype == DType::kS8 ? random.PerTensor(DType::kS8, w_scale)
                                  : Quant::PerTensor(0.02f, 0);
  }
  trial->Add(
      random.Fill(TensorType(dtype, shape, random.PerTensor(dtype, x_scale))));
  trial->AddConstant(random.Fill(w));
  if (bias) {
    Tensor b(TensorType(random.Chance(0.5) ? DType::kS32 : DType::kS64, {out}));
    for (int64_t i = 0; i < out; ++i) b.SetInt(i, random.Int(-20000, 20000));
    trial->AddConstant(b);
  }
  const int64_t terms = NumElements(w_shape) / out;
  trial->want = {dtype, random.PerTensor(dtype, SumScale(DType::kS8, x_scale,
                                                         w_scale, terms))};
}

// A window over `space`, with padding that no window lies in altogether.
struct RandomWindow {
  RandomWindow(Random& random, const Shape& space) {
    std::vector<int64_t> after;
    for (const int64_t size : space) {
      kernel.push_back(random.Int(1, 3));
      dilations.push_back(random.Chance(0.3) ? 2 : 1);
      // Dilated windows could step over a small input.
      if (kernel.back() * dilations.back() > size) {
        kernel.back() = std::min<int64_t>(kernel.back(), size);
        dilations.back() = 1;
      }
      strides.push_back(random.Int(1, 3));
      pads.push_back(random.Int(0, kernel.back() - 1));
      after.push_back(random.Int(0, kernel.back() - 1));
    }
    pads.insert(pads.end(), after.begin(), after.end());
  }
  std::vector<int64_t> kernel, strides, pads, dilations;
};

void SetWindow(const RandomWindow& window, Trial* trial) {
  trial->Set("strides", AttrText(window.strides));
  trial->Set("pads", AttrText(window.pads));
  trial->Set("dilations", AttrText(window.dilations));
  trial->Set("layout", "nhwc");
}

Shape ImageShape(int64_t batch, const Shape& space, int64_t channels) {
  Shape shape{batch};
  shape.insert(shape.end(), space.begin(), space.end());
  shape.push_back(channels);
  return shape;
}

TEST(SumKernelsTest, Conv) {
  for (uint64_t seed = 0; seed < 2 * kTrials; ++seed) {
    Random random(seed);
    const Shape space = random.Dims(random.Int(1, 2), 9);
    const RandomWindow window(random, space);
    const int64_t group = random.Chance(0.6) ? 1 : random.Int(1, 6);
    // Depthwise half of the time when in groups.
    const int64_t in =
        group * (group > 1 && random.Chance(0.5) ? 1 : random.Int(1, 5));
    const int64_t out = group * random.Int(1, random.Chance(0.3) ? 40 : 6);
    Shape w{out, in / group};
    w.insert(w.end(), window.kernel.begin(), window.kernel.end());
    Trial trial("conv");
    SetWindow(window, &trial);
    trial.Set("group", AttrText(group));
    AddWeighted(random, ImageShape(random.Int(1, 2), space, in), w, &trial);
    EXPECT_TRUE(CheckTrial(trial)) << "seed " << seed;
  }
}

// What conv2d does not do: volumes, and inputs that are spread out.
TEST(SumKernelsTest, GeneralConv) {
  for (uint64_t seed = 0; seed < kTrials; ++seed) {
    Random random(seed);
    const Shape space = random.Dims(random.Int(1, 3), 5);
    const RandomWindow window(random, space);
    const int64_t group = random.Chance(0.6) ? 1 : random.Int(1, 4);
    const int64_t in = group * random.Int(1, 5);
    Shape w{group * random.Int(1, 6), in / group};
    w.insert(w.end(), window.kernel.begin(), window.kernel.end());
    std::vector<int64_t> spread;
    for (size_t d = 0; d < space.size(); ++d) {
      spread.push_back(random.Int(1, 3));
    }
    Trial trial("conv");
    SetWindow(window, &trial);
    trial.Set("group", AttrText(group));
    trial.Set("spread", AttrText(spread));
    AddWeighted(random, ImageShape(random.Int(1, 2), space, in), w, &trial);
    EXPECT_TRUE(CheckTrial(trial)) << "seed " << seed;
  }
}

TEST(SumKernelsTest, Dense) {
  for (uint64_t seed = 0; seed < 2 * kTrials; ++seed) {
    Random random(seed);
    Shape x = random.Dims(random.Int(1, 3), 4);
    x.back() = random.Int(1, 70);
    const int64_t out = random.Int(1, 80);
    Trial trial("dense");
    AddWeighted(random, x, {out, x.back()}, &trial);
    EXPECT_TRUE(CheckTrial(trial)) << "seed " << seed;
  }
}

TEST(SumKernelsTest, DenseOfFourBitWeights) {
  Random random(7);
  Trial trial("dense");
  trial.Add(
      random.Fill(TensorType(DType::kS8, {3, 9}, Quant::PerTensor(0.02f, 5))));
  trial.AddConstant(
      random.Fill(TensorType(DType::kS4, {5, 9}, random.PerAxis(0, 5, 0.1))));
  trial.want = {DType::kS8, Quant::PerTensor(0.1f, -3)};
  EXPECT_TRUE(CheckTrial(trial));
}

TEST(SumKernelsTest, Matmul) {
  for (uint64_t seed = 0; seed < kTrials; ++seed) {
    Random random(seed);
    const Shape batch = random.Dims(random.Int(0, 3), 3);
    const int64_t inner = random.Int(1, 30);
    Shape a = random.Broadcastable(batch);
    Shape b = random.Broadcastable(batch);
    if (random.Chance(0.2)) b.clear();
    if (random.Chance(0.1)) {
      a.clear();
    } else {
      a.push_back(random.Int(1, 6));
    }
    a.push_back(inner);
    if (b.empty() && random.Chance(0.2)) {
      b.push_back(inner);
    } else {
      b.push_back(inner);
      b.push_back(random.Int(1, 20));
    }
    Trial trial("matmul");
    if (random.Chance(0.5)) {
      const DType dtype = random.Pick<DType>(
          {DType::kF32, DType::kF32, DType::kF64, DType::kS32, DType::kU32,
           DType::kS64, DType::kU64});
      trial.tolerance = IsFloat(dtype) ? kTolerance : 0;
      trial.Add(random.Fill(TensorType(dtype, a)));
      trial.Add(random.Fill(TensorType(dtype, b)));
    } else {
      const DType dtype = random.Pick<DType>({DType::kS8, DType::kS16});
      const auto q = [&](double scale) {
        return random.PerTensor(dtype, scale);
      };
      trial.Add(random.Fill(TensorType(dtype, a, q(0.01))));
      trial.Add(random.Fill(TensorType(dtype, b, q(0.02))));
      trial.want = {dtype, q(SumScale(dtype, 0.01, 0.02, inner))};
    }
    EXPECT_TRUE(CheckTrial(trial)) << "seed " << seed;
  }
}

void CheckPool(const char* name, const std::vector<DType>& plain,
               const std::vector<DType>& quantized, bool own_scale) {
  for (uint64_t seed = 0; seed < 2 * kTrials; ++seed) {
    Random random(seed);
    const Shape space = random.Dims(random.Int(1, 3), 7);
    const RandomWindow window(random, space);
    Trial trial(name);
    SetWindow(window, &trial);
    trial.Set("kernel", AttrText(window.kernel));
    trial.Set("ceil_mode", AttrText(random.Chance(0.3)));
    if (own_scale) {
      trial.Set("count_include_pad", AttrText(random.Chance(0.3)));
    }
    trial.tolerance = kTolerance;
    const Shape shape = ImageShape(random.Int(1, 2), space, random.Int(1, 9));
    if (quantized.empty() || random.Chance(0.4)) {
      trial.Add(random.Fill(TensorType(random.Pick(plain), shape)));
    } else {
      const DType dtype = random.Pick(quantized);
      trial.Add(
          random.Fill(TensorType(dtype, shape, random.PerTensor(dtype, 0.1))));
      if (own_scale) trial.want = {dtype, random.PerTensor(dtype, 0.1)};
    }
    EXPECT_TRUE(CheckTrial(trial)) << "seed " << seed;
  }
}

TEST(SumKernelsTest, MaxPool) {
  CheckPool("max_pool", {DType::kF32, DType::kF64, DType::kS8, DType::kU8},
            {DType::kS8, DType::kU8, DType::kS16, DType::kU16}, false);
}

TEST(SumKernelsTest, ArgMaxPool) {
  CheckPool("arg_max_pool",
            {DType::kF32, DType::kF64, DType::kS8, DType::kU8, DType::kS16},
            {DType::kS8}, false);
}

TEST(SumKernelsTest, MaxUnpool) {
  for (uint64_t seed = 0; seed < kTrials / 4; ++seed) {
    Random random(seed);
    const Shape shape = random.Dims(3, 4);
    Tensor index(TensorType(DType::kS64, shape));
    for (int64_t i = 0; i < index.size(); ++i) {
      index.SetInt(i, random.Int(-1, 30));
    }
    Trial trial("max_unpool");
    trial.Set("shape", "[1,1,30]");
    const DType dtype =
        random.Pick<DType>({DType::kS8, DType::kS16, DType::kF32, DType::kF64});
    trial.Add(random.Fill(TensorType(dtype, shape)));
    trial.Add(index);
    EXPECT_TRUE(CheckTrial(trial)) << "seed " << seed;
  }
}

TEST(SumKernelsTest, LpPool) {
  CheckPool("lp_pool", {DType::kF32, DType::kF64}, {}, false);
}

TEST(SumKernelsTest, AveragePool) {
  CheckPool("average_pool", {DType::kF32, DType::kF64},
            {DType::kS8, DType::kU8, DType::kS16}, true);
}

void CheckReduce(const char* name, const std::vector<DType>& plain,
                 const std::vector<DType>& quantized, bool own_scale) {
  for (uint64_t seed = 0; seed < kTrials; ++seed) {
    Random random(seed);
    const Shape shape = random.Dims(random.Int(1, 5), 5);
    std::vector<int64_t> axes;
    for (size_t d = 0; d < shape.size(); ++d) {
      if (random.Chance(0.4)) axes.push_back(static_cast<int64_t>(d));
    }
    Trial trial(name);
    trial.Set("axes", AttrText(axes));
    trial.Set("keepdims", AttrText(random.Chance(0.5)));
    trial.tolerance = kTolerance;
    if (quantized.empty() || random.Chance(0.5)) {
      const DType dtype = random.Pick(plain);
      trial.Add(random.Fill(TensorType(dtype, shape)));
    } else {
      const DType dtype = random.Pick(quantized);
      trial.Add(
          random.Fill(TensorType(dtype, shape, random.PerTensor(dtype, 0.1))));
      if (own_scale) trial.want = {dtype, random.PerTensor(dtype, 0.1)};
    }
    EXPECT_TRUE(CheckTrial(trial)) << name << ", seed " << seed;
  }
}

TEST(SumKernelsTest, Reduce) {
  const std::vector<DType> sums = {DType::kF32, DType::kF64, DType::kS32,
                                   DType::kU32, DType::kS64, DType::kU64};
  const std::vector<DType> bytes = {DType::kS8, DType::kU8, DType::kS16};
  CheckReduce("reduce_sum", sums, bytes, true);
  CheckReduce("reduce_mean", sums, bytes, true);
  CheckReduce("reduce_prod", sums, {}, false);
  CheckReduce("reduce_max", sums, bytes, false);
  CheckReduce("reduce_min", sums, bytes, false);
  CheckReduce("reduce_l1", sums, {}, false);
  CheckReduce("reduce_sum_square", sums, {}, false);
  CheckReduce("reduce_log_sum_exp", {DType::kF32, DType::kF64}, {}, false);
}

TEST(SumKernelsTest, Softmax) {
  for (const char* name : {"softmax", "log_softmax"}) {
    const bool quantizes = std::string(name) == "softmax";
    for (uint64_t seed = 0; seed < kTrials; ++seed) {
      Random random(seed);
      const Shape shape = random.Dims(random.Int(1, 4), 12);
      const int64_t rank = static_cast<int64_t>(shape.size());
      Trial trial(name);
      trial.Set("axis", AttrText(random.Int(-rank, rank - 1)));
      trial.tolerance = 1e-5;
      if (quantizes && random.Chance(0.6)) {
        const DType dtype = random.Pick<DType>({DType::kS8, DType::kS16});
        const bool wide = dtype == DType::kS16;
        trial.Add(random.Fill(TensorType(
            dtype, shape, random.PerTensor(dtype, wide ? 3e-4 : 0.05))));
        const auto natural = wide ? Quant::PerTensor(1.0f / 32768, 0)
                                  : Quant::PerTensor(1.0f / 256, -128);
        trial.want = {dtype, random.Chance(0.5)
                                 ? natural
                                 : random.PerTensor(dtype, wide ? 1e-4 : 0.01)};
      } else {
        const DType dtype = random.Pick<DType>({DType::kF32, DType::kF64});
        trial.Add(random.Fill(TensorType(dtype, shape)));
      }
      EXPECT_TRUE(CheckTrial(trial)) << name << ", seed " << seed;
    }
  }
}

}  // namespace
}  // namespace tinyc
