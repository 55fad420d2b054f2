"""What a document may fetch while it is laid out: the assets it was given, and small images written into it."""

from __future__ import annotations

import base64
import binascii
import re
import urllib.parse
from collections.abc import Mapping

from weasyprint.urls import URLFetcher, URLFetcherResponse

SCHEME = "asset"
BASE_URL = f"{SCHEME}:///"
MAX_DATA_BYTES = 512 * 1024
CONTENT_TYPES = {
    "css": "text/css",
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "woff2": "font/woff2",
}
DATA_IMAGE = re.compile(r"data:(image/(?:png|jpeg|svg\+xml))(;base64)?,(.*)", re.DOTALL)

# So that relative names in a stylesheet are read against it.
for _register in (urllib.parse.uses_relative, urllib.parse.uses_netloc):
    if SCHEME not in _register:
        _register.append(SCHEME)


class RefusedResource(ValueError):
    """The document names something it may not have."""


class AssetFetcher(URLFetcher):
    """Serves named assets from memory. Opens no file and no connection, and follows no redirect.

    A refusal ends the rendering: a document must not be published with a hole where its picture was.
    """

    def __init__(self, assets: Mapping[str, bytes]) -> None:
        super().__init__(allowed_protocols=(SCHEME, "data"), allow_redirects=False, fail_on_errors=True)
        self._assets = assets
        self.refused: str | None = None

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """Return a named asset or a ``data:`` image.

        :raises RefusedResource: for everything else.
        """
        try:
            if url.startswith(BASE_URL):
                return self._asset(url)
            if url.startswith("data:"):
                return self._data_image(url)
            raise RefusedResource("it may only use what it was given")
        except RefusedResource as error:
            self.refused = f"{url[:120]} ({error})"
            raise

    def _asset(self, url: str) -> URLFetcherResponse:
        name = urllib.parse.unquote(url[len(BASE_URL) :].partition("#")[0].partition("?")[0])
        if name not in self._assets:
            raise RefusedResource("there is no such asset")
        content_type = CONTENT_TYPES.get(name.rpartition(".")[2], "application/octet-stream")
        return URLFetcherResponse(url, self._assets[name], {"Content-Type": content_type})

    def _data_image(self, url: str) -> URLFetcherResponse:
        found = DATA_IMAGE.fullmatch(url)
        if not found:
            raise RefusedResource("only PNG, JPEG and SVG images may be written into a document")
        content_type, is_base64, text = found.groups()
        try:
            raw = urllib.parse.unquote_to_bytes(text)
            content = base64.b64decode(raw, validate=True) if is_base64 else raw
        except binascii.Error:
            raise RefusedResource("it is not valid base64") from None
        if len(content) > MAX_DATA_BYTES:
            raise RefusedResource(f"an image in a document may have {MAX_DATA_BYTES // 1024} KiB")
        return URLFetcherResponse(url, content, {"Content-Type": content_type})
