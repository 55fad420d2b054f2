"""A provider's profile as plain data: its fields by section, their values, and what a change would change."""

from .completeness import Told, completeness, is_told, next_step
from .fields import Field, Kind, Section, Subject, fields_of, locations_of, section_of, sections_of
from .values import (
    RELATIONS,
    Values,
    apply,
    clean_value,
    free_slug,
    live_values,
    photo_value,
    problems,
    subject_of,
)
from .words import Change, Piece, differences, in_words, tree_names

__all__ = [
    "RELATIONS",
    "Change",
    "Field",
    "Kind",
    "Piece",
    "Section",
    "Subject",
    "Told",
    "Values",
    "apply",
    "clean_value",
    "completeness",
    "differences",
    "fields_of",
    "free_slug",
    "in_words",
    "is_told",
    "live_values",
    "locations_of",
    "next_step",
    "photo_value",
    "problems",
    "section_of",
    "sections_of",
    "subject_of",
    "tree_names",
]
