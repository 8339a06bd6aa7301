"""HTML: one file that works offline. Everything that isn't ours is escaped."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from pathlib import Path

from lmm_core.report.document.parts import (
    Bullets,
    Document,
    FigurePart,
    Formula,
    Heading,
    Paragraph,
    Part,
    TablePart,
)
from lmm_core.report.document.software import software

# Nothing is loaded from anywhere: no script but those in the file, no font, no picture.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    "img-src data: blob:; font-src data:"
)
_STYLE = """
:root { color-scheme: light }
body { font: 16px/1.55 Georgia, "Times New Roman", serif; color: #1c2127; background: #fff;
  max-width: 46rem; margin: 2.5rem auto; padding: 0 1.25rem }
h1, h2, h3, table, figcaption, .quiet, .line {
  font-family: system-ui, "Segoe UI", Arial, sans-serif }
h1 { font-size: 1.75rem; line-height: 1.25; margin: 0 0 .3rem }
h2 { font-size: 1.3rem; margin: 2.4rem 0 .6rem; border-bottom: 1px solid #dde1e5 }
h3 { font-size: 1.05rem; margin: 1.6rem 0 .4rem }
.line, .quiet { color: #5a6169; font-size: .9rem }
.quiet { margin: .8rem 0 .2rem }
pre { font: .9rem/1.5 ui-monospace, Consolas, monospace; background: #f5f6f7; padding: .6rem .8rem;
  border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere }
.wide { overflow-x: auto; margin: 1.2rem 0 }
table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums;
  border-top: 2px solid #1c2127; border-bottom: 2px solid #1c2127; min-width: 60% }
caption { text-align: left; font-weight: 600; padding: 0 0 .4rem; caption-side: top }
th, td { padding: .28rem .8rem .28rem 0; text-align: left; vertical-align: top }
thead th { border-bottom: 1px solid #1c2127; font-weight: 600 }
.number { text-align: right; white-space: nowrap }
.short { white-space: nowrap }
.many { font-size: .8rem }
.many th, .many td { padding-right: .55rem }
figure { margin: 1.4rem 0 }
figcaption { font-size: .88rem; color: #5a6169 }
li { margin: .2rem 0 }
@page { size: A4; margin: 18mm 17mm }
@media print {
  html { font-size: 10.5pt }
  body { margin: 0; max-width: none; font-size: 1rem }
  .modebar { display: none !important }
  .wide { overflow: visible }
  figure, table { break-inside: avoid }
  h2, h3 { break-after: avoid }
}
"""
_DRAW = """
for (const holder of document.querySelectorAll("figure > div")) {
  const figure = JSON.parse(document.getElementById(holder.id + "-data").textContent);
  figure.layout.font = {color: "#3b4148", family: "system-ui, Arial", ...figure.layout.font};
  Plotly.newPlot(holder, figure.data, figure.layout, {displaylogo: false, responsive: true});
}
"""


def html_bytes(document: Document) -> bytes:
    """The report as one HTML file, figures interactive, UTF-8."""
    counts = {"Table": 0, "Figure": 0}
    body = [_part(part, counts) for part in document.parts]
    scripts = ""
    if document.figures:
        scripts = f"<script>{plotly_js()}</script>\n<script>{_DRAW}</script>"
    text = f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{_text(document.title)}</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1>{_text(document.title)}</h1>
<p class="line">{_text(document.subtitle)}. Made with {_text(software())}.</p>
{"".join(body)}
</main>
{scripts}
</body>
</html>
"""
    return text.encode("utf-8", "replace")


def _text(text: object) -> str:
    return escape(re.sub(r"[\r\n\t]+", " ", str(text).replace("\0", "")))


def _part(part: Part, counts: dict[str, int]) -> str:
    match part:
        case Heading(text, level):
            return f"<h{level + 1}>{_text(text)}</h{level + 1}>\n"
        case Paragraph(text, quiet):
            return f"<p{' class=quiet' if quiet else ''}>{_text(text)}</p>\n"
        case Bullets(items):
            return f"<ul>{''.join(f'<li>{_text(item)}</li>' for item in items)}</ul>\n"
        case Formula(text):
            return f"<pre>{_text(text)}</pre>\n"
        case TablePart():
            return _table(part, counts)
        case FigurePart():
            return _figure(part, counts)


def _table(part: TablePart, counts: dict[str, int]) -> str:
    counts["Table"] += 1
    numeric = [column.write is not None for column in part.columns]
    heads = "".join(
        f'<th scope="col"{_NUMBER if number else ""}>{_text(column.heading)}</th>'
        for column, number in zip(part.columns, numeric, strict=True)
    )
    rows = "".join(
        "<tr>"
        + "".join(f"<td{_kind(text, number)}>{_text(text)}</td>" for text, number in row)
        + "</tr>\n"
        for row in part.rows()
    )
    note = f"<p class=quiet>{_text(part.note)}</p>\n" if part.note else ""
    many = _MANY if len(part.columns) >= WIDE else ""
    return (
        f'<div class="wide" role="region" tabindex="0" aria-label="Table {counts["Table"]}">'
        f"<table{many}><caption>Table {counts['Table']}. {_text(part.title)}</caption>\n"
        f"<thead><tr>{heads}</tr></thead>\n<tbody>{rows}</tbody></table></div>\n{note}"
    )


WIDE = 8
"""From so many columns on the letters are smaller."""
_NUMBER, _MANY = ' class="number"', ' class="many"'


def _kind(text: str, number: bool) -> str:
    """A number is set to the right; a short text stays on one line."""
    return _NUMBER if number else ' class="short"' if 0 < len(text) <= 16 else ""


def _figure(part: FigurePart, counts: dict[str, int]) -> str:
    counts["Figure"] += 1
    name = f"figure{counts['Figure']}"
    return (
        f'<figure><div id="{name}" role="group" aria-label="{_text(part.picture.alt)}"></div>\n'
        f'<script type="application/json" id="{name}-data">{figure_json(part)}</script>\n'
        f"<figcaption>Figure {counts['Figure']}. {_text(part.title)}</figcaption></figure>\n"
    )


def figure_json(part: FigurePart) -> str:
    """The figure as JSON that can't end the script element that it stands in."""
    import plotly.io as pio

    figure = part.picture.figure
    text = pio.to_json(figure, validate=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


@lru_cache(maxsize=1)
def plotly_js() -> str:
    """The text of plotly.js that comes with the Python package."""
    import plotly

    path = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    return path.read_text(encoding="utf-8").replace("</script", "<\\/script")
