// SPDX-License-Identifier: Apache-2.0
// Textual IR => Module.
//
//   module    := ["module" word] ["target(" word ")"] ["stage(" stage ")"]
//                ["arena(" bytes ", bound=" bytes [", optimal"] part* ")"]
//                graph
//   part      := "," memory "=" begin "+" bytes
//   graph     := "graph(" input,* ") -> (" name,* ")"
//                "{" statement* "return" name,* "}"
//   input     := name ":" type [at]
//   statement := name "= const" numbers ":" type
//              | name,+ "=" op "(" (name | "_"),* ")" ["{" attr=value,* "}"]
//                graph* [":" type,+] ["using" (kernel | "_"),+
//                ["within(" bytes of scratch ")"] ["unpacked"]]
//                [at] ["scratch" place]
//                ["stream(" index ["," "up"] ["," "strips=" n]
//                 ["," "seam=" node-of-the-stream] ")"]
//                ["loc(" (index op "node name"),+ ")"]
//   type      := dtype "[" dims "]" [quant];  "[?]": as the operator infers
//   quant     := "q(" scale "," zero point ")"
//              | "q(axis=" n ["," "block=" n] "," "[" scales "]"
//                ["," "[" zero points "]"] ")"
//   numbers   := "[" number,* "]" | "fill(" number ")" | "hex(" string ")"
//              | "blob(" file "," offset ")" | "rand(" seed ["," zeros] ")"
//   at        := "at" (place | "_"),+
//   place     := "arena+" n ["rows(" n ")"] | "input(" i ")+" n
//              | "output(" i ")+" n
//   name      := %[A-Za-z0-9_./-]+ | %"C escapes"
//
// `_` is an absent operand, `//` begins a comment.  The scales of an axis may
// be rand(seed) too; `zeros` is how many percent of the elements are zero.  A
// region sees only its own values.
#ifndef TINYC_COMPILER_TEXT_PARSE_H_
#define TINYC_COMPILER_TEXT_PARSE_H_

#include <functional>
#include <string>

#include "absl/strings/string_view.h"
#include "compiler/base/status.h"
#include "compiler/ir/module.h"
#include "compiler/text/constant_text.h"

namespace tinyc {

struct ParseOptions {
  // The contents of the file that blob("file", ...) names; null: a text with a
  // blob is an error.
  std::function<absl::StatusOr<std::string>(const std::string& file)>
      read_blob = nullptr;
  // Receives the constants written with rand().
  ConstantTexts* texts = nullptr;
};

// The module that `text` describes.  The kernel calls of a lowered module are
// those of Op::Lower with the kernels that the text names, packed unless it
// says `unpacked`.  Errors are InvalidArgument and begin with `line:column: `.
absl::StatusOr<Module> ParseModule(absl::string_view text,
                                   const ParseOptions& options = {});

}  // namespace tinyc

#endif  // TINYC_COMPILER_TEXT_PARSE_H_
