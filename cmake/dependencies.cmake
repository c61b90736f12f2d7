# SPDX-License-Identifier: Apache-2.0
#
# Libraries from the distribution.  docs/dependencies.md says why each is here.

find_package(Threads REQUIRED)
find_package(absl REQUIRED CONFIG)
find_package(Protobuf REQUIRED)
find_package(nlohmann_json REQUIRED CONFIG)
find_package(Eigen3 REQUIRED CONFIG)
# libzip's own CMake package insists on its command line programs; pkg-config
# does not.
find_package(PkgConfig REQUIRED)
pkg_check_modules(libzip REQUIRED IMPORTED_TARGET libzip)

set(TINYC_ABSL
    absl::algorithm_container absl::any_invocable absl::base absl::bits
    absl::btree absl::cleanup absl::core_headers absl::fixed_array
    absl::flags absl::flags_parse absl::flags_usage absl::flat_hash_map
    absl::flat_hash_set absl::function_ref absl::hash absl::inlined_vector
    absl::int128 absl::node_hash_map absl::node_hash_set
    absl::random_distributions absl::random_random absl::span absl::status
    absl::statusor absl::str_format absl::strings absl::time)
