"""How people come to an account, and into the workspace."""

from urllib.parse import quote

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView, redirect_to_login
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.views.decorators.cache import never_cache

from commissioning.acting import acting_officer, is_operator
from core import clock, mail
from providers.acting import may_represent

from .second_step import PASSWORD_GIVEN


class InvitedOnlyAdapter(DefaultAccountAdapter):
    """Accounts come from an invitation; nobody signs up by themselves."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "The email address or the password is not right. Type both again, or ask for a new password.",
        "enter_current_password": "This is not your password now. Type it again.",
        "incorrect_password": "The password is not right. Type it again.",
        "too_many_login_attempts": "Too many wrong tries. Wait a few minutes, then sign in again.",
    }

    def is_open_for_signup(self, request):
        return False

    def get_login_redirect_url(self, request):
        """Lead people to where they work, unless they were on the way to somewhere else."""
        if is_operator(request.user) or acting_officer(request):
            return reverse("admin:index")
        if may_represent(request.user).exists():
            return reverse("providers:workspace")
        return super().get_login_redirect_url(request)

    def pre_login(self, request, user, **options):
        """Note for the second step which password was given: a new one chosen meanwhile ends the sign-in under way."""
        request.session[PASSWORD_GIVEN] = user.get_session_auth_hash()
        return super().pre_login(request, user, **options)

    def get_reset_password_from_key_url(self, key):
        """Name the site by its own address and not by the one the request came to, which whoever asks may choose."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.PUBLIC_URL + path.replace("UID-KEY", quote(key))

    def get_email_confirmation_url(self, request, emailconfirmation):
        return settings.PUBLIC_URL + reverse("account_confirm_email", args=[emailconfirmation.key])

    def send_mail(self, template_prefix, email, context):
        """Owe the mail: a mail server that is down loses none, and the answer takes no longer for a known address.

        Anybody may type an address to have a password chosen anew: it gets one such mail in ten minutes, and one a day
        if it has no account.
        """
        site = {"site": settings.PUBLIC_URL, "contact": settings.CONTACT_EMAIL}
        message = self.render_mail(template_prefix, email, {**site, "email": email, **context})
        at = clock.now()
        kind = template_prefix.rpartition("/")[2]
        often = {"unknown_account": f"{at:%Y%m%d}", "password_reset_key": f"{at:%Y%m%d%H%M}"[:-1]}
        digest = salted_hmac("accounts.mail", email.lower(), algorithm="sha256").hexdigest()[:32]
        key = f"account:{kind}:{digest}:{often.get(kind, at.timestamp())}"
        mail.owe(key=key, to=email, subject=message.subject, text=message.body)


def guard_workspace(site):
    """Put the portal's own sign-in before an admin site.

    The admin's form would let in by the password alone somebody who has set up a second step.
    """

    @login_not_required
    @never_cache
    def login(request, extra_context=None):
        if not request.user.is_authenticated:
            # The sign-in view refuses an address on another site.
            return redirect_to_login(request.GET.get("next") or request.get_full_path())
        if not site.has_permission(request):
            raise PermissionDenied(
                "The workspace is for officers of councils and NHS bodies. If you are one, ask the administrator "
                "of your organisation to add you."
            )
        return redirect("admin:index")

    @never_cache
    def logout(request, extra_context=None):
        return LogoutView.as_view(next_page="home")(request)

    def password_change(request, extra_context=None):
        return redirect("account_change_password")

    site.login, site.logout, site.password_change = login, logout, password_change


def client_address(request):
    """Return the address a request comes from: the one that our own outermost proxy saw, where we have proxies."""
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    if settings.TRUSTED_PROXIES and len(hops) >= settings.TRUSTED_PROXIES:
        return hops[-settings.TRUSTED_PROXIES]
    # A test client signs somebody in without a connection.
    return request.META.get("REMOTE_ADDR")


def typed_name(request, credentials=None):
    """Return the name somebody tries to sign in by. The sign-in view hands it on as an address or as a name."""
    given = credentials or {}
    name = given.get("email") or given.get("username") or (request.POST.get("login") if request is not None else "")
    return (name or "").strip().lower() or None
