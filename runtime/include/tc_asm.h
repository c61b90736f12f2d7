/* SPDX-License-Identifier: Apache-2.0 */
/* Which instructions there are, and functions in assembly, for loops that
 * compilers keep too little of in registers. */
#ifndef TC_ASM_H_
#define TC_ASM_H_

/* A function whose body is assembly and nothing else, with its arguments where
 * the procedure call standard says. */
#if defined(__clang__)
#define TC_ASM_FUNCTION __attribute__((naked, noinline, unused))
#else
#define TC_ASM_FUNCTION __attribute__((naked, noinline, noipa, unused))
#endif

/* Whether there are Arm's DSP instructions. */
#if defined(__GNUC__) && defined(__ARM_FEATURE_DSP) && \
    !defined(__ARM_BIG_ENDIAN)
#define TC_DSP 1
#else
#define TC_DSP 0
#endif

/* Inner loops that compilers keep too little of in registers are functions in
 * assembly where this is 1, and the same in C elsewhere. */
#if TC_DSP && defined(__thumb2__) && defined(__ARM_FEATURE_UNALIGNED) && \
    !defined(__ARM_FEATURE_BTI_DEFAULT)
#define TC_DSP_ASM 1
#else
#define TC_DSP_ASM 0
#endif

/* The same for loops over vectors (Helium), which have no jumps that would need
 * a place to land. */
#if TC_DSP && defined(__thumb2__) && defined(__ARM_FEATURE_MVE) && \
    __ARM_FEATURE_MVE + 0 >= 1
#define TC_MVE_ASM 1
#else
#define TC_MVE_ASM 0
#endif

/* The same for loops over single floats in 32 registers. */
#if defined(__GNUC__) && defined(__thumb2__) && defined(__ARM_FP) && \
    (__ARM_FP & 4) != 0 && defined(__ARM_FEATURE_FMA) &&             \
    !defined(__ARM_FEATURE_BTI_DEFAULT)
#define TC_FPU_ASM 1
#else
#define TC_FPU_ASM 0
#endif

/* The same for loops over RISC-V's vectors of at least 128 bits. */
#if defined(__GNUC__) && defined(__riscv_vector) && defined(__riscv_mul) && \
    defined(__riscv_v_min_vlen) && __riscv_v_min_vlen + 0 >= 128
#define TC_RVV_ASM 1
#else
#define TC_RVV_ASM 0
#endif

/* Whether it is for cores with 16-bit instructions only: Armv6-M. */
#if defined(__GNUC__) && defined(__ARM_ARCH_ISA_THUMB) && \
    __ARM_ARCH_ISA_THUMB + 0 == 1 && defined(__thumb__)
#define TC_THUMB1_ASM 1
#else
#define TC_THUMB1_ASM 0
#endif

#endif /* TC_ASM_H_ */
