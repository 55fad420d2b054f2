"""Dumps of the CQC's API: one JSON object a location or provider, as ``/locations/{id}`` and ``/providers/{id}`` answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from core.imports import Problems

from . import layout, values
from .directory import NOT_SOCIAL_CARE, _company_number, dormant_or
from .records import Sink

SINGLE_ASSESSMENT = "Single assessment framework"
KEY_LINES = "Key lines of enquiry"
KEY_QUESTIONS = [question for question in values.Rating.Question.values if question != "overall"]
REPORTS = "https://www.cqc.org.uk"
# The state an assessment's rating has once a later one took its place.
PAST = {"historic", "archived", "superseded", "withdrawn", "draft"}


class ApiReader:
    """Checks object after object and hands what is sound to the sink."""

    def __init__(self, sink: Sink, problems: Problems) -> None:
        self.sink, self.problems = sink, problems
        self.place: dict[str, Any] = {}
        self.document: dict[str, Any] = {}
        self.is_sound = True

    def add(self, name: str, number: int, document: Any) -> None:
        """Check one object.

        :raises FileRefused: once too many are faulty.
        """
        self.sink.rows += 1
        self.place = {"sheet": name, "row": number}
        self.is_sound = True
        if not isinstance(document, dict):
            self._fault("it is no object", "")
            return
        self.document = document
        if "locationId" in document:
            self._add_location()
        elif "providerId" in document:
            self._add_provider()
        else:
            self._fault("it has neither locationId nor providerId", "")

    def _add_provider(self) -> None:
        provider_id = self._checked("providerId", values.register_id)
        name = self._name("name", 250)
        if "ownershipType" not in self.document:
            self._fault("there is none: this is the list of providers, and not what each is", "ownershipType")
        provider = {
            "cqc_provider_id": provider_id,
            "name": name,
            "ownership": self._text("ownershipType"),
            "brand": self._text("brandName")[:160],
            "company_number": self._told("companiesHouseNumber", _company_number),
            "charity_number": self._told("charityNumber", lambda cell: values.words(cell)[:10]),
            "website": self._told("website", values.website),
            "phone": self._told("mainPhoneNumber", values.phone),
            "address": self._address(),
            "town": self._text("postalAddressTownCity")[:80],
            "postcode": self._told("postalCode", values.postcode),
            "registered_date": self._checked("registrationDate", values.day),
        }
        if provider_id in self.sink.providers:
            self._fault(f"the files have {provider_id} twice", "providerId")
        if self.is_sound:
            self.sink.add_provider(**provider)

    def _add_location(self) -> None:
        sink, document = self.sink, self.document
        location_id = self._checked("locationId", values.register_id)
        if "registrationStatus" not in document:
            self._fault("there is none: this is the list of locations, and not what each is", "registrationStatus")
            return
        if self._text("inspectionDirectorate").casefold() != layout.SOCIAL_CARE:
            sink.ignored.add(NOT_SOCIAL_CARE)
            return
        if location_id in sink.locations:
            self._fault(f"the files have {location_id} twice", "locationId")
        status = self._text("registrationStatus").casefold()
        if status not in {"registered", "deregistered"}:
            self._fault(f"“{status[:40]}” is neither Registered nor Deregistered", "registrationStatus")
        is_deregistered = status == "deregistered"
        is_dormant = self._text("dormancy").casefold() in {"y", "yes", "true"}
        location = {
            "cqc_location_id": location_id,
            "cqc_provider_id": self._checked("providerId", values.register_id),
            "name": self._name("name", 200),
            "is_person": False,
            "address": self._address(),
            "town": self._text("postalAddressTownCity")[:80],
            "postcode": self._checked("postalCode", values.postcode),
            "point": self._point(),
            "uprn": self._told("uprn", lambda cell: values.digits(cell, most=12)),
            "local_authority": self._text("localAuthority")[:80],
            "phone": self._told("mainPhoneNumber", values.phone),
            "website": self._told("website", values.website),
            "registered_manager": self._managers(),
            "beds": self._beds(),
            "types": self._types(),
            "bands": self._bands(),
            "registered_date": self._checked("registrationDate", values.day),
            "is_deregistered": is_deregistered,
            "deregistered_date": self._checked("deregistrationDate", values.day) if is_deregistered else None,
            "is_dormant": is_dormant,
            "dormant_from": self._checked("dormancyStartDate", values.day) if is_dormant else None,
            "primary_id": self._primary_id(location_id),
        }
        try:
            ratings = list(self._ratings(location_id or ""))
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            self._fault(f"its ratings cannot be read ({error})", "currentRatings")
            return
        if not self.is_sound:
            return
        sink.add_location(**location)
        sink.add_rating(**dormant_or(ratings[0], is_dormant=is_dormant, is_deregistered=is_deregistered))
        for rating in ratings[1:]:
            sink.add_rating(**rating)

    def _ratings(self, location_id: str) -> Iterator[dict[str, Any]]:
        """Yield the overall rating and those of the five questions, of whichever framework rated last."""
        current = self._of_inspection()
        assessed = self._of_assessment()
        # On the same day the newer framework goes before.
        found = max(
            (one for one in (current, assessed) if one), key=lambda one: (one["date"], one is assessed), default=None
        )
        earlier = self._earlier()
        if found is None:
            said = self.document.get("currentRatings") or {}
            overall = said.get("overall") or {}
            words = str(overall.get("rating") or "")
            state, _, stated = values.rating(words)
            if not words and not said and not earlier and not self.document.get("lastInspection"):
                state = values.STATE.NOT_YET_INSPECTED
            elif not words and earlier:
                state = values.STATE.NO_CURRENT_RATING
            past = earlier if state == values.STATE.NO_CURRENT_RATING else {}
            yield {
                "cqc_location_id": location_id,
                "question": "overall",
                "state": state,
                "stated": stated,
                "value": "",
            } | {
                "rated_date": None,
                **past,
            }
            for question in KEY_QUESTIONS:
                yield {"cqc_location_id": location_id, "question": question, "state": values.STATE.NO_CURRENT_RATING}
            return
        common = {"cqc_location_id": location_id, "framework": found["framework"], "report_url": found["report_url"]}
        state, value, stated = found["rating"]
        date = found["date"]
        yield common | {
            "question": "overall",
            "state": state,
            "value": value,
            "stated": stated,
            "rated_date": date if value else None,
        }
        for question in KEY_QUESTIONS:
            state, value, stated = found["questions"].get(question) or (values.STATE.NO_CURRENT_RATING, "", "")
            yield common | {
                "question": question,
                "state": state,
                "value": value,
                "stated": stated,
                "rated_date": (found["dates"].get(question) or date) if value else None,
            }

    def _of_inspection(self) -> dict[str, Any] | None:
        overall = (self.document.get("currentRatings") or {}).get("overall") or {}
        state, value, stated = values.rating(str(overall.get("rating") or ""))
        date = values.day(str(overall.get("reportDate") or ""))
        if not value or date is None:
            return None
        questions, dates = _questions(overall.get("keyQuestionRatings"))
        link = self._link(overall.get("reportLinkId"))
        rating = {"rating": (state, value, stated), "date": date, "framework": KEY_LINES, "report_url": link}
        return rating | {"questions": questions, "dates": dates}

    def _of_assessment(self) -> dict[str, Any] | None:
        """Return the newest published assessment that rates; where it rates several services apart, what each got."""
        found: list[tuple[dt.date, list[dict[str, Any]]]] = []
        for assessment in self.document.get("assessment") or []:
            published = values.day(str(assessment.get("assessmentPlanPublishedDateTime") or ""))
            groups = [
                group
                for group in (assessment.get("ratings") or {}).get("asgRatings") or []
                if str(group.get("status") or "").casefold() not in PAST
                and values.rating(str(group.get("rating") or ""))[1]
            ]
            dates = (
                [published] if published else [values.day(str(group.get("assessmentDate") or "")) for group in groups]
            )
            if groups and (known := [date for date in dates if date]):
                found.append((max(known), groups))
        if not found:
            return None
        date = max(date for date, _ in found)
        groups = [group for when, several in found if when == date for group in several]
        each = {str(group.get("name") or "Service"): values.rating(str(group["rating"])) for group in groups}
        several = set(each.values())
        if len(several) == 1:
            rating = several.pop()
            questions, dates = _questions(groups[0].get("keyQuestionRatings"))
            if len(each) > 1:
                questions = _shared_questions(groups)
        else:
            stated = "; ".join(f"{name}: {values.VALUE(value).label}" for name, (_, value, _) in sorted(each.items()))
            rating, questions, dates = (values.STATE.UNKNOWN_TEXT, "", stated[:120]), {}, {}
        result = {"rating": rating, "date": date, "framework": SINGLE_ASSESSMENT, "report_url": ""}
        return result | {"questions": questions, "dates": dates}

    def _earlier(self) -> dict[str, Any]:
        """Return the newest of the ratings that no longer hold."""
        found = []
        for past in self.document.get("historicRatings") or []:
            overall = past.get("overall") or {}
            _, value, _ = values.rating(str(overall.get("rating") or ""))
            date = values.day(str(overall.get("reportDate") or past.get("reportDate") or ""))
            if value and date:
                found.append((date, value))
        if not found:
            return {}
        date, value = max(found)
        return {"earlier_value": value, "earlier_date": date}

    def _link(self, link_id: Any) -> str:
        for report in self.document.get("reports") or []:
            uri = str(report.get("reportUri") or "")
            if link_id and report.get("linkId") == link_id and uri.startswith("/"):
                return f"{REPORTS}{uri}"[:200]
        return ""

    def _managers(self) -> str:
        names = []
        for activity in self._list("regulatedActivities"):
            for contact in activity.get("contacts") or []:
                roles = contact.get("personRoles") or []
                if isinstance(contact, dict) and "Registered Manager" in roles:
                    parts = [contact.get(f"person{part}") for part in ("Title", "GivenName", "FamilyName")]
                    names.append(values.words(" ".join(str(part) for part in parts if part)))
        return ", ".join(dict.fromkeys(filter(None, names)))[:120]

    def _types(self) -> list[str]:
        found = []
        for kind in self._list("gacServiceTypes"):
            name, description = str(kind.get("name") or ""), str(kind.get("description") or "")
            title = description if description in layout.SERVICE_TYPES else layout.API_SERVICE_TYPES.get(name, name)
            if title in layout.SERVICE_TYPES:
                found.append(title)
            else:
                self.sink.ignored.add("a kind of care not known here", values.words(description or name)[:60])
        return found

    def _bands(self) -> list[str]:
        found = []
        for specialism in self._list("specialisms"):
            name = values.words(str(specialism.get("name") or ""))
            title = layout.SPECIALISMS.get(name, name)
            if title in layout.USER_BANDS:
                found.append(title)
            else:
                self.sink.ignored.add("a group of people not known here", name[:60])
        return found

    def _beds(self) -> int | None:
        beds = self._checked("numberOfBeds", lambda cell: values.whole(cell, most=5_000))
        is_home = self._text("careHome").upper() == "Y"
        return (beds or None) if is_home else None

    def _primary_id(self, location_id: str | None) -> str:
        for relation in self._list("relationships"):
            if str(relation.get("type") or "").casefold() in {"dual registration primary", "hsca dual primary"}:
                primary = str(relation.get("relatedLocationId") or "").strip().upper()
                return "" if primary == location_id else primary[:20]
        return ""

    def _list(self, field: str) -> list[dict[str, Any]]:
        found = self.document.get(field) or []
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            self._fault("it is no list of objects", field)
            return []
        return found

    def _text(self, field: str) -> str:
        value = self.document.get(field)
        if value is None:
            return ""
        if isinstance(value, (dict, list)):
            self._fault("it is no plain value", field)
            return ""
        if "\0" in (text := str(value)):
            self._fault("it holds a NUL character", field)
            return ""
        return values.words(text)

    def _name(self, field: str, most: int) -> str:
        name = self._text(field)
        if not name or len(name) > most:
            self._fault("it is blank" if not name else f"the name is longer than {most} characters", field)
        return name

    def _address(self) -> str:
        lines = [self._text("postalAddressLine1"), self._text("postalAddressLine2")]
        return ", ".join(line.strip(",") for line in lines if line)[:250]

    def _point(self) -> tuple[float, float] | None:
        try:
            return values.point(self._text("onspdLatitude"), self._text("onspdLongitude"))
        except ValueError as error:
            self._fault(str(error), "onspdLatitude")
            return None

    def _checked(self, field: str, read: Callable[[str], Any]) -> Any:
        try:
            return read(self._text(field))
        except ValueError as error:
            self._fault(str(error), field)
            return None

    def _told(self, field: str, read: Callable[[str], str]) -> str:
        text = self._text(field)
        if not text or text == "-":
            return ""
        try:
            return read(text)
        except ValueError as error:
            self.sink.ignored.add(
                f"“{field}” holds no sound value", f"{self.document.get('locationId') or ''}: {error}"
            )
            return ""

    def _fault(self, reason: str, field: str) -> None:
        self.is_sound = False
        self.problems.add(reason, column=field, **self.place)


def _questions(listed: Any) -> tuple[dict[str, tuple[str, str, str]], dict[str, dt.date | None]]:
    """Return the key questions' ratings and dates by name: the list has no fixed order."""
    ratings, dates = {}, {}
    for one in listed or []:
        question = values.QUESTIONS.get(values.words(str(one.get("name") or "")).casefold())
        if question and question != "overall":
            ratings[question] = values.rating(str(one.get("rating") or ""))
            dates[question] = values.day(str(one.get("reportDate") or ""))
    return ratings, dates


def _shared_questions(groups: list[dict[str, Any]]) -> dict[str, tuple[str, str, str]]:
    """Return the questions that several services of one location were rated alike in."""
    first, *others = [_questions(group.get("keyQuestionRatings"))[0] for group in groups]
    return {question: rating for question, rating in first.items() if all(o.get(question) == rating for o in others)}
