"""A Chromium and a running app, for the tests and benchmarks that drive the real thing."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

REPOSITORY = Path(__file__).resolve().parents[2]

#: No sandbox (root in a container can't have one); none of the browser's own services calls out.
LAUNCH_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)

#: Seconds until something counts as never coming. On a busy machine a step takes half a minute.
PATIENCE = 180.0

_COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_MAC_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
_WINDOWS_ROOTS = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
_WINDOWS_PLACES = ("Google/Chrome/Application/chrome.exe", "Chromium/Application/chrome.exe")


class ChromiumMissing(RuntimeError):
    """No Chromium was found and none could be installed; the message says what was tried."""


def find_or_install_chromium() -> Path:
    """The path of a Chromium or Chrome; installs one when there is none.

    Order: the usual command names, the usual places of macOS and Windows, Playwright's own build,
    ``playwright install chromium``, and Debian's package ``chromium`` when run as root on Debian.

    Raises
    ------
    ChromiumMissing
        With the reason of every attempt. Browser tests fail on it; they are never skipped.
    """
    found = _installed_chromium()
    if found is not None:
        return found
    reasons: list[str] = ["no installed Chromium or Chrome was found"]
    for attempt in (_install_with_playwright, _install_with_apt):
        reason = attempt()
        if reason:
            reasons.append(reason)
        found = _installed_chromium()
        if found is not None:
            return found
    raise ChromiumMissing(
        "The browser tests need a Chromium: " + "; ".join(reasons) + ". "
        "Install Chromium or Google Chrome and run the tests again."
    )


def _installed_chromium() -> Path | None:
    for command in _COMMANDS:
        path = shutil.which(command)
        if path:
            return Path(path)
    places = [Path(place) for place in _MAC_PLACES]
    for variable in _WINDOWS_ROOTS:
        root = os.environ.get(variable)
        if root:
            places += [Path(root) / place for place in _WINDOWS_PLACES]
    places += _playwright_places()
    return next((place for place in places if place.is_file()), None)


def _playwright_places() -> list[Path]:
    """Where Playwright keeps its own builds. Read from its folders: asking it starts a driver."""
    roots = {
        "linux": Path.home() / ".cache/ms-playwright",
        "darwin": Path.home() / "Library/Caches/ms-playwright",
        "win32": Path.home() / "AppData/Local/ms-playwright",
    }
    chosen = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    root = Path(chosen) if chosen and chosen != "0" else roots.get(sys.platform)
    if root is None or not root.is_dir():
        return []
    names = {"chrome", "chrome.exe", "Chromium", "Google Chrome for Testing"}
    builds = sorted(root.glob("chromium-*"), reverse=True)
    return [path for build in builds for path in build.rglob("*") if path.name in names]


def _install_with_playwright() -> str:
    return _run([sys.executable, "-m", "playwright", "install", "chromium"])


def _install_with_apt() -> str:
    if not Path("/etc/debian_version").is_file() or shutil.which("apt-get") is None:
        return "this isn't a Debian system, so its package 'chromium' can't be installed"
    if os.geteuid() != 0:
        return "installing Debian's package 'chromium' needs root"
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return _run(["apt-get", "update"], environment) or _run(
        ["apt-get", "install", "-y", "--no-install-recommends", "chromium"], environment
    )


def _run(command: Sequence[str], environment: dict[str, str] | None = None) -> str:
    """Run a command; the empty string when it went well, else the reason."""
    shown = " ".join(Path(command[0]).name if i == 0 else a for i, a in enumerate(command))
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=900, env=environment, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"'{shown}' didn't run: {error}"
    if done.returncode == 0:
        return ""
    last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:] or ["no output"]
    return f"'{shown}' ended with code {done.returncode}: {last[0]}"


@dataclass(frozen=True)
class RunningApp:
    """A Streamlit server of its own: ``url`` without a final slash, ``log`` a text file."""

    url: str
    log: Path

    def log_text(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")


@contextlib.contextmanager
def running_app(
    script: Path, log: Path, *, extra_arguments: Sequence[str] = (), timeout: float = PATIENCE
) -> Iterator[RunningApp]:
    """Run ``python -m streamlit run script`` on a free port: wait until it answers, then stop it.

    Raises ``RuntimeError`` with the end of the log when it isn't up within ``timeout`` seconds.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    command += ["--server.port", str(port), "--server.address", "127.0.0.1"]
    command += ["--server.headless", "true", "--server.fileWatcherType", "none", *extra_arguments]
    app = RunningApp(f"http://127.0.0.1:{port}", log)
    with log.open("w", encoding="utf-8") as sink:
        process = subprocess.Popen(command, cwd=REPOSITORY, stdout=sink, stderr=subprocess.STDOUT)
        try:
            _wait_for_health(app, process, timeout)
            yield app
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(timeout=10)


def _wait_for_health(app: RunningApp, process: subprocess.Popen[Any], timeout: float) -> None:
    # A proxy from the environment must not stand between us and our own machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with opener.open(f"{app.url}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(
        f"The Streamlit server didn't come up. Its log ends:\n{app.log_text()[-3000:]}"
    )


# Streamlit writes the state of the script run on the root element; a widget's change is sent
# a moment after the event, so the state has to stay quiet for a while before it counts. What still
# moves (an expander that closes) would carry off what a click aims at.
_IS_IDLE = """
quiet => {
  const moves = animation => animation.playState === 'running'
    && animation.effect?.getComputedTiming().endTime !== Infinity;
  const root = document.querySelector('[data-testid="stApp"]');
  const idle = root
    && root.dataset.testConnectionState === 'CONNECTED'
    && root.dataset.testScriptState === 'notRunning'
    && !document.querySelector('[data-stale="true"], [data-testid="stSkeleton"]')
    && !document.getAnimations().some(moves);
  const now = performance.now();
  if (!idle) { window.__idleSince = undefined; return false; }
  window.__idleSince ??= now;
  return now - window.__idleSince >= quiet;
}
"""


def wait_idle(page: Page, timeout: float = PATIENCE, quiet: float = 0.25) -> None:
    """Wait until the script run has ended, nothing moves any more, and both stayed so for
    ``quiet`` seconds.

    Raises Playwright's ``TimeoutError`` after ``timeout`` seconds.
    """
    page.evaluate("() => { window.__idleSince = undefined; }")
    page.wait_for_function(_IS_IDLE, arg=quiet * 1000, timeout=timeout * 1000)
