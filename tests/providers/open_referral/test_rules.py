"""The recipe by which the tests judge documents, itself tested."""

import pytest


class TestRules:
    """The recipe itself, on documents that are right and on some that are wrong on purpose."""

    SERVICE = {
        "id": "00000000-0000-4000-8000-000000000001",
        "organization_id": "00000000-0000-4000-8000-000000000002",
        "name": "Example House",
        "status": "active",
    }

    def page(self, **changed):
        page = {
            "total_items": 1, "total_pages": 1, "page_number": 1, "size": 1, "first_page": True, "last_page": True,
            "empty": False, "contents": [self.SERVICE],
        }  # fmt: skip
        return {**page, **changed}

    @pytest.mark.parametrize("name", ["service", "organization", "service_at_location"])
    def test_the_standards_own_examples_hold_but_for_their_invented_point(self, rules, name):
        whole, listed = rules.example(f"{name}_full"), rules.example(f"{name}_list")

        found = rules.problems(name, whole) + [
            line for line in rules.problems(f"{name}_list", listed) if "organisation" not in line and "size" not in line
        ]

        assert {line for line in found if "latitude 100 " not in line} == set()

    def test_a_right_document_has_no_problem(self, rules):
        assert rules.problems("service", self.SERVICE) == []
        assert rules.problems("service_list", self.page()) == []

    @pytest.mark.parametrize(
        "wrong",
        [
            {"status": "Active"},
            {"id": "1-123456789"},
            {"url": "www.example.org"},
            {"description": ""},
            {"description": None},
            {"name": None},
            {"organization_id": ""},
            {"last_modified": "2026-11-01T09:30:00"},
            {"assured_date": "01/10/2026"},
            {"languages": []},
            {"service_at_locations": [{"id": "00000000-0000-4000-8000-000000000003", "location": {"id": "x"}}]},
        ],
    )
    def test_a_wrong_service_is_told(self, rules, wrong):
        assert rules.problems("service", {**self.SERVICE, **wrong}) != []

    def test_a_service_without_organisation_is_told(self, rules):
        orphan = {name: value for name, value in self.SERVICE.items() if name != "organization_id"}

        assert rules.problems("service", orphan) == ["no organisation"]

    def test_a_page_of_another_shape_is_told(self, rules):
        other = {"count": 1, "next": None, "previous": None, "results": [self.SERVICE]}

        assert "page field contents missing or not list" in rules.problems("service_list", other)

    @pytest.mark.parametrize(
        "wrong", [{"size": 2}, {"empty": True}, {"first_page": False}, {"last_page": False}, {"total_pages": "1"}]
    )
    def test_a_wrong_envelope_is_told(self, rules, wrong):
        assert rules.problems("service_list", self.page(**wrong)) != []

    def test_a_root_without_profile_and_a_point_at_sea_are_told(self, rules):
        location = {"id": self.SERVICE["id"], "location_type": "physical", "latitude": 154, "longitude": 0}

        assert rules.problems("api_details", {"version": "HSDS-UK-3.0"}) != []
        assert rules.problems("location", location) == ["latitude 154 is not in the United Kingdom"]
