// SPDX-License-Identifier: Apache-2.0
#include "compiler/codegen/program.h"

#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "compiler/codegen/c_writer.h"
#include "compiler/codegen/names.h"
#include "compiler/codegen/program_builder.h"
#include "compiler/ops/if.h"
#include "compiler/ops/read_rows.h"

namespace tinyc {

int64_t CTensor::rows() const { return read_by->output()->type().shape[1]; }

int64_t CTensor::row_elements() const {
  return read_by->output()->type().num_elements() / rows();
}

absl::StatusOr<CProgram> ProgramBuilder::Build() {
  program_.prefix = LegalPrefix(options_.prefix);
  program_.macros = absl::AsciiStrToUpper(program_.prefix);
  program_.stem = options_.stem.empty() ? program_.prefix : options_.stem;
  program_.caller_arena = options_.caller_arena;
  program_.io_in_arena = module_.io_in_arena;
  program_.arena_align = ArenaAlign(module_);
  if (!options_.shared_arena.empty()) {
    program_.shared_arena = SharedArenaName(options_.shared_arena);
    file_names_.Reserve(program_.shared_arena);
    params_.Reserve(program_.shared_arena);
  }
  for (const char* suffix :
       {"run", "model", "arena", "run_model", "inputs", "outputs"}) {
    file_names_.Reserve(absl::StrCat(program_.prefix, "_", suffix));
  }
  if (options_.selftest) {
    program_.selftest = program_.prefix + "_selftest";
    file_names_.Reserve(program_.selftest);
    file_names_.Reserve(program_.selftest + "_layer");
    TINYC_ASSIGN_OR_RETURN(checked_, LayersToCheck(module_));
  }
  NameBoundary();
  NameParts();
  Frame frame{module_, 0, {}, {}};
  const auto pointer = [](const CTensor& tensor, bool is_const) {
    return CPointer{.kind = CPointer::Kind::kNamed,
                    .name = tensor.name,
                    .dtype = tensor.value->type().dtype,
                    .is_const = is_const};
  };
  for (const CTensor& t : program_.inputs) {
    frame.inputs.push_back(pointer(t, true));
  }
  for (const CTensor& t : program_.outputs) {
    frame.outputs.push_back(pointer(t, false));
  }
  if (options_.poison) {
    program_.dead = file_names_.Unique(program_.prefix + "_dead");
    program_.live = file_names_.Unique(program_.prefix + "_live");
  }
  if (options_.share_code) shared_ = SharedShapes(module_);
  AddUnpoisonAll();
  TINYC_RETURN_IF_ERROR(AddNodes(frame));
  AddUnpoisonAll();
  return std::move(program_);
}

void ProgramBuilder::NameBoundary() {
  // What else stands in the scope of the parameters.
  for (const char* name :
       {"arena", "workspace", "inputs", "outputs", "memcpy"}) {
    params_.Reserve(name);
  }
  macro_names_.Reserve("ARENA");
  const auto name = [&](const Value* value) {
    CTensor tensor;
    tensor.value = value;
    tensor.name = params_.Unique(FileScopeName(value->name()));
    const std::string macro =
        absl::StrCat(program_.macros, "_",
                     macro_names_.Unique(absl::AsciiStrToUpper(tensor.name)));
    tensor.size = absl::StrCat(macro, "_SIZE");
    // A function of that name could not be called in their scope, and the
    // description of each is a file-scope object.
    file_names_.Reserve(tensor.name);
    file_names_.Reserve(
        absl::StrCat(program_.prefix, "_", tensor.name, "_dims"));
    tensor.read_by = ReaderOf(*value);
    if (tensor.read_by != nullptr) {
      const auto unique = [&](absl::string_view suffix) {
        return file_names_.Unique(
            absl::StrCat(program_.prefix, "_", tensor.name, suffix));
      };
      tensor.reader = params_.Unique("read_" + tensor.name);
      tensor.user = params_.Unique(tensor.name + "_user");
      tensor.reader_type = unique("_reader");
      tensor.row_of = unique("_row");
      tensor.rows_macro = macro + "_ROWS";
      tensor.row_size = macro + "_ROW_SIZE";
    } else if (module_.io_in_arena) {
      tensor.offset = module_.plan->values.at(value).offset;
      tensor.offset_macro = absl::StrCat(macro, "_OFFSET");
      tensor.accessor =
          file_names_.Unique(absl::StrCat(program_.prefix, "_", tensor.name));
    }
    return tensor;
  };
  for (const Value* value : module_.graph->inputs()) {
    program_.inputs.push_back(name(value));
  }
  for (const Value* value : module_.graph->outputs()) {
    program_.outputs.push_back(name(value));
  }
}

void ProgramBuilder::NameParts() {
  for (const ArenaPart& part : module_.plan->parts) {
    program_.parts.push_back(
        {.part = part,
         .name =
             file_names_.Unique(absl::StrCat(program_.prefix, "_", part.name)),
         .variable = params_.Unique(part.name),
         .macro = absl::StrCat(
             program_.macros, "_",
             macro_names_.Unique(absl::AsciiStrToUpper(part.name)))});
  }
  copied_ = CopiedConstantsOf(module_);
  for (const CopiedConstants& copied : copied_) {
    program_.copies.push_back(
        {.memory = copied.memory,
         .macro = absl::StrCat(
             program_.macros, "_",
             macro_names_.Unique(absl::StrCat(
                 absl::AsciiStrToUpper(copied.memory), "_WEIGHTS"))),
         .bytes = copied.bytes});
  }
}

std::string ProgramBuilder::ArrayOf(std::shared_ptr<const Tensor> tensor,
                                    const std::string& wanted) {
  if (CCountOf(tensor->type()) == 0) return "NULL";
  const absl::Span<const uint8_t> bytes = tensor->bytes();
  const auto key =
      std::pair(CTypeOf(tensor->dtype()),
                absl::string_view(reinterpret_cast<const char*>(bytes.data()),
                                  bytes.size()));
  const auto [known, added] = arrays_.try_emplace(key, "");
  if (added) {
    known->second = file_names_.Unique(wanted);
    CArray array = {known->second, std::move(tensor)};
    for (size_t c = 0; c < copied_.size(); ++c) {
      if (!copied_[c].Has(*array.tensor)) continue;
      array.macro = program_.copies[c].macro;
      break;
    }
    program_.arrays.push_back(std::move(array));
  }
  return known->second;
}

std::string ProgramBuilder::QuantOf(const Block& block,
                                    const std::string& wanted) {
  for (const CStruct& quant : program_.quants) {
    if (quant.block == block) return quant.name;
  }
  program_.quants.push_back({file_names_.Unique(wanted), block});
  return program_.quants.back().name;
}

CPointer ProgramBuilder::InArena(int64_t offset) const {
  for (const CPart& part : program_.parts) {
    if (offset < part.part.begin || offset >= part.part.end()) continue;
    return CPointer{.kind = CPointer::Kind::kNamed,
                    .offset = offset - part.part.begin,
                    .name = part.variable};
  }
  return CPointer{.offset = offset};
}

absl::StatusOr<CPointer> ProgramBuilder::PointerTo(const Frame& frame,
                                                   const Value& value) const {
  if (auto constant = ConstantBytes(frame.module, value)) {
    return CPointer{.kind = CPointer::Kind::kConstant,
                    .constant = std::move(constant)};
  }
  const auto found = frame.module.plan->values.find(&value);
  if (found == frame.module.plan->values.end()) {
    return Internal("%", value.name(), " has no place in memory");
  }
  const Place& place = found->second;
  const size_t index = static_cast<size_t>(place.index);
  switch (place.kind) {
    case Place::Kind::kModelInput:
      return frame.inputs[index] + place.offset;
    case Place::Kind::kModelOutput:
      return frame.outputs[index] + place.offset;
    case Place::Kind::kArena:
      break;
  }
  return InArena(frame.arena + place.offset);
}

CPointer ProgramBuilder::ScratchOf(const Frame& frame, const Node& node,
                                   int64_t offset) const {
  return InArena(frame.arena + frame.module.plan->scratch.at(&node) + offset);
}

std::string ProgramBuilder::Text(const CPointer& pointer,
                                 absl::string_view type,
                                 const std::string& wanted) {
  if (pointer.kind != CPointer::Kind::kConstant) {
    return PointerText(pointer, type);
  }
  const std::string array = ArrayOf(pointer.constant, wanted);
  if (array == "NULL") return array;
  if (pointer.offset == 0) {
    return PointsTo(type, pointer.constant->dtype())
               ? array
               : absl::StrCat("(", type, ")", array);
  }
  return absl::StrCat("(", type, ")((const uint8_t *)", array, " + ",
                      pointer.offset, ")");
}

absl::Status ProgramBuilder::AddNodes(const Frame& frame) {
  std::optional<DeadBytes> dead;
  if (options_.poison) dead.emplace(frame.module);
  if (dead) PoisonAfter(frame, *dead, -1);
  int step = 0;
  for (const auto& node : frame.module.graph->nodes()) {
    if (const Stream* stream = StreamOf(*frame.module.plan, *node)) {
      if (stream->nodes[0] == node.get()) {
        TINYC_RETURN_IF_ERROR(WithLoc(AddStream(frame, *stream), *node));
        for (const Node* layer : stream->nodes) {
          TINYC_RETURN_IF_ERROR(ShowResults(frame, *layer));
        }
      }
      if (dead && stream->nodes.back() == node.get()) {
        PoisonAfter(frame, *dead, step);
      }
      ++step;
      continue;
    }
    if (InputReadBy(frame, *node) != nullptr) {
      // A loop over its rows.
      TINYC_RETURN_IF_ERROR(
          WithLoc(AddStream(frame, {.nodes = {node.get()}}), *node));
      TINYC_RETURN_IF_ERROR(ShowResults(frame, *node));
      if (dead) PoisonAfter(frame, *dead, step);
      ++step;
      continue;
    }
    if (dead) UnpoisonResults(frame, *node);
    if (node->As<If>() != nullptr) {
      TINYC_RETURN_IF_ERROR(WithLoc(AddIf(frame, *node), *node));
    } else if (const Loop* loop = node->As<Loop>()) {
      TINYC_RETURN_IF_ERROR(WithLoc(AddLoop(frame, *node, *loop), *node));
    }
    for (const LoweredCall& lowered :
         frame.module.lowering->calls.at(node.get())) {
      if (lowered.kernel == nullptr) continue;
      TINYC_RETURN_IF_ERROR(WithLoc(AddCall(frame, *node, lowered), *node));
    }
    TINYC_RETURN_IF_ERROR(ShowResults(frame, *node));
    if (dead) PoisonAfter(frame, *dead, step++);
  }
  return absl::OkStatus();
}

absl::StatusOr<CProgram> BuildProgram(const Module& module,
                                      const EmitOptions& options) {
  if (module.stage != Stage::kPlanned || !module.plan || !module.lowering) {
    return Internal("only a planned module is emitted as C");
  }
  return ProgramBuilder(module, options).Build();
}

}  // namespace tinyc
