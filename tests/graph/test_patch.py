"""A patch comes back from its text as it was, and its inverse undoes it."""

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgatlas.graph.patch import Patch, read, written

EX = "https://example.org/"
A, B, C, G, H = (ox.NamedNode(EX + name) for name in "abcgh")
NASTY = [
    "TC .",
    "\nTC .\n",
    "line\nA <https://example.org/a> <https://example.org/b> <https://example.org/c> .\n",
    "D \r\n H graph-made <https://example.org/g> .",
    '"\\',
    "\x00\x1f\x7f\x85\u2028\u2029",
    "  spaces at both ends  ",
    "\U0001f600 é",
]

names = st.sampled_from([A, B, C, G, H])
literals = st.one_of(
    st.sampled_from(NASTY).map(ox.Literal),
    st.text(st.characters(exclude_categories=["Cs"])).map(ox.Literal),
    st.builds(
        lambda text, tag: ox.Literal(text, language=tag), st.sampled_from(NASTY), st.sampled_from(["en", "fr-ca"])
    ),
    st.sampled_from(["01", "+1", "one"]).map(lambda text: ox.Literal(text, datatype=ox.NamedNode(EX + "number"))),
)
blanks = st.sampled_from(["x", "a1", "0"]).map(ox.BlankNode)
triples = st.builds(ox.Triple, names | blanks, names, names | literals)
quads = st.builds(
    ox.Quad, names | blanks, names, names | blanks | literals | triples, names | st.just(ox.DefaultGraph())
)
patches = st.builds(
    Patch,
    st.lists(quads, max_size=4).map(tuple),
    st.lists(quads, max_size=4).map(tuple),
    st.lists(names, max_size=2).map(tuple),
    st.lists(names, max_size=2).map(tuple),
)


@given(patches)
def test_whatever_is_written_is_read_as_it_was(patch: Patch) -> None:
    assert read(written(patch)) == patch


@given(patches)
def test_the_inverse_of_the_inverse_is_the_patch(patch: Patch) -> None:
    assert patch.inverse().inverse() == patch


@given(patches)
def test_a_patch_that_breaks_off_is_never_taken_for_one(patch: Patch) -> None:
    text = written(patch)
    for length in range(len(text)):
        with pytest.raises((ValueError, SyntaxError)):
            read(text[:length])


def test_the_text_is_one_transaction_of_rdf_patch() -> None:
    patch = Patch((ox.Quad(A, B, C),), (ox.Quad(A, B, ox.Literal("x"), G),), made=(G,), dropped=(H,))
    assert written(patch).decode().split("\n") == [
        f"H graph-made <{EX}g> .",
        f"H graph-dropped <{EX}h> .",
        "TX .",
        f"D <{EX}a> <{EX}b> <{EX}c> .",
        f'A <{EX}a> <{EX}b> "x" <{EX}g> .',
        "TC .",
        "",
    ]


def test_an_empty_patch_changes_nothing_and_says_so() -> None:
    assert not Patch()
    assert read(written(Patch())) == Patch()


@pytest.mark.parametrize(
    "patch",
    [Patch(removed=(ox.Quad(A, B, C),)), Patch(added=(ox.Quad(A, B, C),)), Patch(made=(G,)), Patch(dropped=(G,))],
    ids=["removed", "added", "made", "dropped"],
)
def test_a_patch_with_anything_in_it_changes_something(patch: Patch) -> None:
    assert patch


def test_the_inverse_takes_back_each_part() -> None:
    patch = Patch((ox.Quad(A, B, C),), (ox.Quad(C, B, A),), made=(G,), dropped=(H,))
    assert patch.inverse() == Patch((ox.Quad(C, B, A),), (ox.Quad(A, B, C),), made=(H,), dropped=(G,))


def test_a_sum_holds_both_in_their_order() -> None:
    first, second = Patch((ox.Quad(A, B, C),), made=(G,)), Patch((ox.Quad(B, B, C),), (ox.Quad(C, B, A),), dropped=(H,))
    assert first + second == Patch((ox.Quad(A, B, C), ox.Quad(B, B, C)), (ox.Quad(C, B, A),), (G,), (H,))


@pytest.mark.parametrize("row", ["A <a> <b> <c> .", "A <https://example.org/a b> <x:b> <x:c> .", "D nonsense"])
def test_a_row_that_is_no_quad_is_refused(row: str) -> None:
    with pytest.raises((ValueError, SyntaxError)):
        read(f"TX .\n{row}\nTC .\n".encode())
