"""The workspace's walls: an officer of one council tries every door of every register for another's rows.

Each register is found in the admin itself, so that a new one is probed without being named here, and fails as long
as the councils of these tests have no row of it.
"""

import re

import pytest
from django.db import models
from django.urls import reverse

from commissioning.admin import conflicts
from tests.commissioning.councils import registered

OURS, THEIRS = "canaryours", "canarytheirs"
NOBODY = 987_654_321
EVERY = pytest.mark.parametrize("model", registered(), ids=lambda model: model._meta.label)


def url(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def said(response):
    """What the next page will say of this request, such as that there is no such record."""
    messages = getattr(response.wsgi_request, "_messages", None)
    return " ".join(str(one) for one in messages._queued_messages) if messages else ""


def leaks(response):
    """Where an answer tells of the other council, the address that was asked for left out."""
    asked = response.request["PATH_INFO"] + "?" + response.request.get("QUERY_STRING", "")
    text = response.content.decode(errors="replace").replace(asked, "")
    told = " ".join([text, said(response), *(f"{name}: {value}" for name, value in response.items())])
    return [told[max(0, hit.start() - 80) : hit.end() + 40] for hit in re.finditer(THEIRS, told)]


def check(response):
    assert response.status_code < 500, response.request["PATH_INFO"]
    assert leaks(response) == []
    return response


def same(first, second, pks):
    """Compare two answers, keys and tokens made alike."""

    def plain(response):
        text = " ".join([response.content.decode(), response.get("Location", ""), said(response)])
        for pk in pks:
            text = re.sub(rf"(?<![0-9]){pk}(?![0-9])", "KEY", text)
        return response.status_code, re.sub(r'(csrfmiddlewaretoken" value=")[^"]+', r"\1", text)

    return plain(first) == plain(second)


def rounds(rows):
    """Yield keys of their rows for many fields at once, until each row of each field was among them."""
    for number in range(max(map(len, rows.values()), default=0)):
        yield {name: several[number].pk for name, several in rows.items() if number < len(several)}


def forms_of(response):
    """The form of a change page and those of its inlines."""
    inlines = response.context["inline_admin_formsets"]
    return [response.context["adminform"].form, *(form for inline in inlines for form in inline.formset.forms)]


def refused_in(response):
    """The fields whose value a change page has refused."""
    return {form.add_prefix(name) for form in forms_of(response) for name in form.errors}


def change_form_data(response):
    """What a browser would post from the change form it was shown."""
    data = {conflicts.FIELD: response.context["opened"]} if response.context.get("opened") else {}
    inlines = response.context["inline_admin_formsets"]
    for one in [*forms_of(response), *(inline.formset.management_form for inline in inlines)]:
        for bound in one:
            value = bound.value()
            if value is None or value is False:
                continue
            widget = bound.field.widget
            parts = widget.get_context(bound.html_name, value, {}).get("widget", {}).get("subwidgets", [])
            if parts and not isinstance(value, list):
                data |= {part["name"]: part["value"] for part in parts if part["value"] is not None}
            elif isinstance(value, list | models.QuerySet):
                data[bound.html_name] = [getattr(item, "pk", item) for item in value]
            else:
                data[bound.html_name] = bound.field.prepare_value(value)
    return data
