"""Files and steps of every kind: what a script has to do to get from one to the other."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from typing import Any

from lmm_core import read_table
from lmm_core.data.step import Step
from lmm_core.data.steps import apply_steps
from lmm_core.data.table import Table
from lmm_core.errors import DataError
from lmm_core.report.scripts import Analysis

VISITS = '''\
id;arm;seen;shift;weight (kg);score;note;free;pain_0;pain_3;mood_0;dose;mood_9
1;new;03.01.2020;pre;70,5;-99;4;low;1;2;3;1.200,50;0
1;new;05.02.2020;post;71,5;3;5;Low ;1;3;3;300,25;2
1;new;01.03.2020;follow-up;;4;x;unknown;2;2;;17;4
2;old;04.01.2020;pre;60;5;6;high;4;5;2;€ 5,5;1
2;old;20.02.2020;post;62;6;7;high;5;5;1;n/a;3
2;old;30.03.2020;;63;7;8;low;6;7;1;12 %;0
;old;01.04.2020;pre;64;8;9;mid;6;;1;−4;2
3;"Größe ""3""";01.01.2020;pre;80;2;9;mid;6;7;9;1;4
3;"Größe ""3""";01.02.2020;post;82;2;9;low;7;8;9;2;1
3;"Größe ""3""";;follow-up;84;2;10;low;8;9;9;3;3
4;old;02.03.2020;pre;84;2;11;'quoted;9;9;9;4;0
5;old;03.03.2019;pre;84;2;12;=1+1;9;9;9;5;2
'''
SHORT = "id,t,y\n7,2,1.5\n7,1,2.5\n8,1,3.5\n8,2,\n9,2,4\n"
SCHOOLS = "Id ,size,kind,opened\n1,100,state,2001-05-01\n2,250,private,2010-01-01\n9,10,state,\n"
PEOPLE = read_table(SCHOOLS.encode(), name="schools.csv")
LOOSE = read_table(b"Arm,dose\n NEW ,1\nOld,2\n", name="arms.csv")
JOIN = {"left_on": ["id"], "right_on": ["Id"], "name": PEOPLE.name,
        "fingerprint": PEOPLE.fingerprint}  # fmt: skip
TIME = {"group": "id", "time": "seen"}


@dataclass(frozen=True)
class Case:
    """``others`` holds second tables with the bytes of their files (None: not known)."""

    data: bytes
    name: str
    steps: tuple[Step, ...]
    others: tuple[tuple[Table, bytes | None], ...] = ()
    options: tuple[tuple[str, Any], ...] = ()


def text_case(*steps: tuple[str, dict[str, Any]], text: str = VISITS, **more: Any) -> Case:
    name, encoding = more.pop("name", "visits.csv"), more.pop("encoding", "utf-8")
    return Case(text.encode(encoding), name, tuple(Step(k, p) for k, p in steps), **more)


def analysis_of(case: Case) -> Analysis:
    """The case without a model, which reading and preparation don't need."""
    base = read_table(case.data, name=case.name, **dict(case.options))
    others = {table.fingerprint: table for table, _ in case.others}
    files = {t.fingerprint: (data, t.name) for t, data in case.others if data is not None}
    table = apply_steps(base, case.steps, others)
    return Analysis(
        None, table, base, None, case.name, case.data, others=others, other_files=files  # type: ignore[arg-type]
    )  # fmt: skip


def book(*rows: list[Any], sheet: str = "Größen", start: int = 1, ending: str = "xlsx") -> bytes:
    """A workbook with a sheet in front, and the table from row ``start`` on."""
    import io

    from openpyxl import Workbook

    made = Workbook()
    made.active.title = "Read me"
    page = made.create_sheet(sheet)
    for i, row in enumerate(rows, start):
        for j, value in enumerate(row, 2 if start > 1 else 1):
            page.cell(i, j, value)
    if start > 1:
        page.cell(1, 1, "A study, not a table")
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


ROWS = [
    ["who", "day", "y", "kind", "mixed", "n"],
    ["a", dt.datetime(2024, 1, 31), 1.5, "x", 1, 3],
    ["a", dt.datetime(2024, 2, 29), -2, "x", "two", 4],
    ["b", None, 0.1, "NA", 3.5, None],
    ["b", dt.datetime(2023, 12, 31), "-", "é", None, 5],
]

_PAIN = {
    "values": {"pain": ["pain_0", "pain_3"], "mood": ["mood_0", "mood_9"]},
    "id": ["id", "arm"],
    "time_name": "month",
    "times": None,
}
_ORDER = {"column": "shift", "kind": "ordered", "levels": ["pre", "post", "follow-up"]}

#: kind of step -> its cases; every kind of the program is here
STEPS: dict[str, list[Case]] = {
    "to_number": [
        text_case(("to_number", {"column": "note"})),
        text_case(("to_number", {"column": "dose"})),
        text_case(("to_number", {"column": "dose", "decimal": ","})),
        text_case(("to_number", {"column": "weight (kg)"})),
    ],
    "set_kind": [
        text_case(("set_kind", {"column": "arm", "kind": "category", "levels": ["old"]})),
        text_case(("set_kind", {"column": "score", "kind": "ordered", "levels": ["3"]})),
        text_case(("set_kind", {"column": "id", "kind": "id"})),
        text_case(("set_kind", {"column": "seen", "kind": "date"})),
        text_case(("set_kind", {"column": "note", "kind": "number"})),
        text_case(("set_kind", {"column": "seen", "kind": "date"}),
                  ("set_kind", {"column": "seen", "kind": "category"})),
    ],
    "na_value": [
        text_case(("na_value", {"columns": ["score", "arm", "free"],
                                "values": [-99, "unknown", "LOW"]})),
        text_case(("set_kind", {"column": "free", "kind": "category"}),
                  ("na_value", {"columns": ["free"], "values": ["low"]})),
    ],
    "transform": [
        text_case(("transform", {"column": "pain_0", "function": f}), )
        for f in ("log", "log2", "log10", "log1p", "exp", "sqrt", "square", "reciprocal")
    ],
    "center": [text_case(("center", {"column": "weight (kg)", "at": at}))
               for at in ("mean", "median", "min", -3)],
    "standardise": [text_case(("standardise", {"column": "weight (kg)"}))],
    "combine": [text_case(("combine", {"left": "score", "operator": o, "right": r}))
                for o in "+-*/" for r in ("mood_0", -2.5)],
    "change": [text_case(("change", {"column": "weight (kg)", **TIME, "measure": m}))
               for m in ("difference", "percent", "log_ratio")]
    + [
        text_case(("set_kind", _ORDER),
                  ("change", {"column": "score", "group": ["id", "arm"], "time": "shift"})),
        text_case(("change", {"column": "score", "group": "id", "time": "shift"})),
        text_case(("change", {"column": "y", "group": "id", "time": "t"}), text=SHORT),
    ],
    "baseline": [
        text_case(("baseline", {"column": "pain_0", **TIME})),
        text_case(("baseline", {"column": "y", "group": "id", "time": "t"}), text=SHORT),
    ],
    "split": [text_case(("split", {"column": "weight (kg)", "group": g}))
              for g in ("id", ["arm", "shift"])],
    "elapsed": [
        text_case(("elapsed", {"column": "seen", "unit": unit, "origin": origin, "group": "id"}))
        for unit, origin in (("days", "subject"), ("weeks", "first"), ("months", "subject"),
                             ("hours", "calendar"), ("years", "calendar"))
    ] + [
        text_case(("elapsed", {"column": "day", "origin": "first", "unit": "minutes"}), text=text)
        for text in (
            "day,y\n2024-01-31T10:30,1\n2024-02-01 00:00,2\n,3\n",
            "day,y\n2024-01-31T10:30:15Z,1\n2024-02-01T00:00:00Z,2\n,3\n",
            "day,y\n3-Jan-2024,1\n29 Feb 2024,2\n01 DEC 2023,3\n",
            "day,y\n1/31/2024,1\n2/1/2024,2\n12/31/2023,3\n",
            "day,y\n31.1.24,1\n1.2.24,2\n1.2.24 extra,3\n31.12.23,5\n3.4.24,5\n4.4.24,6\n",
        )
    ],
    "bins": [
        text_case(("bins", {"column": "weight (kg)", "method": "width", "n": 4})),
        text_case(("bins", {"column": "score", "method": "quantile", "n": 3})),
        text_case(("bins", {"column": "pain_0", "method": "points", "points": [5, 2, 100.5]})),
        text_case(("bins", {"column": "mood_0", "method": "quantile", "n": 2, "into": "half"})),
    ],
    "recode": [
        text_case(("recode", {"column": "arm", "mapping": {"new": "it's new", "old": None}})),
        text_case(("recode", {"column": "score", "mapping": {"2": "two", "-99": None}})),
        text_case(("recode", {"column": "arm", "into": "code",
                              "mapping": {"new": 1, "old": 0, 'Größe "3"': None}})),
        text_case(("set_kind", _ORDER),
                  ("recode", {"column": "shift", "mapping": {"post": "later",
                                                             "follow-up": "later"}})),
    ],
    "merge_levels": [
        text_case(("merge_levels", {"column": "free", "levels": ["low", "mid"], "name": "=0"})),
    ],
    "filter": [text_case(("filter", {"column": c, "comparison": o, "value": v}))
               for c, o, v in (
                   ("score", ">=", 3), ("mood_0", "!=", 3), ("mood_0", "<", "2,5"),
                   ("id", "in", [1, "2"]), ("mood_0", "not in", [9]), ("arm", "==", "old"),
                   ("id", "missing", None), ("seen", "not missing", None),
                   ("arm", "not in", ["old", "new"]), ("shift", "!=", "pre"))]
    + [
        text_case(("set_kind", _ORDER),
                  ("filter", {"column": "shift", "comparison": "<=", "value": "post"})),
        text_case(("set_kind", {"column": "seen", "kind": "date"}),
                  ("filter", {"column": "seen", "comparison": ">", "value": "2020-02-01"})),
        text_case(("set_kind", {"column": "seen", "kind": "date"}),
                  ("filter", {"column": "seen", "comparison": "in", "value": ["2020-02-01"]})),
    ],
    "drop_duplicates": [
        text_case(("drop_duplicates", {"columns": ["id"], "keep": "last"})),
        text_case(("drop", {"columns": ["seen", "note", "dose"]}), ("drop_duplicates", {})),
    ],
    "rename": [text_case(("rename", {"names": {"weight (kg)": " a\n b ", "arm": "=arm"}}))],
    "drop": [text_case(("drop", {"columns": ["note", "score", "note"]}))],
    "unite": [text_case(("unite", {"columns": ["id", "shift", "arm"], "separator": "'\\"}))],
    "reshape_long": [
        text_case(("reshape_long", _PAIN)),
        text_case(("reshape_long", {**_PAIN, "number_name": "row", "drop_empty": True})),
        text_case(("reshape_long", {"values": {"v": ["pain_0", "note"]}, "id": [],
                                    "times": ["second", "first"]})),
        text_case(("reshape_long", {"values": {"v": ["pain_0", "pain_3"]}, "id": ["arm"],
                                    "times": ["2024-01-31", "2023-12-01T10:00"]})),
        text_case(("set_kind", _ORDER), ("set_kind", {"column": "free", "kind": "category"}),
                  ("reshape_long", {"values": {"v": ["shift", "free"]}, "id": ["id"],
                                    "times": [0.5, 1]})),
    ],
    "reshape_wide": [
        text_case(("reshape_wide", {"id": "id", "time": "seen", "value": "score"})),
        text_case(("reshape_wide", {"id": ["arm", "id"], "time": "seen",
                                    "value": ["score", "free"]})),
        text_case(("reshape_wide", {"id": "id", "time": "t", "value": "y", "prefix": False}),
                  text=SHORT),
    ],
    "join": [
        text_case(("join", JOIN), others=((PEOPLE, SCHOOLS.encode()),)),
        text_case(("join", JOIN), others=((PEOPLE, None),)),
        text_case(("join", {"left_on": ["arm"], "right_on": ["Arm"], "match": "loose",
                            "name": LOOSE.name, "fingerprint": LOOSE.fingerprint}),
                  ("change", {"column": "dose_arms", **TIME}),
                  text=VISITS.replace('"Größe ""3"""', "OLD"), others=((LOOSE, None),)),
    ],
}  # fmt: skip

_LATIN = VISITS.replace("−4", "4").replace("€ 5,5", "5,5")
#: how a file is written -> the case; the scripts must read it as it is
FILES: dict[str, Case] = {
    "workbook": Case(book(*ROWS), "book.xlsx", ()),
    "workbook, lines above": Case(book(*ROWS, start=4), "book.xlsx",
                                  (Step("elapsed", {"column": "day", "group": "who"}),)),
    "decimal comma": text_case(),
    "cp1252": text_case(text=_LATIN, encoding="cp1252", name="a.txt"),
    "cp1252 signs": text_case(text=_LATIN.replace("new", "“n” €"), encoding="cp1252"),
    "BOM": text_case(encoding="utf-8-sig"),
    "UTF-16": text_case(text=_LATIN.replace("Größe", "size"), encoding="utf-16"),
    "UTF-16 letters": text_case(encoding="utf-16"),
    "Mac": text_case(text=_LATIN.replace("new", "hätte größere Ängste"), encoding="mac_roman"),
    "tabs": text_case(text=VISITS.replace(";", "\t"), name="a.tsv"),
    "aligned": text_case(text="id  y    z\n 1  2.5  a\n 2  3.5  b\n 1  3.0  b\n", name="a.dat"),
    "lines above": text_case(text="Made by hand\n\n" + VISITS),
    "units below": text_case(text="who,size,y\n,(cm),(kg)\na,1,2\na,2,3\nb,3,4\n"),
    "stray quotes": text_case(text=VISITS.replace('"Größe ""3"""', 'Größe "3"')),
    "notes below": text_case(text=VISITS + "\nSource: a survey\n"),
    "blank rows": text_case(text="a,b,c\n1,x,2\n,,\n3,y,4\n\n5,x,6\n,,\n"),
    "no names": text_case(text="1,2.5,x\n2,3.5,y\n3,4.5,x\n", options=(("header_row", 0),)),
    "same names": text_case(text="id,y,y\n1,2,3\n2,4,5\n3,5,6\n"),
    "codes": text_case(text="id,y,z\n007,1,true\n010,2,false\n011,NA,true\n"),
    "thousands": text_case(text='id,y,z\na,"1,200.5",5%\nb,"3,000",7 %\nc,5,-\n'),
    "spaces": text_case(text="id, y , z\n a , 1 , u\n b,2,v \n c,3, NA\n"),
    "marks of missing": text_case(text="id,y,z\na,.,NA\nb,2,n/a\nc,#N/A,x\nd,4,\n"),
    "risky text": text_case(text="=id,y,@z\n=1+1,1,+a\n-b,2,'=c\n'd,3,@x\n=1+1,4,''e\n",
                            name="=risky.csv"),
    "hostile names": text_case(
        text='"a""; system(""touch x""); """,y,`z\\n ${x}\nnaïve 𝛽,1,"\'); import os #"\n'
             'b\\,2,"two\nlines"\n%s,3,{x}\n', name="$(rm) `x`;'.csv"),
}  # fmt: skip


def chains(n: int, seed: int = 1) -> list[Case]:
    """Steps of many kinds one after the other, drawn at random; those that don't apply are left
    out.
    """
    draw = random.Random(seed)
    pool = [
        (step, case.others)
        for cases in STEPS.values()
        for case in cases
        if case.data == VISITS.encode()
        for step in case.steps
    ]
    base, made = read_table(VISITS.encode(), name="visits.csv"), []
    while len(made) < n:
        table, steps, others = base, [], {}
        for step, more in draw.choices(pool, k=5):
            known = others | {second.fingerprint: (second, data) for second, data in more}
            try:
                table = apply_steps(table, [step], {k: t for k, (t, _) in known.items()})
            except DataError:
                continue
            steps.append(step)
            others = known
        if len(steps) > 2:
            made.append(Case(VISITS.encode(), "visits.csv", tuple(steps), tuple(others.values())))
    return made
