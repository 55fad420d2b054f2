"""Measures what the portal promises of speed: ``bin/bench``, or ``python -m bench`` with the parts to run.

Each part works in a database of its own that is made for it and dropped after it, with the settings of a real site.
"""
