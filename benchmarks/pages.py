"""What pages cost, for the server and for a slow device: `.venv/bin/python benchmarks/pages.py [--only GROUP]`.

https://web.dev/articles/vitals
"""

import argparse
import gzip
import statistics
import sys
import tempfile
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from linked_data import BENEATH, UNITS, Ask, asking, served, show, started, timed
from organisation import write_units
from playwright.sync_api import Browser

from tests.browser.chromium import DESK, HOST, Shown, find, launched
from tests.browser.pages import PAGES
from tests.browser.weight import packed

FORMS = {
    "chart": "/org?view=chart",
    "tree": "/org?view=tree",
    "table": "/org?view=table",
}
BESIDE = {"home": "/", "services": "/services", "countries": "/countries", "search": "/search?q=unit+77"}

PHONE = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
"""A slow telephone's network: milliseconds, and bytes a second."""

VITALS = """() => new Promise(done => {
    const seen = {paint: 0, shift: 0, blocked: 0};
    const watch = (type, note) =>
        new PerformanceObserver(list => list.getEntries().forEach(note)).observe({type, buffered: true});
    watch('largest-contentful-paint', each => { seen.paint = each.startTime; });
    watch('layout-shift', each => { if (!each.hadRecentInput) seen.shift += each.value; });
    watch('longtask', each => { seen.blocked += each.duration - 50; });
    setTimeout(() => done(seen), 500);
})"""
"""When the largest piece was painted, how far things moved, and for how long no key would have been heard."""


def at_the_server(triples: int, rounds: int) -> None:
    """Milliseconds until a page is whole: another one each time, and the same that has not changed."""
    units = range(1, min(UNITS, triples // 10))[:rounds]
    with served(triples) as ask:
        for kind in ("unit", "service", "place"):
            numbers = [
                number % 200 if kind == "place" else number for number in units if kind != "service" or number % 3
            ]
            _twice(ask, kind, [f"/fr/{kind}/{number}" for number in numbers])
        for name, path in (BESIDE | FORMS).items():
            _twice(ask, name, [f"/fr{path}"] + [_another(f"/fr{path}", number) for number in units])


def _another(path: str, number: int) -> str:
    """The same page by another address, which no cache knows."""
    return f"{path}{'&' if '?' in path else '?'}again={number}"


def _twice(ask: Ask, name: str, paths: list[str]) -> None:
    show(f"{name}, new", timed(ask, paths, 200))
    _, headers = ask(paths[0], {})
    show(f"{name}, unchanged", timed(ask, paths[:1] * len(paths), 304, {"If-None-Match": headers["etag"]}))


def at_a_slow_device(browser: Browser, rounds: int) -> None:
    """Each kind of page of the built-in graph on a processor four times as slow and a slow network."""
    print(
        f"{'page':26} {'paint ms':>9} {'shift':>6} {'blocked':>8} {'HTML':>6} {'CSS':>6} {'JS':>6}   KB are compressed"
    )
    with started() as port:
        site = f"http://{HOST}:{port}"
        for name, path in PAGES.items():
            _vitals(browser, site, path)  # the server gets ready for this kind of page
            measured = [_vitals(browser, site, path) for _ in range(rounds)]
            paint, shift, blocked, *sizes = (statistics.median(each) for each in zip(*measured, strict=True))
            weights = " ".join(f"{size / 1024:6.1f}" for size in sizes)
            print(f"{name:26} {paint:9.0f} {shift:6.3f} {blocked:8.0f} {weights}")


def _vitals(browser: Browser, site: str, path: str) -> Iterable[float]:
    window = DESK.context(browser, site)
    shown = Shown(window.new_page())
    tools = window.new_cdp_session(shown.page)
    tools.send("Network.enable")
    tools.send("Network.emulateNetworkConditions", dict[str, Any](PHONE))
    tools.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    seen = shown.open(f"/en{path}").page.evaluate(VITALS)
    sizes = [packed(shown, kind) for kind in ("document", "stylesheet", "script")]
    window.close()
    return [seen["paint"], seen["shift"], seen["blocked"], *sizes]


def _packed(url: str) -> int:
    with urllib.request.urlopen(url) as answer:
        return len(gzip.compress(answer.read(), 9))


def of_a_large_organisation(units: int, rounds: int) -> None:
    """The organisation of very many units in each form."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "organisation.nt"
        write_units(file, units)
        with started(*BENEATH, file) as port:
            ask = asking(port)
            for name, path in FORMS.items():
                show(name, timed(ask, [_another(f"/en{path}", number) for number in range(rounds)], 200))
                print(f"{'':34} {_packed(f'http://{HOST}:{port}/en{path}') / 1024:.1f} KB compressed")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=["server", "device", "large"])
    parser.add_argument("--triples", type=int, default=100_000)
    parser.add_argument("--units", type=int, default=100_000, help="of the large organisation")
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    if chosen.only in (None, "server"):
        print(f"At the server, {chosen.triples:,} triples")
        at_the_server(chosen.triples, 20 * chosen.rounds)
    if chosen.only in (None, "device"):
        print("\nOn a slow device, built-in graph")
        program = find()
        assert program, "there is no Chromium here"
        with launched(program) as browser:
            at_a_slow_device(browser, chosen.rounds)
    if chosen.only in (None, "large"):
        print(f"\nAn organisation of {chosen.units:,} units")
        of_a_large_organisation(chosen.units, chosen.rounds)


if __name__ == "__main__":
    main()
