from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO, Any
from xml.parsers import expat

from .problems import refused

PIECE = 256 * 1024
MAX_DEPTH = 100
UNSAFE = "The file declares entities or a document type, which no spreadsheet needs, and was not read."


def parse(stream: IO[bytes], handler: Any, *, on_piece: Callable[[], None] | None = None) -> Iterator[None]:
    """Feed a stream to expat piece by piece, and yield after each, so that the caller can take what has come.

    ``handler`` has ``start(name, attributes)``, ``end(name)`` and ``text(words)``; a name is its namespace, a ``}``
    and the local name. No document type, entity or outside reference is accepted, so that nothing expands and nothing
    is fetched.

    :raises FileRefused: if the stream is not sound XML.
    """
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.buffer_size = 64 * 1024
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.text
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.ExternalEntityRefHandler = _refuse
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    try:
        while piece := stream.read(PIECE):
            parser.Parse(piece, False)
            if on_piece is not None:
                on_piece()
            yield
        parser.Parse(b"", True)
        yield
    except expat.ExpatError as error:
        raise refused(
            f"The file is damaged: its XML breaks off or is wrong at line {error.lineno:,}. Download it again."
        ) from error


def _refuse(*_: object) -> int:
    raise refused(UNSAFE)
