"""What people type becomes words to look for: folded, without stop words, and corrected where nothing holds them."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

# More words than a person types, and longer ones than there are; each costs a look into the index.
MOST_WORDS = 10
LONGEST_WORD = 60
MOST_READ = 400
# Shorter words are like too many others; longer ones have too many neighbours to try.
CORRECTED_LENGTHS = range(4, 31)
CORRECTIONS = 3

_APOSTROPHES = str.maketrans("", "", "'’‘`´")
_MARKS = re.compile("[\u0300-\u036f]")
_WORD = re.compile(r"[^\W_]+")

# PostgreSQL's English dictionary leaves these out; a test compares the two.
STOP_WORDS = frozenset(
    [
        "i",
        "me",
        "my",
        "myself",
        "we",
        "our",
        "ours",
        "ourselves",
        "you",
        "your",
        "yours",
        "yourself",
        "yourselves",
        "he",
        "him",
        "his",
        "himself",
        "she",
        "her",
        "hers",
        "herself",
        "it",
        "its",
        "itself",
        "they",
        "them",
        "their",
        "theirs",
        "themselves",
        "what",
        "which",
        "who",
        "whom",
        "this",
        "that",
        "these",
        "those",
        "am",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "being",
        "have",
        "has",
        "had",
        "having",
        "do",
        "does",
        "did",
        "doing",
        "a",
        "an",
        "the",
        "and",
        "but",
        "if",
        "or",
        "because",
        "as",
        "until",
        "while",
        "of",
        "at",
        "by",
        "for",
        "with",
        "about",
        "against",
        "between",
        "into",
        "through",
        "during",
        "before",
        "after",
        "above",
        "below",
        "to",
        "from",
        "up",
        "down",
        "in",
        "out",
        "on",
        "off",
        "over",
        "under",
        "again",
        "further",
        "then",
        "once",
        "here",
        "there",
        "when",
        "where",
        "why",
        "how",
        "all",
        "any",
        "both",
        "each",
        "few",
        "more",
        "most",
        "other",
        "some",
        "such",
        "no",
        "nor",
        "not",
        "only",
        "own",
        "same",
        "so",
        "than",
        "too",
        "very",
        "s",
        "t",
        "can",
        "will",
        "just",
        "don",
        "should",
        "now",
    ]
)


def fold(text: str) -> str:
    """Return text in the form in which it is compared, as SQL's ``core_search_fold`` does."""
    plain = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES))
    return _MARKS.sub("", plain).lower()


def read(typed: str) -> tuple[str, ...]:
    """Return the words to look for in what somebody typed, each once; none where there are only stop words."""
    found = (word[:LONGEST_WORD] for word in _WORD.findall(fold(typed.replace("\0", " ")[:MOST_READ])))
    return tuple(dict.fromkeys(word for word in found if word not in STOP_WORDS))[:MOST_WORDS]


def is_correctable(word: str) -> bool:
    return len(word) in CORRECTED_LENGTHS and not any(character.isdigit() for character in word)


@dataclass(frozen=True)
class Alike:
    """A word of the index that resembles a typed one; ``is_same`` where it differs by its ending only."""

    word: str
    is_same: bool


@dataclass(frozen=True)
class Vocabulary:
    """The words an index holds: how many rows hold each, and which may not be shown yet."""

    rows: Mapping[str, int] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()

    def __contains__(self, word: str) -> bool:
        return word in self.rows

    def corrections(self, word: str, alike: Iterable[Alike]) -> tuple[str, ...]:
        """Return the words to look for instead of one that no row holds; none where it is held with another ending.

        Those that one slip of the finger away come first, the more common before the rarer, then those most alike.
        """
        alike = list(alike)
        if any(one.is_same for one in alike):
            return ()
        near = {other for other in _slips(word) if other in self.rows and other not in self.hidden}
        if near:
            return tuple(sorted(near, key=lambda other: (-self.rows[other], other))[:CORRECTIONS])
        return tuple(one.word for one in alike[:CORRECTIONS])


def _slips(word: str) -> Iterator[str]:
    """Yield what a word is one letter left out, added, changed or swapped away from."""
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        if after:
            yield before + after[1:]
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
        for letter in string.ascii_lowercase:
            yield before + letter + after
            if after:
                yield before + letter + after[1:]
