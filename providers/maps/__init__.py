"""Maps of our own, without tiles and third parties: of one service's buildings, and of a list of results."""

from .listed import ListMap, map_of_list
from .profile import ServiceMap, map_of

__all__ = ["ListMap", "ServiceMap", "map_of", "map_of_list"]
