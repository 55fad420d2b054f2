"""The frameworks and lots that a register's rows name, by the words that its file has for them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q
from django.db.models.functions import Lower

from core.text import clean_plain_text
from tenders.models import Framework, Lot

from .reading import SheetRow


class Frameworks:
    """The public frameworks of a file, fetched once: by title as the file says, or by slug where two have one title."""

    def __init__(self, rows: Iterable[SheetRow], *, at: dt.datetime) -> None:
        names = {clean_plain_text(words).casefold() for row in rows if (words := row.cells.get("Framework", ""))}
        public = Framework.objects.public(at=at).annotate(lower=Lower("title"))
        found = public.filter(Q(lower__in=names) | Q(slug__in=names)).order_by("pk") if names else []
        self.by_word: dict[str, list[Framework]] = defaultdict(list)
        for row in found:
            for word in {row.title.casefold(), row.slug.casefold()}:
                self.by_word[word].append(row)

    def called(self, words: str) -> Framework | None:
        """Return the framework a cell names; nothing for an empty one.

        :raises ValueError: if no public framework is called that, or several are.
        """
        if not words:
            return None
        found = self.by_word[clean_plain_text(words).casefold()]
        if len(found) == 1:
            return found[0]
        if found:
            slugs = ", ".join(sorted(one.slug for one in found)[:5])
            raise ValueError(f"Several frameworks are called “{words[:60]}”. Write one of: {slugs}.")
        raise ValueError(f"No public framework is called “{words[:60]}”.")

    def lot(self, framework: int | None, words: str) -> Lot | None:
        """Return the lot of a framework that a cell names, by its title or its number.

        :raises ValueError: if there is no framework, no such lot, or several.
        """
        if framework is None:
            raise ValueError("A lot stands here without the framework it belongs to.")
        wanted = clean_plain_text(words)
        named = Q(title__iexact=wanted) | Q(number__iexact=wanted) | Q(slug=wanted.lower())
        found = list(Lot.objects.filter(named, framework=framework).order_by("pk")[:2])
        if len(found) == 1:
            return found[0]
        what = "Several lots" if found else "No lot"
        raise ValueError(f"{what} of the framework {'are' if found else 'is'} called “{words[:60]}”.")
