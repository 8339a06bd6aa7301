"""The design of some of the rows, with the coding of all of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lmm_core.model.design import Design, Grouping
from lmm_core.model.rank import Dense, find_basis

Array = np.ndarray


def subset(design: Design, keep: Array) -> tuple[Design, Array]:
    """The design of the rows ``keep`` (positions), for estimation only; and which columns of X
    they still determine (positions among the columns of the whole design).
    """
    X = np.asfortranarray(design.X[keep])
    weights = None if design.weights is None else design.weights[keep]
    basis = find_basis(X, weights)
    kept = np.array(basis.kept, dtype=np.intp)
    groupings = {name: _grouping(g, keep) for name, g in design.groupings.items()}
    blocks = tuple(
        replace(
            block,
            grouping=groupings[block.grouping.name],
            model_matrix=Dense(np.asfortranarray(block.matrix[keep])),  # type: ignore[arg-type]
        )
        for block in design.blocks
    )
    part = replace(
        design,
        y=design.y[keep],
        model_matrix=Dense(X[:, kept]),  # type: ignore[arg-type]
        basis=basis,
        blocks=blocks,
        rows=None,
        weights=weights,
        residual=None if design.residual is None else design.residual.subset(keep),
    )
    return part, kept


def _grouping(grouping: Grouping, keep: Array) -> Grouping:
    present, codes = np.unique(grouping.codes[keep], return_inverse=True)
    levels = tuple(grouping.levels[k] for k in present)
    return replace(grouping, codes=codes.astype(np.int32), levels=levels)
