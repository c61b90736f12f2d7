// SPDX-License-Identifier: Apache-2.0
// Where a node came from in the user's model.  Passes join and carry
// locations and never look inside.
#ifndef TINYC_COMPILER_BASE_LOC_H_
#define TINYC_COMPILER_BASE_LOC_H_

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace tinyc {

// One node of the model: its position in the file (0-based), type and name.
struct Origin {
  int32_t index = -1;
  std::string op;
  std::string name;

  auto operator<=>(const Origin&) const = default;
};

class Loc {
 public:
  Loc() = default;
  explicit Loc(Origin origin) : origins_{std::move(origin)} {}

  // Sorted, without duplicates.
  const std::vector<Origin>& origins() const { return origins_; }
  bool empty() const { return origins_.empty(); }

  // The origins of both.
  static Loc Join(const Loc& a, const Loc& b);

  // `node 12 "layer1/conv" (Conv), node 13 "relu" (Relu)`, for messages.
  std::string Describe() const;
  // `layer1/conv + relu`, for reports; unnamed nodes show as `Conv_12`.
  std::string Names() const;

  bool operator==(const Loc&) const = default;

 private:
  std::vector<Origin> origins_;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_BASE_LOC_H_
