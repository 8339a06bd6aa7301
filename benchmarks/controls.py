"""One typical change on each page of our app: which control, and what to click."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Control:
    """A control of a page: the key of its element, and what to click there and back again."""

    section: str
    title: str
    what: str
    key: str
    there: str = ""
    back: str = ""
    first: str = ""
    """A click before the measurements: where the page opens without content, or who knows where."""

    @property
    def is_form(self) -> bool:
        """A page whose content is its controls."""
        return self.section == "Prepare"

    @property
    def one_way(self) -> bool:
        """Whether the way back needs no server, so that it doesn't count."""
        return not self.there


CONTROLS = (
    Control("", "Overview", "opens the explanations", "explain-"),
    Control("Prepare", "Data", "shows the first rows", "data_tabs", "First rows", "Columns"),
    Control("Prepare", "Columns", "another kind of step", "form_kind", "option 1", "option 0"),
    Control("Prepare", "Reshape", "the other direction", "reshape_mode", "Long to", "Wide to"),
    Control("Prepare", "Describe", "another example", "describe_example", "Clustered",
            "Random intercept", "Random intercept"),
    Control("Results", "Fixed effects", "standardised effects", "standardised"),
    Control("Results", "Effects", "the data in the figure", "effect_data"),
    Control("Results", "Variance", "profile intervals", "interval_method", "Profile", "Profile"),
    Control("Results", "Trajectories", "one by one", "trajectory_view", "One by", "All"),
    Control("Results", "Caterpillar", "marks a group", "find-", "option 1", "remove"),
    Control("Results", "Predictions", "a new group", "what_if_target", "A new", "The average"),
    Control("Checks", "Assumptions", "another check", "assumption", "option 1", "option 0",
            "option 0"),
    Control("Checks", "Influence", "leaves out rows", "influence_unit", "single", "each"),
    Control("Checks", "Missing data", "opens RM-ANOVA", "rm_anova"),
    Control("Checks", "Estimation", "opens the explanations", "explain-"),
    Control("Checks", "Compare", "one coefficient", "compare_view", "One coeff", "All models"),
    Control("Share", "Report", "text for a paper", "hand_on", "Text", "Report"),
)  # fmt: skip
