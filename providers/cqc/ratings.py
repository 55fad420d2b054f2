"""The "latest ratings" file: one row a location, question and group; columns are found by their names."""

from __future__ import annotations

from core.imports import Problems

from . import layout, values
from .records import Sink

NOT_OVERALL = "a rating of one of several services at a location"
OTHER_QUESTION = "a question that is not one of the five"


class RatingsReader:
    """Checks row after row and hands each location's ratings to the sink."""

    def __init__(self, header: list[str], sink: Sink, problems: Problems, *, sheet: str, row: int) -> None:
        self.sink, self.problems, self.sheet = sink, problems, sheet
        names = [values.words(cell) for cell in header]
        folded = [name.casefold() for name in names]
        self.columns: dict[str, int] = {}
        for name in (*layout.RATINGS_COLUMNS, *layout.RATINGS_OPTIONAL):
            places = [number for number, found in enumerate(folded) if found == name.casefold()]
            if len(places) > 1:
                problems.add("the header stands there twice", sheet=sheet, row=row, column=name)
            elif places:
                self.columns[name] = places[0]
            elif name in layout.RATINGS_COLUMNS:
                problems.add("there is no such header", sheet=sheet, row=row, column=name)
        problems.refuse_if_any()
        # One bit a question: of 60,000 locations a set of pairs would take a fifth of the memory allowed.
        self.seen: dict[str, int] = {}
        self.bits = {question: 1 << number for number, question in enumerate(values.QUESTIONS.values())}

    def add(self, number: int, cells: list[str]) -> None:
        """Check one row.

        :raises FileRefused: once too many rows are faulty.
        """
        self.sink.rows += 1
        group = self._cell(cells, "Service / Population Group")
        if group and group.casefold() != "overall":
            self.sink.ignored.add(NOT_OVERALL)
            return
        try:
            column = "Location ID"
            location_id = values.register_id(self._cell(cells, column))
            column = "Domain"
            domain = self._cell(cells, column)
            if not domain:
                raise ValueError("it is blank")
            question = values.QUESTIONS.get(domain.casefold())
            if question is None:
                self.sink.ignored.add(OTHER_QUESTION, domain[:40])
                return
            seen, bit = self.seen.get(location_id, 0), self.bits[question]
            if seen & bit:
                raise ValueError(f"the file has “{domain}” of {location_id} twice")
            self.seen[location_id] = seen | bit
            column = "Publication Date"
            date = values.day(self._cell(cells, column))
            column = "Inherited Rating (Y/N)"
            is_inherited = values.is_yes(self._cell(cells, column))
        except ValueError as error:
            self.problems.add(str(error), sheet=self.sheet, row=number, column=column)
            return
        state, value, stated = values.rating(self._cell(cells, "Latest Rating"), is_inherited=is_inherited)
        if not seen:
            self.sink.locations.add(location_id)
        self.sink.add_rating(
            cqc_location_id=location_id,
            question=question,
            state=state,
            value=value,
            rated_date=date if value else None,
            stated=stated,
            report_url=self._report(cells),
        )

    def _report(self, cells: list[str]) -> str:
        try:
            found = values.website(self._cell(cells, "URL"))
        except ValueError:
            return ""
        return found

    def _cell(self, cells: list[str], column: str) -> str:
        position = self.columns.get(column)
        return values.words(cells[position]) if position is not None and position < len(cells) else ""
