"""The line that says how far a report is."""

from __future__ import annotations

import pytest

from lmm_core.errors import LMMError
from lmm_core.report.document import SECTIONS
from pages.parts import report_files
from pages.parts.report_progress import Progress
from tests.report.documents import analyses


def test_it_runs_as_long_as_the_work():
    progress = Progress("PDF")

    def work(tell) -> bytes:
        assert (progress.running, progress.share) == (1, 0.0)
        tell(0.5, "Checks")
        assert (progress.share, progress.what) == (0.5, "Checks")
        return b"x"

    assert progress.make(work) == b"x"
    assert not progress.running


def test_an_error_is_kept_until_the_next_file():
    progress, error = Progress("PDF"), LMMError("It can't be made.", "Use HTML.")

    def work(tell) -> bytes:
        raise error

    with pytest.raises(LMMError):
        progress.make(work)
    assert (progress.running, progress.error) == (0, error)
    progress.make(lambda tell: b"x")
    assert progress.error is None


@pytest.mark.parametrize("kind", ["html", "xlsx"])
def test_every_part_is_told_in_order(kind: str):
    said: list[tuple[float, str]] = []
    report_files.make(kind, analyses()["sleep"], tuple(SECTIONS), False,
                      lambda share, what: said.append((share, what)))  # fmt: skip
    assert [what for _, what in said] == [*SECTIONS.values(), "Writing the file"]
    shares = [share for share, _ in said]
    assert shares == sorted(shares)
    assert 0 <= shares[0] < shares[-1] < 1
