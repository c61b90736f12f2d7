# SPDX-License-Identifier: Apache-2.0
"""The page on which benchmarks write what they print."""

import pathlib
import re
import sys

PAGE = pathlib.Path(__file__).resolve().parent.parent / "docs/performance.md"


def write(benchmark, text):
    """Puts `text` between <!-- benchmark --> and <!-- end benchmark -->."""
    page = PAGE.read_text()
    pattern = rf"(<!-- {benchmark} -->\n).*?(<!-- end {benchmark} -->)"
    new, count = re.subn(pattern, lambda m: m[1] + text + "\n" + m[2], page,
                         flags=re.S)
    if count != 1:
        sys.exit(f"{PAGE}: no place marked {benchmark}")
    PAGE.write_text(new)
