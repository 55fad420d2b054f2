"""A long walk's sample for every day; the rest of it is marked slow and tried by ``bin/test --slow``."""

import pytest


def sample(probes, *, every):
    """Return all probes as parameters, each but the first of so many marked slow.

    Let ``every`` share no divisor with how often the last of several parameters repeats, so that each value of each
    parameter is in the sample.
    """
    return [
        pytest.param(
            *(probe if isinstance(probe, tuple) else (probe,)), marks=pytest.mark.slow if number % every else ()
        )
        for number, probe in enumerate(probes)
    ]
