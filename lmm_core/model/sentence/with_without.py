"""Two models that differ in one part: "with and without sex", "then add month and compare"."""

from __future__ import annotations

from lmm_core.model.sentence.draft import Draft, Piece
from lmm_core.model.sentence.stream import Found
from lmm_core.model.sentence.symbol import Symbol


def optional_parts(draft: Draft) -> None:
    """Predictors, slopes and groups that one of two models has."""
    _optional_predictors(draft)
    one_without = "MODEL|: with|has RS|RIS [ of|for|in|over <x> ]? LOWER|and|vs #? NEG ;|,|and|_"
    for found in draft.stream.each(one_without):
        draft.pieces.append(slopes_of_a_variant(draft.stream.items(found, "x")))
        draft.variants = ["FULL", "RI"]
        wants_comparison(draft, found)
        both = Found(found.start, found.stop - 1, {})
        draft.take(both, "two models: with and without random slopes")
    for found in draft.stream.each("does|is ADD <x+> CHANGE MODEL"):
        _may_go(draft, draft.stream.items(found, "x"), ["LESS", "FULL"])
        wants_comparison(draft, found)
        draft.take(found, "two models: without and with it")
    for found in draft.stream.each("COMPARE with|to|against MODEL has|with ONLY <x+> ;|,"):
        draft.optional_but = [c for i in draft.stream.items(found, "x") for c in i.columns]
        draft.variants = ["FULL", "LESS"]
        wants_comparison(draft, found)
        draft.take(Found(found.start, found.stop - 1, {}), "two models: with and without the rest")
    for found in draft.stream.each("WITHWITHOUT ;|by|BY|,"):
        _asked_before(draft, found)
    for found in draft.stream.each("MODEL|SAME with and NEG ;|,"):
        _asked_before(draft, found)
    for found in draft.stream.each("then|and|BY|vs MODEL with|on <x+> ;"):
        earlier = [draft.stream.code(k) for k in range(found.start)]
        versus = draft.stream.code(found.start) in ("BY", "vs")
        compared = versus or draft.stream.code(found.stop) in ("COMPARE", "O.compare_models")
        if compared and "NULL" in earlier and not draft.variants:
            draft.variants = ["NULL", "FULL"]
            draft.add_fixed(draft.stream.items(found, "x"))
            at = earlier.index("NULL")
            wants_comparison(draft, Found(at, at + 1, {}))
            draft.note(at, at + 1, "2 models")
            draft.stream.use(at, at + 1)
            draft.take(Found(found.start, found.stop - 1, {}), "the model with predictors")
    for found in draft.stream.each(
        "COMPARE MODEL? with|has RS|RIS [ of|for|in|over <x> ]? "
        "with|to|against|vs|and MODEL|SAME|# NEG"
    ):
        draft.pieces.append(slopes_of_a_variant(draft.stream.items(found, "x")))
        draft.variants = ["FULL", "RI"]
        wants_comparison(draft, found)
        draft.take(found, "two models: with and without random slopes")
    for found in draft.stream.each(
        "RI for|of|per|by <g> ONLY to|with|vs|and|BY MODEL? with? RI for|of|per|by <h> and <k>"
    ):
        groups = [draft.stream.items(found, name)[0] for name in ("g", "h", "k")]
        compared = draft.compares
        other = [g for g in groups[1:] if g.columns != groups[0].columns]
        if compared and len(other) == 1 and all(map(draft.is_group, groups)):
            draft.optional_group, draft.variants = other[0].columns, ["LESS", "FULL"]
            both = [groups[0].columns, other[0].columns]
            draft.pieces.append(
                Piece(True, [], both, place=draft.span(found.start, found.stop))
            )  # "for subject only, to a model with … for subject and item"
            wants_comparison(draft, found)
            draft.take(found, "two models: with and without these random effects")
    of_group = "RI|RE|RIS for|of|per|by each? <g!>"
    for text in (
        f"COMPARE with|to|against|vs|and MODEL|SAME? NEG {of_group}",
        f"COMPARE with|to|against|vs|and MODEL|SAME MODEL? ADD|with|has|and {of_group}",
        f"WITHWITHOUT {of_group}",
    ):
        for found in draft.stream.each(text):
            group = draft.stream.symbols[found.stop - 1]
            if draft.is_group(group):
                codes = {draft.stream.code(k) for k in range(found.start, found.stop)}
                larger = not codes & {"NEG", "WITHWITHOUT"}
                draft.optional_group = group.columns
                draft.variants = ["LESS", "FULL"] if larger else ["FULL", "LESS"]
                if larger:
                    piece = Piece(True, [], [group.columns], sentence=-1)
                    piece.place = draft.span(found.start, found.stop)
                    draft.pieces.append(piece)
                wants_comparison(draft, found)
                draft.take(found, "two models: with and without these random effects")


_FURTHER = frozenset(("also", "too", "additionally", "same", "plus"))


def _optional_predictors(draft: Draft) -> None:
    for found in draft.stream.each("ADD <x+> [ ; | , | and | then ]+ O.compare_models"):
        said = draft.said(found.stop - 1, found.stop)
        if {"two", "both"} & set(said.split()):
            _may_go(draft, draft.stream.items(found, "x"), ["LESS", "FULL"])
            wants_comparison(draft, found)
            rest = Found(found.start, found.groups["x"][1], found.groups)
            draft.take(rest, "two models: without and with it")
    for text, kinds in (
        ("with <x+> and|then|,? NEG <x2+>", ["FULL", "LESS"]),
        ("NEG <x+> and|then|,? with <x2+> [ as PRED ]?", ["LESS", "FULL"]),
        ("NEG <x> and <x2> as PRED", ["LESS", "FULL"]),
        ("with <x+> ,|and NEG ;", ["FULL", "LESS"]),
    ):
        for found in draft.stream.each(text):
            items = draft.stream.items(found, "x")
            again = draft.stream.items(found, "x2")
            said = draft.said(found.start, found.stop)
            same = {i.columns for i in items} == {i.columns for i in again}
            same |= not again and "once" in said  # "once with treatment, once without it"
            if same and not any(map(draft.is_group, items)):
                _may_go(draft, items, kinds, last=True)  # "once with age and once without age"
                wants_comparison(draft, found)
                draft.take(found, "two models: with and without it")
    for found in draft.stream.each("WITHWITHOUT EFFECT? of? <x>"):
        item = draft.stream.items(found, "x")[0]
        if item.code == "@i" and "^2" in item.text:
            draft.fixed.append((item.start, item.text))
            draft.optional, draft.variants = ["QUAD"], ["FULL", "LESS"]
            wants_comparison(draft, found)
            draft.take(found, "two models: with and without the square")
    if not draft.compares:
        return
    for found in draft.stream.each(
        "COMPARE with|to|against MODEL|SAME MODEL? has|with|and|ADD? <x+>"
    ):
        said = draft.said(found.start, found.stop).split()
        items = draft.stream.items(found, "x")
        if _FURTHER & set(said) and not any(map(draft.is_group, items)):
            _may_go(draft, items, ["LESS", "FULL"])
            wants_comparison(draft, found)
            draft.take(found, "two models: without and with it")
    for found in draft.stream.each("with <x+> and|then|vs|or NEG ;|,|and|_"):
        items = draft.stream.items(found, "x")
        if not any(map(draft.is_group, items)):
            _may_go(draft, items, ["FULL", "LESS"])
            wants_comparison(draft, found)
            draft.take(Found(found.start, found.stop - 1, {}), "two models: with and without it")


def _may_go(draft: Draft, items: list[Symbol], kinds: list[str], last: bool = False) -> None:
    """The predictors that one of the models lacks; ``kinds``: in which order.

    ``last``: they come after all others, wherever they are named.
    """
    draft.optional = [c for i in items for c in i.columns]
    draft.fixed += [(len(draft.source) if last else i.start, i.text) for i in items]
    draft.variants = kinds


def slopes_of_a_variant(items: list[Symbol]) -> Piece:
    """Random slopes that some of the models have; of what, when ``items`` doesn't say, is found."""
    return Piece(True, [i.text for i in items], None, not items, sentence=-1)


def with_and_without(draft: Draft) -> None:
    """Two models that a comparison names: one has a part, the other hasn't."""
    link = "with|to|vs|and|BY|COMPARE MODEL|SAME? "
    for first, last, order in (("NEG", "with|has|ADD", False), ("with|has|ADD", "NEG", True)):
        for found in draft.stream.each(f"MODEL|COMPARE {first} INTER {link} {last} INTER?"):
            draft.optional, draft.variants = (
                ["INTER"],
                ["FULL", "LESS"] if order else ["LESS", "FULL"],
            )
            draft.crossing = draft.span(found.start, found.stop)
            start = found.start - (draft.stream.code(found.start - 1) == "COMPARE")
            both = Found(start, found.stop, {})
            wants_comparison(draft, both)
            draft.take(both, "two models: with and without the interaction")
    for found in draft.stream.each("COMPARE with|to|against|and? MODEL with|ADD|has INTER"):
        draft.optional, draft.variants = ["INTER"], ["LESS", "FULL"]
        draft.crossing = draft.span(found.start, found.stop)
        wants_comparison(draft, found)
        draft.take(found, "two models: without and with the interaction")
    for text in (
        "COMPARE|O.compare_models MODEL? ;? NEG INTER",
        "COMPARE|O.compare_models with|to|against|vs|and MODEL|SAME? NEG INTER",
        "PREDICT|MODEL with INTER and|vs NEG",
    ):
        for found in draft.stream.each(text):
            draft.optional, draft.variants = ["INTER"], ["FULL", "LESS"]
            draft.crossing = draft.crossing or draft.span(found.start, found.stop)
            wants_comparison(draft, found)
            draft.take(found, "two models: with and without the interaction")
    for text in (
        "is? COMPARE with|to|vs|BY MODEL|SAME <x+> is ADD",
        "is? COMPARE with|to|vs|BY MODEL|SAME MODEL? with|and|has? ADD|with <x+> [ is? ADD ]?",
    ):
        for found in draft.stream.each(text):
            items = draft.stream.items(found, "x")
            _may_go(draft, items, ["LESS", "FULL"], last=True)
            wants_comparison(draft, found)
            draft.take(found, "two models: without and with it")
    if draft.compares:
        for found in draft.stream.each(
            "then|and|,? SAME MODEL? with|and|has|ADD <x+> [ is? ADD ]?"
        ):
            items = draft.stream.items(found, "x")
            if any(map(draft.is_group, items)):
                continue
            _may_go(draft, items, ["LESS", "FULL"], last=True)
            wants_comparison(draft, found)
            draft.take(found, "two models: without and with it")
    product = "<x> by|x|and <x2> INTER"
    for text, kinds in (
        (f"with|has {product} {link} NEG INTER?", ["FULL", "LESS"]),
        (f"NEG {product} {link} with|has|ADD INTER?", ["LESS", "FULL"]),
        (f"NEG {product} {link} MODEL has", ["LESS", "FULL"]),
    ):
        for found in draft.stream.each(f"COMPARE MODEL? {text}"):
            items = [draft.stream.items(found, name)[0] for name in ("x", "x2")]
            draft.optional, draft.variants = ["INTER"], kinds
            draft.fixed.append((items[0].start, " * ".join(i.text for i in items)))
            wants_comparison(draft, found)
            draft.take(found, "two models: with and without the interaction")
    for found in draft.stream.each(f"COMPARE MODEL? NEG <x+> {link} with|has|ADD <x2>"):
        items = draft.stream.items(found, "x")
        if any(i.code == "@i" or draft.is_group(i) for i in items):
            continue
        _may_go(draft, items, ["LESS", "FULL"], last=True)
        wants_comparison(draft, found)
        draft.take(found, "two models: without and with it")
    for found in draft.stream.each(
        "COMPARE MODEL? with|has [ <x> | INTER ] with|to|vs|and|BY|COMPARE MODEL|SAME|# NEG <x2>?"
    ):
        items = draft.stream.items(found, "x")
        if not items:
            draft.optional, draft.crossing = ["INTER"], draft.span(found.start, found.stop)
        else:
            draft.optional = ["INTER"] if items[0].code == "@i" else list(items[0].columns)
            draft.fixed.append((items[0].start, items[0].text))
        draft.variants = ["FULL", "LESS"]
        wants_comparison(draft, found)
        draft.take(found, "two models: with and without it")
    for found in draft.stream.each(
        "with|to|vs|and MODEL|SAME MODEL? with|has|ADD|and INTER [ of|between <x> and|by|x <x2> ]?"
    ):
        places = [k for k in range(found.start) if draft.stream.code(k) == "COMPARE"]
        if places and draft.sentence_of(places[-1]) == draft.sentence_of(found.start):
            draft.optional, draft.variants = ["INTER"], ["LESS", "FULL"]
            pair = [i for name in ("x", "x2") for i in draft.stream.items(found, name)]
            if pair:
                draft.fixed.append((len(draft.source), " * ".join(i.text for i in pair)))
            else:
                draft.crossing = draft.span(found.start, found.stop)
            wants_comparison(draft, Found(places[-1], found.stop, {}))
            draft.take(found, "two models: without and with the interaction")
            draft.stream.use(places[-1], places[-1] + 1)
    for found in draft.stream.each("COMPARE with|to|against|and? MODEL NEG SLOPE|RS"):
        draft.variants = ["FULL", "RI"]
        wants_comparison(draft, found)
        draft.take(found, "two models: with and without random slopes")
    for found in draft.stream.each("COMPARE with|to|against|and? MODEL|SAME NEG <x+>"):
        items = draft.stream.items(found, "x")
        _may_go(draft, items, ["FULL", "LESS"], last=True)
        wants_comparison(draft, found)
        draft.take(found, "two models: with and without it")
    for text in (
        "WITHWITHOUT <x> x <x2>",
        "WITHWITHOUT <x> by|x|and <x2> INTER",
        "WITHWITHOUT <x+>",
        "WITHWITHOUT INTER [ between|of <x+> ]?",
        "WITHWITHOUT RS|RIS|SLOPE [ of|for|in|over <x> ]? [ for|per|by|of|across each? <g> ]?",
        "WITHWITHOUT NOCORR|CORR [ between|of INT|RI and SLOPE|RS ]?",
    ):
        for found in draft.stream.each(text):
            codes = [draft.stream.code(k) for k in range(found.start, found.stop)]
            items = draft.stream.items(found, "x")
            draft.variants = ["FULL", "LESS"]
            without = draft.said(found.start, found.start + 1)
            without_first = without.find("without") <= without.find("with")
            if {"RS", "RIS", "SLOPE"} & set(codes) and not {"NOCORR", "CORR"} & set(codes):
                whose = [g.columns for g in draft.stream.items(found, "g") if draft.is_group(g)]
                piece = Piece(True, [i.text for i in items], whose or None, not items)
                piece.sentence = -1
                draft.pieces.append(piece)
                draft.variants = ["FULL", "RI"]
            elif "NOCORR" in codes or "CORR" in codes:
                draft.variants = ["FULL", "UNCORRELATED"]
            elif {"INTER", "x"} & set(codes):
                draft.optional = ["INTER"]
                draft.crossing = draft.span(found.start, found.stop)
                items += draft.stream.items(found, "x2")
                if items:
                    text = " * ".join(i.text for i in items)
                    draft.fixed.append((items[0].start, text))
                    draft.crossing = None
            else:
                draft.optional = [c for i in items for c in i.columns]
                draft.fixed += [(len(draft.source), i.text) for i in items]
            if without_first:
                draft.variants.reverse()
            wants_comparison(draft, found)
            start = found.start
            while draft.stream.code(start - 1) in (
                "MODEL",
                "COMPARE",
                "O.compare_models",
                "PREDICT",
            ):
                start -= 1
            draft.note(start, found.stop, "two models: with and without it")
            draft.stream.use(start, found.stop)


def two_covariances(draft: Draft, compared: str) -> None:
    """ "compare correlated with uncorrelated random intercepts and slopes"."""
    what = "[ RIS|RS|RI|INT|SLOPE and|,? ]* MODEL?"
    for first, last in (("CORR", "NOCORR"), ("NOCORR", "CORR")):
        apart = f"MODEL with|has {first} RIS with|to|vs|and|BY #|MODEL is|with|has {last} RIS?"
        told = draft.compares
        for found in draft.stream.each(
            f"{compared} of|between|:? {first} {what} with|to|vs|and|against|BY "
            f"MODEL? {last} {what}" + (f" | {apart}" if told else "")
        ):
            draft.variants = ["FULL", "UNCORRELATED"]
            if first == "NOCORR":
                draft.variants.reverse()
            if {"RIS", "RS", "SLOPE"} & set(draft.stream.line.split()[found.start : found.stop]):
                place = draft.span(found.start, found.stop)
                draft.pieces.append(Piece(True, [], None, True, place=place, sentence=-1))
            wants_comparison(draft, found)
            keep = found.start + (draft.stream.code(found.start)[:2] == "O.")
            draft.take(Found(keep, found.stop, {}), "two models: with and without correlation")


def _asked_before(draft: Draft, found: Found) -> None:
    """ "Is a random slope needed? … compare the models with and without it": what was asked for."""
    earlier = [draft.stream.code(k) for k in range(found.start)]
    if draft.variants or not {"RS", "INTER"} & set(earlier):
        return
    if "RS" in earlier:
        draft.variants = ["FULL", "RI"]
    else:
        draft.optional, draft.variants = ["INTER"], ["FULL", "LESS"]
    wants_comparison(draft, found)
    start = found.start - (draft.stream.code(found.start - 1) in ("COMPARE", "PREDICT"))
    draft.take(Found(start, found.stop - 1, {}), "two models: with and without it")


def wants_comparison(draft: Draft, found: Found) -> None:
    """The comparison is an output too, at its place in the text."""
    draft.want("compare_models", draft.stream.symbols[found.start].start + 1)
