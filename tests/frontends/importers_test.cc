// SPDX-License-Identifier: Apache-2.0
//
// The table of importers against ONNX's own list of operators.

#include "frontends/onnx/importers.h"

#include <string>

#include "gtest/gtest.h"
#include "onnx/defs/schema.h"

namespace tinyc {
namespace {

// An operator of ONNX that changes with a new version of its library is
// refused until someone has read what changed, and this test says so.
TEST(ImportersTest, KnowTheNewestSchemaOfTheirOperator) {
  for (const Importer& importer : Importers()) {
    const std::string type(importer.type);
    const onnx::OpSchema* schema =
        onnx::OpSchemaRegistry::Schema(type, std::string(importer.domain));
    if (importer.newest == 0) {
      EXPECT_EQ(schema, nullptr) << type << " has a schema";
      continue;
    }
    ASSERT_NE(schema, nullptr) << type;
    EXPECT_EQ(importer.newest, schema->since_version()) << type;
  }
}

TEST(ImportersTest, AreFoundByDomainAndType) {
  for (const Importer& importer : Importers()) {
    EXPECT_EQ(
        FindImporter(std::string(importer.domain), std::string(importer.type)),
        &importer);
  }
  EXPECT_EQ(FindImporter("", "QGemm"), nullptr);
  EXPECT_EQ(FindImporter("com.microsoft", "Conv"), nullptr);
}

}  // namespace
}  // namespace tinyc
