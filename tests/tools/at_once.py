"""Two requests for the same thing at one time."""

from threading import Barrier, Thread

from django.db import connection


def both(work):
    """Do the same twice at one time, each on a connection of its own, and return what each said, sorted.

    That is "done", or the name of the error's class. The test must be one of those that commit.
    """
    said, gate = [], Barrier(2)

    def once():
        gate.wait()
        try:
            work()
            said.append("done")
        except Exception as refusal:  # noqa: BLE001 - compared by the test
            said.append(type(refusal).__name__)
        finally:
            connection.close()

    threads = [Thread(target=once) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(said)
