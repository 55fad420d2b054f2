"""How the rows of the search for care (`providers.models.SearchRow`) are read: their filters and the bits of each."""

from __future__ import annotations

from core.search import FLAGS, Facet, FacetValue, Rows, place

from .question import ACCESS, FUNDING, RATINGS, SETTINGS, SPACE

INDEX = "services"

# The bits of the column ``flags``, as `providers_search_refresh` sets them. What nobody told of a value stands some
# threes further on, so that one shift of the whole mask puts it at the value's own place.
SEVERAL = 16
LANGUAGES_UNSAID = 24
HAS_SPACE = 25
NEAR, HOME, FOUND = 27, 28, 29
FLAGS_USED = 30

RATING = Facet("rating", FLAGS, {value: bit for bit, value in enumerate(RATINGS)})
PAYING = Facet("funding", FLAGS, {value: 5 + bit for bit, value in enumerate(FUNDING)})
ACCESSIBLE = Facet("access", FLAGS, {value: 11 + bit for bit, value in enumerate(ACCESS)}, must_all=True, varies=True)
SETTING = Facet("setting", FLAGS, {"place": 22, "home": 23})
SPACE_NOW = Facet("space", FLAGS, {"1": HAS_SPACE})
TYPES = Facet("types", ("types_0", "types_1"))
GROUPS = Facet("groups", ("groups_0",))
LANGUAGES = Facet("languages", ("languages_0", "languages_1"))
COUNCILS = Facet("councils", ("councils_0", "councils_1", "councils_2", "councils_3"), varies=True)
FACETS = (TYPES, GROUPS, PAYING, RATING, SPACE_NOW, ACCESSIBLE, LANGUAGES, COUNCILS, SETTING)

GROUPED = tuple(facet for facet in FACETS if not facet.is_flag)
COLUMNS = (*TYPES.columns, *GROUPS.columns, *LANGUAGES.columns, *COUNCILS.columns)
# What an area's rows tell of a service besides (`providers.models.SearchArea`).
AREA_COLUMNS = {*FLAGS, *TYPES.columns, *GROUPS.columns, "sort_name"}
GOES_THERE, COMES_HOME = place(SETTING.bits["place"]), place(SETTING.bits["home"])

_FIXED = {"funding": FUNDING, "rating": RATINGS, "access": ACCESS, "space": SPACE, "setting": SETTINGS}
FIXED_VALUES = {
    name: tuple(FacetValue(value, label) for value, label in values.items()) for name, values in _FIXED.items()
}


def _bits(facet: Facet) -> int:
    found = 0
    for bit in facet.bits.values():
        found |= place(bit)
    return found


def flags_sql(*, include_unsaid: bool) -> str:
    """Return the SQL of a row's flags at the moment of the search (a parameter, twice): with whether it has space now.

    With ``include_unsaid`` what nobody told of counts like what was told.
    """
    has_space = f"CASE WHEN row.space_from <= %s AND row.space_until > %s THEN {place(HAS_SPACE)} ELSE 0 END"
    if not include_unsaid:
        return f"row.flags | {has_space}"
    has_space = (
        f"CASE WHEN row.space_from <= %s AND row.space_until > %s OR row.told_until IS NULL OR row.told_until <= %s"
        f" THEN {place(HAS_SPACE)} ELSE 0 END"
    )
    return f"row.flags | (row.flags >> 1 & {_bits(PAYING)}) | (row.flags >> 2 & {_bits(ACCESSIBLE)}) | {has_space}"


# A service's buildings are one in the bitmaps.
BIT_ROWS = Rows(
    found=(
        "SELECT service_id AS id, min(location_id) AS part, min(sort_name) AS sort_name,"
        f" bool_or(row.flags & {place(SEVERAL)} <> 0) AS is_several, min(confirmed_at) AS at, min(fee) AS amount,"
        f" {', '.join(f'bit_or({column}) AS {column}' for column in COLUMNS)},"
        f" bit_or({flags_sql(include_unsaid=False)}) AS flags"
        " FROM providers_searchrow AS row WHERE public_from <= %s GROUP BY service_id"
    ),
    found_params=3,
    moments=(
        "SELECT DISTINCT service_id AS id, at FROM providers_searchrow,"
        " unnest(ARRAY[public_from, space_from, space_until]) AS at WHERE at > %s"
    ),
    text="providers_searchtext",
    id_column="service_id",
)
