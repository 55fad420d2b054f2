"""The second step of signing in."""

from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm
from axes.handlers.proxy import AxesProxyHandler
from django import forms
from django.contrib.auth.signals import user_login_failed
from django.utils.crypto import constant_time_compare

# Where the session holds what tells one password of an account from the next, between the two steps.
PASSWORD_GIVEN = "password_given"


class SecondStepForm(AuthenticateForm):
    """Counts wrong codes with wrong passwords, in the database: a code has six digits, and the cache may be away."""

    def clean_code(self):
        if not AxesProxyHandler.is_allowed(context.request, self._credentials()):
            raise get_adapter().validation_error("too_many_login_attempts")
        given = context.request.session.get(PASSWORD_GIVEN, "")
        if not constant_time_compare(given, self.user.get_session_auth_hash()):
            raise forms.ValidationError("Your password was changed meanwhile. Sign in anew.")
        return super().clean_code()

    def _emit_authentication_failed(self, authenticator):
        super()._emit_authentication_failed(authenticator)
        user_login_failed.send(sender=__name__, credentials=self._credentials(), request=context.request)

    def _credentials(self):
        return {"email": self.user.email}
