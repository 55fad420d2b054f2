import os
import stat

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command

from commissioning.models import Officer, Organisation
from core.models import User
from providers.models import Representative
from strategies.models import Strategy
from tests.factories.providers import ProviderFactory


@pytest.fixture
def durham(db):
    organisation = Organisation.objects.create(
        slug="durham", name="Durham County Council", short_name="County Durham", kind=Organisation.Kind.COUNCIL
    )
    Strategy.objects.create(
        slug="durham-statement",
        title="Market position statement",
        kind=Strategy.Kind.MPS,
        organisation=organisation,
        starts="2023",
    )
    return organisation


@pytest.fixture
def partner(db):
    return Organisation.objects.create(
        slug="partner", name="A partner", short_name="A partner", kind=Organisation.Kind.OTHER
    )


def sign_ins(file):
    """Return the email address and password of each line."""
    return [line.split(": ", 1)[1].split() for line in file.read_text().splitlines()]


def test_operator_and_each_leading_organisation_get_an_account_that_works(durham, partner, tmp_path, rf):
    call_command("make_demo_accounts", tmp_path / "sign-ins")

    accounts = sign_ins(tmp_path / "sign-ins")
    assert [email for email, _ in accounts] == ["operator@demo.example", "durham@demo.example"]
    for email, password in accounts:
        assert authenticate(rf.post("/account/login/"), email=email, password=password).email == email
    assert User.objects.get(is_superuser=True).email == "operator@demo.example"
    assert [(o.user.email, o.organisation, o.role) for o in Officer.objects.all()] == [
        ("durham@demo.example", durham, Officer.Role.ADMINISTRATOR)
    ]


def test_the_file_is_its_owners_alone(durham, tmp_path):
    (tmp_path / "sign-ins").write_text("an older one, open to all")

    call_command("make_demo_accounts", tmp_path / "sign-ins")

    assert stat.S_IMODE(os.stat(tmp_path / "sign-ins").st_mode) == 0o600


def test_a_second_run_makes_new_passwords_for_the_same_accounts(durham, tmp_path, rf):
    call_command("make_demo_accounts", tmp_path / "first")
    call_command("make_demo_accounts", tmp_path / "second")

    [_, (email, old)], [_, (_, new)] = sign_ins(tmp_path / "first"), sign_ins(tmp_path / "second")
    assert old != new
    assert authenticate(rf.post("/account/login/"), email=email, password=old) is None
    assert User.objects.count() == 2


def test_somebody_keeps_the_entries_of_the_invented_providers_and_of_no_other(durham, tmp_path):
    samples = [ProviderFactory(is_sample=True), ProviderFactory(is_sample=True)]
    ProviderFactory(is_sample=True, published_at=None)
    ProviderFactory()

    call_command("make_demo_accounts", tmp_path / "first")
    call_command("make_demo_accounts", tmp_path / "second")

    assert sign_ins(tmp_path / "second")[-1][0] == "provider@demo.example"
    assert sorted(Representative.objects.values_list("user__email", "provider")) == [
        ("provider@demo.example", provider.pk) for provider in samples
    ]
