"""Forms in GOV.UK's markup."""

import re

import pytest
from django import forms
from django.template.loader import render_to_string


class ServiceForm(forms.Form):
    name = forms.CharField(
        label="Name of the service",
        help_text="As families know it.",
        error_messages={"required": "Enter the name of the service."},
    )
    notes = forms.CharField(widget=forms.Textarea, required=False)
    place = forms.ChoiceField(choices=[("", "Anywhere"), ("crook", "Crook")], required=False)
    kinds = forms.MultipleChoiceField(
        label="Kinds of care",
        choices=[("home", "Care home"), ("visit", "Care at home")],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one kind of care."},
    )
    payer = forms.ChoiceField(choices=[("self", "You"), ("council", "Your council")], widget=forms.RadioSelect)
    is_true = forms.BooleanField(label="This is still true", help_text="As of today.", required=False)


def test_field_with_an_error_ties_label_hint_and_error_to_the_control():
    html = str(ServiceForm({"name": ""})["name"].as_field_group())

    assert html.startswith('<div class="govuk-form-group govuk-form-group--error">')
    assert '<label class="govuk-label" for="id_name">Name of the service</label>' in html
    assert '<div class="govuk-hint" id="id_name_helptext">As families know it.</div>' in html
    assert (
        '<p class="govuk-error-message"><span class="govuk-visually-hidden">Error:</span>'
        " Enter the name of the service.</p>"
    ) in html
    control = re.search(r"<input [^>]+>", html)[0]
    assert 'class="govuk-input govuk-input--error"' in control
    assert 'aria-describedby="id_name_helptext id_name_error"' in control
    assert 'aria-invalid="true"' in control


@pytest.mark.parametrize(
    ("name", "css_class"), [("name", "govuk-input"), ("notes", "govuk-textarea"), ("place", "govuk-select")]
)
def test_control_has_the_class_of_its_kind(name, css_class):
    html = str(ServiceForm()[name].as_field_group())

    assert f'class="{css_class}"' in html
    assert "govuk-form-group--error" not in html


def test_checkboxes_are_a_group_with_a_legend():
    html = str(ServiceForm({"kinds": ["visit"]})["kinds"].as_field_group())

    assert '<legend class="govuk-fieldset__legend govuk-fieldset__legend--s">Kinds of care</legend>' in html
    boxes = re.findall(r"<input [^>]+>", html)
    assert [' type="checkbox"' in box for box in boxes] == [True, True]
    assert [" checked" in box for box in boxes] == [False, True]
    assert re.findall(r'for="([^"]+)"', html) == ["id_kinds_0", "id_kinds_1"]


def test_single_checkbox_stands_before_its_label_and_hint():
    html = str(ServiceForm()["is_true"].as_field_group())

    assert html.index("<input") < html.index("This is still true") < html.index("As of today.")
    assert html.count("As of today.") == 1
    assert 'id="id_is_true_helptext"' in html
    assert 'aria-describedby="id_is_true_helptext"' in html
    assert 'class="govuk-checkboxes__input"' in html


def test_error_summary_links_each_error_to_its_field():
    form = ServiceForm({"payer": "self"})
    form.add_error(None, "The end is before the start.")

    html = render_to_string("components/error_summary.html", {"form": form})

    assert "<li>The end is before the start.</li>" in html
    assert re.findall(r'<a href="([^"]+)">([^<]+)</a>', html) == [
        ("#id_name", "Enter the name of the service."),
        ("#id_kinds_0", "Choose at least one kind of care."),
    ]


def test_error_summary_of_a_sound_form_shows_nothing():
    form = ServiceForm({"name": "Sample Care", "kinds": ["home"], "payer": "self"})

    assert render_to_string("components/error_summary.html", {"form": form}).strip() == ""
