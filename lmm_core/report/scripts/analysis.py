"""What a script is written from, and what it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from lmm_core.data.table import Table
from lmm_core.fitted import FittedModel
from lmm_core.inference.ladder import Rung

OUTPUTS: tuple[str, ...] = (
    "fixed_effects",
    "variance_components",
    "icc",
    "anova",
    "random_tests",
    "profile",
    "comparison",
    "trajectories",
    "caterpillar",
    "residuals",
)
"""What a script can show, in the order in which it does."""


@dataclass(frozen=True)
class Analysis:
    """A fitted model with where its data came from.

    Attributes
    ----------
    fit:
        The fitted model.
    table:
        The table that it was fitted to; ``table.steps`` are the preparation steps.
    base:
        The table as it was read, before the steps.
    sample:
        Name of the sample, None for a file.
    file_name:
        Name of the file, without folders.
    data:
        The bytes of the file; None for a sample.
    ladder:
        Other models to compare with.
    outputs:
        A choice of ``OUTPUTS``.
    others:
        Second tables that a step joins, by fingerprint.
    other_files:
        The bytes and the name of the file of each of them, where they are known.
    url:
        The address that the file was downloaded from; None for a file of one's own.
    """

    fit: FittedModel
    table: Table
    base: Table
    sample: str | None = None
    file_name: str = "data.csv"
    data: bytes | None = field(default=None, repr=False)
    ladder: tuple[Rung, ...] = ()
    outputs: tuple[str, ...] = ("fixed_effects", "variance_components", "icc", "residuals")
    others: Mapping[str, Table] = field(default_factory=dict, repr=False)
    other_files: Mapping[str, tuple[bytes, str]] = field(default_factory=dict, repr=False)
    url: str | None = None

    @property
    def plain_file_name(self) -> str:
        """The file's name without folders or line breaks; never empty."""
        return plain_name(self.file_name)

    @cached_property
    def stages(self) -> tuple[Table, ...]:
        """The table before each step and after the last one."""
        from lmm_core.cache import cached_steps

        steps = self.table.steps
        counts = range(len(steps) + 1)
        return tuple(cached_steps(self.base, steps[:k], self.others).table for k in counts)


def plain_name(file_name: str) -> str:
    """A file's name without folders or line breaks; never empty."""
    name = file_name.replace("\\", "/").rsplit("/", 1)[-1]
    return " ".join(name.split()).replace("\0", "") or "data.csv"


@dataclass(frozen=True)
class Script:
    """A script, or the reason why there is none.

    ``reads`` is "sample", "file" (the user's own) or "table" (a table to download beside it);
    ``n_checked`` the numbers that its assertions compare; ``companions`` names the tables to
    download (see ``companion_csv``).
    """

    language: str
    name: str
    text: str | None
    reason: str = ""
    reads: str = "file"
    n_checked: int = 0
    companions: tuple[str, ...] = ()
