// SPDX-License-Identifier: Apache-2.0
//
// The pass schedule on random graphs against all orders of their nodes, each
// with whatever sharing the planner finds for it.

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "passes/memory/arena.h"
#include "passes/pass.h"
#include "tests/support/backend.h"
#include "tests/support/random.h"

namespace tinyc {
namespace {

// Five nodes on matrices of 8 columns: elementwise ones, which may work in
// place, and ones that make more or fewer rows and may not.
std::string RandomModel(Random& random) {
  struct Matrix {
    std::string name;
    int64_t rows;
    bool read;
  };
  std::vector<Matrix> values = {{"%x", 8, true}};
  std::string text = "graph(%x: f32[8,8]) -> (%y) {\n";
  std::string sums;
  for (int i = 0; i < 5; ++i) {
    // Copied, since emplace_back moves what it points to.
    const size_t from = static_cast<size_t>(
        random.Int(0, static_cast<int64_t>(values.size()) - 1));
    const std::string operand = values[from].name;
    int64_t rows = values[from].rows;
    values[from].read = true;
    const std::string name = absl::StrCat("%v", i);
    switch (random.Int(0, 3)) {
      case 0:
        absl::StrAppend(&text, "  ", name, " = exp(", operand, ") : f32[?]\n");
        break;
      case 1:
        absl::StrAppend(&text, "  ", name, " = mul(", operand, ", ", operand,
                        ") : f32[?]\n");
        break;
      case 2:
        absl::StrAppend(&text, "  ", name, " = concat(", operand, ", ", operand,
                        ") {axis=0} : f32[?]\n");
        rows *= 2;
        break;
      default:
        absl::StrAppend(&text, "  ", name, " = slice(", operand,
                        ") {starts=[0,0], sizes=[1,8]} : f32[?]\n");
        rows = 1;
        break;
    }
    values.push_back({name, rows, false});
  }
  // One row of each value that nothing reads, summed up.
  std::string sum;
  for (const Matrix& value : values) {
    if (value.read) continue;
    const std::string row = absl::StrCat(value.name, "row");
    absl::StrAppend(&text, "  ", row, " = slice(", value.name,
                    ") {starts=[0,0], sizes=[1,8]} : f32[?]\n");
    if (sum.empty()) {
      sum = row;
      continue;
    }
    absl::StrAppend(&text, "  ", row, "sum = add(", sum, ", ", row,
                    ") : f32[?]\n");
    sum = row + "sum";
  }
  absl::StrAppend(&text, "  %y = sqrt(", sum, ") : f32[?]\n  return %y\n}");
  return text;
}

class AllOrders {
 public:
  explicit AllOrders(Module* module)
      : module_(*module), nodes_(module->graph->NodeSnapshot()) {}

  // Over all orders; false when there are too many.
  bool LeastBound(int64_t* least) {
    Extend();
    *least = least_;
    return orders_ < kMost;
  }

 private:
  static constexpr int kMost = 2000;

  bool Done(const Node* node) const {
    return std::find(order_.begin(), order_.end(), node) != order_.end();
  }
  bool Ready(const Node& node) const {
    return std::all_of(
        node.inputs().begin(), node.inputs().end(), [&](const Value* input) {
          return input == nullptr || input->producer() == nullptr ||
                 Done(input->producer());
        });
  }

  void Extend() {
    if (orders_ >= kMost) return;
    if (order_.size() == nodes_.size()) {
      for (Node* node : order_) module_.graph->MoveBefore(node, nullptr);
      module_.lowering->revision = module_.graph->revision();
      least_ = std::min(least_, *ArenaBound(module_));
      ++orders_;
      return;
    }
    for (Node* node : nodes_) {
      if (Done(node) || !Ready(*node)) continue;
      order_.push_back(node);
      Extend();
      order_.pop_back();
    }
  }

  Module& module_;
  const std::vector<Node*> nodes_;
  std::vector<Node*> order_;
  int64_t least_ = INT64_MAX;
  int orders_ = 0;
};

TEST(ScheduleTest, RandomGraphsNeedNoMoreThanInAnyOrder) {
  Random random(1);
  int compared = 0;
  int least_found = 0;
  int improved = 0;
  for (int trial = 0; trial < 150; ++trial) {
    const std::string text = RandomModel(random);
    SCOPED_TRACE(text);
    absl::StatusOr<Module> module =
        RunPasses(text, "prepare-outputs,select-kernels");
    ASSERT_TRUE(module.ok()) << module.status();
    const int64_t before = *ArenaBound(*module);
    const absl::Status status = Schedule(*module, PassOptions());
    ASSERT_TRUE(status.ok()) << status;
    const int64_t after = *ArenaBound(*module);
    EXPECT_LE(after, before);
    improved += after < before ? 1 : 0;
    int64_t least = 0;
    if (!AllOrders(&*module).LeastBound(&least)) continue;
    EXPECT_LE(least, after);
    ++compared;
    least_found += after == least ? 1 : 0;
  }
  EXPECT_GE(compared, 100);
  EXPECT_GE(improved, 50);
  // What is shared depends on the order in ways that only trying shows.
  EXPECT_GE(least_found * 100, compared * 97);
}

}  // namespace
}  // namespace tinyc
