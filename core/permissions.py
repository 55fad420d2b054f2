"""How a view insists on a permission. The predicates themselves live in each app's ``permissions.py``."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied


def require(allowed: bool, sentence: str = "You are not allowed to do this.") -> None:
    """Go on only if a predicate allowed it: ``require(can_publish(request.user, strategy))``.

    Only for records the person may see: what is not theirs is looked up among theirs, and not found.

    :raises PermissionDenied: otherwise; the answer is 403 with the sentence.
    """
    if not allowed:
        raise PermissionDenied(sentence)
