"""Numbers as people read them: sensible digits, a true minus sign, p as in journals."""

from __future__ import annotations

from math import floor, inf, isfinite, isnan, log10

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float | None, digits: int = 3) -> str:
    """``digits`` significant digits, never fewer than the integer part; "–" when unknown."""
    if value is None or isnan(value):
        return "–"
    if not isfinite(value):
        return "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    size = floor(log10(abs(value)))
    if abs(value) < 0.5 * 10**-4 or size >= 9:
        mantissa = f"{value / 10.0**size:.{digits - 1}f}"
        return f"{_minus(mantissa)} × 10{str(size).translate(SUPERSCRIPTS)}"
    text = f"{value:,.{max(0, digits - 1 - size)}f}"
    return _minus(text)


def whole(value: float) -> str:
    return _minus(f"{value:,.0f}")


def p_value(p: float | None) -> str:
    """ ".031", "< .001", "> .999"; for a table cell."""
    if p is None or isnan(p):
        return "–"
    if p < 0.001:
        return "< .001"
    if p > 0.999:
        return "> .999"
    return f"{p:.3f}"[1:]


def p_phrase(p: float) -> str:
    """ "p = .031" or "p < .001"; for a sentence."""
    text = p_value(p)
    return f"p {text}" if text[0] in "<>" else f"p = {text}"


def degrees(df: float | None) -> str:
    if df is None or isnan(df):
        return "–"
    if df == inf or df > 1e7:
        return "∞"
    return f"{df:,.1f}" if df < 1000 else f"{df:,.0f}"


def percent(share: float | None, digits: int = 0) -> str:
    """A share of 1 in per cent; small shares aren't rounded to nothing."""
    if share is None or isnan(share):
        return "–"
    value = 100.0 * share
    if 0 < value < 0.5:
        return "< 1 %"
    if 99.5 < value < 100 and digits == 0:
        return "> 99 %"
    return f"{_minus(f'{value:.{digits}f}')} %"


def correlation(r: float | None) -> str:
    """Two decimals without the leading zero."""
    if r is None or isnan(r):
        return "–"
    text = f"{abs(r):.2f}"
    return ("−" if round(r, 2) < 0 else "") + (text[1:] if text[0] == "0" else text)


def interval(low: float, high: float, unit: str = "") -> str:
    """ "7.36 to 13.6 ms"."""
    return f"{number(low)} to {number(high)}{f' {unit}' if unit else ''}"


def level_text(level: float) -> str:
    """0.95 reads "95 %"."""
    return f"{100 * level:g} %"


def _minus(text: str) -> str:
    return text.replace("-", "−")
