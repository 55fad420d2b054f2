"""Everything the portal gives out: each public address, found in the address table itself."""

from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

# Pages of one's own account, and what only signed-in people open, are no public output.
PRIVATE = ("admin:", "account", "mfa", "providers:workspace", "usersessions", "socialaccount")


def public_addresses(known):
    """Return every public address whose parameters are all known.

    :param known: the values of each parameter, such as ``{"reference": ["one"], "slug": ["a", "b"]}``.
    """
    found = set()
    for name, parameters in _patterns(get_resolver()):
        if not name.startswith(PRIVATE) and set(parameters) <= set(known):
            found |= set(_filled(name, parameters, known))
    return sorted(found)


def _patterns(resolver, prefix=""):
    for one in resolver.url_patterns:
        if hasattr(one, "url_patterns"):
            yield from _patterns(one, f"{prefix}{one.namespace}:" if one.namespace else prefix)
        elif one.name:
            yield prefix + one.name, list(getattr(one.pattern, "converters", {}))


def _filled(name, parameters, known):
    choices = [{}]
    for parameter in parameters:
        choices = [{**choice, parameter: value} for choice in choices for value in known[parameter]]
    for choice in choices:
        try:
            yield reverse(name, kwargs=choice)
        except NoReverseMatch:
            continue


def texts(addresses, client=None):
    """Return what each address answers to somebody who sends no cookie, or to the client given."""
    answers = {url: (client or Client()).get(url) for url in addresses}
    return {url: whole(answer) for url, answer in answers.items()}


def whole(answer):
    """The headers and the whole body of an answer as text; of a file's bytes what can be read."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if body.startswith(b"PK"):
        body = _unzipped(body)
    headers = "\n".join(f"{name}: {value}" for name, value in answer.items())
    return f"{headers}\n\n{body.decode(errors='replace')}"


def _unzipped(body):
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(body)) as files:
        return b"\n".join(files.read(name) for name in files.namelist())
