// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/det.h"

#include <cmath>
#include <utility>

#include "compiler/ir/graph.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/registry.h"
#include "det/det.h"

static auto BlockFields(const tc_det_shape*) {
  using T = tc_det_shape;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_det_shape",
      std::tuple{BlockMember{"batch", &T::batch}, BlockMember{"n", &T::n}}};
}

namespace tinyc {

void RegisterDet(OpRegistry& registry) {
  registry.Add(std::make_unique<Det>());
}

absl::StatusOr<std::vector<TensorType>> Det::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  if (x.rank() < 2 ||
      x.shape.back() != x.shape[x.shape.size() - 2]) {  // det_c1
    return Invalid("an operand of shape ", ToString(x.shape),
                   " is no square matrix");
  }
  if (!IsFloat(x.dtype) || x.quantized()) {  // det_c2
    return Invalid("det takes plain floats");
  }
  return std::vector{
      TensorType(x.dtype, Shape(x.shape.begin(), x.shape.end() - 2))};
}

absl::Status Det::Evaluate(const EvalArgs& args) const {
  const Tensor& x = *args.in[0];
  const int64_t n = x.shape().back();
  for (int64_t matrix = 0; matrix < args.out[0]->size(); ++matrix) {
    std::vector<std::vector<long double>> a(static_cast<size_t>(n));
    for (int64_t i = 0; i < n * n; ++i) {
      a[static_cast<size_t>(i / n)].push_back(x.At(matrix * n * n + i));
    }
    long double det = 1;
    for (size_t k = 0; k < a.size(); ++k) {
      size_t pivot = k;
      for (size_t i = k; i < a.size(); ++i) {
        if (std::fabs(a[i][k]) > std::fabs(a[pivot][k])) pivot = i;
      }
      if (pivot != k) {
        std::swap(a[pivot], a[k]);
        det = -det;
      }
      det *= a[k][k];
      if (a[k][k] == 0) break;
      for (size_t i = k + 1; i < a.size(); ++i) {
        const long double factor = a[i][k] / a[k][k];
        for (size_t j = k; j < a.size(); ++j) a[i][j] -= factor * a[k][j];
      }
    }
    args.out[0]->Set(matrix, static_cast<double>(det));
  }
  return absl::OkStatus();
}

int64_t Det::Macs(const Node& node) const {
  return node.input(0)->type().num_elements() *
         node.input(0)->type().shape.back() / 3;
}

absl::StatusOr<std::vector<KernelCall>> Det::Lower(const Node& node) const {
  const TensorType& x = node.input(0)->type();
  const int64_t n = x.shape.back();
  if (x.dtype != DType::kF32 && x.dtype != DType::kF64) {
    return Unimplemented("det has no C kernel for ", InfoOf(x.dtype).text);
  }
  KernelCall call;
  call.family = FamilyName("det", x.dtype);
  call.shape = Block::Of(
      tc_det_shape{Int32(node.output()->type().num_elements()), Int32(n)});
  call.scratch_bytes = n * n * InfoOf(x.dtype).bits / 8;
  call.args = {KernelArg::Input(0), KernelArg::Scratch(), KernelArg::Output(0)};
  return std::vector{std::move(call)};
}

}  // namespace tinyc
