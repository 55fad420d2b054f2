"""Reading files that others made: tables and JSON as streams, in little memory, each fault told by its place.

::

    for sheet, number, cells in read_rows(path):
        ...

A file is untrusted: it may be cut off, locked with a password, or small on the disk and endless inside. What cannot
be read raises `FileRefused`, which names sheet, row, column and reason. Every cell is plain text: a formula is never
worked out, and a text that begins like one stays that text.
"""

from .archives import Archive
from .documents import read_documents
from .problems import FileRefused, Problem, Problems
from .tables import Progress, Row, looks_like_json, read_rows

__all__ = [
    "Archive",
    "FileRefused",
    "Problem",
    "Problems",
    "Progress",
    "Row",
    "looks_like_json",
    "read_documents",
    "read_rows",
]
