# SPDX-License-Identifier: Apache-2.0
#
# Bare-metal Cortex-M with GCC for arm-none-eabi and newlib. The core's flags
# (-mcpu=...) are the project's.

set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR arm)
set(CMAKE_C_COMPILER arm-none-eabi-gcc)
set(CMAKE_ASM_COMPILER arm-none-eabi-gcc)
set(TINYC_SIZE arm-none-eabi-size)
# A program cannot be linked before the board is known.
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
