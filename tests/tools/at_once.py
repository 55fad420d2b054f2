"""Requests at one time, each on a connection of its own. The tests that use this must be of those that commit."""

import time
from threading import Barrier, Thread

from django.db import connection


def both(work):
    """Do the same twice at one time, and return what each said, sorted: "done", or the name of the error's class."""
    said, gate = [], Barrier(2)

    def once():
        gate.wait()
        work()

    threads = [Thread(target=_tell, args=(once, said)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(said)


def elsewhere(work):
    """Do it on another connection, and return what it said, as `both` does."""
    said = []
    thread = Thread(target=_tell, args=(work, said))
    thread.start()
    thread.join()
    return said[0]


def begun(work):
    """Begin it on another connection, and return once it waits for a lock; calling the result gives what it said."""
    said = []
    thread = Thread(target=_tell, args=(work, said))
    thread.start()
    for _ in range(100):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if said or cursor.fetchone():
                break
        time.sleep(0.02)

    def end():
        thread.join()
        return said[0]

    return end


def _tell(work, said):
    try:
        work()
        said.append("done")
    except Exception as refusal:  # noqa: BLE001 - compared by the test
        said.append(type(refusal).__name__)
    finally:
        connection.close()
