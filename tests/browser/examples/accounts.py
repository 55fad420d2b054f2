"""Signing in, passwords and the second step."""

from allauth.account.forms import EmailAwarePasswordResetTokenGenerator
from allauth.account.utils import user_pk_to_url_str

from tests.browser.examples.visits import Examples, Visit, at, closed, lost, mine, person, sent, still, two_step_person


def _reset_key(press):
    user = person()
    key = EmailAwarePasswordResetTokenGenerator().make_token(user)
    return at("account_reset_password_from_key", user_pk_to_url_str(user), key)


def _reset_key_wrong(press):
    visit = _reset_key(press)
    return Visit(visit.path, typed={"password1": "another horse battery", "password2": "no match"})


EXAMPLES = {
    "account_login": Examples(
        full=lambda press: at("account_login"),
        empty=lambda press: at("account_login", query="?next=/admin/"),
        error=sent("account_login", "Sign in", login="nobody@example.org", password="wrong"),
    ),
    "account_logout": Examples(
        full=mine("account_logout"), empty=mine("account_logout"), error=lost("/account/logout/nothing/")
    ),
    "account_inactive": still("account_inactive"),
    "account_signup": Examples(
        full=lambda press: at("account_signup", holds="by invitation"),
        empty=lambda press: at("account_signup"),
        error=lost("/account/signup/nothing/"),
    ),
    "account_reauthenticate": Examples(
        full=mine("account_reauthenticate"),
        empty=closed("account_reauthenticate"),
        error=sent("account_reauthenticate", "Go on", make=person, password="wrong"),
    ),
    "account_email_verification_sent": Examples(
        full=lambda press: at("account_email_verification_sent"),
        empty=lambda press: at("account_email_verification_sent"),
        error=lost("/account/confirm-email/nothing/more/"),
    ),
    "account_confirm_email": Examples(
        full=lambda press: at("account_confirm_email", "nothing"),
        empty=lambda press: at("account_confirm_email", "nothing"),
        error=lost("/account/confirm-email/nothing/more/"),
    ),
    "account_change_password": Examples(
        full=mine("account_change_password"),
        empty=closed("account_change_password"),
        error=sent("account_change_password", "Change", make=person, oldpassword="wrong", password1="a", password2="b"),
    ),
    "account_set_password": Examples(
        full=mine("account_set_password"),
        empty=closed("account_set_password"),
        error=lost("/account/password/set/nothing/"),
    ),
    "account_reset_password": Examples(
        full=lambda press: at("account_reset_password"),
        empty=lambda press: at("account_reset_password"),
        error=sent("account_reset_password", "", email="no-address"),
    ),
    "account_reset_password_done": still("account_reset_password_done"),
    "account_reset_password_from_key": Examples(
        full=_reset_key,
        empty=lambda press: at("account_reset_password_from_key", "1", "set-password", holds="no longer works"),
        error=_reset_key_wrong,
    ),
    "account_reset_password_from_key_done": still("account_reset_password_from_key_done"),
    "mfa_index": Examples(full=mine("mfa_index", two_step_person), empty=mine("mfa_index"), error=closed("mfa_index")),
    "mfa_authenticate": Examples(
        full=closed("mfa_authenticate"), empty=closed("mfa_authenticate"), error=lost("/account/2fa/authenticate/no/")
    ),
    "mfa_reauthenticate": Examples(
        full=mine("mfa_reauthenticate", two_step_person),
        empty=closed("mfa_reauthenticate"),
        error=sent("mfa_reauthenticate", "Go on", make=two_step_person, code="000000"),
    ),
    "mfa_activate_totp": Examples(
        full=mine("mfa_activate_totp"),
        empty=closed("mfa_activate_totp"),
        error=lost("/account/2fa/totp/activate/nothing/"),
    ),
    **{
        name: Examples(full=mine(name, two_step_person), empty=mine(name, status=404), error=closed(name))
        for name in ("mfa_deactivate_totp", "mfa_view_recovery_codes")
    },
    "mfa_generate_recovery_codes": Examples(
        full=mine("mfa_generate_recovery_codes", two_step_person),
        empty=mine("mfa_generate_recovery_codes"),
        error=closed("mfa_generate_recovery_codes"),
    ),
    "mfa_download_recovery_codes": Examples(
        full=mine("mfa_download_recovery_codes", two_step_person, is_page=False),
        empty=mine("mfa_download_recovery_codes", status=404),
        error=closed("mfa_download_recovery_codes"),
    ),
}
