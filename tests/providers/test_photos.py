"""Photos: read for what they are, stripped of what they tell, and shown once the council has agreed."""

import datetime as dt
import io

import pytest
from django.urls import reverse
from PIL import Image, ImageFile
from PIL.PngImagePlugin import PngInfo

from core import files
from core.models import AuditEvent
from providers import tasks
from providers.models import Photo, ProfileRevision
from providers.pictures import MOST_BYTES, PhotoRefused, read_photo
from providers.services import photos, revisions
from providers.services.revisions import WithTheCouncil
from tests.factories import NOON
from tests.providers.profiles import make_home

pytestmark = pytest.mark.django_db

GPS, ORIENTATION, ARTIST = 0x8825, 0x0112, 0x013B


def picture(width=400, height=300, kind="JPEG", colour="teal", mode="RGB", **more):
    output = io.BytesIO()
    Image.new(mode, (width, height), colour).save(output, kind, **more)
    return output.getvalue()


def read(content):
    return read_photo(io.BytesIO(content), size=len(content))


@pytest.fixture
def home():
    return make_home()


def add(home, content=None, alt_text="The garden.", **more):
    content = content or picture(colour=more.pop("colour", "teal"))
    return photos.add_photo(
        provider=home.provider, service=home.service, file=io.BytesIO(content), size=len(content), alt_text=alt_text,
        by=home.person, at=NOON,
    )  # fmt: skip


def change(home, checksum, **more):
    return photos.change_photo(
        provider=home.provider, service=home.service, checksum=checksum, by=home.person, at=NOON, **more
    )


# --- the file ---


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_photo_is_made_ours(kind):
    photo = read(picture(kind=kind))

    made = Image.open(io.BytesIO(photo.content))
    assert (made.format, made.mode, made.size) == ("JPEG", "RGB", (photo.width, photo.height))
    assert made.size == (400, 300)


def test_metadata_is_stripped_and_the_photo_stands_upright():
    exif = Image.Exif()
    exif[ORIENTATION], exif[ARTIST] = 6, "A secret person"
    exif.get_ifd(GPS)[1] = "N"
    content = picture(exif=exif, comment=b"A secret comment")
    assert b"secret" in content

    photo = read(content)

    made = Image.open(io.BytesIO(photo.content))
    assert b"secret" not in photo.content
    assert (dict(made.getexif()), made.info.get("comment")) == ({}, None)
    assert made.size == (300, 400)


def test_text_hidden_in_a_png_does_not_come_along():
    info = PngInfo()
    info.add_text("Comment", "A secret comment")

    assert b"secret" not in read(picture(kind="PNG", pnginfo=info)).content


def test_what_is_seen_through_becomes_white():
    photo = read(picture(kind="PNG", mode="RGBA", colour=(0, 0, 0, 0)))

    assert Image.open(io.BytesIO(photo.content)).getpixel((9, 9)) == (255, 255, 255)


def test_large_photo_is_made_smaller():
    photo = read(picture(4000, 3000))

    assert (photo.width, photo.height) == (1600, 1200)


def moving():
    output = io.BytesIO()
    frames = [Image.new("RGB", (400, 300), colour) for colour in ("teal", "white")]
    frames[0].save(output, "WEBP", save_all=True, append_images=frames[1:])
    return output.getvalue()


REFUSED = {
    "a script that is called a photo": (lambda: b"<script>alert(1)</script>", "no photo we can read"),
    "a drawing": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no photo we can read"),
    "another kind of picture": (lambda: picture(kind="GIF"), "no photo we can read"),
    "nothing": (lambda: b"", "no photo we can read"),
    "the beginning alone": (lambda: b"\xff\xd8\xff", "damaged"),
    "half a photo": (lambda: picture(2000, 2000, colour="red")[:2000], "damaged"),
    "a script behind a photo's mark": (lambda: b"\x89PNG\r\n\x1a\n<script>alert(1)</script>", "damaged"),
    "too small": (lambda: picture(299, 400), "too small"),
    "too many pixels": (lambda: picture(9000, 9000, kind="PNG", mode="1", colour=1), "million pixels"),
    "moving": (moving, "moves"),
    "too large": (lambda: picture() + b"x" * MOST_BYTES, "larger than 10 MB"),
}


def test_half_a_photo_is_refused_whatever_another_library_told_pillow(monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)

    with pytest.raises(PhotoRefused, match="damaged"):
        read(picture(2000, 2000, colour="red")[:2000])

    assert ImageFile.LOAD_TRUNCATED_IMAGES is True


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_photo_is_refused_with_the_rule(what):
    make, says = REFUSED[what]

    with pytest.raises(PhotoRefused, match=says):
        read(make())


def test_more_than_a_photo_behind_a_photo_is_left_behind():
    assert b"<script>" not in read(picture() + b"<script>alert(1)</script>").content


# --- in the draft ---


def test_photo_is_in_the_draft_and_shown_to_nobody(home, client):
    revision = add(home)

    photo = Photo.objects.get()
    assert revision.changes == {"photos": [{"file": photo.file, "alt_text": "The garden."}]}
    assert (photo.shown_from, photo.added_by, photo.width, photo.height) == (None, home.person, 400, 300)
    assert files.exists(photo.file)
    assert client.get(photo.get_absolute_url()).status_code == 404
    assert list(AuditEvent.objects.values_list("action", flat=True)) == ["photo.added", "revision.saved"]


def test_approved_photos_are_shown_in_their_order(home, client):
    for colour in ("teal", "red", "blue"):
        add(home, colour=colour, alt_text=f"Something {colour}.")
    teal, red, blue = Photo.objects.order_by("pk")
    change(home, blue.file, step=-1)
    change(home, teal.file, alt_text="Something green.")
    change(home, red.file, remove=True)

    home.approve(revisions.submit_changes(provider=home.provider, service=home.service, by=home.person, at=NOON))

    shown = list(home.service.photos.shown(at=NOON))
    answer = client.get(teal.get_absolute_url())
    assert [one.alt_text for one in shown] == ["Something green.", "Something blue."]
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert "max-age=3600" in answer["Cache-Control"]
    assert client.get(red.get_absolute_url()).status_code == 404


def test_photo_taken_away_is_shown_until_that_is_approved_and_its_file_is_nobodys_then(home, client):
    add(home)
    home.approve(revisions.submit_changes(provider=home.provider, service=home.service, by=home.person, at=NOON))
    photo = Photo.objects.get()
    change(home, photo.file, remove=True)
    assert client.get(photo.get_absolute_url()).status_code == 200
    assert list(tasks.kept_files()) == [photo.file]

    home.approve(revisions.submit_changes(provider=home.provider, service=home.service, by=home.person, at=NOON))

    assert client.get(photo.get_absolute_url()).status_code == 404
    assert not home.service.photos.shown(at=NOON).exists()
    assert list(tasks.kept_files()) == []


def test_shown_is_the_same_for_one_photo_and_for_many(home):
    hour = dt.timedelta(hours=1)
    moments = [None, NOON - hour, NOON, NOON + hour]
    for shown_from in moments:
        for removed_at in moments:
            Photo.objects.create(
                service=home.service, file="0" * 64, alt_text="x", width=1, height=1, added_at=NOON,
                shown_from=shown_from, removed_at=removed_at,
            )  # fmt: skip

    asked = {one.pk for one in Photo.objects.all() if one.is_shown(at=NOON)}

    assert asked == set(Photo.objects.shown(at=NOON).values_list("pk", flat=True))
    assert len(asked) == 4


def test_photos_of_a_draft_thrown_away_are_nobodys(home):
    add(home)

    revisions.discard_changes(provider=home.provider, service=home.service, by=home.person, at=NOON)

    assert list(tasks.kept_files()) == []


@pytest.mark.parametrize("alt_text", ["", "  \n", "x" * 251])
def test_photo_without_fitting_words_is_refused(home, alt_text):
    with pytest.raises(PhotoRefused):
        add(home, alt_text=alt_text)

    assert not Photo.objects.exists()
    assert not ProfileRevision.objects.exists()


def test_sixth_photo_and_the_same_photo_again_are_refused(home):
    colours = ["red", "green", "blue", "teal", "navy", "white"]
    add(home, colour=colours[0])
    with pytest.raises(PhotoRefused, match="there already"):
        add(home, colour=colours[0])
    for colour in colours[1:5]:
        add(home, colour=colour)

    with pytest.raises(PhotoRefused, match="5 photos at most"):
        add(home, colour=colours[5])

    assert len(ProfileRevision.objects.get().changes["photos"]) == 5


def test_photo_of_a_service_whose_change_waits_is_refused(home):
    home.submitted(summary="New words.")

    with pytest.raises(WithTheCouncil):
        add(home)


def test_photo_that_is_not_in_the_draft_cannot_be_changed(home):
    with pytest.raises(PhotoRefused, match="not there any more"):
        change(home, "0" * 64, remove=True)


def test_unapproved_photo_is_seen_by_its_own_people_and_the_officer_who_decides(home, client):
    theirs = make_home("theirs")
    add(home)
    photo = Photo.objects.get()
    revision = revisions.submit_changes(provider=home.provider, service=home.service, by=home.person, at=NOON)
    own = reverse("providers:workspace_photo", args=[home.service.slug, photo.file])
    officers = reverse("admin:providers_profilerevision_photo", args=[revision.pk, photo.file])

    def answers(user):
        client.force_login(user)
        return [client.get(path).status_code for path in (own, officers)]

    public = photo.get_absolute_url()
    assert client.get(public).status_code == 404
    assert answers(home.person)[0] == 200
    in_preview = client.get(public)
    assert (in_preview.status_code, in_preview["Cache-Control"]) == (200, "private, no-store")
    assert answers(home.officer)[1] == 200
    assert answers(theirs.person)[0] == 404
    assert client.get(public).status_code == 404
    assert answers(theirs.officer)[1] == 404
    assert client.get(own)["Cache-Control"] == "private, no-store"
