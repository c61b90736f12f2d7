# SPDX-License-Identifier: Apache-2.0
"""Cycles of a Cortex-M4 by what ran in the emulator: an estimate.

The plugin blocks.c says how often each block of instructions ran and was left by
a jump; here each instruction takes the cycles of the Cortex-M4 Technical Reference
Manual (Arm 100166_0001, sections 3.3.1 and 7.2.3). Memory has no wait states, as
if code and constants lay in memory as fast as the core: flash at a high clock is
slower. A jump refills the pipeline in 2 cycles (the manual: 1 to 3), an integer
division takes 7 (2 to 12). Not modelled: folded IT, and waits for an address or a float that the
instruction before has made.
"""
import pathlib
import re
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
JUMP = 2

# The first row whose pattern the mnemonic begins with; n is the number of
# registers in the list.
CYCLES = [(re.compile(pattern), cycles) for pattern, cycles in (
    (r"ldm|pop|stm|push|vldm|vpop|vstm|vpush", lambda n: 1 + n),
    (r"ldrd|strd", lambda n: 3),
    (r"vldr|vstr|ldr|str", lambda n: 2),
    (r"[su]div", lambda n: 7),
    (r"vdiv|vsqrt", lambda n: 14),
    (r"vfn?m[as]|vn?ml[as]", lambda n: 3),
    (r"", lambda n: 1))]
# A load or store of one register after another one takes a cycle less, and so
# does a store that need not wait for its address.
SINGLE = re.compile(r"v?(ldr|str)(?!d|ex)")
STORE = re.compile(r"v?str(?!d|ex)")


def registers(operands):
    """How many the list in braces has: {r0, r4-r6} 4."""
    listed = re.search(r"{(.*?)}", operands)
    if listed is None:
        return 1
    count = 0
    for item in listed[1].split(","):
        ends = [int(n) for n in re.findall(r"[rsd](\d+)", item)]
        words = 2 if item.strip().startswith("d") else 1
        count += words * (ends[-1] - ends[0] + 1 if len(ends) == 2 else 1)
    return count


def instructions(elf):
    """Of every address the mnemonic and the operands."""
    text = subprocess.run(["arm-none-eabi-objdump", "-d", "--no-show-raw-insn", elf],
                          capture_output=True, text=True, check=True).stdout
    return {int(address, 16): (mnemonic, operands) for address, mnemonic, operands
            in re.findall(r"^\s*([0-9a-f]+):\t(\S+)(.*)$", text, re.M)}


def block_cycles(block):
    """Of the mnemonics and operands of a block that is not left by a jump."""
    total = 0
    follows = False  # a load or a store of one register
    for mnemonic, operands in block:
        cycles = next(of for pattern, of in CYCLES if pattern.match(mnemonic))(
            registers(operands))
        single = SINGLE.match(mnemonic) is not None
        if single and (follows or STORE.match(mnemonic)):
            cycles -= 1
        follows = single
        total += cycles
    return total


def estimate(elf, blocks):
    """Cycles and instructions by the lines that the plugin wrote."""
    code = instructions(elf)
    cycles = count = 0
    for line in blocks.splitlines():
        address, size, executions, jumps = line.split()
        first = int(address, 16)
        block = [code[a] for a in range(first, first + int(size), 2)
                 if a in code]
        cycles += int(executions) * block_cycles(block) + JUMP * int(jumps)
        count += int(executions) * len(block)
    return cycles, count


def measure(run, folder, opt):
    """Cycles of model.c and main.c in `folder` on the board m4; `run` as
    emulate.run."""
    with tempfile.TemporaryDirectory() as temporary:
        plugin = pathlib.Path(temporary, "blocks.so")
        subprocess.run(["cc", "-O2", "-shared", "-fPIC", HERE / "blocks.c", "-o",
                        plugin], check=True)
        blocks = pathlib.Path(temporary, "blocks")
        done = run("m4", folder, opt, plugin=f"{plugin},to={blocks}")
        cycles, count = estimate(folder / "out/image.elf", blocks.read_text())
    # Blocks that QEMU leaves before their end are counted as a whole.
    if abs(count - done.instructions) > 5e-3 * done.instructions:
        raise RuntimeError(f"{count} instructions in blocks, "
                           f"{done.instructions} by the clock")
    return cycles
