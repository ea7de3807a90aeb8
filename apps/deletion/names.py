"""What somebody is called, and finding it in other people's words: a search that was kept, a line of the activity log.

Only what tells somebody apart is looked for within a text: an email, a telephone number, a full name, a user ID that is
no short number or plain word. Anything with a digit in it is also known where it is all that a field says.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

INSTEAD = "(deleted)"  # what is read where a name stood
SHORTEST = 5  # characters of a user ID or number that is told apart from the words around it
WORD = re.compile(r"""[^\s"'\\,;:<>()\[\]{}=&?/]+""")


@dataclass(slots=True)
class Names:
    """Names, and whose each is. Built once for thousands of people; a text is read once, whatever their number."""

    whose: dict[str, int] = field(default_factory=dict)  # a name in lower case → who
    _by_first_word: dict[str, list[str]] = field(default_factory=dict)

    def add(self, who: int, names: Iterable[str | None]) -> None:
        for name in names:
            folded = (name or "").strip().lower()
            if not folded or folded in self.whose:
                continue
            if _tells_apart(folded):
                self.whose[folded] = who
                self._by_first_word.setdefault(_words(folded)[0], []).append(folded)
            elif any(letter.isdigit() for letter in folded):
                self.whose[folded] = who

    def found_in(self, text: str) -> set[str]:
        """The names that a text mentions."""
        folded = text.lower()
        found = {
            name for word in _words(folded) for name in self._by_first_word.get(word, ()) if _mention(name, folded)
        }
        return found | ({folded.strip()} & self.whose.keys())

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


def _tells_apart(folded: str) -> bool:
    """Whether a name means somebody wherever it stands: "ann lee" and "a@x.io" do; "ann", "123" and "person" do not."""
    words = _words(folded)
    if not words or len(folded) < SHORTEST:
        return False
    return len(words) > 1 or any(letter.isdigit() or letter == "@" for letter in folded)


def _words(folded: str) -> list[str]:
    return [word.strip(".!") for word in WORD.findall(folded)]


def _mention(name: str, folded: str) -> bool:
    return _pattern(name).search(folded) is not None


@lru_cache(maxsize=4096)
def _pattern(name: str) -> re.Pattern[str]:
    """The name where it stands alone, whatever its case."""
    return re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)
