"""News of this floor for the apps above it."""

from django.dispatch import Signal

# A record was made public: ``sender`` is its model; ``record`` and ``at`` are sent. In the publication's transaction.
record_published = Signal()
