"""New frameworks and lots, and whether one can join them."""

from __future__ import annotations

from core.templatetags.portal import gov_datetime
from tenders.models import AlertNews, Framework, Lot

from .. import statuses
from .looking import OVER, Look, compared

Kind = AlertNews.Kind


def frameworks(look: Look) -> None:
    status = Framework.Status
    with_lots = set(Lot.objects.order_by().values_list("framework", flat=True).distinct())
    for row, one in compared("framework", statuses.frameworks(at=look.at), look):
        key = f"status:framework:{row.pk}:{one.status}:{look.run_id}"
        text = _can_one_join(row, one.status)
        if one.status == status.OPEN:
            look.opened["framework"].add(row.pk)
        if one.before is None:
            if one.status not in OVER:
                new = (
                    f"{row.get_kind_display()}. {text}" if text and row.pk not in with_lots else row.get_kind_display()
                )
                look.add(f"new:framework:{row.pk}", Kind.NEW, new, framework_id=row.pk)
        elif one.status == status.EXPIRED:
            look.add(key, Kind.STATUS, "It has ended.", framework_id=row.pk)
        elif text and row.pk not in with_lots:
            look.add(key, Kind.STATUS, text, framework_id=row.pk)
    _lots(look)


def _lots(look: Look) -> None:
    status = Framework.Status
    of_lots = _FrameworksOfLots()
    for lot, one in compared("lot", statuses.lots(at=look.at), look):
        if one.status == status.OPEN:
            look.opened["lot"].add(lot.pk)
        if lot.framework_id in look.fresh["framework"] or one.status in {status.EXPIRED, status.PLANNED}:
            continue
        text = _can_one_join(lot if lot.joining else of_lots[lot.framework_id], one.status)
        if one.before is None:
            look.add(f"new:lot:{lot.pk}", Kind.LOT, f"New lot: {lot}. {text}".strip(), framework_id=lot.framework_id)
        elif text:
            key = f"status:lot:{lot.pk}:{one.status}:{look.run_id}"
            look.add(key, Kind.LOT, f"{lot}: {text}", framework_id=lot.framework_id)


class _FrameworksOfLots(dict[int, Framework]):
    """The frameworks whose own facts their lots go by, each read once."""

    def __missing__(self, pk: int) -> Framework:
        self[pk] = Framework.objects.get(pk=pk)
        return self[pk]


def _can_one_join(row: Framework | Lot, now: str) -> str:
    status = Framework.Status
    if now == status.OPEN:
        until = f" until {gov_datetime(row.closes_at)}" if row.closes_at else " now"
        return f"Open to join{until}."
    if now == status.OPENS:
        return f"Opens for applications at {gov_datetime(row.opens_at)}."
    if now == status.REOPENS:
        return (
            f"Closed to newcomers. It re-opens about {row.reopens}." if row.reopens else "Closed to newcomers for now."
        )
    if now == status.CLOSED:
        return "Closed to newcomers."
    if now == status.FULL:
        return "No places are left."
    return ""
