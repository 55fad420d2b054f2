"""What the tests of the workspace share: addresses, forms as a browser sends them, and what was said."""

from django.urls import NoReverseMatch, reverse

from tests.browser.addresses import public_names


def page(name, *args):
    return reverse(f"providers:workspace_{name}", args=args)


def typed(response):
    """What a browser would send of the section's form it was shown."""
    data = {}
    entries = response.context["entries"]
    forms = [*entries.forms, entries.further] if entries else []
    for form in [response.context["form"], *filter(None, forms)]:
        for field in form:
            value = field.value()
            if value is True or (value not in (None, False, "") and not isinstance(value, bool)):
                data[field.html_name] = value
    if entries:
        data |= {field.html_name: field.value() for field in entries.forms.management_form}
    return data


def said(response):
    return [str(one) for one in response.wsgi_request._messages]


def addresses(home):
    """Every address of the workspace that names an entry, from the resolver itself."""
    found = {}
    for name in public_names():
        if not name.startswith("providers:workspace_"):
            continue
        for args in ([home.service.slug], [home.service.slug, "about"], [home.service.slug, "0" * 64]):
            try:
                found[reverse(name, args=args)] = name
            except NoReverseMatch:
                continue
    return found
