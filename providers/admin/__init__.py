"""The directory in the commissioners' workspace, and the people and letters that belong to it."""

from . import corrections, cqc, directory, freshness, people, revisions

__all__ = ["corrections", "cqc", "directory", "freshness", "people", "revisions"]
