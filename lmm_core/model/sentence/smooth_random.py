"""Long ways of saying how groups differ become short ones, before any rule looks for them."""

from __future__ import annotations

from dataclasses import replace

from lmm_core.model.sentence.draft import Draft
from lmm_core.model.sentence.symbol import Symbol

_ROWS = ("measurements", "measurement", "observations", "occasions", "rows", "records", "data")


def smooth_random(draft: Draft) -> None:
    """Make the words about groups, random effects and nesting plainer."""
    for text in ("( INT|GROUPED # )", "( GROUPED )", "( GROUPED|INT"):
        for found in draft.stream.each(text):
            said = draft.said(found.start, found.stop)
            if "level" in said and draft.stream.code(found.start - 1)[0] == "@":
                draft.stream.replace(found.start, found.stop, [])  # "pupils (level 1)"
    for found in draft.stream.each("INT # : P|@g ;|,|."):
        if draft.stream.symbols[found.start + 1].value == 1:
            draft.stream.use(found.start, found.stop - 1)  # "level 1: pupils"
    for found in draft.stream.each("at INT of @g|@h"):
        across = replace(draft.stream.symbols[found.start], code="between")
        draft.stream.replace(found.start, found.stop - 1, [across])  # "at the level of the schools"
    for found in draft.stream.each("BOTH has RI|RS|RIS|OWN"):
        draft.stream.replace(found.start, found.start + 1, [])
    for found in draft.stream.each("for|per|by each? @g NULL ;|,"):
        word = draft.stream.symbols[found.stop - 2]
        if draft.word(word).startswith(("only", "just")):
            only = replace(word, code="INTONLY")  # "for items only the intercept"
            draft.stream.replace(found.stop - 2, found.stop - 1, [only])
    for found in draft.stream.each("SAME for|in|across each? @g ;|,"):
        told = {"RS", "RIS"} & set(draft.stream.line.split())
        if told:  # "the same for all subjects? Random slopes, please"
            draft.stream.replace(found.start, found.start + 1, [])
    for found in draft.stream.each(",|; and? for|per|by each? @g INTONLY ,|;|and"):
        start, end = draft.span(found.start + 1, found.stop - 1)
        group = replace(draft.stream.symbols[found.stop - 3], start=start, end=end)
        first = [Symbol(code, start, end) for code in ("INTONLY", "for")]
        draft.stream.replace(found.start + 1, found.stop - 1, [*first, group])  # "for items only …"
    for found in draft.stream.each("CI at|with|on|of? # % INT"):
        said = draft.said(found.stop - 1, found.stop)
        if said == "level":
            draft.stream.replace(found.stop - 1, found.stop, [])  # "at the 99 % level"
    for found in draft.stream.each("CORR with|between|of INT|SLOPE is|to? ZERO|NONE"):
        draft.stream.replace(found.start + 1, found.start + 3, [])
    for found in draft.stream.each("RE ,? in INT and|, in? SLOPE"):
        at = next(k for k in range(found.start, found.stop) if draft.stream.code(k) == "in")
        linked = [
            replace(draft.stream.symbols[k], code=c) for k, c in ((at, "with"), (at + 1, "INT"))
        ]
        slope = draft.stream.symbols[found.stop - 1]
        both = [*linked, replace(slope, code="and"), slope]
        draft.stream.replace(found.start + 1, found.stop, both)  # "random, in intercepts and in …"
    for found in draft.stream.each("WITHWITHOUT <x+> as PRED"):
        draft.stream.replace(found.stop - 2, found.stop, [])  # "with and without sex as predictor"
    for found in draft.stream.each("SLOPE|INT|@g is? PRED ;|,|and|_"):
        word = draft.stream.symbols[found.stop - 2]
        if draft.word(word) == "independent":
            new = replace(word, code="NOCORR")  # "make slope and intercept independent"
            draft.stream.replace(found.stop - 2, found.stop - 1, [new])
    for found in draft.stream.each("@g VARY in how <y> CHANGE|DEPEND over|with|across|by|on <x>"):
        outcome, along = (draft.stream.items(found, name)[0] for name in ("y", "x"))
        of_levels = draft.stream.code(found.start - 1) == "!"  # "treated patients differ in …"
        if outcome.code == "@n" and not draft.is_group(along) and not of_levels:
            draft.set_outcome(outcome)  # "patients differ in how their pressure changes over …"
            draft.note(found.start + 1, found.stop, f"outcome: {outcome.text}")
            group, word = draft.stream.symbols[found.start : found.start + 2]
            per = replace(group, code="per", columns=(), end=group.start)
            codes = (":", "INT", "and", "SLOPE", "of")
            told = [replace(word, code=code) for code in codes]
            draft.stream.replace(found.start, found.stop, [per, group, *told, along])
    for found in draft.stream.each("RI and NOCORR RS"):
        apart, slope = draft.stream.symbols[found.start + 2 : found.stop]
        both = [apart, replace(slope, code="RIS")]  # "… and an uncorrelated random slope"
        draft.stream.replace(found.start, found.stop, both)
    for found in draft.stream.each("INT and EFFECT of <x> VARY"):
        slope = replace(draft.stream.symbols[found.start + 2], code="SLOPE")
        draft.stream.replace(found.start + 2, found.start + 3, [slope])
    for found in draft.stream.each("@g is? RE , with INT and SLOPE"):
        at = found.stop - 5
        draft.stream.replace(at, at + 1, [])  # "a random factor, with intercept and slope"
    for found in draft.stream.each("SLOPEONLY"):
        for refused in draft.stream.each(", and? NEG INT ;"):
            if draft.sentence_of(refused.start) == draft.sentence_of(found.start):
                draft.stream.use(refused.start, refused.stop - 1)  # "…, and not the intercept"
    for found in draft.stream.each(", @g with|has INT|INTONLY|RI|RIS|SLOPE|OWN"):
        ended = replace(draft.stream.symbols[found.start], code=";")
        draft.stream.replace(found.start, found.start + 1, [ended])
    for found in draft.stream.each("SLOPE of @g VARY in INT"):
        word = draft.stream.symbols[found.start]
        if "line" in draft.word(word):
            draft.stream.replace(found.start, found.start + 2, [])  # "the regression lines of the"
    for found in draft.stream.each("U : @g|@h"):
        word = draft.stream.symbols[found.start]
        if draft.word(word) == "nesting":
            draft.stream.replace(found.start, found.start + 2, [])  # "Nesting: patients within …"
    for found in draft.stream.each("SLOPE|INT and SLOPE|INT of|for each? <g!> is? NOCORR"):
        draft.served |= set(draft.stream.symbols[found.groups["g"][0]].columns)
        draft.stream.replace(found.start, found.stop - 1, [])  # "… of the subjects independent"
    for found in draft.stream.each("SLOPE of|for|in <x> ,? NEG INT ,? is? VARY"):
        at = next(k for k in range(found.start, found.stop) if draft.stream.code(k) == "NEG")
        at -= draft.stream.code(at - 1) == ","
        draft.stream.replace(at, found.stop - 1, [])  # "the slope, but not the intercept, varies"
        only = replace(draft.stream.symbols[found.start], code="SLOPEONLY")
        draft.stream.replace(found.start, found.start + 1, [only])
    for found in draft.stream.each("@h , RE|RI ;|,"):
        draft.stream.replace(found.start + 1, found.start + 2, [])  # "patients in clinics, both"
    for found in draft.stream.each("@g in|within|NESTED @g|@c , RE|RI ;"):
        draft.stream.replace(found.start + 3, found.start + 4, [])
    for found in draft.stream.each(",|;|but SLOPE|EFFECT of|for <x> NEG ;|,"):
        item = draft.stream.items(found, "x")[0]
        if not draft.is_group(item):  # "…, the slope of sex may not"
            draft.add_fixed([item])
            draft.note(found.start + 1, found.stop - 1, f"no random slope of {item.text}")
            draft.stream.use(found.start + 1, found.stop - 1)
    for found in draft.stream.each("NOCORR with|to|of INT|SLOPE ;|,|and|_"):
        draft.stream.replace(found.start + 1, found.start + 3, [])
    for found in draft.stream.each("NEG CORR with|to INT|SLOPE ;|,|and|_"):
        draft.stream.replace(found.start + 2, found.start + 4, [])
    for found in draft.stream.each("GROUPED :|is @g|@h ,? with INT|RI|OWN|RIS"):
        if draft.stream.code(found.stop - 3) == ",":
            draft.stream.replace(found.stop - 3, found.stop - 2, [])
        draft.stream.replace(found.start, found.start + 2, [])  # "cluster: patient, with intercept"
    for found in draft.stream.each("NEG SLOPE ;|,|and|_"):
        slope = replace(draft.stream.symbols[found.start + 1], code="RS")
        draft.stream.replace(found.start + 1, found.start + 2, [slope])  # "no slopes"
    for found in draft.stream.each(
        "but|and|, SLOPE|EFFECT of|for <x> is SAME for|in|across ,|;|@g|P"
    ):
        item = draft.stream.items(found, "x")[0]
        if draft.is_group(item):
            continue
        draft.add_fixed([item])  # "but the slope of days is the same for all"
        last = found.stop - (draft.stream.code(found.stop - 1) in (",", ";"))
        draft.note(found.start + 1, last, f"predictor: {item.text}; no random slope")
        draft.served |= {c for s in draft.symbols(last - 1, last) for c in s.columns}
        draft.stream.use(found.start, last)
    for found in draft.stream.each("@g with|has INTONLY ,|; @g with|has RI|RIS|RS"):
        start, end = draft.span(found.start, found.start + 3)
        group = replace(draft.stream.symbols[found.start], start=start, end=end)
        first = [Symbol(code, start, end) for code in ("INTONLY", "for")]
        apart = replace(draft.stream.symbols[found.start + 3], code=";")
        draft.stream.replace(found.start, found.start + 4, [*first, group, apart])  # "items with …"
    for found in draft.stream.each("RE : @g|@h OWN INT|SLOPE"):
        draft.stream.replace(found.start, found.start + 2, [])  # "random part: subject-specific …"
    for found in draft.stream.each("@g|@h : INT|SLOPE and|, SLOPE|INT"):
        if draft.stream.code(found.start - 1) in (";", ",", ":"):
            per = replace(draft.stream.symbols[found.start], code="per", columns=())
            draft.stream.replace(found.start, found.start, [per])  # "Subjects: intercept and slope"
    for found in draft.stream.each("@g : GROUPED ;|,|and"):
        is_ = replace(draft.stream.symbols[found.start + 1], code="as")
        draft.stream.replace(found.start + 1, found.start + 2, [is_])  # "child = cluster"
    for found in draft.stream.each("RI|RS|RIS|RE on|at|for|in BOTH|# INT"):
        said = draft.said(found.stop - 1, found.stop)
        if said == "levels" and {"@h", "NESTED"} & set(draft.stream.line.split()):
            draft.stream.replace(found.start + 1, found.stop, [])  # "intercepts on both levels"
    for found in draft.stream.each("INT and|, <x> SLOPE"):
        if not draft.is_group(draft.stream.items(found, "x")[0]):
            column, slope = draft.stream.symbols[found.start + 2 : found.stop]
            of = replace(slope, code="of", end=slope.start)  # "an intercept and a Days slope"
            draft.stream.replace(found.start + 2, found.stop, [slope, of, column])
    for found in draft.stream.each("@g as|is RE with OWN SLOPE of|for|in <x>"):
        own = draft.stream.symbols[found.start + 4]
        level = [replace(own, code="INT"), replace(own, code="and")]
        draft.stream.replace(found.start + 4, found.start + 5, level)  # "with its own slope for it"
    for found in draft.stream.each("is OWN INT|SLOPE"):
        word = replace(draft.stream.symbols[found.start], code="has")
        draft.stream.replace(found.start, found.start + 1, [word])  # "granted its own slope"
    for found in draft.stream.each("NEG RS each? ,|and? NULL"):
        draft.stream.use(found.stop - 1, found.stop)  # "no random slope, only the intercepts"
    for text in ("( P INT )", "( U INT )", "( @g INT )", "( @g )"):
        for found in draft.stream.each(text):
            said = draft.said(found.start, found.stop)
            if "level" in said:
                draft.stream.replace(found.start, found.stop, [])  # "SES (pupil level)"
    for found in draft.stream.each("@g|@h , is NESTED"):
        draft.stream.replace(found.start + 1, found.stop - 1, [])  # "classes, which are nested in"
    for found in draft.stream.each("CI at|with|on? INT of|at? # %"):
        at = next(k for k in range(found.start, found.stop) if draft.stream.code(k) == "INT")
        level = replace(draft.stream.symbols[at], code="LEVEL")
        draft.stream.replace(at, found.stop - 2, [level])  # "intervals at the level of 99 %"
    for text in ("@g|@h , NESTED @g|@h|@c", "@g|@h , in NESTED @g|@h|@c"):
        for found in draft.stream.each(text):
            draft.stream.replace(found.start + 1, found.stop - 2, [])  # "patients, nested in …"
    for found in draft.stream.each("@g|P INT INT|SLOPE|RI|RS|RIS"):
        word = draft.stream.symbols[found.start + 1]
        if draft.word(word) == "level":  # "child-level intercepts"
            draft.stream.replace(found.start + 1, found.start + 2, [])
    for found in draft.stream.each("RS|RIS MODEL? ( SLOPE|RS of|for|in <x> )"):
        at = next(k for k in range(found.start, found.stop) if draft.stream.code(k) == "(")
        draft.stream.replace(found.stop - 1, found.stop, [])
        draft.stream.replace(at, at + 2, [])  # "the random slope model (slope of age)"
    for found in draft.stream.each("# INT and # SLOPE"):
        for k in (found.stop - 2, found.start):
            if draft.stream.symbols[k].value == 1:  # "one intercept and one slope"
                draft.stream.replace(k, k + 1, [])
    for text in (
        "INT and SLOPE of|for|in <x> per|by|for|across each? <g!>",
        "INT and SLOPE of|for|in <x> is? RE",
    ):
        for found in draft.stream.each(text):
            both = Symbol("RIS", *draft.span(found.start, found.start + 3))
            at_end = "is RE" if draft.stream.code(found.stop - 2) == "is" else "RE"
            end = found.stop - len(at_end.split()) * (draft.stream.code(found.stop - 1) == "RE")
            if draft.stream.code(found.start - 1) != "RE":
                draft.stream.replace(end, found.stop, [])
                draft.stream.replace(found.start, found.start + 3, [both])
    for found in draft.stream.each("INT of|for|in|per each? <g!> is? RE ;|,|and"):
        first, group = draft.stream.symbols[found.start], found.groups["g"][0]
        both = [replace(first, code="RI"), replace(first, code="each", start=first.end)]
        draft.stream.replace(found.start, found.stop - 1, [*both, draft.stream.symbols[group]])
    for found in draft.stream.each("RE - RI|RS|RIS|INT|SLOPE"):
        link = replace(draft.stream.symbols[found.start + 1], code=":")
        draft.stream.replace(found.start + 1, found.start + 2, [link])  # "Random part - slope of"
    for found in draft.stream.each("COMPUTE <g!> GROUPED ;|,|and|NEG"):
        if draft.is_group(
            draft.stream.symbols[found.start + 1]
        ):  # "make clinic the grouping factor"
            draft.stream.replace(found.start, found.start + 1, [])
            link = Symbol("as", *[draft.stream.symbols[found.start + 1].start] * 2)
            draft.stream.replace(found.start + 1, found.start + 1, [link])
    for found in draft.stream.each("@g : OWN INT ,|and OWN SLOPE"):
        between = draft.stream.symbols[found.start + 1 : found.start + 5 : 3]
        for k, symbol, code in zip((4, 1), reversed(between), ("and", "has"), strict=True):
            new = replace(symbol, code=code)  # "each subject: own intercept, own slope"
            draft.stream.replace(found.start + k, found.start + k + 1, [new])
    for found in draft.stream.each("SHOW <x> RS ,|;|and"):
        if not draft.is_group(draft.stream.items(found, "x")[0]):  # "give month a random slope"
            slope, of = draft.stream.symbols[found.start + 2], draft.stream.symbols[found.start + 1]
            link = Symbol("of", slope.end, slope.end)
            draft.stream.replace(found.start, found.start + 3, [slope, link, of])
    for found in draft.stream.each("SLOPEONLY [ of|for|in <x> ]? ,? NEG INT ,?"):
        at = next(k for k in range(found.start, found.stop) if draft.stream.code(k) == "NEG")
        at -= draft.stream.code(at - 1) == ","
        draft.stream.replace(at, found.stop, [])  # "only the slope of days, not the intercept"
    for found in draft.stream.each("@n has SLOPE|CHANGE over|with|across <x>"):
        draft.stream.replace(found.start + 1, found.start + 3, [])  # "pain has a trend over weeks"
    for found in draft.stream.each("is RE with|and OWN INT|SLOPE"):
        has = replace(draft.stream.symbols[found.start], code="has")
        draft.stream.replace(found.start, found.start + 3, [has])  # "random with its own slope"
    for found in draft.stream.each("RE ,|and? with OWN? SLOPE of|for|in <x>"):
        if (
            draft.stream.code(found.start - 1) == "@g"
            and draft.stream.code(found.start - 2) != "by"
        ):
            at = next(k for k in range(found.start, found.stop) if draft.stream.code(k) == "SLOPE")
            slope = replace(draft.stream.symbols[at], code="RS")
            has = replace(draft.stream.symbols[found.start], code="has")
            draft.stream.replace(found.start, at + 1, [has, slope])  # "random, with slope of week"
    for found in draft.stream.each("INT RE ;|,|and|_"):
        if draft.stream.code(found.start - 1) == "@g":  # "subject intercepts random"
            both = replace(draft.stream.symbols[found.start], code="RI")
            draft.stream.replace(found.start, found.start + 2, [both])
    for found in draft.stream.each("P INT PRED"):
        draft.stream.replace(found.start, found.stop - 1, [])  # "student-level predictors"
    for found in draft.stream.each("INT : @g|@h"):
        draft.stream.replace(found.start, found.start + 2, [])  # "levels: pupils in schools"
    for found in draft.stream.each("NULL is? RE"):
        first = draft.stream.symbols[found.start]
        if draft.word(first).startswith(("only", "just")):
            only = Symbol("INTONLY", *draft.span(found.start, found.stop))
            draft.stream.replace(found.start, found.stop, [only])  # "only the intercept random"
    for text in ("NULL for|per|by|of|at|in|over|across each? <g!>", "NULL VARY"):
        for found in draft.stream.each(text):
            first = draft.stream.symbols[found.start]
            if draft.word(first).startswith(("only", "just")):
                only = replace(first, code="INTONLY")  # "for items only the intercept varies"
                draft.stream.replace(found.start, found.start + 1, [only])
    for found in draft.stream.each("U NESTED|in|within"):
        word = draft.stream.symbols[found.start]
        if draft.word(word) in _ROWS:
            draft.stream.replace(found.start, found.start + 1, [])  # "measurements in patients"
    times = set(draft.vocabulary.times)
    for found in draft.stream.each("SLOPE of|in|for <y> over|across|along|with|per <x>"):
        outcome, along = (draft.stream.items(found, name)[0] for name in ("y", "x"))
        if outcome.code == "@n" and set(along.columns) & times and not set(outcome.columns) & times:
            draft.set_outcome(outcome)  # "its own trend of growth over the years"
            draft.note(found.start, found.stop, f"outcome: {outcome.text}")
            draft.stream.replace(found.start + 2, found.stop - 1, [])
    for found in draft.stream.each("SLOPE of|for <y> on <x>"):
        outcome = draft.stream.items(found, "y")[0]
        said = draft.said(found.start, found.start + 1)
        if outcome.code == "@n" and "line" in said:  # "the regression line of pain on week"
            draft.set_outcome(outcome)
            draft.note(found.start, found.stop, f"outcome: {outcome.text}")
            draft.stream.replace(found.start + 2, found.stop - 1, [])
    for found in draft.stream.each("RI|INT and <x> SLOPE NOCORR ;|,"):
        symbols = draft.stream.symbols[found.start : found.stop - 1]  # "… without correlation"
        draft.stream.replace(found.start, found.stop - 1, [symbols[-1], *symbols[:-1]])
    for found in draft.stream.each("INT and|, <x> EFFECT is? VARY|RE"):
        at = next(k for k in range(found.start, found.stop) if draft.stream.code(k) == "EFFECT")
        draft.stream.replace(at, at + 1, [])  # "the intercept and the days effect vary"
    for text in ("[ and|,|with and? SLOPE ]? ;", "and|,|with and? <x> ;"):
        for found in draft.stream.each(f"RE : <g!> , INT {text}"):
            comma, end = draft.stream.symbols[found.start + 3], draft.stream.symbols[found.stop - 1]
            closed = Symbol(")", end.start, end.start)
            draft.stream.replace(found.stop - 1, found.stop - 1, [closed])
            opened = replace(comma, code="(")  # "Random: subject, intercept and slope"
            draft.stream.replace(found.start + 3, found.start + 4, [opened])
