// SPDX-License-Identifier: Apache-2.0
#include "compiler/codegen/selftest_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace tinyc {
namespace {

constexpr absl::string_view kHead =
    R"c(/* SPDX-License-Identifier: Apache-2.0 */
@ABOUT@#include "@HEADER@"

@MATH@#include <stddef.h>
#include <stdint.h>
@BUFFERS@
/* What the reference says, which also ran the model on this input. */
typedef struct {
  const char *name;
  uint32_t crc; /* CRC-32 of the bytes, little endian */
)c";

constexpr absl::string_view kExpectedFloats =
    R"c(  int32_t element; /* bytes of a float; 0: the CRC is compared */
  double sum;      /* of the floats, about half of them negated */
  double magnitude; /* sum of their absolute values */
)c";

constexpr absl::string_view kTables = R"c(} tc_expected;

@TABLES@
/* The same of what the model makes. */
typedef struct {
  uint32_t crc;
)c";

constexpr absl::string_view kFoundFloats = R"c(  uint32_t count;
  double sum;
)c";

constexpr absl::string_view kCrc = R"c(} tc_found;

static tc_found tc_results[@LAYERS@];
static int tc_state; /* 0: not testing; 1: no layer came yet; 2: layers come */

/* CRC-32 of bytes behind those whose checksum is `crc`. */
static uint32_t tc_crc32(uint32_t crc, const void *data, uint32_t bytes) {
  static const uint32_t table[16] = {
      0x00000000u, 0x1db71064u, 0x3b6e20c8u, 0x26d930acu,
      0x76dc4190u, 0x6b6b51f4u, 0x4db26158u, 0x5005713cu,
      0xedb88320u, 0xf00f9344u, 0xd6d6a3e8u, 0xcb61b38cu,
      0x9b64c2b0u, 0x86d3d2d4u, 0xa00ae278u, 0xbdbdf21cu};
  const uint8_t *p = (const uint8_t *)data;
  crc = ~crc;
  for (; bytes > 0; --bytes) {
    crc ^= *p++;
    crc = (crc >> 4) ^ table[crc & 15u];
    crc = (crc >> 4) ^ table[crc & 15u];
  }
  return ~crc;
}

)c";

constexpr absl::string_view kBitsOnly =
    R"c(static void tc_add(const tc_expected *expected, tc_found *found,
                   const void *data, uint32_t bytes) {
  (void)expected;
  found->crc = tc_crc32(found->crc, data, bytes);
}

static int tc_differs(const tc_expected *expected, const tc_found *found) {
  return expected->crc != found->crc;
}
)c";

constexpr absl::string_view kWithFloats =
    R"c(/* What a sum may be off by, in millionths of its magnitude. */
#ifndef TC_SELFTEST_MILLIONTHS
#define TC_SELFTEST_MILLIONTHS 100
#endif

static void tc_add(const tc_expected *expected, tc_found *found,
                   const void *data, uint32_t bytes) {
  uint32_t i;
  if (expected->element == 0) {
    found->crc = tc_crc32(found->crc, data, bytes);
    return;
  }
  for (i = 0; i < bytes / (uint32_t)expected->element; ++i) {
    const double x = expected->element == 4 ? (double)((const float *)data)[i]
                                            : ((const double *)data)[i];
    const int minus = (int)(found->count++ * 2654435761u >> 31);
    if (!(x - x >= 0)) continue; /* infinite or not a number */
    found->sum += minus ? -x : x;
  }
}

/* How far the sums are apart, in millionths of the magnitude. */
static double tc_millionths(const tc_expected *expected,
                            const tc_found *found) {
  const double apart = expected->sum < found->sum ? found->sum - expected->sum
                                                  : expected->sum - found->sum;
  if (!(apart > 0 || apart < 0)) return 0;
  if (!(apart < expected->magnitude)) return 1e6;
  return apart / expected->magnitude * 1e6;
}

static int tc_differs(const tc_expected *expected, const tc_found *found) {
  if (expected->element == 0) return expected->crc != found->crc;
  return found->count == 0 || tc_millionths(expected, found) >
                                   TC_SELFTEST_MILLIONTHS;
}
)c";

constexpr absl::string_view kPrinting = R"c(
@HOOK@  if (tc_state == 0 || layer > @LAYERS@) return;
  tc_state = 2;
  tc_add(&tc_layers[layer - 1], &tc_results[layer - 1], result, bytes);
}

/* These write behind `end` of a line and return its new end. */
static char *tc_put(char *end, const char *text) {
  while (*text != '\0') *end++ = *text++;
  *end = '\0';
  return end;
}

static char *tc_put_number(char *end, uint32_t number, uint32_t base) {
  uint32_t unit = base == 16u ? 0x10000000u : 1u;
  while (base == 10u && number / unit >= 10u) unit *= 10u;
  for (; unit > 0; unit /= base) {
    *end++ = "0123456789abcdef"[number / unit % base];
  }
  *end = '\0';
  return end;
}

static char *tc_put_difference(char *end, const tc_expected *expected,
                               const tc_found *found) {
)c";

constexpr absl::string_view kPrintFloats = R"c(  if (expected->element != 0) {
    const double millionths = tc_millionths(expected, found);
    if (found->count == 0) return tc_put(end, ": no result");
    end = tc_put(end, ": off by ");
    end = tc_put_number(end, (uint32_t)millionths, 10u);
    return tc_put(end, " millionths of its magnitude");
  }
)c";

constexpr absl::string_view kPrintBits =
    R"c(  end = tc_put(end, ": expected 0x");
  end = tc_put_number(end, expected->crc, 16u);
  end = tc_put(end, ", got 0x");
  return tc_put_number(end, found->crc, 16u);
}
)c";

constexpr absl::string_view kOutputs =
    R"c(
/* Whether it does; prints that, or with `always` that it does not. */
static int tc_output_differs(const tc_expected *expected, const void *data,
                             uint32_t bytes, int always,
                             void (*print)(const char *line)) {
  char line[@LINE@];
  char *end = tc_put(line, expected->name);
  tc_found found = @NOTHING@;
  tc_add(expected, &found, data, bytes);
  if (tc_differs(expected, &found)) {
    (void)tc_put_difference(end, expected, &found);
    print(line);
    return 1;
  }
  (void)tc_put(end, ": as expected");
  if (always) print(line);
  return 0;
}
)c";

constexpr absl::string_view kMain = R"c(
@SIGNATURE@  char line[@LINE@];
  char *end;
  @INPUTS@
  @OUTPUTS@
  int code, first = 0, wrong_layers = 0, wrong_outputs = 0, i;
  const tc_found nothing = @NOTHING@;
  for (i = 0; i < @LAYERS@; ++i) tc_results[i] = nothing;
  tc_state = 1;
  code = @PREFIX@_model.run(@ARENA@, inputs, outputs);
  if (code != 0 || tc_state != 2) {
    if (code == 0) {
      print("@SOURCE@ was compiled without TC_SELFTEST");
    } else {
      end = tc_put(line, "@PREFIX@_run returned -");
      (void)tc_put_number(end, (uint32_t)-code, 10u);
      print(line);
    }
    tc_state = 0;
    return code != 0 ? code : TC_EINVAL;
  }
  tc_state = 0;
  for (i = 0; i < @LAYERS@; ++i) {
    if (!tc_differs(&tc_layers[i], &tc_results[i])) continue;
    ++wrong_layers;
    if (first != 0) continue;
    first = i + 1;
    end = tc_put(line, tc_layers[i].name);
    (void)tc_put_difference(end, &tc_layers[i], &tc_results[i]);
    print(line);
  }
@COMPARE@  if (wrong_layers + wrong_outputs == 0) {
    print(@AGREE@);
    return 0;
  }
  end = tc_put_number(tc_put(line, "@PREFIX@: "), (uint32_t)wrong_layers, 10u);
  (void)tc_put(end, " of @LAYERS@ layers differ from the reference");
  print(line);
  return first != 0 ? first : @ONLY_OUTPUT@;
}

#if defined(TC_SELFTEST_MAIN)
#include <stdio.h>

static void tc_print(const char *line) { printf("%s\n", line); }

int main(void) {
@CALL@}
#endif
)c";

}  // namespace

std::string SelfTestText(const SelfTestParts& parts) {
  std::string text(kHead);
  if (parts.floats) absl::StrAppend(&text, kExpectedFloats);
  absl::StrAppend(&text, kTables);
  if (parts.floats) absl::StrAppend(&text, kFoundFloats);
  absl::StrAppend(&text, kCrc, parts.floats ? kWithFloats : kBitsOnly,
                  kPrinting);
  if (parts.floats) absl::StrAppend(&text, kPrintFloats);
  absl::StrAppend(&text, kPrintBits);
  if (parts.outputs) absl::StrAppend(&text, kOutputs);
  absl::StrAppend(&text, kMain);
  return text;
}

}  // namespace tinyc
