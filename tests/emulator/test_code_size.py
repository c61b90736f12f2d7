# SPDX-License-Identifier: Apache-2.0
"""What --code=small is for: the code of models in bytes, exact for a compiler.

Under gcc -Os for Cortex-M4, and with the same bits as ever.  Skipped without
the compiler, QEMU or the models.
"""
import shutil
import sys

import pytest

import emulate

sys.path.append(str(emulate.ROOT / "benchmarks/mcu"))
import bench_mcu  # noqa: E402

# Bytes of code at most.
MODELS = {"mnist_int8": 6000, "kws_int8": 6000, "vww_int8": 9000,
          "ic_int8": 6000, "ad_int8": 1500, "sww_int8": 6000,
          "mcunet_vww_int8": 16000}


@pytest.mark.parametrize("name", MODELS)
def test_small_code_is_small(name):
    (model,) = [m for m in bench_mcu.MODELS if m.stem == name]
    if not model.exists():
        pytest.skip(f"skipped: {model.name} is not there")
    for tool in ("qemu-system-arm", "arm-none-eabi-gcc"):
        if shutil.which(tool) is None:
            pytest.skip(f"skipped: no {tool}")
    (cost,) = bench_mcu.measure(model, ["m4"], "-Os", ["--code=small"])
    assert cost.code <= MODELS[name]
