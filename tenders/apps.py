from typing import Any

from django.apps import AppConfig


class TendersConfig(AppConfig):
    name = "tenders"
    verbose_name = "Frameworks, opportunities and contracts"

    def ready(self) -> None:
        from commissioning.signals import record_published

        record_published.connect(_tell, dispatch_uid="tenders.release")


def _tell(*, record: Any, at: Any, **kwargs: Any) -> None:
    from .services import record_publication

    record_publication(record, at=at)
