#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs the Python of build/venv, which it makes on first use:
#
#   tools/setup/python.sh -m pytest tests/frontends

set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
venv=$root/build/venv

# pip is what a half-made environment lacks.
if [ ! -x "$venv/bin/pip" ]; then
  python3 -m venv "$venv" >&2
fi
exec "$venv/bin/python" "$@"
