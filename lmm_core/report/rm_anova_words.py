"""The mixed model beside repeated-measures ANOVA: who is dropped, and why the two differ."""

from __future__ import annotations

from lmm_core.assess.rm_anova import Comparison
from lmm_core.fitted import FittedModel
from lmm_core.formatting import correlation, p_value, percent, whole


def rm_anova_sentences(fit: FittedModel, found: Comparison) -> list[str]:
    """Who is dropped, whether and why the results differ, what was made alike."""
    sentences = [_dropped(found), _why(found)]
    differ = _disagree(found, 1 - fit.spec.ci_level)
    if differ:
        sentences.append(differ)
    if found.corrected:
        sentences.append(_sphericity(found))
    question = found.question
    if question.as_categories:
        names = _listed(question.as_categories)
        verb = "is" if len(question.as_categories) == 1 else "are"
        it = "it" if len(question.as_categories) == 1 else "them"
        sentences.append(
            f"Both take {names} as categories here, since repeated-measures ANOVA knows no lines; "
            f"in your own model {it} {verb} numeric."
        )
    if question.left_out:
        names = _listed(question.left_out)
        verbs = ("has", "stays") if len(question.left_out) == 1 else ("have", "stay")
        sentences.append(
            f"{names} {verbs[0]} no place in repeated-measures ANOVA and {verbs[1]} out of both "
            "here."
        )
    return sentences


def _dropped(found: Comparison) -> str:
    subject = found.question.subject
    G, n = found.n_subjects, len(found.dropped)
    if not n:
        return (
            f"All {whole(G)} {subject} groups are complete, so both use the same "
            f"{whole(found.n_rows)} rows."
        )
    share = percent(n / G)
    return (
        f"Repeated-measures ANOVA needs every {subject} on all {whole(found.n_cells)} occasions: "
        f"it drops {whole(n)} of {whole(G)} groups ({share}) and with them "
        f"{whole(found.rows_dropped)} of {whole(found.n_rows)} rows. The mixed model uses all rows."
    )


def _why(found: Comparison) -> str:
    if found.agrees:
        return (
            "Both give the same F: on complete data with the same occasions for everyone, "
            "repeated-measures ANOVA is a mixed model with random intercepts."
        )
    if found.dropped:
        return (
            "The results differ because the ANOVA speaks of the complete groups only, which may "
            "not be like the others, and has fewer data to speak from."
        )
    if found.lmm_singular:
        return (
            "The results differ although nobody is dropped: a variance of the mixed model is "
            "estimated as 0, where the ANOVA lets it fall below 0."
        )
    if found.averaged:
        return (
            "The results differ although nobody is dropped: the ANOVA averages the rows of each "
            "occasion first."
        )
    return "The results differ slightly although nobody is dropped."


def _disagree(found: Comparison, alpha: float) -> str:
    table = found.table
    ours = table["p_gg"].fillna(table["p_value"])
    sides = (ours < alpha) != (table["lmm_p"] < alpha)
    if not sides.any():
        return ""
    effects = _listed(tuple(table.loc[sides, "effect"]))
    level = p_value(alpha).rstrip("0")
    return f"They fall on different sides of p = {level} for {effects}; read the mixed model's."


def _sphericity(found: Comparison) -> str:
    lowest = float(found.table["epsilon_gg"].min())
    text = (
        "so the corrections change little."
        if lowest > 0.9
        else "so read the corrected p. A mixed model with random intercepts alone assumes the "
        "same; random slopes relax it."
    )
    return (
        "Repeated-measures ANOVA assumes that all pairs of occasions differ equally much "
        f"(sphericity); Greenhouse–Geisser's ε, 1 when that holds, is {_epsilon(lowest)} at the "
        f"lowest, {text}"
    )


def _epsilon(value: float) -> str:
    return "1" if value >= 0.995 else correlation(value)


def _listed(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
