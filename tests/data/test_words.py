from __future__ import annotations

import pytest

from lmm_core.data.words import looks_like_id, name_words, time_rank


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("PatientID", ("patient", "id")),
        ("pain_score", ("pain", "score")),
        ("MathAch", ("math", "ach")),
        ("MEANSES", ("meanses",)),
        ("time.point2", ("time", "point", "2")),
        ("Größe (cm)", ("groesse", "cm")),
        (3, ("3",)),
    ],
)
def test_name_words(name: object, words: tuple[str, ...]) -> None:
    assert name_words(name) == words


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("id", True),
        ("ID_patient", True),
        ("schoolId", True),
        ("subject2", True),
        ("patient nr", True),
        ("number", True),
        ("number_of_falls", False),
        ("disease_index", False),
        ("patients", False),
        ("patient_age", False),
        ("n_id", False),
        ("width", False),
        ("idea", False),
        ("", False),
    ],
)
def test_looks_like_id(name: str, expected: bool) -> None:
    assert looks_like_id(name) is expected


@pytest.mark.parametrize(("name", "known"), [("Days", True), ("month_nr", True), ("timid", False)])
def test_time_rank(name: str, known: bool) -> None:
    assert (time_rank(name) is not None) is known
