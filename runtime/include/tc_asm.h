/* SPDX-License-Identifier: Apache-2.0 */
/* Functions in assembly, for loops that compilers keep too little of in
 * registers. */
#ifndef TC_ASM_H_
#define TC_ASM_H_

/* A function whose body is assembly and nothing else, with its arguments where
 * the procedure call standard says. */
#if defined(__clang__)
#define TC_ASM_FUNCTION __attribute__((naked, noinline, unused))
#else
#define TC_ASM_FUNCTION __attribute__((naked, noinline, noipa, unused))
#endif

/* Whether it is for cores with 16-bit instructions only: Armv6-M. */
#if defined(__GNUC__) && defined(__ARM_ARCH_ISA_THUMB) && \
    __ARM_ARCH_ISA_THUMB + 0 == 1 && defined(__thumb__)
#define TC_THUMB1_ASM 1
#else
#define TC_THUMB1_ASM 0
#endif

#endif /* TC_ASM_H_ */
