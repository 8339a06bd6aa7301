"""Hand it on: the report, paragraphs for a paper, the code, the recipe and the link."""

from pages.parts import hand_on, notices, page


@page.contents
def _contents() -> None:
    fit = notices.fit_or_stop()

    hand_on.show(fit)
