"""A bundle is read whole or not at all, and a fault names its file, line, column and reason."""

import os
from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from orgatlas.graph.bundle import BUILT_IN, locate, open_bundle, read_files
from orgatlas.graph.errors import BrokenBundle, BrokenFile, ManifestError, NoSuchBundle, UsageError

MANIFEST = 'name.en = "Ministry"\nbase_iri = "https://example.org/ministry/"\n'


def make(folder: Path, files: dict[str, str]) -> Path:
    for name, text in {"atlas.toml": MANIFEST, **files}.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def test_the_built_in_bundle_is_the_folder_of_the_package() -> None:
    assert open_bundle() == open_bundle([BUILT_IN])


def test_relative_iris_follow_the_base(tmp_path: Path) -> None:
    folder = make(tmp_path, {"graph/data/units.ttl": "<id/unit/a> <id/p> <id/unit/b> ."})
    [quad] = read_files(open_bundle([folder], "https://example.org/elsewhere/"), [folder / "graph/data/units.ttl"])
    assert quad.subject == NamedNode("https://example.org/elsewhere/id/unit/a")
    assert quad.graph_name == NamedNode("https://example.org/elsewhere/graph/units")


def test_a_file_of_the_same_name_takes_the_place_of_the_standard_one(tmp_path: Path) -> None:
    folder = make(tmp_path, {"ontology/levels.ttl": "# other levels"})
    ontology = {file.name: file for file in open_bundle([folder]).ontology}
    assert ontology["levels.ttl"] == folder.resolve() / "ontology/levels.ttl"
    assert ontology["core.ttl"] == BUILT_IN / "ontology/core.ttl"
    assert "concepts.ttl" not in ontology


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("a.ttl", "<a> <b> <c> .\n<a> <b> .\n", (2, 9)),
        ("a.trig", "GRAPH <g> { <a> <b> <c>\n\n", (3, None)),
        ("a.nq", '<http://x/a> <http://x/b> "c .\n', (1, None)),
        (
            "a.rdf",
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n<rdf:Description>',
            (2, 18),
        ),
        ("a.ttl", "<a> <b> undeclared:c .", (1, None)),
    ],
)
def test_a_broken_file_names_line_and_column(
    tmp_path: Path, name: str, text: str, place: tuple[int, int | None]
) -> None:
    folder = make(tmp_path, {f"graph/data/{name}": text})
    bundle = open_bundle([folder])
    with pytest.raises(BrokenBundle) as caught:
        read_files(bundle, bundle.data)
    [fault] = caught.value.faults
    assert (fault.file.name, fault.line) == (name, place[0])
    assert fault.column is not None
    assert place[1] is None or fault.column == place[1]
    assert "Parser error" not in fault.reason


def test_every_broken_file_is_named(tmp_path: Path) -> None:
    folder = make(tmp_path, {"graph/data/a.ttl": "<a> .", "graph/data/b.ttl": "<a> <b> <c> .", "graph/data/c.ttl": "<"})
    bundle = open_bundle([folder])
    with pytest.raises(BrokenBundle) as caught:
        read_files(bundle, bundle.data)
    assert [fault.file.name for fault in caught.value.faults] == ["a.ttl", "c.ttl"]


def test_bytes_that_are_not_utf8_are_a_fault_of_the_file(tmp_path: Path) -> None:
    folder = make(tmp_path, {})
    file = folder / "graph/data/a.ttl"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"<a> <b> '\xff' .")
    with pytest.raises(BrokenBundle, match="UTF-8"):
        read_files(open_bundle([folder]), [file])


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_bytes(b"\xef\xbb\xbf<http://x/a> <http://x/b> 'c' .\r\n")
    bundle = open_bundle([tmp_path / "a.ttl"])
    assert len(read_files(bundle, bundle.data)) == 1


@pytest.mark.parametrize(
    ("manifest", "reason"),
    [
        ("name.en = ", "Invalid value"),
        ('name.en = "x"', "base_iri"),
        ('name.en = "x"\nbase_iri = "not an iri"', "absolute IRI"),
        ('name.en = "x"\nbase_iri = "https://example.org/x"', "ends in"),
        ('name.en = "x"\nbase_iri = "https://example.org/"\ncolour = "red"', "toml:3: unknown key colour"),
        ('name.en = "x"\nbaseiri = "https://example.org/"', "did you mean base_iri"),
        ('name = "x"\nbase_iri = "https://example.org/"', r"name\.en = "),
        ('name.en = "x"\nbase_iri = "https://example.org/"\nlanguages = ["en"]', "toml:3: languages: en and fr"),
        ('name.en = "x"\nbase_iri = "https://example.org/"\n[prefixes]\norg = "id/"', "org stands for"),
        ('name.en = "x"\nbase_iri = "http://[::1/"', "base_iri"),
        ('name.en = "x"\nbase_iri = "https://example.org/"\nprefixes.ex = "https://e.org/<x y>#"', "ex stands for"),
        ('name.en = "x"\nbase_iri = "https://example.org/"\nprefixes."a b" = "x"', "cannot be a prefix"),
        ("a = " + "[" * 3000 + "]" * 3000, "too deeply"),
    ],
)
def test_a_manifest_says_what_it_must(tmp_path: Path, manifest: str, reason: str) -> None:
    (tmp_path / "atlas.toml").write_text(manifest)
    with pytest.raises(ManifestError, match=reason):
        open_bundle([tmp_path])


def test_a_folder_without_a_manifest_is_no_bundle(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"atlas\.toml"):
        open_bundle([tmp_path])


def test_what_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(NoSuchBundle, match="nowhere"):
        open_bundle([tmp_path / "nowhere"])


def test_a_base_that_a_caller_chose_is_an_iri(tmp_path: Path) -> None:
    for paths in ([], [make(tmp_path, {"a.ttl": ""}) / "a.ttl"]):
        for base in ("foo", "http://[::1/"):
            with pytest.raises(UsageError, match="Base IRI"):
                open_bundle(paths, base)


@pytest.mark.parametrize("suffix", ["ttl", "jsonld", "rdf"])
def test_only_a_regular_file_is_read(tmp_path: Path, suffix: str) -> None:
    os.mkfifo(tmp_path / f"pipe.{suffix}")
    (tmp_path / f"folder.{suffix}").mkdir()
    bundle = open_bundle(sorted(tmp_path.glob("*")))
    with pytest.raises(BrokenBundle) as caught:
        read_files(bundle, bundle.data)
    assert [fault.reason for fault in caught.value.faults] == ["not a regular file"] * 2


def test_what_is_too_much_for_the_parser_is_a_fault_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "long.ttl").write_text('<a:b> <a:c> "' + "x" * 17 * 2**20 + '" .')
    (tmp_path / "deep.jsonld").write_text('{"a:b":' * 20_000 + '"[{"' + "}" * 20_000)
    bundle = open_bundle(sorted(tmp_path.glob("*")))
    with pytest.raises(BrokenBundle) as caught:
        read_files(bundle, bundle.data)
    deep, long = caught.value.faults
    assert "levels deep" in deep.reason
    assert "too much for the parser" in long.reason


def test_brackets_in_the_texts_of_a_json_file_are_not_levels(tmp_path: Path) -> None:
    (tmp_path / "a.jsonld").write_text('{"@id":"a:b","a:c":"' + '\\"{[' * 1000 + '"}')
    bundle = open_bundle([tmp_path / "a.jsonld"])
    assert len(read_files(bundle, bundle.data)) == 1


def test_a_file_that_is_not_rdf_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(BrokenFile, match=r"\.ttl"):
        open_bundle([tmp_path / "a.txt"])


def test_a_node_is_found_where_its_own_block_begins() -> None:
    bundle = open_bundle()
    found = locate(bundle, bundle.base + "id/unit/research-branch")
    assert found is not None
    file, line = found
    assert file.read_text(encoding="utf-8").splitlines()[line - 1].strip().startswith("unit:research-branch")
    assert locate(bundle, "https://example.org/unheard-of") is None
