#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs the Debian packages listed in the given files that are missing, as
# root or through sudo, and says which:
#
#   tools/setup/apt.sh apt-build.txt apt-test.txt
#
# Does nothing where there is no apt-get; the packages are then the user's own
# affair, and CMake names the first that it misses.

set -euo pipefail
cd "$(dirname "$0")"

missing=()
for package in $(grep -hv '^#' "$@"); do
  if ! dpkg-query -W -f '${Status}' "$package" 2> /dev/null |
      grep -q '^install ok installed'; then
    missing+=("$package")
  fi
done
if [ ${#missing[@]} -eq 0 ]; then
  exit 0
fi

if ! command -v apt-get > /dev/null; then
  echo "setup: not a Debian system; please install: ${missing[*]}" >&2
  exit 0
fi
sudo=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo > /dev/null; then
    echo "setup: not root and no sudo; please run as root:" >&2
    echo "  apt-get install ${missing[*]}" >&2
    exit 1
  fi
  sudo=(sudo)
fi

echo "setup: installing Debian packages: ${missing[*]}" >&2
apt=("${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq
     -o Dpkg::Use-Pty=0)
"${apt[@]}" update
"${apt[@]}" install -y --no-install-recommends "${missing[@]}" > /dev/null
