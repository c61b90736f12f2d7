# SPDX-License-Identifier: Apache-2.0
#
# Languages, warnings, optimisation, sanitizers; ccache and mold when present.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 99)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# Assertions stay on: a compiler that goes on after a broken invariant emits
# wrong programs.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1")
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g1")

# -ffp-contract=off: a*b+c rounds twice on every host, so that the reference
# and the kernels mean the same numbers everywhere.
set(TINYC_CXX_FLAGS -Wall -Wextra -ffp-contract=off)
set(TINYC_C_FLAGS -Wall -Wextra -Wconversion -pedantic -ffp-contract=off
                  $<$<CONFIG:RelWithDebInfo,Release>:-O3>)
if(TINYC_WERROR)
  list(APPEND TINYC_CXX_FLAGS -Werror)
  list(APPEND TINYC_C_FLAGS -Werror)
endif()

if(TINYC_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-omit-frame-pointer
                      -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=address,undefined)
  # -O1 keeps stack traces readable; it overrides the -O2 of the build type.
  list(APPEND TINYC_CXX_FLAGS -O1)
  list(APPEND TINYC_C_FLAGS -O1)
endif()

if(TINYC_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "TINYC_FUZZ needs clang: libFuzzer comes with it")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
  add_link_options(-fsanitize=fuzzer-no-link)
endif()

find_program(TINYC_CCACHE ccache)
if(TINYC_CCACHE)
  # Paths relative to the checkout, so that all checkouts share their objects.
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}
      CCACHE_NOHASHDIR=1 ${TINYC_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()

find_program(TINYC_MOLD mold)
if(TINYC_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
