from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from .cells import Table, file_name
from .delimited import csv_bytes

Row = TypeVar("Row")

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def csv_response(table: Table[Row], rows: Iterable[Row], *, name: str) -> StreamingHttpResponse:
    """Answer with the rows as a CSV file to keep. Caching is the view's: `core.versions.conditional`.

    The rows are fetched while the answer runs, after the request's transaction, so they are public ones.

    :param name: what the file is called, without its ending.
    """
    response = StreamingHttpResponse(csv_bytes(table, rows), content_type=CSV_TYPE)
    return _to_keep(response, file_name(name, "csv"))


def xlsx_response(table: Table[Row], rows: Iterable[Row], *, name: str) -> StreamingHttpResponse:
    """Answer as `csv_response` does, with a workbook."""
    # openpyxl brings numpy: together they take as long to import as all the portal, which few processes need.
    from .workbook import xlsx_bytes

    response = StreamingHttpResponse(xlsx_bytes(table, rows), content_type=XLSX_TYPE)
    return _to_keep(response, file_name(name, "xlsx"))


def _to_keep(response: StreamingHttpResponse, name: str) -> StreamingHttpResponse:
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response
