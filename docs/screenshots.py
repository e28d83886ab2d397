"""Takes the pictures of the README from the running pages: `make screenshots`.

They are drawn with the fonts of this machine; Debian's fonts-noto-core, which .ci/machine installs, draws them alike everywhere.
The form of the files: https://www.w3.org/TR/png-3/
"""

import base64
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
from playwright.sync_api import Page

sys.path.insert(0, str(Path(__file__).parent.parent))

from orgatlas.graph.settings import Settings
from tests.browser.chromium import HOST, Shown, View, find, launched
from tests.serving import run

FOLDER = Path(__file__).parent / "screenshots"
PICTURES = {
    "home": "/",
    "organisation": "/org",
    "unit": "/unit/international-relations-directorate",
    "countries": "/countries",
    "search": "/search?q=relations",
}
LIMIT = 150 * 1024
"""Bytes of a picture: whoever clones the repository gets them all."""

PIXELS = """async picture => {
    const image = new Image();
    image.src = 'data:image/png;base64,' + picture;
    await image.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [image.width, image.height];
    const pen = canvas.getContext('2d');
    pen.drawImage(image, 0, 0);
    const {data} = pen.getImageData(0, 0, image.width, image.height);
    let text = '';
    for (let at = 0; at < data.length; at += 8192) text += String.fromCharCode(...data.subarray(at, at + 8192));
    return [image.width, btoa(text)];
}"""
"""The width of a picture, and its pixels as red, green, blue and opacity."""


def with_palette(picture: bytes, blank: Page) -> bytes:
    """The picture in its 256 most frequent colours: the other shades at the edges of letters would take three times the bytes."""
    width, text = blank.evaluate(PIXELS, base64.b64encode(picture).decode())
    pixels = np.frombuffer(base64.b64decode(text), np.uint32)  # a colour each; all are opaque
    colours, places, counts = np.unique(pixels, return_inverse=True, return_counts=True)
    kept = np.argsort(-counts, kind="stable")[:256]
    shades = colours.view(np.uint8).reshape(-1, 4)[:, :3]
    palette = shades[kept]
    distances = np.abs(shades[:, None, :].astype(int) - palette[None, :, :]).sum(axis=2)
    rows = distances.argmin(axis=1)[places].reshape(-1, width).astype(np.uint8)
    lines = np.pad(rows, ((0, 0), (1, 0))).tobytes()  # each line says first that it is not filtered
    header = struct.pack(">IIBBBBB", width, len(rows), 8, 3, 0, 0, 0)
    chunks = {b"IHDR": header, b"PLTE": palette.tobytes(), b"IDAT": zlib.compress(lines, 9), b"IEND": b""}
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        for name, content in chunks.items()
    )


def main() -> None:
    """Take them all, in both languages."""
    program = find()
    if not program:
        sys.exit("There is no Chromium here; on Debian: apt-get install chromium fonts-noto-core")
    FOLDER.mkdir(exist_ok=True)
    with run((), Settings()) as (_, port), launched(program) as browser:
        blank = browser.new_page()
        for language in ("en", "fr"):
            window = View(language, still=True).context(browser, f"http://{HOST}:{port}")
            for name, path in PICTURES.items():
                taken = Shown(window.new_page()).open(f"/{language}{path}").page.screenshot(animations="disabled")
                picture = with_palette(taken, blank)
                if len(picture) > LIMIT:
                    sys.exit(f"{name} in {language} has {len(picture):,} bytes; {LIMIT:,} is the limit")
                (FOLDER / f"{name}-{language}.png").write_bytes(picture)


if __name__ == "__main__":
    main()
