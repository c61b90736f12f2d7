// SPDX-License-Identifier: Apache-2.0
#include "compiler/base/crc32.h"

namespace tinyc {

uint32_t Crc32(absl::Span<const uint8_t> bytes, uint32_t crc) {
  constexpr uint32_t kReflected = 0xedb88320;
  crc = ~crc;
  for (const uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1) ^ ((crc & 1) != 0 ? kReflected : 0);
    }
  }
  return ~crc;
}

}  // namespace tinyc
