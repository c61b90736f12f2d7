# SPDX-License-Identifier: Apache-2.0
#
# The text of the runtime's files as C++ data:
#
#   runtime/kernels/conv2d/conv2d_f32.c
#     => {"kernels/conv2d/conv2d_f32.c", R"tinyc(...)tinyc"} in <output>.cc
#
# Included, it defines tinyc_embed_runtime(<output>).  Run as a script
# (cmake -D... -P), it writes the file; that is the build's command.

if(NOT CMAKE_SCRIPT_MODE_FILE)
  set(TINYC_EMBED_SCRIPT "${CMAKE_CURRENT_LIST_FILE}")

  function(tinyc_embed_runtime output)
    set(root "${CMAKE_CURRENT_SOURCE_DIR}/runtime")
    file(GLOB_RECURSE paths CONFIGURE_DEPENDS RELATIVE "${root}"
         "${root}/include/*.h" "${root}/include/*.inc"
         "${root}/kernels/*.h" "${root}/kernels/*.c" "${root}/kernels/*.inc")
    list(SORT paths)
    # A list file, so that a removed file changes a dependency as well.
    file(GENERATE OUTPUT "${output}.list" CONTENT "${paths}")
    list(TRANSFORM paths PREPEND "${root}/" OUTPUT_VARIABLE depends)
    add_custom_command(
      OUTPUT "${output}"
      COMMAND ${CMAKE_COMMAND} "-DROOT=${root}" "-DOUTPUT=${output}" -P
              "${TINYC_EMBED_SCRIPT}"
      DEPENDS ${depends} "${output}.list" "${TINYC_EMBED_SCRIPT}"
      COMMENT "Embedding the runtime"
      VERBATIM)
  endfunction()
  return()
endif()

file(READ "${OUTPUT}.list" paths)
# std::array, since a built-in array may not be empty.
list(LENGTH paths count)
set(code [=[
// Written by cmake/embed.cmake.

#include <array>
#include <string_view>

#include "compiler/codegen/embedded_runtime.h"

namespace tinyc {
namespace {

using std::string_view_literals::operator""sv;

]=])
string(APPEND code "constexpr std::array<EmbeddedFile, ${count}> kFiles = {{\n")
foreach(path IN LISTS paths)
  # The text may hold anything but the raw literal's delimiter.
  file(READ "${ROOT}/${path}" text)
  string(FIND "${text}" ")tinyc\"" delimiter)
  if(NOT delimiter EQUAL -1)
    message(FATAL_ERROR "${path} holds the delimiter )tinyc\" of cmake/embed")
  endif()
  string(APPEND code "    {\"${path}\"sv, R\"tinyc(${text})tinyc\"sv},\n")
endforeach()
string(APPEND code [=[
}};

}  // namespace

absl::Span<const EmbeddedFile> EmbeddedRuntimeFiles() { return kFiles; }

}  // namespace tinyc
]=])
file(WRITE "${OUTPUT}" "${code}")
