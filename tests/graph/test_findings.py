"""Findings: a stable order, and words in the language asked for."""

from itertools import permutations

from orgatlas.graph.findings import Finding, Severity, count, ordered, wording


def finding(**fields: object) -> Finding:
    plain: dict[str, object] = {
        "rule": "http://example.org/r",
        "severity": Severity.VIOLATION,
        "messages": {"en": "x"},
    }
    return Finding(**(plain | fields))  # type: ignore[arg-type]


def test_the_same_findings_always_come_in_the_same_order() -> None:
    found = [
        finding(file="b.ttl", line=2),
        finding(file="b.ttl", line=10),
        finding(focus="<http://example.org/a>"),
        finding(severity=Severity.WARNING),
    ]
    assert len({tuple(map(repr, ordered(order))) for order in permutations(found)}) == 1


def test_lines_are_ordered_as_numbers_and_the_worst_comes_first() -> None:
    first, second = finding(file="b.ttl", line=2), finding(file="b.ttl", line=10)
    assert ordered([second, first]) == [first, second]
    grave, light = finding(rule="http://example.org/z"), finding(severity=Severity.INFO)
    assert ordered([light, grave]) == [grave, light]


def test_words_come_in_the_language_asked_for_then_in_english_then_in_any() -> None:
    assert wording({"en": "no", "fr": "non"}, "fr") == "non"
    assert wording({"en": "no", "fr": "non"}, "de") == "no"
    assert wording({"": "n/a", "fr": "non"}, "de") == "n/a"
    assert wording({"fr": "non"}, "de") == "non"
    assert wording({}, "de") == ""


def test_a_count_names_every_severity() -> None:
    assert count([finding()]) == {Severity.VIOLATION: 1, Severity.WARNING: 0, Severity.INFO: 0}
