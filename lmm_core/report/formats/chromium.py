"""PDF and pictures through an installed Chromium or Chrome, without its window."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal

from lmm_core.errors import LMMError
from lmm_core.report.document.parts import Document, FigurePart
from lmm_core.report.formats.html import figure_json, html_bytes, plotly_js

TIME_LIMIT = 90.0
_one_at_a_time = threading.Semaphore(1)
_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
    "microsoft-edge",
)
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
    "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
)
_ARGUMENTS = (
    "--headless=new",
    "--disable-gpu",
    "--enable-unsafe-swiftshader",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    # The report holds all it needs: nothing is asked of the network.
    "--host-resolver-rules=MAP * ~NOTFOUND",
)


class ChromiumMissing(LMMError):
    """There is no browser that could make a PDF or a picture."""


@lru_cache(maxsize=1)
def find_chromium() -> str | None:
    """The path of an installed Chromium, Chrome or Edge."""
    found = (shutil.which(name) for name in _NAMES)
    return next(filter(None, found), None) or next(filter(os.path.exists, _PLACES), None)


def pdf_bytes(document: Document) -> bytes:
    """The HTML report printed to PDF. Error: ``ChromiumMissing``, LMMError ``browser``."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        page, made = Path(folder) / "report.html", Path(folder) / "report.pdf"
        page.write_bytes(html_bytes(document))
        _run(
            folder,
            "--no-pdf-header-footer",
            f"--print-to-pdf={made}",
            "--virtual-time-budget=20000",
            page.as_uri(),
        )
        if not made.exists():
            raise _failed()
        return made.read_bytes()


_PICTURE = """<!DOCTYPE html><meta charset="utf-8"><body><div id="plot"></div>
<script>{plotly}</script>
<script type="application/json" id="figures">[{figures}]</script>
<script>
(async () => {{
  const made = [];
  for (const figure of JSON.parse(document.getElementById("figures").textContent)) {{
    const plot = document.createElement("div");
    document.body.append(plot);
    const font = {{color: "#3b4148", family: "system-ui, Arial", ...figure.layout.font}};
    const layout = {{...figure.layout, font, width: {width}, paper_bgcolor: "white"}};
    await Plotly.newPlot(plot, figure.data, layout, {{staticPlot: true}});
    made.push(await Plotly.toImage(plot, {{format: "{format}", width: {width},
      height: layout.height || 420, scale: {scale}}}));
    plot.remove();
  }}
  document.body.textContent = "@@" + JSON.stringify(made) + "@@";
}})();
</script></body>
"""


def figure_images(
    figures: Sequence[FigurePart], format: Literal["png", "svg"] = "png", width: int = 900
) -> tuple[bytes, ...]:
    """Each figure as PNG (twice the pixels) or SVG, all by one start of the browser."""
    if not figures:
        return ()
    text = _PICTURE.format(
        plotly=plotly_js(),
        figures=",".join(map(figure_json, figures)),
        format=format,
        width=width,
        scale=2 if format == "png" else 1,
    )
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        page = Path(folder) / "figures.html"
        page.write_text(text, encoding="utf-8")
        out = _run(folder, "--dump-dom", "--virtual-time-budget=30000", page.as_uri())
    found = re.search(r"@@(\[.*\])@@", out, re.DOTALL)
    if found is None:
        raise _failed()
    # What the browser prints is HTML: in the addresses only & could have been changed.
    return tuple(map(_from_address, json.loads(found.group(1).replace("&amp;", "&"))))


def _from_address(address: str) -> bytes:
    from urllib.parse import unquote_to_bytes

    head, _, body = address.partition(",")
    return base64.b64decode(body) if head.endswith("base64") else unquote_to_bytes(body)


def _run(folder: str, *arguments: str) -> str:
    browser = find_chromium()
    if browser is None:
        raise ChromiumMissing(
            "There is no Chromium or Chrome on this computer to make it with.",
            "Open the HTML report in a browser and print it to PDF there.",
            code="no_browser",
        )
    # As root, in a container, the sandbox can't start; the page is our own file.
    sandbox = ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()
    command = [browser, *_ARGUMENTS, *sandbox, f"--user-data-dir={folder}/profile", *arguments]
    try:
        with _one_at_a_time:
            done = subprocess.run(
                command,
                capture_output=True,
                timeout=TIME_LIMIT,
                check=False,
                stdin=subprocess.DEVNULL,
            )
    except (subprocess.TimeoutExpired, OSError):
        raise _failed() from None
    return done.stdout.decode("utf-8", "replace")


def _failed() -> LMMError:
    return LMMError(
        "The browser on this computer didn't make the file.",
        "Open the HTML report in a browser and print it to PDF there.",
        code="browser",
    )
