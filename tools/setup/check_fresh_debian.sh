#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Proves that the lists of setup are complete: makes a Debian 12 with only git,
# make and python3 (debootstrap), clones HEAD into it and runs one make target.
#
#   sudo tools/setup/check_fresh_debian.sh [demo|test|...] [FOLDER]
#
# FOLDER (default build/fresh_debian, several GB) is made anew and stays.  The
# mirror and the settings of apt and pip are those of this machine.

# shellcheck disable=SC2016  # $(REPO_URI) is for apt-get, not for the shell

set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
target=${1:-demo}
folder=$(realpath -m "${2:-$root/build/fresh_debian}")

if [ "$(id -u)" -ne 0 ]; then
  echo "error: debootstrap and chroot need root" >&2
  exit 1
fi
for program in debootstrap chroot git; do
  command -v "$program" > /dev/null || {
    echo "error: no $program; apt-get install debootstrap git" >&2
    exit 1
  }
done

mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Codename: bookworm' \
           'Created-By: Packages' 'Origin: Debian' | head -n 1)
if [ -z "$mirror" ]; then
  echo "error: apt knows no mirror of bookworm; run apt-get update" >&2
  exit 1
fi

clean_up() {
  for mount in dev proc; do
    if mountpoint -q "$folder/$mount"; then
      umount -l "$folder/$mount"
    fi
  done
}
trap clean_up EXIT
clean_up
rm -rf --one-file-system "$folder"
mkdir -p "$folder"

echo "== debootstrap into $folder" >&2
debootstrap --variant=minbase --include=ca-certificates,git,make,python3 \
  bookworm "$folder" "$mirror" > "$folder.log" 2>&1 ||
  { tail -n 20 "$folder.log" >&2; exit 1; }

# How this machine reaches its package archives: Debian's own sources, proxies,
# certificates, names.
for path in /etc/pip.conf /etc/ssl/certs/ca-certificates.crt \
  /etc/resolv.conf /etc/hosts; do
  if [ -e "$path" ]; then
    cp -L "$path" "$folder$path"
  fi
done
rm -rf "$folder"/etc/apt/sources.list.d/*
apt-get indextargets --format 'deb $(REPO_URI) $(CODENAME) $(COMPONENT)' \
  'Created-By: Packages' 'Origin: Debian' | sort -u \
  > "$folder/etc/apt/sources.list"
apt-config dump | grep -E '^Acquire::(https?|Check-Valid-Until)\b' \
  > "$folder/etc/apt/apt.conf.d/10machine" || true
settings=()
while IFS='=' read -r name value; do
  case $name in
    PIP_FIND_LINKS) ;;  # a folder that the new system has not
    PIP_* | *_proxy | *_PROXY | SSL_CERT_FILE | REQUESTS_CA_BUNDLE)
      settings+=("$name=$value") ;;
  esac
done < <(env)

mount --bind /proc "$folder/proc"
mount --bind /dev "$folder/dev"

git clone --quiet --no-local "$root" "$folder/srv/tinyc"
echo "== make $target" >&2
chroot "$folder" /usr/bin/env -i HOME=/srv TERM=dumb CI=true \
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  "${settings[@]}" make -C /srv/tinyc "$target"
