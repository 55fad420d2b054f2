"""The words of the mails that services write: one module a topic."""
