#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh BOARD a.c b.c ... [-- EXTRA_CFLAGS]: builds for a board, runs it under
# QEMU with a repeatable instruction clock, prints its output, sizes and exit
# status (which is also this script's). BOARD "list" prints the boards.
# Environment: OPT (-O2), CC_FAMILY (gcc or clang), TIMEOUT (60 s), STACK (bytes),
# OUT (build folder, kept when given), LIBC (ARM: full, or nano, whose memcpy and memset go byte by byte),
# ICOUNT (replaces the board's -icount value), NORUN=1 (build and size only),
# PLUGIN (of QEMU, with its arguments).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
boards="m0 m0big m3 m4 m7 m33 m55 rv32imc zve32x rv64gc rv64gcv"
board=${1:?usage: run.sh BOARD a.c ... [-- CFLAGS]}; shift
if [ "$board" = list ]; then echo "$boards"; exit 0; fi

sources=(); while [ $# -gt 0 ] && [ "$1" != -- ]; do sources+=("$1"); shift; done
if [ "${1:-}" = -- ]; then shift; fi
extra=("$@")

# ROM, RAM, and (where it is not the start of ROM) the reset vector table
mem() { echo "-Wl,--defsym=mcu_vec=${5:-$1},--defsym=mcu_rom=$1,--defsym=mcu_rom_len=$2,--defsym=mcu_ram=$3,--defsym=mcu_ram_len=$4"; }
arm=1; stack=16384; shift_ns=7
case $board in
  # board: CPU flags, QEMU machine, timer, ROM and RAM
  m0)      cpu="-mcpu=cortex-m0"; qemu="-M microbit"; timer="-DMCU_TIMER_NRF51"
           mem=$(mem 0x0 256K 0x20000000 16K); stack=4096;;
  m0big)   # ARMv6-M code on the M3 board: same instructions, 16 MiB of RAM
           cpu="-mcpu=cortex-m0"; qemu="-M mps2-an385"; timer="-DMCU_TIMER_CMSDK=0x40000000u -DMCU_TIMER_MHZ=25 -DMCU_TRAP_UNALIGNED"
           mem=$(mem 0x0 4M 0x21000000 16M);;
  m3)      cpu="-mcpu=cortex-m3"; qemu="-M mps2-an385"; timer="-DMCU_TIMER_CMSDK=0x40000000u -DMCU_TIMER_MHZ=25"
           mem=$(mem 0x0 4M 0x21000000 16M);;
  m4)      cpu="-mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard"; qemu="-M mps2-an386"; timer="-DMCU_TIMER_CMSDK=0x40000000u -DMCU_TIMER_MHZ=25"
           mem=$(mem 0x0 4M 0x21000000 16M);;
  m7)      cpu="-mcpu=cortex-m7 -mfpu=fpv5-d16 -mfloat-abi=hard"; qemu="-M mps2-an500"; timer="-DMCU_TIMER_CMSDK=0x40000000u -DMCU_TIMER_MHZ=25"
           mem=$(mem 0x0 4M 0x60000000 16M);;
  m33)     cpu="-mcpu=cortex-m33 -mfpu=fpv5-sp-d16 -mfloat-abi=hard"; qemu="-M mps2-an505"; timer="-DMCU_TIMER_CMSDK=0x50000000u -DMCU_TIMER_MHZ=20"
           mem=$(mem 0x10000000 4M 0x80000000 16M);;
  m55)     cpu="-mcpu=cortex-m55 -mfloat-abi=hard"; qemu="-M mps3-an547"; timer="-DMCU_TIMER_SSE=0x58100000u"
           mem=$(mem 0x11000000 2M 0x70000000 64M 0x10000000);;
  rv32imc) arm=0; cpu="-march=rv32imc -mabi=ilp32"; qemu="-M virt -cpu rv32"; tool=qemu-system-riscv32;;
  zve32x)  # what the emulator has beyond integers is not used; libraries as for rv32imc
           arm=0; cpu="-march=rv32imc_zve32x_zvl128b -mabi=ilp32"; link_cpu="-march=rv32imc -mabi=ilp32"
           # clang 19 crashes in the selection of instructions for some loops that it
           # vectorizes itself for this core; heeded after -O only
           clang_flags=-fno-vectorize
           qemu="-M virt -cpu rv32,v=true,vlen=128"; tool=qemu-system-riscv32;;
  rv64gc)  arm=0; cpu="-march=rv64gc -mabi=lp64d"; qemu="-M virt -cpu rv64"; tool=qemu-system-riscv64;;
  rv64gcv) arm=0; cpu="-march=rv64gcv -mabi=lp64d"; qemu="-M virt -cpu rv64,v=true,vlen=128"; tool=qemu-system-riscv64;;
  *) echo "unknown board $board; known: $boards" >&2; exit 2;;
esac

out=${OUT:-}; if [ -z "$out" ]; then out=$(mktemp -d); trap 'rm -rf "$out"' EXIT; fi
mkdir -p "$out"
stack=${STACK:-$stack}
common="${OPT:--O2} -g -std=gnu11 -ffunction-sections -fdata-sections -Wall -I$here"
link="-nostartfiles -Wl,--no-warn-rwx-segments -Wl,--gc-sections -Wl,--defsym=mcu_stack_len=$stack -Wl,-Map=$out/image.map"
if [ $arm = 1 ]; then
  prefix=arm-none-eabi; tool=qemu-system-arm
  cpu="-mthumb $cpu"; qemu="$qemu"
  start=$here/startup_arm.c
  if [ "${LIBC:-full}" = nano ]; then link="$link --specs=nano.specs -u _printf_float"; fi
  link="$link -T $here/cortex-m.ld $mem"
else
  prefix=riscv64-unknown-elf; shift_ns=0; timer=
  qemu="$qemu -bios none"
  cpu="$cpu -mcmodel=medany"
  start=$here/startup_riscv.S
  link="$link --specs=picolibc.specs -T $here/riscv.ld -Wl,--defsym=mcu_ram=0x80000000,--defsym=mcu_ram_len=64M"
  common="$common --specs=picolibc.specs"
fi
cc=$prefix-gcc
# Sources may be compiled by clang; start-up, run time and linking stay with gcc.
ucc="$cc $cpu $common"
if [ "${CC_FAMILY:-gcc}" != gcc ]; then
  if [ $arm = 1 ]; then
    ucc="$CC_FAMILY --target=arm-none-eabi $cpu ${common/ -Wall/} --sysroot=/usr/lib/arm-none-eabi -isystem /usr/include/newlib -fshort-enums"
  else
    # no -g: GNU ld 2.40 crashes on newer clang's RISC-V debug relocations
    flags=${common/--specs=picolibc.specs/}
    ucc="$CC_FAMILY --target=${tool#qemu-system-}-unknown-elf $cpu ${flags/ -g / } ${clang_flags:-} -isystem /usr/lib/picolibc/riscv64-unknown-elf/include"
  fi
fi

objects=(); n=0
for s in "${sources[@]}"; do
  o=$out/$n-$(basename "${s%.*}").o; n=$((n + 1))
  $ucc "${extra[@]}" -c "$s" -o "$o"
  objects+=("$o")
done
$cc $cpu $common -O2 $timer -c "$here/mcu_rt.c" -o "$out/mcu_rt.o"
$cc $cpu $common -O2 $timer -c "$start" -o "$out/startup.o"
$cc ${link_cpu:-$cpu} "$out/startup.o" "$out/mcu_rt.o" "${objects[@]}" $link -lm -o "$out/image.elf"

echo "[size] your objects, before dropping unused sections:"
$prefix-size -t "${objects[@]}" | sed "s|$out/||"
echo "[size] linked image (with start-up and libc):"
$prefix-size -A "$out/image.elf" | awk '$1 ~ /^\.(text|rodata|data|bss)$/ {printf "  %-8s %8d\n", $1, $2}'
if [ -n "${NORUN:-}" ]; then exit 0; fi

# sleep=off: virtual time never waits for the host. Semihosting output would go
# to stderr without the chardev.
set +e
timeout "${TIMEOUT:-60}" $tool $qemu -icount "${ICOUNT:-shift=$shift_ns,sleep=off}" -display none -nodefaults \
  -chardev stdio,id=con,signal=off -semihosting-config enable=on,target=native,chardev=con ${PLUGIN:+-plugin "$PLUGIN"} -kernel "$out/image.elf" </dev/null
rc=$?
echo "[exit] $rc"
exit $rc
