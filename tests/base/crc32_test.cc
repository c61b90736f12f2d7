// SPDX-License-Identifier: Apache-2.0
#include "compiler/base/crc32.h"

#include <string>

#include "gtest/gtest.h"

namespace tinyc {
namespace {

absl::Span<const uint8_t> Bytes(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// The check value that the catalogues of CRCs give.
TEST(Crc32Test, IsTheOneOfZip) {
  EXPECT_EQ(Crc32(Bytes("123456789")), 0xcbf43926u);
  EXPECT_EQ(Crc32({}), 0u);
}

TEST(Crc32Test, GoesOnWhereItStopped) {
  EXPECT_EQ(Crc32(Bytes("6789"), Crc32(Bytes("12345"))), 0xcbf43926u);
}

}  // namespace
}  // namespace tinyc
