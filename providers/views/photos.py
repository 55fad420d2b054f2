from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.http import Http404
from django.views.decorators.http import require_safe

from core import clock, files
from core.models import find_by_slug

from .. import pictures
from ..acting import may_represent
from ..models import Photo, Service

# A photo can be taken away (somebody in it no longer agrees), so nobody keeps it for long.
KEEP_SECONDS = 3600


@login_not_required
@require_safe
def photo(request, slug, checksum):
    """Show an approved photo of a public service; to its own people, in a preview, one that is not approved yet."""
    at = clock.now()
    own = Service.objects.filter(provider__in=may_represent(request.user))
    service = find_by_slug(Service.objects.filter(Q(published_at__lte=at) | Q(pk__in=own.values("pk"))), slug)
    photos = Photo.objects.filter(service=service, file=checksum)
    row = photos.shown(at=at).first() if service.is_public(at=at) else None
    is_public = row is not None
    if row is None and own.filter(pk=service.pk).exists():
        row = photos.filter(removed_at=None).first()
    if row is None:
        raise Http404("There is no such photo.")
    answer = files.serve(
        request,
        row.file,
        content_type=pictures.CONTENT_TYPE,
        filename=f"{service.slug}.jpg",
        public=is_public,
        inline=True,
    )
    if not is_public:
        return answer
    answer["Cache-Control"] = f"public, max-age={KEEP_SECONDS}"
    return answer
