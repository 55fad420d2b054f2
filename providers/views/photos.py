from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.views.decorators.http import require_safe

from core import clock, files
from core.models import find_by_slug

from .. import pictures
from ..models import Photo, Service

# A photo can be taken away (somebody in it no longer agrees), so nobody keeps it for long.
KEEP_SECONDS = 3600


@login_not_required
@require_safe
def photo(request, slug, checksum):
    """Show an approved photo of a public service."""
    at = clock.now()
    service = find_by_slug(Service.objects.public(at=at), slug)
    row = Photo.objects.filter(service=service).shown(at=at).filter(file=checksum).first()
    if row is None:
        raise Http404("There is no such photo.")
    answer = files.serve(
        request, row.file, content_type=pictures.CONTENT_TYPE, filename=f"{service.slug}.jpg", public=True, inline=True
    )
    answer["Cache-Control"] = f"public, max-age={KEEP_SECONDS}"
    return answer
