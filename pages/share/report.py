"""Hand it on: the report, paragraphs for a paper, the code, the recipe and the link."""

from pages.parts import hand_on, notices

fit = notices.fit_or_stop()

hand_on.show(fit)
