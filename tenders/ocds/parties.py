"""Who takes part in a process: each party once, with all its roles; elsewhere it is referred to."""

from __future__ import annotations

import hashlib
import re

from commissioning.models import Organisation
from providers.models import Provider
from tenders.models import ContractSupplier

from .values import Document, present

SUB_CENTRAL = {"scheme": "UK_CA_TYPE", "id": "publicAuthoritySubCentralGovernment"}
SUB_CENTRAL_KINDS = {Organisation.Kind.COUNCIL, Organisation.Kind.COMBINED_AUTHORITY, Organisation.Kind.ICB}
COMPANY = re.compile(r"\d{8}|[A-Z]{2}\d{6}")
CHARITY = re.compile(r"\d{6,7}")


class Parties:
    """The parties of one release, in the order they were named."""

    def __init__(self, *, site: str) -> None:
        self.site = site
        self._known: dict[str, Document] = {}

    def add(self, party: Document, *roles: str) -> Document:
        """Name a party in these roles; return the reference to it."""
        known = self._known.setdefault(party["id"], {**party, "roles": []})
        known["roles"] += [role for role in roles if role not in known["roles"]]
        return {"id": party["id"], "name": party["name"]}

    def organisation(self, row: Organisation, *roles: str) -> Document:
        identifier = {"scheme": "GB-NHS", "id": row.ods_code, "legalName": row.name} if row.ods_code else None
        kind = [SUB_CENTRAL] if row.kind in SUB_CENTRAL_KINDS else []
        party = present(
            {
                "id": f"GB-NHS-{row.ods_code}" if row.ods_code else _local_id(row),
                "name": row.name,
                "identifier": identifier,
                "address": {"countryName": "United Kingdom"},
                "contactPoint": present({"url": row.website}),
                "details": present({"classifications": kind}),
            }
        )
        return self.add(party, *roles)

    def provider(self, row: Provider, *roles: str, details: Document | None = None) -> Document:
        scheme, number = _registered(row)
        party = present(
            {
                "id": f"{scheme}-{number}" if number else f"provider-{row.uuid}",
                "name": row.name,
                "identifier": {"scheme": scheme, "id": number, "legalName": row.name} if number else None,
                "contactPoint": present({"url": f"{self.site}{row.get_absolute_url()}"}),
                "details": details or {},
            }
        )
        return self.add(party, *roles)

    def supplier(self, row: ContractSupplier) -> Document:
        """A row of a contract's suppliers: a provider, or the name that the document gives."""
        role = "subcontractor" if row.role == ContractSupplier.Role.SUBCONTRACTOR else "supplier"
        return self.supplying(row.provider, row.name_as_stated, row.registration_number, row.is_sme, row.is_vcse, role)

    def supplying(
        self,
        provider: Provider | None,
        name: str,
        number: str,
        is_sme: bool | None,
        is_vcse: bool | None,
        role: str = "supplier",
    ) -> Document:
        details = present({"scale": "sme" if is_sme else None, "vcse": is_vcse})
        if provider is not None:
            return self.provider(provider, role, details=details)
        number = number.replace(" ", "").upper()
        scheme = "GB-COH" if COMPANY.fullmatch(number) else "GB-CHC" if CHARITY.fullmatch(number) else ""
        stated = hashlib.sha256(" ".join(name.lower().split()).encode()).hexdigest()[:16]
        party = present(
            {
                "id": f"{scheme}-{number}" if scheme else f"stated-{stated}",
                "name": name,
                "identifier": {"scheme": scheme, "id": number, "legalName": name} if scheme else None,
                "details": details,
            }
        )
        return self.add(party, role)

    def all(self) -> list[Document]:
        return list(self._known.values())


def _local_id(row: Organisation) -> str:
    return f"GSS-{row.gss_code}" if row.gss_code else f"organisation-{row.slug}"


def _registered(row: Provider) -> tuple[str, str]:
    if row.company_number:
        return "GB-COH", row.company_number.upper().zfill(8)
    return "GB-CHC", row.charity_number
