"""Whatever a request says, it is understood or refused: no header and no parameter brings a reader of it down.

https://www.rfc-editor.org/rfc/rfc9110#section-12.5 and https://url.spec.whatwg.org/#urlencoded-parsing
"""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import unquote_to_bytes, urlencode

from hypothesis import example, given, settings
from hypothesis import strategies as st
from starlette.exceptions import HTTPException

from orgatlas.api.limits import PAIRS_LIMIT, Pairs, read_pairs
from orgatlas.api.negotiation import choose, choose_encoding, choose_language
from orgatlas.api.sparql import OF_UPDATES, SparqlRequest, from_pairs

STEADY = settings(deadline=None, derandomize=True, max_examples=300)
"""The same examples every time, however long one takes."""


# Headers that are nonsense: any text, and text that looks like a header.

OFFERED_TYPES = ("application/json", "text/html", "text/csv", "text/turtle")
OFFERED_LANGUAGES = ("en", "fr")
OFFERED_CODINGS = ("zstd", "gzip")

WORDS = ("*/*", "text/*", "*", "identity", "q", "Q", "en-CA", "x-gzip", "0", "1", "0.5", "1.000", "1e9", "nan")
SIGNS = (",", ";", "=", " ", "\t", '"', "/", "-", ".", "\x00", "\x85", "\xff")
PIECES = st.sampled_from((*OFFERED_TYPES, *OFFERED_LANGUAGES, *OFFERED_CODINGS, *WORDS, *SIGNS))
NONSENSE = st.none() | st.text() | st.lists(PIECES, max_size=30).map("".join)


@STEADY
@given(NONSENSE, st.lists(st.sampled_from(OFFERED_TYPES), unique=True))
def test_a_type_is_on_offer_or_there_is_none(header: str | None, offers: list[str]) -> None:
    assert choose(header, offers) in (None, *offers)


@STEADY
@given(NONSENSE, st.lists(st.sampled_from(OFFERED_LANGUAGES), unique=True, min_size=1))
def test_a_language_is_on_offer(header: str | None, offers: list[str]) -> None:
    assert choose_language(header, offers) in offers


@STEADY
@given(NONSENSE, st.lists(st.sampled_from(OFFERED_CODINGS), unique=True))
def test_a_coding_is_on_offer_or_there_is_none(header: str | None, offers: list[str]) -> None:
    assert choose_encoding(header, offers) in ("", *offers)


# Headers that are well-formed, and what the standard makes of them.

SPACE = st.sampled_from(["", " ", "\t", "  "])
QUALITY = st.sampled_from([None, "0", "0.", "0.0", "0.000", "0.001", "0.3", "0.50", "0.5", "0.999", "1", "1.", "1.000"])


def weighted(names: st.SearchStrategy[str]) -> st.SearchStrategy[list[tuple[str, str | None]]]:
    """Names, none twice, each with its quality as written."""
    return st.lists(st.tuples(names, QUALITY), unique_by=lambda each: each[0].lower(), max_size=8)


@st.composite
def written(draw: st.DrawFn, names: list[tuple[str, str | None]]) -> str:
    """A header of these names, with the white space and the empty members that a list may have."""
    pieces = []
    for name, quality in names:
        weight = "" if quality is None else f"{draw(SPACE)};{draw(SPACE)}{draw(st.sampled_from('qQ'))}={quality}"
        pieces.append(f"{draw(SPACE)}{draw(st.sampled_from([name, name.upper()]))}{weight}{draw(SPACE)}")
        if draw(st.booleans()):
            pieces.append(draw(SPACE))
    return ",".join(pieces)


RANGES = weighted(st.sampled_from([*OFFERED_TYPES, "*/*", "text/*", "application/*", "image/*", "image/png", "text/x"]))
CODINGS = weighted(st.sampled_from([*OFFERED_CODINGS, "identity", "*", "br", "deflate"]))
TAGS = weighted(st.sampled_from([*OFFERED_LANGUAGES, "*", "en-CA", "fr-CA", "de", "eng", "de-CH-1996"]))


def liking(quality: str | None) -> float:
    """How much is liked what has a quality as written."""
    return 1.0 if quality is None else float(quality)


def reference_choice(ranges: list[tuple[str, str | None]], offers: Sequence[str]) -> str | None:
    """Section 12.5.1 word for word: for each offer the most specific range that fits decides.

    Where the standard leaves the choice to us, our word holds: named outright, then by a wildcard, then the earlier.
    """
    if not ranges:
        return offers[0] if offers else None
    ranked = []
    for offer in offers:
        main = offer.split("/")[0]
        exact = [liking(quality) for name, quality in ranges if name == offer]
        partly = [liking(quality) for name, quality in ranges if name == f"{main}/*"]
        anything = [liking(quality) for name, quality in ranges if name == "*/*"]
        for generality, found in enumerate((exact, partly, anything)):
            if found:
                ranked.append((offer, found[0], generality))
                break
    acceptable = [each for each in ranked if each[1] > 0]
    if not acceptable:
        return None
    most = max(quality for _, quality, _ in acceptable)
    best = [each for each in acceptable if each[1] == most]
    nearest = min(generality for _, _, generality in best)
    return next(offer for offer, _, generality in best if generality == nearest)


@STEADY
@given(st.data(), RANGES, st.permutations(OFFERED_TYPES))
def test_the_type_is_the_one_that_the_standard_says(
    data: st.DataObject, ranges: list[tuple[str, str | None]], offers: list[str]
) -> None:
    header = data.draw(written(ranges))
    assert choose(header, offers) == reference_choice(ranges, offers)


@STEADY
@given(st.data(), RANGES, st.permutations(OFFERED_TYPES))
def test_parameters_of_a_media_type_change_nothing(
    data: st.DataObject, ranges: list[tuple[str, str | None]], offers: list[str]
) -> None:
    marked = [
        f"{name};charset=utf-8"
        + ("" if quality is None else f";q={quality}")
        + data.draw(st.sampled_from(["", ";a=b"]))
        for name, quality in ranges
    ]
    assert choose(", ".join(marked), offers) == reference_choice(ranges, offers)


@STEADY
@given(st.data(), CODINGS)
def test_a_coding_that_is_unwanted_is_not_chosen(data: st.DataObject, codings: list[tuple[str, str | None]]) -> None:
    liked = {name: liking(quality) for name, quality in codings}
    chosen = choose_encoding(data.draw(written(codings)), OFFERED_CODINGS)
    qualities = {name: liked.get(name, liked.get("*", 0.0)) for name in OFFERED_CODINGS}
    if chosen:
        assert qualities[chosen] == max(qualities.values()) > liked.get("identity", 0.0)
    else:
        assert max(qualities.values()) <= liked.get("identity", 0.0)


@STEADY
@given(st.data(), TAGS)
def test_a_language_that_is_unwanted_is_chosen_only_where_no_other_is_left(
    data: st.DataObject, tags: list[tuple[str, str | None]]
) -> None:
    header, liked = data.draw(written(tags)), dict.fromkeys(OFFERED_LANGUAGES, 0.0)
    for offer in OFFERED_LANGUAGES:
        own = [liking(quality) for name, quality in tags if name == offer or name.startswith(f"{offer}-")]
        any_ = [liking(quality) for name, quality in tags if name == "*"]
        liked[offer] = max(own or any_ or [0.0])
    chosen = choose_language(header, OFFERED_LANGUAGES)
    assert liked[chosen] == max(liked.values())
    assert chosen == OFFERED_LANGUAGES[0] or liked[chosen] > liked[OFFERED_LANGUAGES[0]]


# Parameters.

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NAMES = st.sampled_from(
    ["query", "update", "default-graph-uri", "named-graph-uri", "format", "timeout", *OF_UPDATES, "", "Query"]
)
VALUES = TEXT | st.sampled_from(["ASK {}", "1", "0", "-1", "nan", "inf", "1e999", "1_0", " 1 ", "json", "http://a/"])
PAIRS = st.lists(st.tuples(NAMES | TEXT, VALUES), max_size=6)
ASKED = st.lists(st.tuples(st.sampled_from(["format", "timeout", "named-graph-uri"]), VALUES), max_size=3).map(
    lambda others: [("query", "ASK {}"), *others]
)

T = TypeVar("T")


def understood(read: Callable[[], T]) -> T | None:
    """What is read, or None where it is refused with a 400 that says why."""
    try:
        return read()
    except HTTPException as refusal:
        told = refusal.status_code, bool(refusal.detail)
    assert told == (HTTPStatus.BAD_REQUEST, True)
    return None


def is_text(part: bytes) -> bool:
    """Whether a name or a value stands for UTF-8."""
    try:
        unquote_to_bytes(part).decode()
    except UnicodeDecodeError:
        return False
    return True


@STEADY
@given(
    st.binary()
    | st.lists(st.sampled_from([b"a", b"=", b"&", b"%", b"%f", b"%FF", b"%C3%A9", b"+", b";"])).map(b"".join)
)
@example(b"&".join([b"a=b"] * (PAIRS_LIMIT + 1)))
@example(b"%")
def test_any_bytes_are_parameters_or_refused(encoded: bytes) -> None:
    pairs = understood(lambda: read_pairs(encoded))
    parts = [part for pair in encoded.split(b"&") for part in pair.split(b"=", 1)]
    assert (pairs is not None) == (len(encoded.split(b"&")) <= PAIRS_LIMIT and all(map(is_text, parts)))


@STEADY
@given(PAIRS)
def test_parameters_come_back_as_they_were_sent(pairs: Pairs) -> None:
    assert read_pairs(urlencode(pairs).encode()) == pairs


@STEADY
@given(PAIRS | ASKED)
@example([("query", "ASK {}"), ("timeout", "inf")])
@example([("query", "ASK {}"), ("timeout", "1e999")])
def test_any_parameters_are_a_query_or_refused(pairs: Pairs) -> None:
    asked = understood(lambda: from_pairs(pairs))
    if asked is not None:
        assert_follows(asked, pairs)


@STEADY
@given(PAIRS)
def test_one_query_among_what_does_not_forbid_it_is_understood(others: Pairs) -> None:
    forbidden = {"query", "update", "timeout", "format", *OF_UPDATES}
    graphs = {"default-graph-uri", "named-graph-uri"}
    allowed = [
        (name, f"x:{len(value)}" if name in graphs else value) for name, value in others if name not in forbidden
    ]
    pairs = [("query", "ASK {}"), *allowed]
    assert_follows(from_pairs(pairs), pairs)


def assert_follows(asked: SparqlRequest, pairs: Pairs) -> None:
    """A query is understood only where its parameters say one thing, and it says the same."""
    names = [name for name, _ in pairs]
    assert names.count("query") == 1
    assert names.count("format") <= 1
    assert names.count("timeout") <= 1
    assert not {"update", *OF_UPDATES} & set(names)
    sent = dict(pairs)
    assert asked.query.text == sent["query"]
    assert asked.format == sent.get("format")
    assert asked.query.default_graphs == tuple(value for name, value in pairs if name == "default-graph-uri" and value)
    assert asked.query.named_graphs == tuple(value for name, value in pairs if name == "named-graph-uri" and value)
    assert (asked.query.seconds is None) == ("timeout" not in sent)
    assert asked.query.seconds is None or 0 < asked.query.seconds < float("inf")
