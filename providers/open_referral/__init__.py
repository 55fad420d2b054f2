"""The directory as Open Referral UK 3.0 (HSDS-UK), below /openreferral/v3/. docs/open-data.md tells what is in it.

Rows go in, plain documents come out: `documents` has no query in it, `rows` has nothing else, and `views` reads the
parameters, turns the pages and adds the envelope.
"""
