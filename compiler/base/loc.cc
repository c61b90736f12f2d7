// SPDX-License-Identifier: Apache-2.0
#include "compiler/base/loc.h"

#include <algorithm>
#include <iterator>

namespace tinyc {

Loc Loc::Join(const Loc& a, const Loc& b) {
  Loc joined;
  std::set_union(a.origins_.begin(), a.origins_.end(), b.origins_.begin(),
                 b.origins_.end(), std::back_inserter(joined.origins_));
  return joined;
}

std::string Loc::Describe() const {
  return absl::StrJoin(origins_, ", ", [](std::string* out, const Origin& o) {
    absl::StrAppend(out, "node ", o.index, " \"", o.name, "\" (", o.op, ")");
  });
}

std::string Loc::Names() const {
  return absl::StrJoin(origins_, " + ", [](std::string* out, const Origin& o) {
    if (o.name.empty()) {
      absl::StrAppend(out, o.op, "_", o.index);
    } else {
      absl::StrAppend(out, o.name);
    }
  });
}

}  // namespace tinyc
