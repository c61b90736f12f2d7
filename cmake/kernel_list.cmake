# SPDX-License-Identifier: Apache-2.0
#
# tinyc_list_kernels(<output>) writes the list of kernels: an include of every
# runtime/kernels/<folder>/<family>.inc.  Adding a family edits no list.

function(tinyc_list_kernels output)
  set(root "${CMAKE_CURRENT_SOURCE_DIR}/runtime/kernels")
  file(GLOB families CONFIGURE_DEPENDS RELATIVE "${root}" "${root}/*/*.inc")
  list(SORT families)
  set(text "/* Written by cmake/kernel_list.cmake. */\n")
  foreach(family ${families})
    string(APPEND text "#include \"${family}\"\n")
  endforeach()
  file(CONFIGURE OUTPUT "${output}" CONTENT "${text}" @ONLY)
endfunction()
