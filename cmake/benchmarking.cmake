# SPDX-License-Identifier: Apache-2.0
#
# benchmarks/<f>/**.cc is the program <f>_bench (Google Benchmark), so that
# `ninja <f>_bench` builds one of them.  TINYC_SUBJECTS names the folder
# benchmarks/<f>/subjects.

find_package(benchmark REQUIRED)

file(GLOB folders CONFIGURE_DEPENDS LIST_DIRECTORIES true "benchmarks/*")
foreach(folder ${folders})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${folder}/*.cc")
  if(NOT sources)
    continue()
  endif()
  cmake_path(GET folder FILENAME name)
  add_executable(${name}_bench ${sources})
  target_compile_options(${name}_bench PRIVATE ${TINYC_CXX_FLAGS})
  target_link_libraries(
    ${name}_bench PRIVATE tinyc_tools benchmark::benchmark)
  target_compile_definitions(
    ${name}_bench PRIVATE TINYC_SUBJECTS="${folder}/subjects")
  set_target_properties(
    ${name}_bench PROPERTIES RUNTIME_OUTPUT_DIRECTORY
                             "${CMAKE_BINARY_DIR}/benchmarks")
endforeach()

# A kernel row without a benchmark fails the tests.
if(TINYC_BUILD_TESTS)
  add_test(NAME benchmarks/every_row COMMAND kernels_bench --missing)
endif()
