"""What people type who ask about a tender, and what officers type who answer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models

from commissioning.forms import PublicForm, email_field, name_field, organisation_field
from core.text import clean_plain_text

from ..models import OpportunityLot, Question


class QuestionForm(forms.Form):
    """A question about a tender. Who asks is told to the buyer's officers and to nobody else."""

    lot = forms.ModelChoiceField(
        label="What is it about?",
        queryset=OpportunityLot.objects.none(),
        required=False,
        empty_label="The whole tender",
        error_messages={"invalid_choice": "Choose one of the lots, or the whole tender"},
    )
    question = forms.CharField(
        label="Your question",
        min_length=10,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="The buyer publishes it in words for all. Leave out what tells who you are, and name nobody who gets "
        "care.",
        error_messages={
            "required": "Write your question",
            "min_length": "Write a little more: ten letters or more",
            "max_length": "Ask in 4,000 letters or fewer",
        },
    )

    def __init__(self, *args: Any, lots: models.QuerySet[OpportunityLot], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lot: Any = self.fields["lot"]
        lot.queryset = lots
        if not lots:
            del self.fields["lot"]

    def clean_question(self) -> str:
        return clean_plain_text(self.cleaned_data["question"], multiline=True)

    @property
    def is_from_a_program(self) -> bool:
        return False


class StrangersQuestionForm(PublicForm, QuestionForm):
    """The same from somebody without an account: who they are, and where the answer goes."""

    organisation_name = organisation_field()
    name = name_field(max_length=160)
    email = email_field("We send a link to confirm it, and later the answer.")


class AnswerForm(forms.Form):
    """The question in words that tell nobody who asked, and its answer."""

    question_public = forms.CharField(
        label="Question, in words for all",
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=4000,
        help_text="Everybody reads this. Leave out whatever tells who asked.",
        error_messages={"required": "Write the question in words for all."},
    )
    answer = forms.CharField(
        label="Answer",
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=8000,
        help_text="Everybody reads this. Followers of the tender are told.",
        error_messages={"required": "Write the answer."},
    )


class CorrectAnswerForm(forms.Form):
    """What an answer says now, and why it changed."""

    answer = forms.CharField(
        label="The answer, as it is now",
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=8000,
        help_text="Everybody reads this. What it said before stays on the page, in an addendum.",
        error_messages={"required": "Write what the answer is now."},
    )
    reason = forms.CharField(
        label="Why it changes",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        help_text="Everybody reads this. Followers of the tender and who asked are told.",
        error_messages={"required": "Say why it changes."},
    )

    def for_record(self, question: Question) -> None:
        """Begin with what the answer says."""
        self.fields["answer"].initial = question.answer


class DeclineForm(forms.Form):
    """Why a question is not answered."""

    reason = forms.CharField(
        label="Why",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
        help_text="Only the person who asked is told, by email.",
        error_messages={"required": "Say why."},
    )


class AddendumForm(forms.Form):
    """What changes for bidders, in words."""

    text = forms.CharField(
        label="What changes for bidders, and why",
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=8000,
        help_text="Everybody reads this. A date moves by “Move a date”. What you edit in the record itself is told by "
        "an addendum of its own.",
        error_messages={"required": "Say what changes."},
    )
