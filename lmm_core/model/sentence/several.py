"""Several models, made from the one that was described."""

from __future__ import annotations

from dataclasses import replace

from lmm_core.model.factors import factor_of
from lmm_core.model.sentence.draft import Draft
from lmm_core.model.spec import ModelSpec, Term


def several(draft: Draft, spec: ModelSpec) -> tuple[ModelSpec, ...]:
    """The models of a list, from the one that was described."""
    made = [_variant(draft, spec, name) for name in draft.variants]
    return tuple(dict.fromkeys(m for m in made if m is not None))


def _variant(draft: Draft, spec: ModelSpec, name: str) -> ModelSpec | None:
    at = next((k for k, r in enumerate(spec.random) if r.terms), 0)
    main = spec.random[at]
    if name in ("FULL", "BOTH", "RIS") or (
        name == "RS" and not {"RIS", "BOTH"} & set(draft.variants)
    ):
        return spec
    if name == "NULL":
        plain = tuple(replace(r, terms=(), intercept=True, correlated=True) for r in spec.random)
        return replace(spec, fixed=(), random=tuple(dict.fromkeys(plain)))
    if name == "LESS":
        return _less(draft, spec)
    if name == "UNCORRELATED":
        return replace(
            spec, random=tuple(replace(r, correlated=r.n_parts < 2) for r in spec.random)
        )
    if name in ("RI", "INTONLY"):
        first = replace(main, terms=(), intercept=True, correlated=True)
    else:
        first = replace(main, intercept=False, correlated=len(main.terms) < 2)
    return replace(spec, random=(*spec.random[:at], first, *spec.random[at + 1 :]))


def _less(draft: Draft, spec: ModelSpec) -> ModelSpec:
    if draft.optional_group:
        left = tuple(r for r in spec.random if tuple(reversed(r.group)) != draft.optional_group)
        return replace(spec, random=left or spec.random)
    if draft.optional_but:
        others = {factor_of(f).column for t in spec.fixed for f in t} - set(draft.optional_but)
        draft.optional = sorted(others)
    if draft.optional == ["QUAD"]:
        return replace(spec, fixed=tuple(t for t in spec.fixed if not any("^" in f for f in t)))
    if draft.optional == ["INTER"]:
        return replace(spec, fixed=tuple(t for t in spec.fixed if len(t) == 1))
    out = set(draft.optional)

    def stays(term: Term) -> bool:
        return not out & {factor_of(f).column for f in term}

    random = tuple(
        replace(
            r,
            terms=tuple(t for t in r.terms if stays(t)),
            intercept=r.intercept or not any(stays(t) for t in r.terms),
        )
        for r in spec.random
    )
    random = tuple(replace(r, correlated=r.correlated or r.n_parts < 2) for r in random)
    return replace(spec, fixed=tuple(t for t in spec.fixed if stays(t)), random=random)


def largest(models: tuple[ModelSpec, ...]) -> ModelSpec:
    """The model with the most terms; the last of equals."""

    def size(model: ModelSpec) -> int:
        random = sum(r.n_parts * (r.n_parts + 1 if r.correlated else 2) for r in model.random)
        return 2 * len(model.fixed) + random

    best = max(size(m) for m in models)
    return [m for m in models if size(m) == best][-1]
