"""Alerts: what is new in the registers, found once and told to each who wants it, once.

`statuses` compares what the clock alone changes with what was seen last; `news` writes down what has happened; `matching`
finds all who want it, in SQL; `letters` puts it in words; `run` does these in steps that may stop anywhere. Who wants
what is kept by `tenders.services.subscriptions`, and `links` makes the addresses that need no sign-in.
"""
