"""Text from people, cleaned on the way in.

The fields clean whatever reaches them: a form, the admin, the API, a fixture, ``bulk_create`` and ``update`` alike.
Rich text is cleaned once more where a template prints it (``{{ section.body|rich }}``), so that a row written past
the fields is harmless too.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

import nh3
from django import forms
from django.core.validators import MaxLengthValidator
from django.db import models

RICH_TEXT_LENGTH = 100_000
NESTING_LIMIT = 12

TAGS = {
    "a", "abbr", "blockquote", "br", "caption", "dd", "dl", "dt", "em", "h3", "h4", "li", "ol", "p", "span",
    "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip

# A page has its own title and section headings, so the headings inside a text begin at the third level.
RENAMED_TAGS = {"h1": "h3", "h2": "h3", "h5": "h4", "h6": "h4", "b": "strong", "i": "em"}

ATTRIBUTES = {
    "*": {"lang"},
    "a": {"href"},
    "abbr": {"title"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}

# Their content is no text for a reader, so it goes with the tag.
UNREADABLE_TAGS = {"head", "math", "noscript", "script", "style", "svg", "template", "title"}

VALUES = {
    "colspan": re.compile(r"[1-9][0-9]?"),
    # An address inside the site begins with one slash: two would name another host.
    "href": re.compile(r"https://[^\s]+|mailto:[^\s]+|/(?![/\\])[^\s\\]*|#[^\s]*", re.IGNORECASE),
    "lang": re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*"),
    "rowspan": re.compile(r"[1-9][0-9]?"),
    "scope": re.compile(r"row|col|rowgroup|colgroup"),
    "start": re.compile(r"[0-9]{1,4}"),
    "title": re.compile(r".{1,200}"),
}

_OPENING_OR_CLOSING = re.compile(r"<(/?)([a-z][a-z0-9]*)")
_RENAMED = re.compile(rf"<(/?)({'|'.join(RENAMED_TAGS)})(?=[ >])")

# Marks that reorder the text around them, and invisible ones that hide a word from a reader or a search. The joiners
# U+200C and U+200D and the marks U+200E and U+200F stay: Persian, Hindi, Arabic and Hebrew are written with them.
# U+FFFE and U+FFFF are no characters, and no XML can hold them: neither a feed nor a spreadsheet.
_REORDERING_OR_INVISIBLE = dict.fromkeys(
    [
        *(0x00AD, 0x180E, 0x200B, 0x2060, 0xFEFF, 0xFFFE, 0xFFFF),
        *(*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xFFF9, 0xFFFC)),
    ]
)


def clean_characters(text: str) -> str:
    """Compose accents, and drop control characters, reordering marks and what no database can store."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    text = unicodedata.normalize("NFC", text.translate(_REORDERING_OR_INVISIBLE))
    # What can be printed is none of these; to look at each letter takes twenty times as long.
    if text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "".join(letter for letter in text if letter in "\n\t" or unicodedata.category(letter) not in {"Cc", "Cs"})


def clean_plain_text(text: str, *, multiline: bool = False) -> str:
    """Return what a person typed as plain text: one line, or lines with at most one empty line between them.

    Markup is not removed: in plain text it is only characters, escaped where it is printed.
    """
    text = clean_characters(text)
    if not multiline:
        return " ".join(text.split())
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n")


def _allowed_value(_tag: str, attribute: str, value: str) -> str | None:
    value = value.strip()
    return value if attribute in VALUES and VALUES[attribute].fullmatch(value) else None


def _sanitise(html: str, tags: set[str]) -> str:
    return nh3.clean(
        html,
        tags=tags,
        clean_content_tags=UNREADABLE_TAGS,
        attributes={tag: names for tag, names in ATTRIBUTES.items() if tag == "*" or tag in tags},
        attribute_filter=_allowed_value,
        url_schemes={"https", "mailto"},
        link_rel=None,
    )


def _nesting(html: str) -> int:
    """Return how deep the tags of sanitised HTML go."""
    depth = deepest = 0
    for closing, tag in _OPENING_OR_CLOSING.findall(html):
        if tag != "br":
            depth += -1 if closing else 1
            deepest = max(deepest, depth)
    return deepest


def clean_rich_text(html: str) -> str:
    """Return safe HTML: paragraphs, lists, tables, quotations, two levels of headings, emphasis and links.

    Words of a forbidden tag stay, the tag goes. No image, style, class, script or foreign scheme survives. Text that
    is nested deeper than any reader would write loses its tags, since layout engines choke on it.
    """
    html = _sanitise(clean_characters(html), TAGS | set(RENAMED_TAGS))
    html = _RENAMED.sub(lambda match: f"<{match[1]}{RENAMED_TAGS[match[2]]}", html)
    if _nesting(html) > NESTING_LIMIT:
        html = f"<p>{_sanitise(html, set())}</p>"
    # Once more, for what was written as an entity.
    return clean_characters(html).strip()


if TYPE_CHECKING:
    TextField = models.TextField[str, str]
else:
    # Django's fields take no type parameters when they run.
    TextField = models.TextField


class _CleanedTextField(TextField):
    """A text field that cleans whatever is put into it."""

    def clean_text(self, text: str) -> str:
        raise NotImplementedError

    def _cleaned(self, value: Any) -> Any:
        return self.clean_text(value) if isinstance(value, str) else value

    def to_python(self, value: Any) -> Any:
        return self._cleaned(super().to_python(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = self._cleaned(super().pre_save(model_instance, add))
        if isinstance(value, str):
            setattr(model_instance, self.attname, value)
        return value

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        # Reached by queryset.update() as well, and not by look-ups.
        return super().get_db_prep_save(self._cleaned(value), connection)


class RichTextField(_CleanedTextField):
    """Words with headings, lists, tables and links, kept as safe HTML. Print it with the filter ``rich``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", RICH_TEXT_LENGTH)
        super().__init__(*args, **kwargs)
        self.validators.append(MaxLengthValidator(self.max_length))

    def clean_text(self, text: str) -> str:
        return clean_rich_text(text)


class PlainTextField(_CleanedTextField):
    """Plain words: one line, or with ``multiline=True`` several. ``max_length`` is checked by ``full_clean``."""

    def __init__(self, *args: Any, multiline: bool = False, **kwargs: Any) -> None:
        self.multiline = multiline
        super().__init__(*args, **kwargs)
        if self.max_length is not None:
            self.validators.append(MaxLengthValidator(self.max_length))

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        if self.multiline:
            kwargs["multiline"] = True
        return name, path, args, kwargs

    def clean_text(self, text: str) -> str:
        return clean_plain_text(text, multiline=self.multiline)

    def formfield(self, **kwargs: Any) -> Any:
        widget = forms.Textarea if self.multiline else forms.TextInput
        return super().formfield(**{"widget": widget, **kwargs})
