/* SPDX-License-Identifier: Apache-2.0 */
/* Start-up of a RISC-V in machine mode: stack, traps, memory. */
    .option arch, +zicsr
    .section .text.start, "ax"
    .globl _start
_start:
    .option push
    .option norelax
    la   gp, __global_pointer$
    .option pop
    la   sp, stack_top
    la   t0, trap
    csrw mtvec, t0
    la   a0, bss_start
    la   a2, bss_end
    sub  a2, a2, a0
    li   a1, 0
    call memset
    call board_init
    call main
1:  call board_exit
    j    1b

    .balign 4
trap:
    la   sp, stack_top
    la   a0, message
    call board_print
    li   a0, 2
    j    1b

    .section .rodata
message:
    .string "trap\n"
