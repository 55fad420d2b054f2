"""Lists as files for people: CSV and XLSX, whose cells no spreadsheet works out.

::

    TABLE = Table(
        "Contracts",
        [
            Column("Reference", lambda row: row.reference),
            Column("Value", lambda row: row.value_amount, width=14),
            Column("End", lambda row: row.end_date, width=14),
        ],
    )

    def contract_csv(request):
        return csv_response(TABLE, rows, name="contracts")

A number stays a number and a date a date. What is not known is said in words (`Column.unknown`), never an empty cell.
`unguarded` takes the guard off again where a file of ours is read back.
"""

from .cells import NOT_STATED, Cell, Column, Table, begins_like_a_formula, file_name, guarded, sheet_name, unguarded
from .delimited import csv_bytes
from .responses import csv_response, xlsx_response

__all__ = [
    "NOT_STATED",
    "Cell",
    "Column",
    "Table",
    "begins_like_a_formula",
    "csv_bytes",
    "csv_response",
    "file_name",
    "guarded",
    "sheet_name",
    "unguarded",
    "xlsx_response",
]
