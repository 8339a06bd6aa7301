"""Random specs said in sentences come back; random texts never raise; nothing is ever run."""

from __future__ import annotations

import random
from dataclasses import replace

import pandas as pd
import pytest

from benchmarks.fuzz_sentences import run
from lmm_core.errors import LMMError
from lmm_core.model.sentence import Wish, describe
from lmm_core.model.spec import ModelSpec
from tests.model.described import ALL_FRAMES, frame

NUMBERS = ("dose", "week", "age", "height", "cholesterol")
FACTORS = ("arm", "sex")
GROUPS = ("patient", "clinic")


def study() -> pd.DataFrame:
    n = 240
    return pd.DataFrame(
        {
            "patient": [f"P{k // 4 + 1}" for k in range(n)],
            "clinic": [f"C{k // 40 + 1}" for k in range(n)],
            "week": [k % 4 for k in range(n)],
            "dose": [(k // 4) % 5 * 10.5 for k in range(n)],
            "age": [30 + (k * 7 % 45) for k in range(n)],
            "height": [150.5 + (k * 13 % 40) for k in range(n)],
            "cholesterol": [4.2 + (k * 17 % 30) / 10 for k in range(n)],
            "arm": ["active" if k // 4 % 2 else "placebo" for k in range(n)],
            "sex": ["female" if k // 4 % 3 else "male" for k in range(n)],
        }
    )


def random_spec(dice: random.Random) -> tuple[ModelSpec, dict[str, object]]:
    """A spec, and its parts as words may name them."""
    outcome, *rest = dice.sample(NUMBERS, len(NUMBERS))
    mains = dice.sample([*rest[:3], *FACTORS], dice.randint(1, 4))
    crossed = dice.sample(mains, 2) if len(mains) > 1 and dice.random() < 0.5 else []
    numbers = [m for m in mains if m in NUMBERS]
    slopes = dice.sample(numbers, 1) if numbers and dice.random() < 0.6 else []
    groups = dice.sample(GROUPS, dice.choice((1, 1, 2)))
    bar = "||" if slopes and dice.random() < 0.3 else "|"
    inner = " + ".join(["1", *slopes])
    random_terms = [f"({inner} {bar} {groups[0]})", *(f"(1 | {g})" for g in groups[1:])]
    if bar == "||":
        groups, random_terms = groups[:1], random_terms[:1]
    right = [*mains, *([":".join(crossed)] if crossed else []), *random_terms]
    options = {
        "reml": dice.random() < 0.5,
        "df_method": dice.choice(("satterthwaite", "kenward-roger", "normal")),
        "ci_level": dice.choice((0.9, 0.95, 0.99)),
    }
    spec = ModelSpec.from_formula(f"{outcome} ~ {' + '.join(right)}", **options)
    said = {"outcome": outcome, "mains": mains, "crossed": crossed, "slopes": slopes}
    return spec, {**said, "groups": groups, "uncorrelated": bar == "||", **options}


DF = {"satterthwaite": "Satterthwaite", "kenward-roger": "Kenward-Roger", "normal": "z tests"}


def listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def formal(said: dict) -> str:
    lines = [f"Outcome: {said['outcome']}", f"Predictors: {listed(said['mains'])}"]
    if said["crossed"]:
        lines.append(f"Interaction of {listed(said['crossed'])}")
    for k, group in enumerate(said["groups"]):
        slopes = k == 0 and said["slopes"]
        what = f"intercept and slope of {listed(said['slopes'])}" if slopes else "intercept"
        lines.append(f"Random {what} for each {group}")
    if said["uncorrelated"]:
        lines.append("uncorrelated")
    lines += ["REML" if said["reml"] else "ML", DF[said["df_method"]]]
    lines.append(f"confidence level {100 * said['ci_level']:g} %")
    return "; ".join(lines) + "."


def everyday(said: dict) -> str:
    text = f"I'd like to model {said['outcome']} by {listed(said['mains'])}"
    if said["crossed"]:
        text += f", with {said['crossed'][0]} by {said['crossed'][1]} interaction"
    text += ". "
    main = said["groups"][0]
    if said["slopes"]:
        text += f"Each {main} has its own intercept and its own slope of {listed(said['slopes'])}"
        text += ", without correlation. " if said["uncorrelated"] else ". "
    else:
        text += f"Each {main} has its own starting level. "
    text += "".join(f"Random intercepts by {g}. " for g in said["groups"][1:])
    text += "Use maximum likelihood. " if not said["reml"] else "Restricted maximum likelihood. "
    text += f"{DF[said['df_method']]}, alpha = {1 - said['ci_level']:.2g}"
    return text


def compact(said: dict) -> str:
    parts = [DF[said["df_method"]], "REML" if said["reml"] else "maximum likelihood"]
    parts.append(f"confidence level {said['ci_level']:g}".replace(".", ","))
    for k, group in enumerate(said["groups"]):
        if k == 0 and said["slopes"]:
            kind = (
                "uncorrelated random intercepts and slopes"
                if said["uncorrelated"]
                else ("random intercepts and slopes")
            )
            parts.append(f"{kind} of {listed(said['slopes'])} by {group}")
        else:
            parts.append(f"random intercept: {group.upper()}")
    parts.append(f"fixed effects = {', '.join(said['mains'])}")
    if said["crossed"]:
        parts.append(f"{said['crossed'][0]} x {said['crossed'][1]}")
    parts.append(f"dependent variable = {said['outcome'].title()}")
    return "\n".join(parts)


def with_formula(said: dict) -> str:
    spec, _ = said["spec"], None
    return (
        f"LMM: {spec.formula}; {'REML' if said['reml'] else 'ML'}, {DF[said['df_method']]}, "
        f"confidence level {said['ci_level']:g}"
    )


def same(spec: ModelSpec) -> tuple:
    """What makes a model: its terms, whatever their order."""
    bare = replace(spec, fixed=(), random=())
    fixed = frozenset(frozenset(t) for t in spec.fixed)
    return bare, fixed, frozenset(spec.random)


@pytest.mark.parametrize("template", [formal, everyday, compact, with_formula])
@pytest.mark.parametrize("seed", range(60))
def test_a_spec_said_in_a_sentence_comes_back(template, seed: int):
    spec, said = random_spec(random.Random(seed))
    said["spec"] = spec
    wish = describe(template(said), study())
    assert wish.questions == ()
    assert wish.not_understood == ()
    assert same(wish.spec) == same(spec), template(said)


def test_random_texts_raise_nothing_but_our_own_error():
    frames = {name: frame(name) for name in ALL_FRAMES}
    times, _ = run(500, 7, frames)
    assert len(times) == 500


ATTACKS = (
    "__import__('os').system('touch {path}')",
    "pain_score ~ __import__('os') + (1 | patient_id)",
    "pain_score ~ month + (1 | __class__)",
    "pain_score ~ eval(month) + (1 | patient_id)",
    "pain_score ~ open('{path}', 'w') + (1 | patient_id)",
    "pain_score ~ (lambda: 1)() + (1 | patient_id)",
    "lambda x: x; outcome pain; random intercept per patient",
    "pain_score ~ I(month; exec('1')) + (1 | patient_id)",
    "pain_score ~ Q('month') + {{month}} + (1 | patient_id)",
    "pain_score ~ `month` + `__import__('os')` + (1 | patient_id)",
    "pain_score ~ ``month`` + (1 | patient_id)",
    "pain_score ~ `month + (1 | patient_id)",
    "outcome: `pain_score`); __builtins__; predictors: `month",
    "pain_score ~ month.__class__.__mro__ + (1 | patient_id)",
    "{{0.__class__}} %s %(x)s ${{HOME}} $(id)",
    "(" * 3000 + "month" + ")" * 900,
    "pain_score ~ " + "(" * 1900 + "month" + ")" * 1900,
    "pain_score ~ " + "log(" * 780 + "month" + ")" * 780,
    "pain_score ~ " + "-" * 3000,
    "`" * 3999,
    "random intercept for " * 190,
    "not " * 990,
    "a by " * 790,
    "pain, " * 660,
)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda text: text[:40])
def test_nothing_is_executed(attack: str, tmp_path):
    path = tmp_path / "touched"
    text = attack.replace("{path}", str(path)).replace("{{", "{").replace("}}", "}")
    wish = describe(text, frame("pain"))
    assert isinstance(wish, Wish)
    if "~" in text:
        assert wish.spec is None or wish.not_understood
    assert not path.exists()


def test_ten_kilobytes_are_a_plain_error():
    for text in ("(" * 10_000, "pain_score ~ " + "(" * 5_000 + "1" + ")" * 5_000):
        with pytest.raises(LMMError, match="characters") as caught:
            describe(text, frame("pain"))
        assert caught.value.code == "too_long"


HOSTILE = (
    "__import__('os')",
    "lambda: 1",
    "a`b",
    "``",
    "~",
    "x | y",
    "1 + 1",
    "(1 | g)",
    "$\\int$ <script>alert(1)</script>",
    "outcome: y; predictors: x",
    "random intercept for each",
    "",
    " ",
    "\u202egnp",
    "{}",
    "%s",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_names_and_levels_of_columns_are_only_names(name: str):
    table = pd.DataFrame(
        {
            name: [1.5, 2.5, 3.5, 4.5, 6.5, 5.5] * 4,
            "level": [name, "other"] * 12,
            "patient": [k // 4 for k in range(24)],
        }
    )
    quoted = "`" + name.replace("`", "``") + "`"
    for text in (
        f"outcome: {name}; predictor: level; random intercept per patient",
        f"outcome: {quoted}; predictor: level; random intercept per patient",
        f"{quoted} ~ level + (1 | patient)",
        f"{name} by level, {name} vs other, random intercept per patient",
    ):
        try:
            wish = describe(text, table)
        except LMMError:
            continue
        if wish.spec is not None:
            assert set(wish.spec.columns()) <= {name, "level", "patient"}


def test_an_empty_table_and_a_text_of_nothing():
    assert describe("", pd.DataFrame()).whole
    wish = describe("outcome: y; random intercept: g", pd.DataFrame())
    assert wish.spec is None
    assert wish.not_understood or wish.questions
