"""The names of every public address, from the resolver itself."""

from django.urls import URLResolver, get_resolver


def public_names():
    """Return the names of all URL patterns but the workspace's."""
    return sorted(set(_names(get_resolver(), ())))


def _names(resolver, namespaces):
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            if pattern.app_name != "admin":
                yield from _names(pattern, (*namespaces, pattern.namespace) if pattern.namespace else namespaces)
        else:
            assert pattern.name, f"{pattern.pattern} has no name, so that no example can be asked for."
            yield ":".join([*namespaces, pattern.name])
