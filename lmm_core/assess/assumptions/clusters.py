"""Number and size of the groups: is there enough to estimate a variance between them?"""

from __future__ import annotations

import numpy as np

from lmm_core.assess.assumptions.check import (
    NOTHING,
    Check,
    Verdict,
    counted,
    listed,
    percent,
    rank,
)
from lmm_core.assess.assumptions.material import Material
from lmm_core.model.design import Grouping

FEWEST = 5
FEW = 10
MANY = 30
ROWS_EACH = 5
MOSTLY_SINGLE = 0.5


def check_clusters(material: Material) -> Check:
    key = "clusters"
    how = "Each bar counts the groups with that many rows; many groups with several rows are best."
    groupings = sorted(material.fit.groups.values(), key=lambda g: g.n_levels)
    verdicts = [_verdict(grouping) for grouping in groupings]
    order = sorted(
        range(len(groupings)),
        key=lambda i: (rank(verdicts[i]), -groupings[i].n_levels),
        reverse=True,
    )
    top, verdict = groupings[order[0]], verdicts[order[0]]
    sizes = top.sizes
    title = f"Enough groups in {listed([g.name for g in material.fit.groups.values()])}"
    G, single = top.n_levels, float((sizes == 1).mean())
    least, most = int(sizes.min()), int(sizes.max())
    rows = f"{counted(least, 'row')} each" if least == most else f"{least:,} to {most:,} rows each"
    # An unnamed share of single rows would make "comfortable" untrue.
    comfortable = G > MANY and least >= ROWS_EACH
    has = f"{top.name} has {counted(G, 'group')} with {rows}"
    if G < FEWEST:
        sentence = (
            f"{has}: with fewer than {FEWEST} groups the variance between them is unreliable."
        )
        advice = f"Use {top.name} as a fixed effect instead of a grouping column."
    elif G < FEW:
        sentence = (
            f"{has}: with fewer than {FEW} groups the variance between them is only roughly known; "
            "the effects themselves are safer, thanks to the small-sample degrees of freedom."
            if material.design.spec.df_method != "normal"
            else f"{has}: with fewer than {FEW} groups the variance between them is only roughly "
            "known, and normal (z) tests find too much."
        )
        advice = (
            "Read the variance between groups, the ICC and the random effects with caution."
            if material.design.spec.df_method != "normal"
            else "Choose Satterthwaite or Kenward-Roger degrees of freedom in the options."
        )
    elif verdict == "look":
        sentence = (
            f"{has}, but {percent(single)} of the groups have a single row: those say nothing "
            "about the spread within groups."
        )
        advice = f"Check that {top.name} is the column that repeats, e.g. the person, not the row."
    elif comfortable:
        sentence = f"{has}, which is comfortable for estimating the variance between groups."
        advice = NOTHING
    else:
        extra = f"; more than {MANY} with at least {ROWS_EACH} rows each would be comfortable"
        sentence = f"{has}, which is enough to work with{extra}."
        advice = NOTHING
    numbers = {
        "group": top.name,
        "n_groups": G,
        "smallest": least,
        "median": float(np.median(sizes)),
        "largest": most,
        "share_single": single,
        "comfortable": comfortable,
        "candidates": tuple(
            {"group": groupings[i].name, "n_groups": groupings[i].n_levels, "verdict": verdicts[i]}
            for i in order
        ),
    }
    text = counted(G, "group")
    return Check(key, title, verdict, float(G), text, sentence, how, advice, numbers)


def _verdict(grouping: Grouping) -> Verdict:
    if grouping.n_levels < FEWEST:
        return "act"
    if grouping.n_levels < FEW or float((grouping.sizes == 1).mean()) > MOSTLY_SINGLE:
        return "look"
    return "fine"
