// SPDX-License-Identifier: Apache-2.0
// Error helpers.  An error is one sentence about the user's model or request;
// the code tells whose move it is:
//   InvalidArgument    the model or the request is wrong
//   Unimplemented      the model is right, tinyc lacks something
//   ResourceExhausted  it does not fit
//   Internal           a pass broke the graph
#ifndef TINYC_COMPILER_BASE_STATUS_H_
#define TINYC_COMPILER_BASE_STATUS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

#define TINYC_CONCAT_INNER(a, b) a##b
#define TINYC_CONCAT(a, b) TINYC_CONCAT_INNER(a, b)

#define TINYC_RETURN_IF_ERROR(expr)                               \
  do {                                                            \
    if (absl::Status tinyc_status = (expr); !tinyc_status.ok()) { \
      return tinyc_status;                                        \
    }                                                             \
  } while (false)

// TINYC_ASSIGN_OR_RETURN(T v, expr): v = *expr, or returns expr's error.
#define TINYC_ASSIGN_OR_RETURN(lhs, expr) \
  TINYC_ASSIGN_OR_RETURN_INNER(TINYC_CONCAT(tinyc_or_, __LINE__), lhs, expr)
#define TINYC_ASSIGN_OR_RETURN_INNER(tmp, lhs, expr) \
  auto tmp = (expr);                                 \
  if (!tmp.ok()) return std::move(tmp).status();     \
  lhs = std::move(tmp).value()

namespace tinyc {

template <typename... Args>
absl::Status Invalid(const Args&... args) {
  return absl::InvalidArgumentError(absl::StrCat(args...));
}

template <typename... Args>
absl::Status Unimplemented(const Args&... args) {
  return absl::UnimplementedError(absl::StrCat(args...));
}

template <typename... Args>
absl::Status Internal(const Args&... args) {
  return absl::InternalError(absl::StrCat(args...));
}

// The same error with `prefix` before its sentence.
inline absl::Status Prefixed(absl::string_view prefix,
                             const absl::Status& status) {
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(prefix, status.message()));
}

}  // namespace tinyc

#endif  // TINYC_COMPILER_BASE_STATUS_H_
