// SPDX-License-Identifier: Apache-2.0
// The checksum of zip, PNG and Ethernet.
#ifndef TINYC_COMPILER_BASE_CRC32_H_
#define TINYC_COMPILER_BASE_CRC32_H_

#include <cstdint>

#include "absl/types/span.h"

namespace tinyc {

// CRC-32 (polynomial 0x04c11db7, reflected) of `bytes` behind those whose
// checksum is `crc`; of no bytes it is 0.
uint32_t Crc32(absl::Span<const uint8_t> bytes, uint32_t crc = 0);

}  // namespace tinyc

#endif  // TINYC_COMPILER_BASE_CRC32_H_
