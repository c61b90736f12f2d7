#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs pytest on the given files in build/venv.  Exit code 77 when there is
# nothing to judge: the environment is not set up, or every test was skipped.

set -uo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
python=$root/build/venv/bin/python

if ! "$python" -c 'import pytest' 2> /dev/null; then
  echo "skipped: no pytest in build/venv; run 'make setup-test'"
  exit 77
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
"$python" -m pytest -q -rs -p no:cacheprovider "$@" 2>&1 | tee "$log"
code=${PIPESTATUS[0]}
if [ "$code" -eq 0 ] && ! tail -n 1 "$log" | grep -q ' passed'; then
  exit 77
fi
exit "$code"
