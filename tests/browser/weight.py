"""What a page weighs: the bytes of its files as they would be sent, compressed."""

import gzip

from tests.browser.chromium import Shown

KILOBYTE = 1024


def packed(shown: Shown, kind: str) -> int:
    """Bytes of all files of a kind: `document`, `script` or `stylesheet`."""
    return sum(len(gzip.compress(shown.page.request.get(url).body(), 9)) for url in shown.files[kind])
