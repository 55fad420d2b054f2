"""The mailbox of a worker that was started with ``EMAIL_URL=file://…``: a folder in which each file holds some mails."""

import email
import email.policy
from pathlib import Path

BETWEEN = "-" * 79


def mails(folder):
    """Return the mails in a folder, by the address they went to, the earliest first."""
    found = {}
    for file in sorted(Path(folder).iterdir(), key=lambda one: one.stat().st_mtime_ns):
        for text in file.read_text().split(BETWEEN):
            if text.strip():
                mail = email.message_from_string(text.strip(), policy=email.policy.default)
                found.setdefault(mail["To"], []).append(mail)
    return found
