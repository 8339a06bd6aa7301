"""Drives the app without a browser: opens it, goes to pages, uses the sidebar, reads the screen."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import pandas as pd
from streamlit.testing.v1 import AppTest

from lmm_core.data.samples import sample_names
from lmm_core.fitted import FittedModel
from lmm_core.model.encoding import encode_levels
from lmm_core.model.factors import factor_of
from lmm_core.model.spec import ModelSpec
from lmm_core.report.markup import md
from pages.parts import frame, page, state, tables
from pages.parts.residual_kinds import kind_of
from tests import support

REPOSITORY = Path(__file__).resolve().parents[2]
DATA = "pages/prepare/data.py"
OVERVIEW = "pages/results/overview.py"
FIXED_EFFECTS = "pages/results/fixed_effects.py"


def _in_navigation() -> dict[str, tuple[tuple[str, str], ...]]:
    paths = mock.patch.object(frame, "_page", lambda path, title, *args, **options: (path, title))
    with paths:
        found = frame._pages()
    return {
        section: tuple((f"pages/{path}", title) for path, title in pages)
        for section, pages in found.items()
    }


#: Section of the navigation -> (path, title) of its pages, in order.
NAVIGATION = _in_navigation()
#: Every page that can be visited, in the order of the navigation.
PAGES = tuple(path for pages in NAVIGATION.values() for path, _ in pages)
#: Every page there is: the scripts that lie in a folder of ``pages`` other than ``parts``.
PAGE_FILES = tuple(
    path.relative_to(REPOSITORY).as_posix()
    for path in sorted(REPOSITORY.glob("pages/*/*.py"))
    if path.parent.name != "parts" and path.name != "__init__.py"
)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


_BEHIND: dict[str, pd.DataFrame] = {}


def _keeping(show: Any, draw: Any) -> Any:
    """``tables.show`` that also keeps, by what it writes, the values that it writes."""

    def kept(values: pd.DataFrame, columns: Any, *args: Any, **options: Any) -> None:
        def drawn(cells: dict[str, list[str]], *rest: Any) -> None:
            shown = pd.DataFrame(cells)
            exact = shown.copy()
            for c in columns:
                if c.write:
                    exact[md(c.heading)] = values[c.source].head(len(shown)).to_numpy()
            _BEHIND[_written(shown)] = exact
            draw(cells, *rest)

        with mock.patch.object(tables, "_draw", drawn):
            show(values, columns, *args, **options)

    return kept


def _written(cells: pd.DataFrame) -> str:
    return cells.to_csv(index=False)


# AppTest's screen holds what the last run has drawn: it must be all.
page._next_run_alone = lambda: None
tables.show = _keeping(tables.show, tables._draw)


def behind(table: Any) -> pd.DataFrame:
    """The values of a table on screen as they were before ``tables.show`` made text of them."""
    return _BEHIND.get(_written(table.value), table.value).copy()


def new_app() -> AppTest:
    """A session before its first run, with the sidebar's options open."""
    app = AppTest.from_file(str(REPOSITORY / "app.py"), default_timeout=180)
    app.session_state[state.OPTIONS] = app.session_state[state.MORE_OPTIONS] = True
    return app


def open_app(page: str | None = None, sample: str | None = None) -> AppTest:
    """A new session; it opens with the first sample on the overview."""
    app = new_app().run()
    assert_whole(app)
    if sample is not None:
        choose_sample(app, sample)
    return app if page is None else go(app, page)


def go(app: AppTest, page: str) -> AppTest:
    """Open a page by the path of its file."""
    app.switch_page(page).run()
    return assert_whole(app)


def choose_sample(app: AppTest, name: str) -> AppTest:
    go(app, DATA)
    button = app.button(key=f"sample:{name}")
    return app if button.disabled else assert_whole(button.click().run())


def upload(app: AppTest, data: bytes | pd.DataFrame, name: str = "study.csv") -> AppTest:
    """Upload a file, or a frame as CSV, on the data page."""
    content = data if isinstance(data, bytes) else csv(data)
    go(app, DATA)
    return assert_whole(app.file_uploader[0].upload(name, content).run())


def opened(data: str) -> AppTest:
    """The app with a sample, or with one of the reference data sets as an upload."""
    if data in sample_names():
        return open_app(sample=data)
    folder = "data_extra" if data in ("npk", "ratpup", "sleepstudy_weights") else "data"
    return upload(open_app(), support.data(data, folder=folder), f"{data}.csv")


def csv(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False).encode()


def workbook(sheets: Mapping[str, pd.DataFrame]) -> bytes:
    """The bytes of an .xlsx with these sheets, made with openpyxl."""
    buffer = io.BytesIO()
    with pd.ExcelWriter(buffer, engine="openpyxl") as writer:
        for name, frame in sheets.items():
            frame.to_excel(writer, sheet_name=name, index=False)
    return buffer.getvalue()


def put(app: AppTest, **values: Any) -> AppTest:
    """Set widgets of the sidebar by the names of ``pages.parts.state``, then run once.

    Several values are several clicks that reach the server before it answers.
    """
    for name, value in values.items():
        widget(app, getattr(state, name)).set_value(value)
    return assert_whole(app.run())


def widget(app: AppTest, key: str) -> Any:
    """The sidebar's widget with this key."""
    found = [
        element
        for kind in ("selectbox", "multiselect", "toggle", "radio", "text_area")
        for element in getattr(app.sidebar, kind)
        if element.key == key
    ]
    assert len(found) == 1, f"{key}: {len(found)} widgets in the sidebar"
    return found[0]


def named(app: AppTest, name: str) -> Any:
    """A widget by its name in ``state``, also one that belongs to a column (``WITHIN:cask``)."""
    kind, _, column = name.partition(":")
    return widget(app, getattr(state, kind) + column)


def put_named(app: AppTest, values: Mapping[str, Any]) -> AppTest:
    """Set these widgets, then run once."""
    for name, value in values.items():
        named(app, name).set_value(value)
    return assert_whole(app.run())


def has_widget(app: AppTest, key: str) -> bool:
    kinds = ("selectbox", "multiselect", "toggle", "radio", "text_area")
    return any(element.key == key for kind in kinds for element in getattr(app.sidebar, kind))


def type_formula(app: AppTest, text: str) -> AppTest:
    return put(app, FORMULA=text)


def shown_formula(app: AppTest) -> str:
    return widget(app, state.FORMULA).value


def spec(app: AppTest) -> ModelSpec:
    return app.session_state[state.SPEC]


def fit(app: AppTest) -> FittedModel:
    found = app.session_state[state.FIT]
    assert found is not None
    return found


def texts(block: Any) -> list[str]:
    """What a person reads in a block (``app.main``, ``app.sidebar``), without the escapes of
    Markdown: titles, sentences, captions, errors.
    """
    kinds = ("title", "header", "subheader", "markdown", "caption", "error", "warning", "info")
    found: Sequence[Any] = [element for kind in kinds for element in getattr(block, kind)]
    return [str(element.value).replace("\\", "") for element in found]


def buttons(app: AppTest, part: str) -> list[Any]:
    """Buttons of the whole screen whose label holds ``part``."""
    return [b for b in app.button if part in b.label.replace("\\", "")]


def assert_whole(app: AppTest) -> AppTest:
    """No exception reached the screen, and an accepted model stands in the formula box."""
    assert [element.message for element in app.exception] == []
    return app


def assert_in_step(app: AppTest) -> AppTest:
    """Widgets and formula say the same, and the model on screen is the one they ask for."""
    model = spec(app)
    assert shown_formula(app) == model.formula
    assert widget(app, state.OUTCOME).value == model.outcome
    assert widget(app, state.FIXED).value == [t[0] for t in model.fixed if len(t) == 1]
    crossed = [":".join(t) for t in model.fixed if len(t) > 1]
    if crossed or has_widget(app, state.INTERACTIONS):
        assert widget(app, state.INTERACTIONS).value == crossed
    main = model.random[0]
    assert widget(app, state.GROUP).value == main.group[0]
    slopes = [":".join(t) for t in main.terms]
    if slopes or has_widget(app, state.SLOPES):
        assert widget(app, state.SLOPES).value == slopes
    if slopes:
        assert widget(app, state.CORRELATED).value == main.correlated
        assert widget(app, state.INTERCEPT).value == main.intercept
    else:
        assert main.intercept
    others = dict.fromkeys(t.group[0] for t in model.random[1:] if t.group[0] != main.group[0])
    if others or has_widget(app, state.MORE_GROUPS):
        assert widget(app, state.MORE_GROUPS).value == list(others)
    assert widget(app, state.REML).value == model.reml
    assert widget(app, state.DF_METHOD).value == model.df_method
    assert widget(app, state.CI_LEVEL).value == model.ci_level
    assert widget(app, state.OPTIMIZER).value == model.optimizer
    assert widget(app, state.WEIGHTS).value == model.weights
    assert widget(app, state.RESIDUAL).value == kind_of(model.residual)
    if model.residual is not None:
        chosen = [w.value for w in app.sidebar.selectbox if w.key in (state.SPREAD, state.TIME)]
        assert set(chosen) == set(model.residual.columns)
    calls = {text: factor_of(text) for term in model.fixed for text in term}
    for key, call in ((state.CENTRED, "center"), (state.SCALED, "scale")):
        coded = {f.column for f in calls.values() if f.calls == ((call, None),)}
        if coded or has_widget(app, key):
            assert set(widget(app, key).value) == coded
    for box in app.sidebar.selectbox:
        if str(box.key).startswith(state.REFERENCE):
            column = box.key.removeprefix(state.REFERENCE)
            levels = encode_levels(app.session_state[state.TABLE].frame[column])[1]
            assert box.value == dict(model.reference).get(column, levels[0])
    if app.session_state[state.PROBLEM] is None:
        assert fit(app).spec == model
    return app


def growth(n_groups: int = 8, n_times: int = 6) -> pd.DataFrame:
    """A plain long table with columns id, time, arm, age, y."""
    rows = [
        {
            "id": f"s{group + 1}",
            "time": time,
            "arm": "new" if group % 2 else "old",
            "age": 30 + 3 * group + (time % 3),
            # Sums of a few sines: no random numbers, yet nothing that a line fits exactly.
            "y": round(
                10
                + 0.5 * time
                + 2 * _wave(group)
                + 0.4 * _wave(group + 5) * time
                + _wave(7 * group + 3 * time),
                3,
            ),
        }
        for group in range(n_groups)
        for time in range(n_times)
    ]
    return pd.DataFrame(rows)


def _wave(k: float) -> float:
    from math import sin

    return sin(12.9898 * k + 4.1)
