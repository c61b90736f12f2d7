# SPDX-License-Identifier: Apache-2.0
#
# onnx::onnx, ONNX's C++ library, built once by tools/setup/onnx.sh and shared
# by every preset (also by the sanitized one: it is not instrumented).

if(NOT TINYC_ONNX_ROOT)
  set(TINYC_ONNX_ROOT "${CMAKE_CURRENT_SOURCE_DIR}/build/third_party/onnx"
      CACHE PATH "ONNX's C++ library" FORCE)
endif()

execute_process(
  COMMAND ${CMAKE_COMMAND} -E env "TINYC_ONNX_ROOT=${TINYC_ONNX_ROOT}"
          "${CMAKE_CURRENT_SOURCE_DIR}/tools/setup/onnx.sh"
  COMMAND_ERROR_IS_FATAL ANY)

add_library(onnx::onnx STATIC IMPORTED)
set_target_properties(
  onnx::onnx
  PROPERTIES IMPORTED_LOCATION "${TINYC_ONNX_ROOT}/lib/libonnx.a"
             INTERFACE_INCLUDE_DIRECTORIES "${TINYC_ONNX_ROOT}/include"
             INTERFACE_COMPILE_DEFINITIONS "ONNX_ML=1;ONNX_NAMESPACE=onnx"
             INTERFACE_LINK_LIBRARIES "protobuf::libprotobuf;Threads::Threads")
