// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/dft.h"

#include <algorithm>
#include <cmath>
#include <complex>

#include "compiler/ir/graph.h"
#include "compiler/ops/indexing.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/registry.h"
#include "dft/dft.h"

static auto BlockFields(const tc_dft_shape*) {
  using T = tc_dft_shape;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_dft_shape",
      std::tuple{
          BlockMember{"outer", &T::outer}, BlockMember{"signal", &T::signal},
          BlockMember{"inner", &T::inner}, BlockMember{"frames", &T::frames},
          BlockMember{"step", &T::step}, BlockMember{"used", &T::used},
          BlockMember{"n", &T::n}, BlockMember{"out", &T::out},
          BlockMember{"in_parts", &T::in_parts},
          BlockMember{"out_parts", &T::out_parts},
          BlockMember{"half", &T::half}, BlockMember{"scale", &T::scale}}};
}

namespace tinyc {
namespace {

// exp(2 pi i k / n), exact where it is on an axis.
std::complex<double> Root(int64_t k, int64_t n) {
  constexpr double kPi = 3.14159265358979323846;
  k = (k % n + n) % n;
  if (4 * k % n == 0) {
    constexpr std::complex<double> kAxes[] = {{1, 0}, {0, 1}, {-1, 0}, {0, -1}};
    return kAxes[4 * k / n];
  }
  const double angle =
      2 * kPi * static_cast<double>(k) / static_cast<double>(n);
  return {std::cos(angle), std::sin(angle)};
}

}  // namespace

void RegisterDft(OpRegistry& registry) {
  registry.Add(std::make_unique<Dft>());
}

Dft::Sizes Dft::SizesOf(const Shape& x, size_t at) const {
  Sizes sizes;
  for (size_t d = 0; d + 1 < x.size(); ++d) {
    if (d < at) sizes.outer *= x[d];
    if (d > at) sizes.inner *= x[d];
  }
  sizes.signal = x[at];
  sizes.in_parts = x.back();
  if (frame_step != 0) {
    sizes.frames =
        sizes.signal < length ? 0 : (sizes.signal - length) / frame_step + 1;
  }
  sizes.out = onesided && !inverse ? length / 2 + 1 : length;
  sizes.out_parts = onesided && inverse ? 1 : 2;
  return sizes;
}

absl::StatusOr<std::vector<TensorType>> Dft::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  const TensorType* window = args.in[1];
  TINYC_ASSIGN_OR_RETURN(const size_t at, NormalizedAxis(axis, x.rank()));
  if (at + 1 == x.shape.size() || x.shape.back() < 1 ||
      x.shape.back() > 2) {  // dft_c1
    return Invalid("an operand of shape ", ToString(x.shape),
                   " holds no real or complex signals along axis ", axis);
  }
  if (!IsFloat(x.dtype) || x.quantized()) {  // dft_c2
    return Invalid("dft takes plain floats");
  }
  if (length < 1 || length > (int64_t{1} << 24)) {  // dft_c3
    return Invalid("the length of the transform is ", length);
  }
  if (onesided && (x.shape.back() == 2) != inverse) {  // dft_c4
    return Invalid(
        "a onesided transform is one of real signals, its inverse "
        "one of complex spectra");
  }
  if (window != nullptr &&
      !(*window == TensorType(x.dtype, {length}))) {  // dft_c5
    return Invalid("the window is ", ToString(*window), ", a frame has ",
                   length, " elements of ", InfoOf(x.dtype).text);
  }
  if (frame_step < 0) return Invalid("frame_step is ", frame_step);  // dft_c6
  const Sizes sizes = SizesOf(x.shape, at);
  Shape shape = x.shape;
  shape[at] = sizes.out;
  shape.back() = sizes.out_parts;
  if (frame_step != 0) {
    if (sizes.frames == 0) {  // dft_c7
      return Invalid("a frame of ", length, " elements is longer than the ",
                     "signal of ", sizes.signal);
    }
    shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(at), sizes.frames);
  }
  return std::vector{TensorType(x.dtype, shape)};
}

absl::Status Dft::Evaluate(const EvalArgs& args) const {
  const Tensor& x = *args.in[0];
  const Tensor* window = args.in[1];
  Tensor& y = *args.out[0];
  TINYC_ASSIGN_OR_RETURN(const size_t at,
                         NormalizedAxis(axis, x.type().rank()));
  const Sizes sizes = SizesOf(x.shape(), at);
  const int64_t n = length;
  std::vector<std::complex<double>> roots;
  for (int64_t k = 0; k < n; ++k) roots.push_back(Root(inverse ? k : -k, n));
  for (int64_t i = 0; i < y.size() / sizes.out_parts; ++i) {
    const int64_t inner = i % sizes.inner;
    const int64_t k = i / sizes.inner % sizes.out;
    const int64_t frame = i / sizes.inner / sizes.out % sizes.frames;
    const int64_t outer = i / sizes.inner / sizes.out / sizes.frames;
    // Element j of the frame, 0 beyond the signal.
    const auto element = [&](int64_t j) -> std::complex<double> {
      const int64_t position = frame * frame_step + j;
      if (position >= sizes.signal) return 0;
      const int64_t first =
          ((outer * sizes.signal + position) * sizes.inner + inner) *
          sizes.in_parts;
      const double weight = window == nullptr ? 1 : window->At(j);
      return {x.At(first) * weight,
              sizes.in_parts == 2 ? x.At(first + 1) * weight : 0};
    };
    std::complex<double> sum = 0;
    for (int64_t j = 0; j < n; ++j) {
      std::complex<double> v;
      if (!(inverse && onesided)) {
        v = element(j);
      } else if (j == 0 || 2 * j == n) {
        v = element(j).real();
      } else {
        v = 2 * j < n ? element(j) : std::conj(element(n - j));
      }
      sum += v * roots[static_cast<size_t>(j * k % n)];
    }
    if (inverse) sum /= static_cast<double>(n);
    y.Set(i * sizes.out_parts, sum.real());
    if (sizes.out_parts == 2) y.Set(i * 2 + 1, sum.imag());
  }
  return absl::OkStatus();
}

// Four per product of complex numbers; a stage for a factor p takes p - 1 of
// them for each element, and one half for a factor 2.
int64_t Dft::Macs(const Node& node) const {
  const int64_t elements = node.output()->type().num_elements() / 2;
  int64_t products = 0;
  int64_t rest = length;
  for (int64_t p = 2; rest > 1; ++p) {
    if (p > rest / p) p = rest;
    for (; rest % p == 0; rest /= p) products += p == 2 ? 2 : 4 * (p - 1);
  }
  return elements * products;
}

absl::StatusOr<std::vector<KernelCall>> Dft::Lower(const Node& node) const {
  const TensorType& x = node.input(0)->type();
  TINYC_ASSIGN_OR_RETURN(const size_t at, NormalizedAxis(axis, x.rank()));
  const Sizes sizes = SizesOf(x.shape, at);
  KernelCall call;
  TINYC_ASSIGN_OR_RETURN(call.family, ArithmeticFamily("dft", x));
  call.shape = Block::Of(tc_dft_shape{
      Int32(sizes.outer), Int32(sizes.signal), Int32(sizes.inner),
      Int32(sizes.frames), Int32(frame_step),
      Int32(std::min(sizes.signal, length)), Int32(length), Int32(sizes.out),
      Int32(sizes.in_parts), Int32(sizes.out_parts), inverse && onesided,
      inverse ? static_cast<float>(1.0 / static_cast<double>(length)) : 1.0f});
  Tensor roots(TensorType(DType::kF32, {length, 2}));
  for (int64_t k = 0; k < length; ++k) {
    const std::complex<double> root = Root(inverse ? k : -k, length);
    roots.Set(2 * k, root.real());
    roots.Set(2 * k + 1, root.imag());
  }
  call.scratch_bytes = 16 * length;
  call.args = {
      KernelArg::Input(0),
      node.input(1) == nullptr ? KernelArg::Null() : KernelArg::Input(1),
      KernelArg::Constant("roots", std::move(roots)), KernelArg::Scratch(),
      KernelArg::Output(0)};
  return std::vector{std::move(call)};
}

}  // namespace tinyc
