// SPDX-License-Identifier: Apache-2.0
#include "tests/differential/trial.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "compiler/lowering/compressed_weights.h"
#include "compiler/ops/elements.h"
#include "compiler/ops/indexing.h"
#include "compiler/ops/window.h"
#include "compiler/targets/pack.h"
#include "compiler/targets/registry.h"

namespace tinyc {
namespace {

// Bytes around every result, which no kernel may touch.
constexpr size_t kGuard = 64;
constexpr uint8_t kGuardByte = 0xa5;

struct Buffer {
  explicit Buffer(int64_t size)
      : bytes(static_cast<size_t>(size) + 2 * kGuard, kGuardByte) {}
  uint8_t* data() { return bytes.data() + kGuard; }
  bool Intact() const {
    const auto untouched = [](uint8_t byte) { return byte == kGuardByte; };
    return std::all_of(bytes.begin(), bytes.begin() + kGuard, untouched) &&
           std::all_of(bytes.end() - kGuard, bytes.end(), untouched);
  }
  std::vector<uint8_t> bytes;
};

// The matrix that `arg` describes within an operand.
Tensor RowsOf(const Tensor& operand, const KernelArg& arg) {
  const int64_t columns = NumElements({arg.dims.begin(), arg.dims.end()});
  Tensor rows(TensorType(operand.dtype(), {arg.pack_rows, columns}));
  const int64_t first = arg.offset * 8 / InfoOf(operand.dtype()).bits;
  int64_t at = 0;
  for (int64_t r = 0; r < arg.pack_rows; ++r) {
    ForEachIndex(arg.dims, [&](absl::Span<const int64_t> k) {
      CopyElement(operand,
                  first + r * arg.row_stride + OffsetOf(k, arg.strides), rows,
                  at++);
    });
  }
  return rows;
}

class Runner {
 public:
  Runner(const Node& node, std::vector<Tensor> operands)
      : node_(node), operands_(std::move(operands)) {}

  // The results, computed with row number `choice` (or the last one) of every
  // call's family.
  std::vector<Tensor> Run(const std::vector<KernelCall>& calls,
                          const std::vector<std::vector<const Kernel*>>& rows,
                          size_t choice) {
    std::vector<Buffer> results;
    for (const Value* output : node_.outputs()) {
      results.emplace_back(output->type().bytes());
    }
    if (calls.empty()) {  // the result is the bytes of the operand, or empty
      const absl::Span<const uint8_t> x = operands_[0].bytes();
      const auto size = static_cast<size_t>(node_.output()->type().bytes());
      std::memcpy(results[0].data(), x.data(), std::min(size, x.size()));
    }
    for (size_t i = 0; i < calls.size(); ++i) {
      Call(calls[i], *rows[i][std::min(choice, rows[i].size() - 1)], results);
    }
    std::vector<Tensor> tensors;
    for (size_t i = 0; i < results.size(); ++i) {
      EXPECT_TRUE(results[i].Intact()) << "a kernel wrote outside its result";
      Tensor y(node_.output(i)->type());
      std::memcpy(y.bytes().data(), results[i].data(), y.bytes().size());
      tensors.push_back(std::move(y));
    }
    return tensors;
  }

 private:
  void Call(const KernelCall& call, const Kernel& kernel,
            std::vector<Buffer>& results) {
    std::vector<Tensor> packed;
    packed.reserve(call.args.size());
    std::vector<uint64_t> scratch(static_cast<size_t>(call.scratch_bytes + 7) /
                                  8);
    std::vector<void*> pointers;
    for (const KernelArg& arg : call.args) {
      const auto index = static_cast<size_t>(arg.index);
      switch (arg.kind) {
        case KernelArg::Kind::kOutput:
          pointers.push_back(results[index].data() + arg.offset);
          break;
        case KernelArg::Kind::kInput:
        case KernelArg::Kind::kConstant: {
          const bool constant = arg.kind == KernelArg::Kind::kConstant;
          packed.push_back(constant ? *arg.constant : operands_[index]);
          if (arg.pack_rows > 0) {
            if (!constant) packed.back() = RowsOf(packed.back(), arg);
            packed.back() = PackRows(packed.back(), arg.pack_rows,
                                     arg.pack_group_rows, kernel.weight_block);
          }
          pointers.push_back(packed.back().bytes().data() +
                             (arg.pack_rows > 0 ? 0 : arg.offset));
          break;
        }
        case KernelArg::Kind::kScratch:
          pointers.push_back(scratch.data());
          break;
        case KernelArg::Kind::kNull:
          pointers.push_back(nullptr);
          break;
      }
    }
    kernel.run(call.shape.data(), call.quant.data(), pointers.data());
  }

  const Node& node_;
  std::vector<Tensor> operands_;
};

bool Close(double expected, double got, double tolerance) {
  if (std::isnan(expected) || std::isnan(got)) {
    return std::isnan(expected) && std::isnan(got);
  }
  if (std::isinf(expected) || std::isinf(got)) return expected == got;
  return std::fabs(expected - got) <= tolerance * (1 + std::fabs(expected));
}

void Compare(const Tensor& expected, const Tensor& got, double tolerance) {
  for (int64_t i = 0; i < expected.size(); ++i) {
    const bool same = IsFloat(expected.dtype())
                          ? Close(expected.At(i), got.At(i), tolerance)
                          : expected.IntAt(i) == got.IntAt(i);
    if (!same) {
      ADD_FAILURE() << "element " << i << " of " << ToString(expected.type())
                    << " is " << got.At(i) << ", the reference says "
                    << expected.At(i);
      return;
    }
  }
}

}  // namespace

bool CheckTrial(const Trial& trial) {
  SCOPED_TRACE(trial.Describe());
  const absl::StatusOr<std::vector<Tensor>> expected = EvaluateAll(trial);
  const absl::StatusOr<NodeGraph> built = Build(trial);
  if (!expected.ok() || !built.ok()) {
    ADD_FAILURE() << expected.status();
    return false;
  }
  const Node& node = *built->node;
  const absl::StatusOr<std::vector<KernelCall>> calls = node.op().Lower(node);
  if (!calls.ok()) {
    EXPECT_EQ(calls.status().code(), absl::StatusCode::kUnimplemented)
        << calls.status();
    return false;
  }
  std::vector<std::vector<const Kernel*>> rows;
  size_t choices = 1;
  for (const KernelCall& call : *calls) {
    rows.push_back(KernelsFor(call.family, *FindTarget("host")));
    if (rows.back().empty()) {
      ADD_FAILURE() << "no kernel of family " << call.family;
      return false;
    }
    choices = std::max(choices, rows.back().size());
  }
  std::vector<Tensor> operands;
  for (const std::optional<Tensor>& operand : trial.operands) {
    operands.emplace_back();
    if (operand) operands.back() = *operand;
  }
  Runner runner(node, std::move(operands));
  // The calls with compressed weights, where they can be.
  std::vector<std::vector<KernelCall>> compressed;
  for (const WeightFormat format : kWeightFormats) {
    std::vector<KernelCall> others = *calls;
    bool found = false;
    for (KernelCall& call : others) {
      std::optional<KernelCall> other = WithWeights(call, format);
      if (!other) continue;
      call = *std::move(other);
      found = true;
    }
    if (found) compressed.push_back(std::move(others));
  }
  for (size_t choice = 0; choice < choices; ++choice) {
    SCOPED_TRACE(absl::StrCat("kernel row ", choice));
    const std::vector<Tensor> got = runner.Run(*calls, rows, choice);
    for (size_t i = 0; i < got.size(); ++i) {
      Compare((*expected)[i], got[i], trial.tolerance);
    }
  }
  for (const std::vector<KernelCall>& others : compressed) {
    SCOPED_TRACE(others.back().family);
    rows.clear();
    for (const KernelCall& call : others) {
      rows.push_back(KernelsFor(call.family, *FindTarget("host")));
    }
    const std::vector<Tensor> got = runner.Run(others, rows, 0);
    for (size_t i = 0; i < got.size(); ++i) {
      Compare((*expected)[i], got[i], trial.tolerance);
    }
  }
  return true;
}

}  // namespace tinyc
