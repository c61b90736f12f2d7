// SPDX-License-Identifier: Apache-2.0
// One node, computed by the reference and by every kernel row that may run it.
#ifndef TINYC_TESTS_DIFFERENTIAL_TRIAL_H_
#define TINYC_TESTS_DIFFERENTIAL_TRIAL_H_

#include "tests/support/node_case.h"

namespace tinyc {

struct Trial : NodeCase {
  using NodeCase::NodeCase;

  // Floats may differ by tolerance * (1 + |expected|).
  double tolerance = 0;
};

// Lowers the node, runs its calls with every row that the target `host` may
// run, and reports each difference from the reference as a failure.  False
// when the operator says that no kernel computes this node.
bool CheckTrial(const Trial& trial);

}  // namespace tinyc

#endif  // TINYC_TESTS_DIFFERENTIAL_TRIAL_H_
