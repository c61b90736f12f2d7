# SPDX-License-Identifier: Apache-2.0
#
# One function per kind of target.  All of them take what their folders hold at
# the time of the build, which may be nothing.

# tinyc_add_library(<name> [LANGUAGE C] FOLDERS <glob>... [SOURCES <file>...]
#                   [LINK <target>...])
#
# Makes tinyc_<name> and the alias tinyc::<name>: a static library of every .cc
# (.c) file at any depth under FOLDERS, or a header-only one when there is none.
# Sets tinyc_<name>_scope to the keyword that its usage requirements take.
function(tinyc_add_library name)
  cmake_parse_arguments(arg "" "LANGUAGE" "FOLDERS;SOURCES;LINK" ${ARGN})
  set(target tinyc_${name})
  set(extension cc)
  set(flags ${TINYC_CXX_FLAGS})
  if(arg_LANGUAGE STREQUAL "C")
    set(extension c)
    set(flags ${TINYC_C_FLAGS})
  endif()

  set(sources ${arg_SOURCES})
  foreach(folder ${arg_FOLDERS})
    file(GLOB_RECURSE found CONFIGURE_DEPENDS "${folder}/*.${extension}")
    list(APPEND sources ${found})
  endforeach()

  if(sources)
    add_library(${target} STATIC ${sources})
    target_compile_options(${target} PRIVATE ${flags})
    set(scope PUBLIC)
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  add_library(tinyc::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  target_link_libraries(${target} ${scope} ${arg_LINK})
  if(NOT arg_LANGUAGE STREQUAL "C")
    target_include_directories(
      ${target} ${scope} "$<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}>"
      "$<INSTALL_INTERFACE:include/tinyc>")
    target_compile_features(${target} ${scope} cxx_std_20)
  endif()
  set(${target}_scope ${scope} PARENT_SCOPE)
endfunction()

# tinyc_add_programs(<folder> [LINK <target>...])
#
# Every <folder>/<a_b>.cc is the main file of the program <a-b>, linked into
# TINYC_BIN_DIR and installed.  Adds it to the global property TINYC_PROGRAMS.
function(tinyc_add_programs folder)
  cmake_parse_arguments(arg "" "" "LINK" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${folder}/*.cc")
  foreach(source ${sources})
    cmake_path(GET source STEM program)
    string(REPLACE "_" "-" program "${program}")
    add_executable(${program} "${source}")
    target_compile_options(${program} PRIVATE ${TINYC_CXX_FLAGS})
    target_link_libraries(${program} PRIVATE ${arg_LINK})
    set_target_properties(${program} PROPERTIES RUNTIME_OUTPUT_DIRECTORY
                                                "${TINYC_BIN_DIR}")
    set_property(GLOBAL APPEND PROPERTY TINYC_PROGRAMS ${program})
    install(TARGETS ${program} RUNTIME DESTINATION bin)
  endforeach()
endfunction()
