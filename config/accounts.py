"""How people come to an account."""

from allauth.account.adapter import DefaultAccountAdapter


class InvitedOnlyAdapter(DefaultAccountAdapter):
    """Accounts come from an invitation; nobody signs up by themselves."""

    def is_open_for_signup(self, request):
        return False
