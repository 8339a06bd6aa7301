"""The end of the Python scripts: a figure, and what was found against what the screen shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lmm_core.report.scripts.expected import Expected
from lmm_core.report.scripts.quoting import py


def python_check(expected: Sequence[Expected], places: Mapping[str, str], digits: int) -> list[str]:
    """Lines with the assertions. ``places`` has, per kind, Python that takes the index ``{k}``."""
    lines = ["# Check: each number found here, the number on screen, and how far they may differ."]
    lines.append("checks = [")
    for e in expected:
        place = places[e.kind].format(k=e.index)
        lines.append(f"    ({py(e.name)}, {place}, {e.value!r}, {e.tolerance:.1e}),")
    lines += [
        "]",
        "for name, found, on_screen, tolerance in checks:",
        '    assert abs(found - on_screen) <= tolerance, f"{name}: {found}, on screen {on_screen}"',
        f'print(f"All {{len(checks)}} numbers agree with the screen to {digits} digits.")',
    ]
    return lines


def figure(fitted: str, residuals: str) -> list[str]:
    """Lines that draw residuals against fitted values where matplotlib is installed."""
    return [
        "try:",
        "    import matplotlib.pyplot as plt",
        "except ImportError:",
        '    print("Install matplotlib to see the figure.")',
        "else:",
        f"    plt.scatter({fitted}, {residuals}, s=8)",
        '    plt.axhline(0, linestyle="dotted")',
        '    plt.xlabel("fitted")',
        '    plt.ylabel("residual")',
        '    plt.savefig("residuals.png")',
    ]
