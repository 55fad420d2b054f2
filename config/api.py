"""What every API view starts from."""

from rest_framework.permissions import BasePermission


class DenyAll(BasePermission):
    """Refuse everybody, so that a view without its own permission classes shows nothing."""

    def has_permission(self, request, view):
        return False
