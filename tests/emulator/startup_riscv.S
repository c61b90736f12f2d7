/* SPDX-License-Identifier: Apache-2.0 */
/* RISC-V start-up (-M virt -bios none, machine mode):
 * sets gp, sp, mtvec, turns on F/D and V when compiled for them, clears .bss,
 * then calls main and leaves through mcu_exit. Sections are loaded in place by
 * QEMU's ELF loader, so .data needs no copy.
 */
    .option arch, +zicsr
    .section .text.start, "ax"
    .globl _start
_start:
    .option push
    .option norelax
    la   gp, __global_pointer$
    .option pop
    la   sp, __stack_top
    la   t0, trap_entry
    csrw mtvec, t0
#if defined(__riscv_flen)
    li   t0, 1 << 13          /* mstatus.FS = initial */
    csrs mstatus, t0
    csrw fcsr, zero
#endif
#if defined(__riscv_vector) || defined(MCU_RVV)
    li   t0, 1 << 9           /* mstatus.VS = initial */
    csrs mstatus, t0
#endif
    la   t0, __bss_start
    la   t1, __bss_end
1:  bgeu t0, t1, 2f
    sw   zero, 0(t0)
    addi t0, t0, 4
    j    1b
2:  call mcu_stack_paint
    call mcu_insn_init
    call main
    call mcu_exit

    .balign 4
trap_entry:
    csrr a0, mcause
    csrr a1, mepc
    la   sp, __stack_top
    call mcu_trap

/* semihost(op, arg): the three marker instructions must be uncompressed and
 * must not straddle a page, hence the alignment. */
    .section .text.semihost, "ax"
    .balign 16
    .globl semihost
semihost:
    .option push
    .option norvc
    slli zero, zero, 0x1f
    ebreak
    srai zero, zero, 7
    .option pop
    ret
