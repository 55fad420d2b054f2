"""Real rows for tests, one module an app. Only what a row needs is filled; a test says what it is about."""

import datetime as dt

# A moment in the working week, far from midnight and from a change of the clocks.
NOON = dt.datetime(2026, 11, 18, 12, 0, tzinfo=dt.UTC)
