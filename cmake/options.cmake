# SPDX-License-Identifier: Apache-2.0
#
# What a caller may choose.  CMakePresets.json holds the usual combinations.

option(TINYC_BUILD_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(TINYC_BUILD_BENCHMARKS "Build the benchmarks" OFF)
option(TINYC_SANITIZE "Build with AddressSanitizer and UBSan" OFF)
option(TINYC_FUZZ "Build the fuzz target; needs clang" OFF)
option(TINYC_FUZZ_TEST "Let ctest build the fuzz target and run it" OFF)
option(TINYC_WERROR "Treat warnings as errors" ${PROJECT_IS_TOP_LEVEL})
set(TINYC_BIN_DIR "${CMAKE_BINARY_DIR}/bin"
    CACHE PATH "Folder the programs are linked into")
set(TINYC_ONNX_ROOT "$ENV{TINYC_ONNX_ROOT}"
    CACHE PATH "ONNX's C++ library; empty: build/third_party/onnx")

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Kind of build" FORCE)
endif()
