// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tinyc {
namespace {

TEST(OpRegistryTest, HasNoOperatorOfAnUnknownName) {
  EXPECT_EQ(OpRegistry::Get().Make("no_such_operator"), nullptr);
}

TEST(OpRegistryTest, MakesOperatorsOfTheNameAsked) {
  for (const auto& [name, prototype] : OpRegistry::Get().ops()) {
    const std::unique_ptr<Op> op = OpRegistry::Get().Make(name);
    EXPECT_EQ(op->name(), name);
    EXPECT_TRUE(op->Attrs().empty()) << name;  // all have their defaults
    EXPECT_TRUE(op->Equals(*prototype)) << name;
    EXPECT_FALSE(op->operands().empty()) << name;
    EXPECT_FALSE(op->SetAttr("no_such_attribute", "1").ok()) << name;
  }
}

TEST(OpRegistryTest, RowsOfOneClassDiffer) {
  const OpRegistry& registry = OpRegistry::Get();
  EXPECT_FALSE(registry.Make("add")->Equals(*registry.Make("sub")));
  EXPECT_FALSE(registry.Make("exp")->Equals(*registry.Make("log")));
  EXPECT_FALSE(
      registry.Make("reduce_sum")->Equals(*registry.Make("reduce_max")));
}

TEST(OpRegistryTest, AttributesGoThroughText) {
  const std::unique_ptr<Op> op = OpRegistry::Get().Make("average_pool");
  ASSERT_TRUE(op->SetAttr("kernel", "[2,3]").ok());
  ASSERT_TRUE(op->SetAttr("layout", "nhwc").ok());
  ASSERT_TRUE(op->SetAttr("count_include_pad", "true").ok());
  const std::unique_ptr<Op> copy = OpRegistry::Get().Make("average_pool");
  for (const Op::NamedText& attr : op->Attrs()) {
    ASSERT_TRUE(copy->SetAttr(attr.name, attr.text).ok()) << attr.name;
  }
  EXPECT_EQ(op->Attrs().size(), 3);
  EXPECT_TRUE(copy->Equals(*op));
  EXPECT_TRUE(op->Clone()->Equals(*op));
  ASSERT_TRUE(copy->SetAttr("kernel", "[2,4]").ok());
  EXPECT_FALSE(copy->Equals(*op));
}

}  // namespace
}  // namespace tinyc
