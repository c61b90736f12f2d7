// SPDX-License-Identifier: Apache-2.0
#include "frontends/onnx/importers.h"

#include <utility>

#include "absl/container/flat_hash_map.h"

namespace tinyc {

absl::Span<const Importer> Importers() {
  static constexpr Importer kImporters[] = {
#define TINYC_ONNX(domain, type, newest, function) \
  {domain, #type, newest, function},
#define TINYC_ONNX_REGULAR(type, newest, op)                                  \
  {"", #type, newest, [](OnnxNode& node) { return ImportRegular(node, op); }, \
   op},
#include "frontends/onnx/importers.def"
#undef TINYC_ONNX
#undef TINYC_ONNX_REGULAR
  };
  return kImporters;
}

const Importer* FindImporter(const std::string& domain,
                             const std::string& type) {
  using Key = std::pair<absl::string_view, absl::string_view>;
  static const auto* const by_name = [] {
    auto* map = new absl::flat_hash_map<Key, const Importer*>;
    for (const Importer& importer : Importers()) {
      TINYC_CHECK(
          map->emplace(Key(importer.domain, importer.type), &importer).second);
    }
    return map;
  }();
  const auto found = by_name->find(Key(domain, type));
  return found == by_name->end() ? nullptr : found->second;
}

absl::Status ImportRegular(OnnxNode& node, absl::string_view op) {
  std::vector<Value*> inputs;
  for (size_t i = 0; i < node.num_inputs(); ++i) {
    TINYC_ASSIGN_OR_RETURN(Value * input, node.OptionalInput(i));
    inputs.push_back(input);
  }
  return node.SetOutput(0, node.Emit(op, std::move(inputs), node.AllAttrs()));
}

}  // namespace tinyc
