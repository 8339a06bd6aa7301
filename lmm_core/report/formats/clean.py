"""Text that XML can hold: the formats of office programs refuse control characters."""

from __future__ import annotations

import re

_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def clean(text: object) -> str:
    """The text without characters that XML refuses; line breaks become spaces."""
    return re.sub(r"[\r\n\t]+", " ", _REFUSED.sub("", str(text)))
