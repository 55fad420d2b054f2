"""The pages that belong to the site as a whole. None of them needs the database."""

import datetime as dt

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils import timezone
from django.views.decorators.http import require_safe

# The day on which the accessibility statement was last looked at, as the regulations ask to be told.
ACCESSIBILITY_REVIEWED_DATE = dt.date(2026, 11, 21)
SECURITY_TXT_DAYS = 180


@login_not_required
@require_safe
@transaction.non_atomic_requests
def accessibility(request):
    return render(
        request,
        "config/accessibility.html",
        {"contact_email": settings.CONTACT_EMAIL, "reviewed_date": ACCESSIBILITY_REVIEWED_DATE},
    )


@login_not_required
@require_safe
@transaction.non_atomic_requests
def privacy(request):
    return render(
        request,
        "config/privacy.html",
        {"contact_email": settings.CONTACT_EMAIL, "engagement_kept_days": settings.ENGAGEMENT_KEPT_DAYS},
    )


@login_not_required
@require_safe
@transaction.non_atomic_requests
def cookies(request):
    return render(
        request,
        "config/cookies.html",
        {
            "session_cookie": settings.SESSION_COOKIE_NAME,
            "session_hours": settings.SESSION_COOKIE_AGE // 3600,
            "csrf_cookie": settings.CSRF_COOKIE_NAME,
        },
    )


@login_not_required
@require_safe
@transaction.non_atomic_requests
def about_data(request):
    return render(request, "config/about_data.html", {"contact_email": settings.CONTACT_EMAIL})


@login_not_required
@require_safe
@transaction.non_atomic_requests
def robots_txt(request):
    lines = [
        "User-agent: *",
        "Disallow: /account/",
        "Disallow: /admin/",
        "Disallow: /workspace/",
        f"Sitemap: {settings.PUBLIC_URL}/sitemap.xml",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
@transaction.non_atomic_requests
def security_txt(request):
    """Say where to report a weakness (RFC 9116, which asks for an end date less than a year ahead)."""
    today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    expires_at = today + dt.timedelta(days=SECURITY_TXT_DAYS)
    lines = [
        f"Contact: mailto:{settings.CONTACT_EMAIL}",
        f"Expires: {expires_at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en",
        f"Canonical: {settings.PUBLIC_URL}/.well-known/security.txt",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
@transaction.non_atomic_requests
def favicon(request):
    return redirect(static("img/mark.svg"))
