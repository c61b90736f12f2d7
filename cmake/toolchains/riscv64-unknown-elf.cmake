# SPDX-License-Identifier: Apache-2.0
#
# Bare-metal RISC-V, of 32 and 64 bits, with GCC for riscv64-unknown-elf and
# picolibc. The core's flags (-march=... -mabi=...) are the project's.

set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR riscv)
set(CMAKE_C_COMPILER riscv64-unknown-elf-gcc)
set(CMAKE_ASM_COMPILER riscv64-unknown-elf-gcc)
set(CMAKE_C_FLAGS_INIT "--specs=picolibc.specs")
set(TINYC_SIZE riscv64-unknown-elf-size)
# A program cannot be linked before the board is known.
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
