"""The directory in the commissioners' workspace, and the people and letters that belong to it."""

from . import directory, revisions

__all__ = ["directory", "revisions"]
