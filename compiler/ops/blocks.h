// SPDX-License-Identifier: Apache-2.0
// Field lists of the params structs that several kernel families share.
#ifndef TINYC_COMPILER_OPS_BLOCKS_H_
#define TINYC_COMPILER_OPS_BLOCKS_H_

#include <tuple>

#include "compiler/ir/kernel.h"
#include "pointwise/unary.h"
#include "tc_fixed.h"
#include "tc_kernel.h"

inline auto BlockFields(const tc_act_f32*) {
  using T = tc_act_f32;
  return tinyc::BlockFieldsOf{"tc_act_f32",
                              std::tuple{tinyc::BlockMember{"lo", &T::lo},
                                         tinyc::BlockMember{"hi", &T::hi}}};
}

inline auto BlockFields(const tc_act_int*) {
  using T = tc_act_int;
  return tinyc::BlockFieldsOf{"tc_act_int",
                              std::tuple{tinyc::BlockMember{"lo", &T::lo},
                                         tinyc::BlockMember{"hi", &T::hi}}};
}

inline auto BlockFields(const tc_unary_shape*) {
  return tinyc::BlockFieldsOf{"tc_unary_shape", std::tuple{tinyc::BlockMember{
                                                    "n", &tc_unary_shape::n}}};
}

inline auto BlockFields(const tc_weighted_quant*) {
  using T = tc_weighted_quant;
  return tinyc::BlockFieldsOf{
      "tc_weighted_quant",
      std::tuple{tinyc::BlockMember{"in_zero", &T::in_zero},
                 tinyc::BlockMember{"out_zero", &T::out_zero},
                 tinyc::BlockMember{"shift", &T::shift},
                 tinyc::BlockMember{"lo", &T::lo},
                 tinyc::BlockMember{"hi", &T::hi}}};
}

#endif  // TINYC_COMPILER_OPS_BLOCKS_H_
