"""People's data is deleted when its time is over, whichever app holds it."""

from core.models.personal import models_kept_for_a_time


def test_every_model_that_says_how_long_it_keeps_can_say_which_rows_are_past_it():
    kept = models_kept_for_a_time()

    assert {model._meta.label for model in kept} >= {
        "core.OutgoingMail", "providers.Invitation", "providers.Correction", "providers.ConfirmationRequest",
    }  # fmt: skip
    assert [model for model in kept if not hasattr(model._default_manager.all(), "past_keeping")] == []
