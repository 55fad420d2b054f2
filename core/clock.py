"""The one clock.

Deadlines, statuses and ages are judged by the database's clock, so that several web servers agree and none of their
own clocks matters. A view asks once, and passes the answer down as ``at=``; services, models and querysets are given
the moment and never ask themselves.

The database answers with the start of the running transaction. Requests run in one transaction, so every question in
a request has the same answer, which is when the request came in: a bid sent a moment before noon is in time even if
its files take a while to store. Nothing is remembered between questions.

Leases and back-off of jobs are measured inside SQL, by the same clock as it runs on (see `core.jobs`).
"""

from __future__ import annotations

import datetime as dt

from django.db import connection


def now() -> dt.datetime:
    """Return the moment at which the running transaction began, by the database's clock, in UTC."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT transaction_timestamp()")
        (moment,) = cursor.fetchone()
    assert isinstance(moment, dt.datetime)
    return moment
