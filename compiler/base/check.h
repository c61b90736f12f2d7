// SPDX-License-Identifier: Apache-2.0
// TINYC_CHECK: stops the program when a caller broke a contract.  What the
// user or the model can cause is an absl::Status, never a check.
#ifndef TINYC_COMPILER_BASE_CHECK_H_
#define TINYC_COMPILER_BASE_CHECK_H_

#include <cstdio>
#include <cstdlib>

#define TINYC_CHECK(condition)                                              \
  do {                                                                      \
    if (!(condition)) {                                                     \
      std::fprintf(stderr, "%s:%d: check failed: %s\n", __FILE__, __LINE__, \
                   #condition);                                             \
      std::abort();                                                         \
    }                                                                       \
  } while (false)

#endif  // TINYC_COMPILER_BASE_CHECK_H_
