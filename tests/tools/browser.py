# SPDX-License-Identifier: Apache-2.0
"""What a browser makes of a page; skips the test without chromium."""

import html
import json
import re
import shutil
import subprocess

import pytest

BROWSER = shutil.which("chromium")

needs_browser = pytest.mark.skipif(BROWSER is None,
                                   reason="skipped: no chromium")


def seen(page, script, folder):
  """Runs a script in the page, which puts what it sees, as JSON, into
  document.body.dataset.seen."""
  page.write_text(page.read_text().replace(
      "</body>", f"<script>{script}</script></body>"))
  dom = subprocess.run(
      [BROWSER, "--headless", "--no-sandbox", "--disable-gpu",
       f"--user-data-dir={folder / 'browser'}", "--window-size=1200,1000",
       "--dump-dom", page.as_uri()],
      capture_output=True, text=True, timeout=120).stdout
  return json.loads(html.unescape(re.search(r'data-seen="([^"]*)"', dom)[1]))
