/* SPDX-License-Identifier: Apache-2.0 */
/* Run-time support: semihosting output and exit, the
 * instruction counter, stack painting, and the few system calls libc wants. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "mcu_bench.h"

void mcu_exit(int status) __attribute__((noreturn));
void mcu_puts_raw(const char *s);

/* ---- semihosting --------------------------------------------------------- */
enum { SYS_WRITE0 = 0x04, SYS_EXIT_EXTENDED = 0x20, APP_EXIT = 0x20026 };

#if defined(__riscv)
uintptr_t semihost(uintptr_t op, const void *arg); /* startup_riscv.S */
#else
static uintptr_t semihost(uintptr_t op, const void *arg) {
  register uintptr_t r0 __asm("r0") = op;
  register uintptr_t r1 __asm("r1") = (uintptr_t)arg;
  __asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}
#endif

void mcu_puts_raw(const char *s) { semihost(SYS_WRITE0, s); }

void mcu_exit(int status) {
  exit(status); /* libc flushes stdout, then calls _exit */
}

/* stdout: collected into lines, one semihosting call per line. */
static char line[128];
static size_t line_len;

static void line_flush(void) {
  line[line_len] = 0;
  line_len = 0;
  mcu_puts_raw(line);
}

static void out_char(char c) {
  line[line_len++] = c;
  if (c == '\n' || line_len == sizeof line - 1) line_flush();
}

void _exit(int status) {
  if (line_len) line_flush();
  const uintptr_t block[2] = {APP_EXIT, (uintptr_t)status};
  semihost(SYS_EXIT_EXTENDED, block);
  for (;;) {
  }
}

extern char __heap_start[], __heap_end[];

#if defined(__riscv) /* picolibc */
static int put(char c, FILE *f) {
  (void)f;
  out_char(c);
  return (unsigned char)c;
}
static int flush(FILE *f) {
  (void)f;
  if (line_len) line_flush();
  return 0;
}
static FILE console = FDEV_SETUP_STREAM(put, NULL, flush, _FDEV_SETUP_WRITE);
FILE *const stdin = &console;
FILE *const stdout = &console;
FILE *const stderr = &console;

void mcu_trap(uintptr_t cause, uintptr_t pc) {
  printf("\n*** trap mcause %lx mepc %lx\n", (unsigned long)cause,
         (unsigned long)pc);
  if (line_len) line_flush();
  _exit(128 + (int)(cause & 31u));
}
#else /* newlib */
int _write(int fd, const char *p, int n) {
  (void)fd;
  for (int i = 0; i < n; i++) out_char(p[i]);
  if (line_len) line_flush();
  return n;
}
void *_sbrk(ptrdiff_t n) {
  static char *brk = __heap_start;
  if (n > __heap_end - brk) {
    errno = ENOMEM;
    return (void *)-1;
  }
  char *p = brk;
  brk += n;
  return p;
}
int _read(int fd, char *p, int n) { return (void)fd, (void)p, (void)n, 0; }
int _close(int fd) { return (void)fd, -1; }
int _lseek(int fd, int o, int w) { return (void)fd, (void)o, (void)w, 0; }
int _isatty(int fd) { return (void)fd, 1; }
int _fstat(int fd, struct stat *st) {
  return (void)fd, st->st_mode = S_IFCHR, 0;
}
int _kill(int pid, int sig) { return (void)pid, (void)sig, -1; }
int _getpid(void) { return 1; }
void _init(void) {}
void _fini(void) {}
#endif

/* ---- instruction counter ------------------------------------------------- */
#define REG32(a) (*(volatile uint32_t *)(uintptr_t)(a))

/* Each board gives: timer_start, timer_ticks, and NUM/2^SH = instructions per
 * tick when one instruction is 128 ns (ARM). */
#if defined(MCU_TIMER_NRF51) /* TIMER0, 16 MHz: 62.5 ns */
enum { NUM = 125, SH = 8 };
static void timer_start(void) {
  REG32(0x40008508) = 3; /* 32 bits */
  REG32(0x40008510) = 0; /* no prescaler */
  REG32(0x40008000) = 1;
}
static inline uint32_t timer_ticks(void) {
  REG32(0x40008040) = 1; /* capture into CC[0] */
  return REG32(0x40008540);
}
#elif defined(MCU_TIMER_CMSDK) /* CMSDK APB timer 0, counts down */
#if MCU_TIMER_MHZ == 25        /* 40 ns */
enum { NUM = 5, SH = 4 };
#elif MCU_TIMER_MHZ == 20      /* 50 ns */
enum { NUM = 25, SH = 6 };
#endif
static void timer_start(void) {
  REG32(MCU_TIMER_CMSDK + 8) = 0xffffffffu;
  REG32(MCU_TIMER_CMSDK + 4) = 0xffffffffu;
  REG32(MCU_TIMER_CMSDK + 0) = 1;
}
static inline uint32_t timer_ticks(void) { return ~REG32(MCU_TIMER_CMSDK + 4); }
#elif defined(MCU_TIMER_SSE) /* SSE-300 system counter, 32 MHz: 31.25 ns */
enum { NUM = 125, SH = 9 };
static void timer_start(void) { REG32(MCU_TIMER_SSE) = 1; }
static inline uint32_t timer_ticks(void) { return REG32(MCU_TIMER_SSE + 8); }
#elif !defined(__riscv)
#error "no timer for this board"
#endif

#if defined(__riscv)
/* Zicsr is named here and not in -march, which would miss libc's multilib. */
#define CSR(insns) \
  ".option push\n .option arch, +zicsr\n " insns "\n .option pop"
static void timer_start(void) {}
__attribute__((noinline)) uint64_t mcu_insn_now(void) {
#if __riscv_xlen == 64
  uint64_t v;
  __asm volatile(CSR("csrr %0, minstret") : "=r"(v)::"memory");
  return v;
#else
  /* Reading both halves the same way every time keeps the cost constant; the
   * low half wraps every 2^32 instructions, hence the retry. */
  uint32_t hi, lo, hi2;
  do {
    __asm volatile(
        CSR("csrr %0, minstreth\n csrr %1, minstret\n csrr %2, minstreth")
        : "=r"(hi), "=r"(lo), "=r"(hi2)::"memory");
  } while (hi != hi2);
  return ((uint64_t)hi << 32) | lo;
#endif
}
#else
static uint32_t last_ticks;
static uint64_t sum_ticks;
__attribute__((noinline)) uint64_t mcu_insn_now(void) {
  const uint32_t t = timer_ticks();
  sum_ticks += (uint32_t)(t - last_ticks); /* no branch: constant cost */
  last_ticks = t;
  return (sum_ticks * NUM + (1u << (SH - 1))) >> SH;
}
#endif

/* ---- stack --------------------------------------------------------------- */
extern uint32_t __stack_limit[], __stack_top[];
static const uint32_t PAINT = 0xa5c3e1f0u;

static inline __attribute__((always_inline)) uint32_t *stack_pointer(void) {
  uint32_t *sp;
#if defined(__riscv)
  __asm volatile("mv %0, sp" : "=r"(sp)::"memory");
#else
  __asm volatile("mov %0, sp" : "=r"(sp)::"memory");
#endif
  return sp;
}

/* Paints everything below the caller's frame; inlined so that it has none.
 * margin: words left alone, for a caller whose own pushes the compiler may
 * place after the read of sp (shrink-wrapping). */
static inline __attribute__((always_inline)) void paint(int margin) {
  volatile uint32_t *const end = stack_pointer() - margin;
  for (volatile uint32_t *p = __stack_limit; p < end; p++) *p = PAINT;
}

__attribute__((noinline)) void mcu_stack_paint(void) { paint(16); }

static uint32_t *stack_lowest(void) {
  uint32_t *p = __stack_limit;
  while (p < __stack_top && *(volatile uint32_t *)p == PAINT) p++;
  return p;
}

static uint32_t *ever_lowest; /* mcu_measure repaints, so keep the peak here */

uint32_t mcu_stack_peak(void) {
  uint32_t *p = stack_lowest();
  if (ever_lowest && ever_lowest < p) p = ever_lowest;
  return (uint32_t)((char *)__stack_top - (char *)p);
}

/* ---- measuring one call -------------------------------------------------- */
static uint64_t
    call_cost; /* instructions between two reads around an empty call */

/* One code path for every measurement, so that its own cost is a constant.
 */
__attribute__((noinline, noclone)) static uint64_t timed_call(
    void (*fn)(void *), void *arg) {
  const uint64_t t0 = mcu_insn_now();
  fn(arg);
  return mcu_insn_now() - t0;
}

__attribute__((noinline)) static void empty(void *arg) {
  __asm volatile("" ::"r"(arg));
}
__attribute__((noinline)) static void note_sp(void *arg) {
  *(char **)arg = (char *)stack_pointer();
}

mcu_cost mcu_measure(void (*fn)(void *), void *arg) {
  static uintptr_t frame; /* from our stack pointer down to fn's on entry */
  mcu_cost c;
  if (!frame) {
    char *entry;
    (void)timed_call(note_sp, &entry);
    frame = (uintptr_t)((char *)stack_pointer() - entry);
  }
  uint32_t *const before = stack_lowest();
  if (!ever_lowest || before < ever_lowest) ever_lowest = before;
  paint(0);
  c.insn = timed_call(fn, arg) - call_cost;
  /* Never below mcu_insn_now's own frame, which reaches past fn's entry. */
  const char *const low = (const char *)stack_lowest();
  const char *const entry = (const char *)stack_pointer() - frame;
  c.stack = low < entry ? (uint32_t)(entry - low) : 0;
  return c;
}

void mcu_insn_init(void) {
  timer_start();
  (void)timed_call(empty, NULL);
  call_cost = timed_call(empty, NULL);
}
