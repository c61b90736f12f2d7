// SPDX-License-Identifier: Apache-2.0
// Changes of serialized protobuf messages that leave them messages.
#ifndef TINYC_TESTS_FUZZ_MUTATE_H_
#define TINYC_TESTS_FUZZ_MUTATE_H_

#include <random>
#include <string>

#include "absl/strings/string_view.h"

namespace tinyc {

// `message` with some field in it changed: a number becomes another one, an
// extreme one now and then; a string becomes another one of the message; a
// field is left out, doubled or moved.  "" when `message` is none.
//
// Works on the wire format without a schema: bytes that read as a message are
// taken for one.
std::string MutateMessage(absl::string_view message, std::mt19937* random);

}  // namespace tinyc

#endif  // TINYC_TESTS_FUZZ_MUTATE_H_
