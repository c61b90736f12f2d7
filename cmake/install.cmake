# SPDX-License-Identifier: Apache-2.0
#
# `cmake --install` and find_package(tinyc).
#
#   bin/                      the programs
#   lib/                      the libraries, ONNX's among them
#   include/tinyc/            headers, by their paths in this tree
#   include/tinyc/third_party ONNX's headers
#   lib/cmake/tinyc/          tinycConfig.cmake

include(CMakePackageConfigHelpers)

install(TARGETS tinyc_runtime tinyc_compiler tinyc_passes tinyc_frontends
        EXPORT tinycTargets ARCHIVE DESTINATION lib)
install(EXPORT tinycTargets NAMESPACE tinyc:: DESTINATION lib/cmake/tinyc)

foreach(folder runtime compiler passes frontends)
  if(IS_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}/${folder}")
    install(DIRECTORY ${folder} DESTINATION include/tinyc
            FILES_MATCHING PATTERN "*.h" PATTERN "*.inc" PATTERN "*.def")
  endif()
endforeach()
install(FILES "${TINYC_ONNX_ROOT}/lib/libonnx.a" DESTINATION lib/tinyc)
install(DIRECTORY "${TINYC_ONNX_ROOT}/include/onnx"
        DESTINATION include/tinyc/third_party)

configure_package_config_file(
  cmake/tinycConfig.cmake.in "${CMAKE_CURRENT_BINARY_DIR}/tinycConfig.cmake"
  INSTALL_DESTINATION lib/cmake/tinyc)
write_basic_package_version_file(
  "${CMAKE_CURRENT_BINARY_DIR}/tinycConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/tinycConfig.cmake"
              "${CMAKE_CURRENT_BINARY_DIR}/tinycConfigVersion.cmake"
        DESTINATION lib/cmake/tinyc)
