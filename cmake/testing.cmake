# SPDX-License-Identifier: Apache-2.0
#
# Tests are found by folder:
#
#   tests/support/**.cc      a library that every test links
#   tests/<f>/**.cc          the program <f>_test, one ctest test per gtest case;
#                            only when a *_test.cc is among them
#   tests/<f>/**/test_*.py   one ctest test per file, run by pytest in build/venv
#
# All run in the root of the checkout, with TINYC_BIN_DIR in the environment.

find_package(GTest REQUIRED)
include(GoogleTest)

# One value only: gtest_discover_tests loses the rest of a list.
set(TINYC_TEST_ENVIRONMENT "TINYC_BIN_DIR=${TINYC_BIN_DIR}")

tinyc_add_library(test_support FOLDERS tests/support
                  LINK tinyc_tools GTest::gtest GTest::gmock)

file(GLOB folders CONFIGURE_DEPENDS LIST_DIRECTORIES true "tests/*")
list(FILTER folders EXCLUDE REGEX "/support$")
foreach(folder ${folders})
  if(NOT IS_DIRECTORY "${folder}")
    continue()
  endif()
  cmake_path(GET folder FILENAME name)

  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${folder}/*.cc")
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  if(tests)
    add_executable(${name}_test ${sources})
    target_compile_options(${name}_test PRIVATE ${TINYC_CXX_FLAGS})
    target_link_libraries(${name}_test PRIVATE tinyc_test_support
                                               GTest::gtest_main)
    set_target_properties(${name}_test PROPERTIES RUNTIME_OUTPUT_DIRECTORY
                                                  "${CMAKE_BINARY_DIR}/tests")
    # Programs that a test runs are built with it.
    get_property(programs GLOBAL PROPERTY TINYC_PROGRAMS)
    if(programs)
      add_dependencies(${name}_test ${programs})
    endif()
    gtest_discover_tests(
      ${name}_test
      TEST_PREFIX "${name}/"
      WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}"
      DISCOVERY_MODE PRE_TEST
      DISCOVERY_TIMEOUT 120
      PROPERTIES ENVIRONMENT "${TINYC_TEST_ENVIRONMENT}" TIMEOUT 900)
  endif()

  file(GLOB_RECURSE scripts CONFIGURE_DEPENDS "${folder}/test_*.py")
  foreach(script ${scripts})
    cmake_path(RELATIVE_PATH script BASE_DIRECTORY "${CMAKE_SOURCE_DIR}"
               OUTPUT_VARIABLE relative)
    add_test(NAME ${relative}
             COMMAND "${CMAKE_SOURCE_DIR}/tools/setup/pytest.sh" ${relative}
             WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
    set_tests_properties(
      ${relative} PROPERTIES ENVIRONMENT "${TINYC_TEST_ENVIRONMENT}"
                             SKIP_RETURN_CODE 77 TIMEOUT 1800)
  endforeach()
endforeach()

# --- ONNX's test suite -------------------------------------------------------

# The cases are dealt out to several tests, so that they run in parallel.
set(conformance_parts 8)
set(conformance "${CMAKE_SOURCE_DIR}/tools/setup/python.sh"
                "${CMAKE_SOURCE_DIR}/tests/conformance/run.py")
add_test(NAME conformance/cases COMMAND ${conformance} --setup)
add_test(NAME conformance/pages COMMAND ${conformance} --check-pages)
set(conformance_tests conformance/pages)
foreach(part RANGE 1 ${conformance_parts})
  add_test(NAME conformance/part_${part}
           COMMAND ${conformance} --part=${part}/${conformance_parts} --jobs=1)
  list(APPEND conformance_tests conformance/part_${part})
endforeach()
set_tests_properties(conformance/cases PROPERTIES FIXTURES_SETUP suite)
set_tests_properties(${conformance_tests} PROPERTIES FIXTURES_REQUIRED suite)
set_tests_properties(
  conformance/cases ${conformance_tests}
  PROPERTIES ENVIRONMENT "${TINYC_TEST_ENVIRONMENT}" SKIP_RETURN_CODE 77
             TIMEOUT 1200)

# --- fuzzing -----------------------------------------------------------------

# Builds the compiler once more, with clang.
if(TINYC_FUZZ_TEST AND NOT TINYC_SANITIZE)
  add_test(NAME fuzz/compile
           COMMAND "${CMAKE_SOURCE_DIR}/tools/fuzz.sh" 120)
  set_tests_properties(fuzz/compile PROPERTIES FIXTURES_REQUIRED suite
                                               SKIP_RETURN_CODE 77
                                               TIMEOUT 3600)
endif()

# --- formatting --------------------------------------------------------------

add_test(NAME lint/format
         COMMAND "${CMAKE_SOURCE_DIR}/tools/lint/format.sh" --check)
set_tests_properties(lint/format PROPERTIES SKIP_RETURN_CODE 77)

# --- installing --------------------------------------------------------------

if(NOT TINYC_SANITIZE)
  add_test(NAME install/find_package
           COMMAND "${CMAKE_SOURCE_DIR}/tests/install/run.sh"
                   "${CMAKE_BINARY_DIR}")
  set_tests_properties(install/find_package PROPERTIES TIMEOUT 600)
endif()
