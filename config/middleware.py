"""What surrounds every request."""

from django.http import HttpResponsePermanentRedirect

from core import api, versions
from core.models import AddressMoved


class OpenDataMiddleware:
    """Let any website read the answers for programs, those about a mistake, a fault or a limit too.

    It stands outside all others, so that no answer of theirs goes without.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not api.is_api(request.path):
            return self.get_response(request)
        response = api.preflight() if request.method == "OPTIONS" else self.get_response(request)
        for name, value in api.CORS_HEADERS.items():
            response.headers[name] = value
        return response


class NotModifiedMiddleware:
    """Tell whoever has the newest page so before anything else is done: what a browser keeps has its headers already."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return versions.not_modified(request) or self.get_response(request)


class MovedAddressMiddleware:
    """Send whoever asks for a former slug on to the present one."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if isinstance(exception, AddressMoved):
            query = f"?{request.META['QUERY_STRING']}" if request.META.get("QUERY_STRING") else ""
            return HttpResponsePermanentRedirect(exception.new_path(request.path) + query)
        return None


class PolicyHeadersMiddleware:
    """Switch off browser features the portal does not use, keep other sites from embedding its answers, and keep what
    a person sees behind the sign-in out of the browser's memory: people share computers."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"
        )
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if request.COOKIES:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response
