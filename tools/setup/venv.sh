#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs the given requirements files into build/venv, when they changed:
#
#   tools/setup/venv.sh requirements-test.txt

set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../.. && pwd)

for file in "$@"; do
  stamp=$root/build/venv/$file.installed
  if ! cmp -s "$file" "$stamp"; then
    echo "setup: installing Python packages into build/venv:" \
      "$(grep -v '^#' "$file" | xargs)" >&2
    ./python.sh -m pip install --quiet --disable-pip-version-check -r "$file"
    cp "$file" "$stamp"
  fi
done
