"""The portal's addresses and the empty page."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.urls import path

from config.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


@login_not_required
def empty(request):
    return render(request, "bench/empty.html")


urlpatterns = [path("bench/empty/", empty, name="bench_empty"), *urlpatterns]
