"""Tokens to symbols: phrases of the grammar, columns, levels, numbers; the rest is unknown."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from lmm_core.data.words import name_words
from lmm_core.model.factors import quote
from lmm_core.model.matching import (
    FILLING,
    IDENTIFIER,
    ORDER,
    PART,
    TAILS,
    Match,
    find,
    is_person,
    word_stem,
    words_of,
)
from lmm_core.model.sentence import lexicon
from lmm_core.model.sentence.mending import OTHER_MODELS, Mender
from lmm_core.model.sentence.symbol import COLUMN, PERSON, STOP, UNKNOWN, Symbol
from lmm_core.model.sentence.tokens import Token
from lmm_core.model.sentence.vocabulary import Vocabulary

_MEANS = ("mean", "average")
_OF_GROWTH = frozenset(("gdp", "income", "economic", "annual", "yearly", "wage"))
"""Words before a column of growth that say no more than its name does."""


@dataclass
class Reader:
    """Turns the tokens of one description into symbols."""

    source: str
    tokens: tuple[Token, ...]
    vocabulary: Vocabulary
    found: list[Symbol] = field(default_factory=list)
    corrected: list[tuple[int, int, str]] = field(default_factory=list)
    choices: list[tuple[int, int, tuple[str, ...]]] = field(default_factory=list)
    means: list[tuple[int, int, tuple[str, ...]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.mender = Mender(self.vocabulary)
        self.stems = [self._stem(token) for token in self.tokens]

    def read(self) -> list[Symbol]:
        at = 0
        while at < len(self.tokens):
            symbol, at = self._next(at)
            if symbol is not None:
                self.found.append(symbol)
        return self.found

    def _stem(self, token: Token) -> str:
        """The word as phrases have it; a misspelt word of the grammar or of a column is mended."""
        if token.kind != "word":
            return token.text
        stem = lexicon.lexical(token.text)
        mended = self.mender.mended(stem, token.text.lower())
        if mended != stem:
            self.corrected.append((token.start, token.end, mended))
        return mended

    # -- the next symbol

    def _next(self, at: int) -> tuple[Symbol | None, int]:
        token = self.tokens[at]
        if token.kind == "stop":
            return Symbol(STOP, token.start, token.end), at + 1
        if token.kind == "quoted":
            return self._quoted(token), at + 1
        if token.text.lower() in ("i'd", "i’d"):
            return None, at + 1  # no column named "id"
        if token.text.lower() in ("take", "leave", "leaves") and self._goes_out(at):
            return Symbol("NEG", token.start, token.end), at + 1
        phrase, after_phrase = self._phrase(at)
        if (
            phrase
            and self.stems[at:after_phrase] == ["group"]
            and not self._names_role(at, after_phrase)
        ):
            phrase, after_phrase = "", at
        column, after_column = self._column(at, ORDER)
        labelled = token.text.lower() == "groups" and at and self.stems[at - 1] in ("as", "are")
        if labelled and phrase == "GROUPED":
            return self._symbol(phrase, at, after_phrase), after_phrase  # "children as groups"
        if phrase == "GROUPED" and self.stems[at] == "group" and self._labels_group(at):
            return self._symbol(phrase, at, after_phrase), after_phrase  # "id (group)"
        if column is not None and phrase == "GROUPED" and self.stems[at] == "group":
            phrase, after_phrase = "", at  # "group by week" where group is a column
        if column is not None and after_column >= after_phrase:
            is_keyword = after_column == after_phrase and self._introduces(after_phrase)
            if not (phrase and is_keyword) or phrase in ("GROWTHOF", "GROWTH", "CHANGE"):
                return column, after_column
        level, after_level = self._level(at)
        against = bool(self.found) and self.found[-1].code == "vs"
        as_level = phrase == "as" and not self._is_factor(after_phrase)
        if level is not None and (
            as_level or against or (after_level >= after_phrase and not phrase)
        ):
            return level, after_level  # "with treated as reference"
        if phrase == "PREDICT" and after_phrase == at + 1:
            named, after = self._column(at, PART)
            if (
                named is not None
                and after > at + 1
                and self.stems[at] in ("study", "test", "measure")
            ):
                return named, after  # "test score" where "test" may be a verb
            if self.stems[at] == "study" and at + 1 < len(self.tokens):
                named, after = self._column(at + 1, PART)
                words = words_of(named.columns[0]) if named is not None else ()
                if named is not None and any(w.startswith("stud") for w in words):
                    return replace(named, start=token.start), after  # "study hours"
        if phrase == "LATTER":
            last = next((s for s in reversed(self.found) if s.code[0] == COLUMN), None)
            said = self._symbol(UNKNOWN, at, after_phrase)
            return (replace(last, start=said.start, end=said.end) if last else said), after_phrase
        if phrase == "SKIP":
            return None, after_phrase
        if phrase:
            return self._symbol(phrase, at, after_phrase), after_phrase
        if token.kind == "number":
            return Symbol("#", token.start, token.end, value=token.value), at + 1
        role = {"y": "OUT", "x": "PRED", "time": "PRED"}.get(token.text.lower())
        if role and self._introduces(at + 1):
            return self._symbol(role, at, at + 1), at + 1
        connector = lexicon.connectors().get(token.text.lower(), "")
        connector = connector or lexicon.connectors().get(self.stems[at], "")
        if connector:
            return self._symbol(connector, at, at + 1), at + 1
        if token.kind == "sign":
            if token.text == "%":
                return Symbol("%", token.start, token.end), at + 1
            return Symbol(UNKNOWN, token.start, token.end), at + 1
        return self._other_word(at)

    def _other_word(self, at: int) -> tuple[Symbol | None, int]:
        token, stem = self.tokens[at], self.stems[at]
        if stem in ("percent", "prozent", "pct") and self.tokens[at - 1].kind == "number":
            return Symbol("%", token.start, token.end), at + 1
        number = lexicon.NUMBER_WORDS.get(stem)
        if number is not None:
            return Symbol("#", token.start, token.end, value=number), at + 1
        if stem in lexicon.MAY_BE_COLUMNS and at and self._follows_connector(at):
            column, after = self._column(at, PART)
            if column is not None:
                return column, after
        if stem in OTHER_MODELS:
            return Symbol(UNKNOWN, token.start, token.end), at + 1
        if stem in _MEANS and at + 1 < len(self.tokens):
            column, after = self._column(at + 1, PART)
            if column is not None:
                return self._mean_of(at, after, column), after
        if stem in lexicon.fillers() or token.text.lower() in lexicon.fillers():
            return None, at + 1
        column, after = self._column(at, PART)
        if column is not None:
            return column, after
        if stem == "time":
            return self._time(token), at + 1
        if stem in _OF_GROWTH and at + 1 < len(self.tokens):
            column, after = self._column(at + 1, ORDER)
            if column is not None and "growth" in words_of(column.columns[0]):
                return replace(column, start=token.start), after
        if is_person(stem):
            return self._person(token), at + 1
        return Symbol(UNKNOWN, token.start, token.end), at + 1

    def _labels_group(self, at: int) -> bool:
        around = [t.text for t in self.tokens[max(0, at - 1) : at + 2]]
        codes = [symbol.code for symbol in self.found[-2:]]
        return around[:1] == ["("] and around[2:] == [")"] and codes == ["@g", "("]

    def _is_factor(self, at: int) -> bool:
        """ "treated as a categorical variable" names no level."""
        said = [t.text.lower() for t in self.tokens[at : at + 2]]
        return any(w.startswith(("categ", "factor", "nominal")) for w in said)

    def _goes_out(self, at: int) -> bool:
        """ "take the random slope out" leaves it out."""
        for token in self.tokens[at + 1 : at + 10]:
            if token.kind == "stop" or token.text == ",":
                return False
            if token.text.lower() == "out":
                return True
        return False

    def _names_role(self, at: int, after: int) -> bool:
        known = [t.text.lower() for t in self.tokens[:at] if t.text.lower() not in lexicon.ARTICLES]
        before = known[-1] if known else ""
        if self._introduces(after) or before in ("as", "is", "are", "("):
            return True
        column = self._column(after, ORDER)[0] if after < len(self.tokens) else None
        return column is not None and column.code == "@g"

    def _follows_connector(self, at: int) -> bool:
        before = self.tokens[at - 1].text.lower()
        return before in (",", ":", "by", "with", "for", "of", "and", "on", "x", "*", "&", "+")

    def _mean_of(self, at: int, after: int, column: Symbol) -> Symbol:
        """ "average SES": the column MEANSES where there is one; else it must be the outcome."""
        inner = words_of(self.source[column.start : self.tokens[after - 1].end])
        match = find(("mean", *inner), self.vocabulary.names, "", ORDER)
        if match.certain:
            return self.column_symbol(match.columns[0], self.tokens[at].start, column.end)
        self.means.append((self.tokens[at].start, column.end, column.columns))
        return column

    def _introduces(self, after: int) -> bool:
        """A word that is both a column and a keyword is the keyword before a colon or "is"."""
        if after >= len(self.tokens):
            return False
        return self.tokens[after].text.lower() in (":", "=", "is", "variable", "are", "-", "–")

    def _symbol(self, code: str, start: int, stop: int) -> Symbol:
        return Symbol(code, self.tokens[start].start, self.tokens[stop - 1].end)

    def _quoted(self, token: Token) -> Symbol:
        match = find(words_of(token.text), self.vocabulary.names, token.text, ORDER)
        if match.columns:
            return self._mention(match, token.start, token.end)
        stems = tuple(lexicon.lexical(word) for word in token.text.split())
        code = lexicon.phrases().get(stems, UNKNOWN)  # method = "ML"
        return Symbol(code, token.start, token.end)

    # -- phrases of the grammar

    def _phrase(self, at: int) -> tuple[str, int]:
        table, words, best = lexicon.phrases(), [], ("", at)
        before, after = best, 0
        if self.tokens[at].glued or self.tokens[at].kind not in ("word", "number", "sign"):
            return best
        for k in range(at, min(len(self.tokens), at + 2 * lexicon.longest())):
            token = self.tokens[k]
            if token.kind == "stop" or (token.kind == "sign" and token.text not in "&+/"):
                break
            if token.kind == "word" and token.text.lower() in lexicon.ARTICLES:
                if k == at:
                    break
                continue
            if self.stems[k] == "and" and best[1] == k:
                before, after = best, k + 1
            words.append(self.stems[k])
            symbol = table.get(tuple(words))
            if symbol and not (k + 1 < len(self.tokens) and self.tokens[k + 1].glued):
                best = (symbol, k + 1)
        if before[0].startswith("O.") and best[1] > after:
            # "Q-Q plot of random effects and residuals" doesn't end in "residuals versus fitted".
            code, stop = self._phrase(after + (self.tokens[after].text.lower() in lexicon.ARTICLES))
            if stop > best[1] and code.startswith("O."):
                return before
        return best

    # -- columns and levels

    def _column(self, at: int, least: int) -> tuple[Symbol | None, int]:
        """The longest run of words from ``at`` that names a column."""
        if self.tokens[at].glued or self.tokens[at].kind not in ("word", "number"):
            return None, at
        reach = min(len(self.tokens), at + max(5, self.vocabulary.names.longest + 2))
        stop = at
        while stop < reach and self.tokens[stop].kind in ("word", "number"):
            stop += 1
        special, after = self._special_name(at)
        if special is not None:
            return special, after
        for end in range(stop, at, -1):
            if end < len(self.tokens) and self.tokens[end].glued:
                continue
            if end - at > 1 and not self._could_be_name(at, end, least):
                continue
            match = self._lookup(at, end, least)
            ends = {self.tokens[k].text.lower() for k in (at, end - 1)} & FILLING
            if match.columns and end - at > 1 and ends and least <= ORDER:
                own = self.vocabulary.names.words
                if not any(ends <= set(own[column]) for column in match.columns):
                    continue  # "per country" beside a column named gdp_per_capita
            if match.columns:
                start, finish = self.tokens[at].start, self.tokens[end - 1].end
                symbol = self._mention(match, start, finish)
                return symbol, self._with_tail(end, match)
        return None, at

    def _could_be_name(self, at: int, end: int, least: int) -> bool:
        """No connector at either side; within weak matches no words of the grammar."""
        ends = (self.tokens[at].text.lower(), self.tokens[end - 1].text.lower())
        own = self.vocabulary.words  # "per-capita GDP" where a column is named so
        if any((w in FILLING and w not in own) or w in ("by", "for", "over") for w in ends):
            return False
        if least <= ORDER:
            return True
        inside = self.stems[at:end]
        return all(w == "of" or w not in lexicon.connectors() for w in inside)

    def _lookup(self, at: int, end: int, least: int) -> Match:
        raw = self.source[self.tokens[at].start : self.tokens[end - 1].end]
        match = find(words_of(raw), self.vocabulary.names, raw, least)
        if match.columns and (match.how <= IDENTIFIER or least > ORDER):
            return match
        mended = tuple(w for s in self.stems[at:end] for w in name_words(s))
        return find(tuple(map(word_stem, mended)), self.vocabulary.names, "", least)

    def _with_tail(self, end: int, match: Match) -> int:
        """A general word behind a name belongs to it: "treatment group", "pain level"."""
        if end >= len(self.tokens) or self.tokens[end].kind != "word":
            return end
        if self.stems[end] not in TAILS or not match.certain:
            return end
        if self.tokens[end].text.lower() == "times":
            return end  # "age times sex"
        if self._phrase(end)[1] > end + 1 or self._column(end, ORDER)[0] is not None:
            return end
        following = self.stems[end + 1] if end + 1 < len(self.tokens) else ""
        if self.stems[end] == "time" and following == "trend":
            return end
        return end + 1

    def _special_name(self, at: int) -> tuple[Symbol | None, int]:
        """A name with signs in it, written exactly: "Größe (cm)"."""
        start = self.tokens[at].start
        for name in self.vocabulary.names.columns:
            if name.replace("_", "").replace(" ", "").isalnum() or len(name) < 2:
                continue
            piece = self.source[start : start + len(name)]
            if piece.casefold() != name.casefold():
                continue
            end = start + len(name)
            if name[-1].isalnum() and self.source[end : end + 1].isalnum():
                continue
            after = at
            while after < len(self.tokens) and self.tokens[after].start < end:
                after += 1
            return self._mention(Match((name,), 0), start, end), after
        return None, at

    def _mention(self, match: Match, start: int, end: int) -> Symbol:
        if not match.certain:
            return self._choice(match.columns, start, end)
        return self.column_symbol(match.columns[0], start, end, match.how)

    def _choice(self, columns: tuple[str, ...], start: int, end: int) -> Symbol:
        """Several columns fit: the rules go on with the first one, but the wish asks."""
        self.choices.append((start, end, columns))
        return self.column_symbol(columns[0], start, end)

    def column_symbol(self, column: str, start: int, end: int, how: int = 0) -> Symbol:
        code = COLUMN + self.vocabulary.kind(column)
        return Symbol(code, start, end, quote(column), (column,), how=how)

    def _time(self, token: Token) -> Symbol:
        times = self.vocabulary.times
        if len(times) == 1:
            return self.column_symbol(times[0], token.start, token.end, PART)
        if times:
            return self._choice(times, token.start, token.end)
        return Symbol(UNKNOWN, token.start, token.end)

    def _person(self, token: Token) -> Symbol:
        persons = self.vocabulary.persons
        if len(persons) == 1:
            return self.column_symbol(persons[0], token.start, token.end, PART)
        if persons:
            return self._choice(persons, token.start, token.end)
        return Symbol(PERSON, token.start, token.end)

    def _level(self, at: int) -> tuple[Symbol | None, int]:
        """The longest run of words that is a level of a category."""
        levels = self.vocabulary.levels
        if not levels or self.tokens[at].kind != "word" or self.tokens[at].glued:
            return None, at
        stem = self.stems[at]
        if stem in lexicon.connectors() or (stem in lexicon.fillers() and len(stem) < 5):
            return None, at
        stop = at
        while stop < min(len(self.tokens), at + 5) and self.tokens[stop].kind in ("word", "number"):
            stop += 1
        for end in range(stop, at, -1):
            raw = self.source[self.tokens[at].start : self.tokens[end - 1].end]
            pairs = levels.get(words_of(raw)) or levels.get(tuple(self.stems[at:end]))
            if pairs:
                start, finish = self.tokens[at].start, self.tokens[end - 1].end
                return Symbol("!", start, finish, pairs=pairs), end
        return None, at
