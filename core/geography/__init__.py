"""Where: words that a person types become a point, its council and a statement of how exact that is. No network.

The data come with `load_postcodes`; docs/geography.md tells from where and how long it takes.
"""

from .answers import Choice, Kind, Located, Reason, Unrecognised
from .locating import (
    council_of,
    council_of_code,
    distance_miles,
    locate,
    located_by_key,
    nearest_town,
    point_of,
    search_name,
)
from .postcodes import Reading, format_postcode, normalise_postcode, outcode_of

__all__ = [
    "Choice",
    "Kind",
    "Located",
    "Reading",
    "Reason",
    "Unrecognised",
    "council_of",
    "council_of_code",
    "distance_miles",
    "format_postcode",
    "locate",
    "located_by_key",
    "nearest_town",
    "normalise_postcode",
    "outcode_of",
    "point_of",
    "search_name",
]
