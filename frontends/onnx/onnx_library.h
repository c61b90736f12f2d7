// SPDX-License-Identifier: Apache-2.0
// ONNX's own library (schemas, checker, version converter, function bodies)
// behind Status: it throws, and nothing else here calls it.
#ifndef TINYC_FRONTENDS_ONNX_ONNX_LIBRARY_H_
#define TINYC_FRONTENDS_ONNX_ONNX_LIBRARY_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "compiler/base/status.h"
#include "compiler/ir/type.h"
#include "onnx/onnx_pb.h"

namespace tinyc {

// Operator set versions by domain; "" is ONNX's own, also spelled "ai.onnx".
using Opsets = std::map<std::string, int>;

// `domain` with "ai.onnx" as "".
std::string CanonicalDomain(const std::string& domain);

// The imported operator sets, or what is wrong with them: a domain twice with
// different versions, or ONNX's at a version before 1 or beyond the newest
// that the library knows.
absl::StatusOr<Opsets> OpsetsOf(
    const google::protobuf::RepeatedPtrField<onnx::OperatorSetIdProto>&
        imports);

// The oldest operator set of ONNX that the importers are written for.
inline constexpr int kOldestOpset = 7;

// An attribute that ONNX's library leaves alone: the list of slopes of this
// PRelu is one per channel, as before operator set 7.
inline constexpr absl::string_view kChannelSlopes = "__channel_slopes";

// Converts a model with an older operator set to kOldestOpset; each PRelu gets
// the attribute kChannelSlopes.
absl::Status ConvertToOldestOpset(onnx::ModelProto* model);

// The version of the operator's schema that holds under `opsets`; 0 when
// there is none.
int SchemaVersion(const onnx::NodeProto& node, const Opsets& opsets);

// The node against its schema, where there is one: number of operands,
// attributes known, of the right type and complete.  `names`: the tensors that
// graphs inside the node may use.
absl::Status CheckNode(const onnx::NodeProto& node, const Opsets& opsets,
                       int ir_version, const std::vector<std::string>& names);

// The whole model against the schemas of its operators, and the types it gives
// its values against those that ONNX infers.
absl::Status CheckModel(const onnx::ModelProto& model);

// The definition of the operator in terms of others, as its schema gives it;
// nothing when there is none.  `inputs`: types of its operands, as far as they
// are there.  Default values of attributes are in the function.
absl::StatusOr<std::optional<onnx::FunctionProto>> SchemaFunction(
    const onnx::NodeProto& node, const Opsets& opsets,
    const std::vector<std::optional<TensorType>>& inputs);

// One version of an operator's schema.
struct SchemaInfo {
  std::string domain;  // canonical
  std::string type;
  int version = 0;
  bool deprecated = false;
  bool has_function = false;  // it is defined in terms of others
};

// Every version of every schema that a model of the oldest operator set or a
// newer one can use, by domain, type and version.
std::vector<SchemaInfo> Schemas();

// Replaces references to attributes of `function` by those of its `call`.
absl::Status BindAttributes(const onnx::NodeProto& call,
                            onnx::FunctionProto* function);

}  // namespace tinyc

#endif  // TINYC_FRONTENDS_ONNX_ONNX_LIBRARY_H_
