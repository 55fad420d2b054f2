"""Small answers that others hold, and what is wrong with a request."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from ..models import Provider


class Maybe(serializers.CharField):
    """Text that may be unknown: then it is null, never empty."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_null=True, **kwargs)

    def to_representation(self, value: Any) -> str | None:  # type: ignore[override]
        return str(value) if value else None


class NamedSerializer(serializers.Serializer):
    """Something with a page or a filter of its own, by the word that names it in addresses."""

    slug = serializers.CharField()
    name = serializers.CharField()


class CouncilSerializer(NamedSerializer):
    gss_code = Maybe(help_text="Code of the Office for National Statistics.")


class ProviderSerializer(serializers.Serializer):
    uuid = serializers.UUIDField()
    name = serializers.CharField()
    page = serializers.SerializerMethodField(help_text="Address of its page.")

    def get_page(self, provider: Provider) -> str:
        return self.context["site"] + provider.get_absolute_url()


class ProblemSerializer(serializers.Serializer):
    """What is wrong with a request, and what to do (RFC 9457)."""

    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(required=False)
    parameter = serializers.CharField(required=False, help_text="The parameter that is wrong.")
