"""What somebody is called, and finding it in other people's words: a search that was kept, a line of the activity log.

Only what tells somebody apart is looked for within a text: an email, a telephone number, a full name, a user ID that is
no short number or plain word. Anything with a digit in it is also known where it is all that a field says.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Self

INSTEAD = "(deleted)"  # what is read where a name stood
SHORTEST = 5  # characters of a user ID or number that is told apart from the words around it
BETWEEN = r"""\s"'\\,;:<>()\[\]{}=&?/"""
WORD = re.compile(rf"[^{BETWEEN}]*[^{BETWEEN}.!]")
# What a name is looked up by: letters and digits in a row stand in every text that the name stands in, whatever stands
# around it there: a quotation mark, the end of a file's name.
RUN = re.compile(r"\w+")
IN_JSON = re.compile(r"\\(?:u[0-9a-f]{4}|.)")  # a letter that JSON as a text writes otherwise


@dataclass(frozen=True, slots=True)
class Names:
    """Names, and whose each is. Built once for thousands of people; a text is read once, whatever their number.

    `identifiers` are the same without full names: they mean somebody and nothing else, "New York" may be a city.
    """

    whose: dict[str, int] = field(default_factory=dict)  # a name in lower case → who
    _within: dict[str, list[str]] = field(default_factory=dict)  # a run of letters → the names looked for in texts
    _runs: set[str] = field(default_factory=set)  # one of each name
    _full_names: set[str] = field(default_factory=set)
    _is_strict: bool = False

    @property
    def identifiers(self) -> Self:
        return replace(self, _is_strict=True)

    def add(self, who: int, name: str | None, *, is_full_name: bool = False) -> None:
        folded = (name or "").strip().lower()
        runs = RUN.findall(folded.partition("@")[0]) or RUN.findall(folded)
        if not runs or folded in self.whose:
            return
        run = max(runs, key=lambda run: (_has_digit(run), len(run)))  # that fewest others share
        if _tells_apart(folded, WORD.findall(folded)):
            self._within.setdefault(run, []).append(folded)
        elif not _has_digit(folded):
            return
        self.whose[folded] = who
        self._runs.add(run)
        if is_full_name and "@" not in folded:
            self._full_names.add(folded)

    def may_be_in(self, text: str) -> bool:
        """Whether it is worth while to look for names in a text, or in JSON as a text: quick, and never wrongly no."""
        folded = text.lower()
        if not self._runs.isdisjoint(RUN.findall(folded)):
            return True
        return "\\" in folded and not self._runs.isdisjoint(RUN.findall(IN_JSON.sub(" ", folded)))

    def found_in(self, text: str) -> set[str]:
        """The names that a text mentions."""
        folded = text.lower()
        runs = self._within.keys() & set(RUN.findall(folded))
        found = {name for run in runs for name in self._within[run] if _stands_in(name, folded)}
        found |= {folded.strip()} & self.whose.keys()
        return found - self._full_names if self._is_strict else found

    def taken_out(self, told: Any) -> tuple[Any, set[int]]:
        """A text, or JSON with texts in it, without the names; and who was mentioned."""
        if isinstance(told, str):
            return self._taken_out_of_text(told)
        if isinstance(told, Mapping):
            return self._taken_out_of_mapping(told)
        if isinstance(told, list):
            parts = [self.taken_out(part) for part in told]
            return [part for part, _ in parts], set().union(*(who for _, who in parts))
        return told, set()

    def _taken_out_of_mapping(self, told: Mapping[str, Any]) -> tuple[dict[str, Any], set[int]]:
        """Of keys as well: what is counted by somebody's email is counted by nobody's."""
        kept: dict[str, Any] = {}
        mentioned: set[int] = set()
        for key, value in told.items():
            (clean_key, by_key), (clean, by_value) = self._taken_out_of_text(key), self.taken_out(value)
            kept[clean_key] = clean
            mentioned |= by_key | by_value
        return kept, mentioned

    def _taken_out_of_text(self, text: str) -> tuple[str, set[int]]:
        found = self.found_in(text)
        for name in sorted(found, key=len, reverse=True):
            text = _pattern(name).sub(INSTEAD, text)
        return text, {self.whose[name] for name in found}


def _tells_apart(folded: str, words: list[str]) -> bool:
    """Whether a name means somebody wherever it stands: "ann lee" and "a@x.io" do; "ann", "123" and "person" do not."""
    return len(folded) >= SHORTEST and (len(words) > 1 or "@" in folded or _has_digit(folded))


def _has_digit(folded: str) -> bool:
    return any(letter.isdigit() for letter in folded)


def _stands_in(name: str, folded: str) -> bool:
    return name in folded and _pattern(name).search(folded) is not None


@lru_cache(maxsize=4096)
def _pattern(name: str) -> re.Pattern[str]:
    """The name where it stands alone, whatever its case."""
    return re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)
