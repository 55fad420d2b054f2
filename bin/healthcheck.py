"""For containers: does the web server live (web), or does beat give signs of life (beat)?"""

import json
import os
import sys
import urllib.request
from urllib.parse import urlsplit

PLACES = {"web": "http://127.0.0.1:8000/health/live", "beat": "http://web:8000/health/ready"}


def main(what: str) -> int:
    host = urlsplit(os.environ.get("PUBLIC_URL", "")).netloc or "localhost"
    request = urllib.request.Request(PLACES[what], headers={"Host": host})
    try:
        with urllib.request.urlopen(request, timeout=8) as response:
            body = response.read()
    except OSError as error:
        print(error)
        return 1
    if what == "beat" and json.loads(body)["checks"].get("beat") != "ok":
        print("no sign of life")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
