"""The shell's door: results on standard output, messages on standard error, exit codes 0, 1 and 2."""

import csv
import gzip
import hashlib
import io
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest

COMMAND = [sys.executable, "-P", "-c", "from orgatlas.api.cli import main; main()"]
BROKEN = "@prefix x: <http://x/> .\nx:a x:b 1 ;\n  x:c x:d x:e .\n"


def run(*words: str, stdin: str = "", cwd: Path | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COLUMNS": "200", **variables}
    return subprocess.run(
        [*COMMAND, *words], input=stdin, capture_output=True, text=True, cwd=cwd, env=environment, timeout=120
    )


def test_a_named_question_is_csv_in_a_pipe_from_any_folder(tmp_path: Path) -> None:
    done = run("query", "directorates-of-branch", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert [row["label"] for row in csv.DictReader(io.StringIO(done.stdout))] == [
        "Federal, Provincial/Territorial Relations Directorate",
        "International Relations Directorate",
        "Strategic Policy Directorate",
    ]


def test_a_parameter_chooses() -> None:
    done = run("query", "chain-above", "-p", "unit=unit:research-branch", "-p", "lang=fr")
    labels = [row["label"] for row in csv.DictReader(io.StringIO(done.stdout))]
    assert labels == ["Secteur des politiques et de la recherche", "Service correctionnel du Canada"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("query", "directorates-of-brunch"), "directorates-of-branch"),
        (("query", "chain-above", "-p", "unit=no iri"), "'unit'"),
        (("query", "chain-above", "-p", "lang=not a language"), "language tag"),
        (("query", "chain-above", "-p", "colour=red"), "'colour'"),
        (("query", "chain-above", "-p", "lang=en", "-p", "lang=fr"), "one value"),
        (("query", "chain-above", "-p", "lang"), "NAME=VALUE"),
        (("query", "chain-above", "--format", "docx"), "docx"),
        (("query", "-", "-p", "lang=en"), "--param"),
        (("check", "nowhere"), "nowhere"),
        (("check", "--format", "docx"), "sarif"),
        (("check", "--engine", "other"), "pyshacl"),
        (("check", "--engine", "other"), "no engine 'other'"),
        (("check", "--lang", "zz"), "en, fr"),
        (("query", "x" * 5000), "There is no question"),
        (("query", "services", "--base-iri", "foo"), "'foo'"),
        (("serve", "--base-iri", "http://[::1/"), "Base IRI"),
        (("export", "--format", "docx"), "turtle12, cpov"),
        (("serve", "--port", "70000"), "--port"),
        (("fly",), "fly"),
    ],
)
def test_a_wrong_call_says_what_is_wrong_and_exits_with_2(words: tuple[str, ...], said: str) -> None:
    done = run(*words, stdin="ASK {}")
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "value",
    [
        'fr" } INSERT DATA { <a> <b> <c> } #',
        "en')} UNION { ?s ?p ?o } #",
        "en\\u0022",
    ],
)
def test_text_of_the_user_never_becomes_sparql(value: str) -> None:
    done = run("query", "chain-above", "-p", f"lang={value}")
    assert (done.returncode, done.stdout) == (2, "")
    found = run("query", "find", "-p", f"text={value}")
    assert found.returncode == 0
    assert len(found.stdout.splitlines()) == 1


def test_a_query_of_ones_own_comes_by_file_or_standard_input(tmp_path: Path) -> None:
    text = "SELECT (COUNT(DISTINCT ?unit) AS ?units) { ?unit a org:OrganizationalUnit }"
    (tmp_path / "own.rq").write_text(text)
    for done in (run("query", "-", stdin=text), run("query", str(tmp_path / "own.rq"))):
        assert done.stdout.split() == ["units", "7"]


def test_what_is_stated_can_be_asked_alone() -> None:
    ask = "ASK { organisation:csc atlas:engagedWith place:GB }"
    assert run("query", "-", stdin=ask).stdout.strip() == "true"
    assert run("query", "-", "--base", stdin=ask).stdout.strip() == "false"


def test_a_syntax_error_has_a_line_and_a_column() -> None:
    done = run("query", "-", stdin="SELECT *\nWHERE { ?s ?p }")
    assert done.returncode == 1
    assert "line 2, column" in done.stderr


@pytest.mark.parametrize("form", ["json", "xml", "tsv"])
def test_other_forms_are_chosen_by_name(form: str) -> None:
    done = run("query", "branches", "--format", form)
    formats = {"json": ox.QueryResultsFormat.JSON, "xml": ox.QueryResultsFormat.XML, "tsv": ox.QueryResultsFormat.TSV}
    assert len(list(ox.parse_query_results(done.stdout, format=formats[form]))) == 3  # type: ignore[arg-type]


def test_a_graph_comes_as_turtle_and_not_as_a_table() -> None:
    done = run("query", "-", stdin="CONSTRUCT WHERE { ?s org:subOrganizationOf ?o }")
    assert len(set(ox.parse(done.stdout, format=ox.RdfFormat.TURTLE))) == 7
    refused = run("query", "-", "--format", "csv", stdin="CONSTRUCT WHERE { ?s ?p ?o }")
    assert refused.returncode == 1
    assert "a graph" in refused.stderr


def test_the_questions_are_listed() -> None:
    assert "directorates-of-branch" in run("query").stdout


def test_the_built_in_bundle_passes(shared: Path) -> None:
    done = run("check", "--sources", str(shared / "sources"))
    assert (done.returncode, done.stdout) == (0, "No findings.\n")


def test_a_broken_file_is_a_finding_with_its_place_and_nothing_else_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "broken.ttl").write_text(BROKEN)
    done = run("check", "--format", "json", str(tmp_path / "broken.ttl"))
    [finding] = json.loads(done.stdout)["findings"]
    assert done.returncode == 1
    assert (finding["line"], finding["column"]) == (3, 11)
    assert finding["file"].endswith("broken.ttl")


@pytest.mark.parametrize("verb", [("query", "-", "--bundle"), ("export", "--bundle"), ("serve",)])
def test_a_broken_file_stops_every_other_verb(tmp_path: Path, verb: tuple[str, ...]) -> None:
    (tmp_path / "broken.ttl").write_text(BROKEN)
    done = run(*verb, str(tmp_path / "broken.ttl"), stdin="ASK {}", ORGATLAS_PORT="0")
    assert (done.returncode, done.stdout) == (1, "")
    assert "broken.ttl:3:11: " in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_in_use_is_said_to_be() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("serve", "--port", str(port))
    assert done.returncode == 2
    assert f"Port {port} on 127.0.0.1 is in use" in done.stderr


def test_an_export_is_written_and_counted_and_its_checksum_told(tmp_path: Path) -> None:
    file = tmp_path / "all.nq.gz"
    done = run("export", "--full", "--format", "nquads", "-o", str(file))
    quads = list(ox.parse(gzip.decompress(file.read_bytes()), format=ox.RdfFormat.N_QUADS))
    inferred = [quad for quad in quads if str(quad.graph_name).endswith("graph/inferred>")]
    assert 0 < len(inferred) < len(quads)
    assert (
        done.stderr == f"{file}: {len(quads):,} statements, SHA-256 {hashlib.sha256(file.read_bytes()).hexdigest()}\n"
    )
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("file", "words", "head"),
    [
        ("all.jsonld", (), "{"),
        ("all.ttl12", (), "VERSION"),
        ("all.owl", (), "<?xml"),
        ("all.ttl", (), "@prefix"),
        ("all.jsonld", ("--format", "ttl12"), "VERSION"),
    ],
)
def test_the_form_is_what_the_file_is_called_if_none_is_chosen(
    tmp_path: Path, file: str, words: tuple[str, ...], head: str
) -> None:
    assert run("export", *words, "-o", str(tmp_path / file)).returncode == 0
    assert (tmp_path / file).read_text(encoding="utf-8").startswith(head)


def test_without_a_file_or_a_form_it_is_trig() -> None:
    done = run("export")
    assert done.stderr == ""
    assert {str(quad.graph_name) for quad in ox.parse(done.stdout, format=ox.RdfFormat.TRIG)} > {
        "<https://w3id.org/orgatlas/csc/graph/vocabulary>"
    }


def test_a_profile_is_turtle_or_what_the_file_is_called(tmp_path: Path) -> None:
    done = run("export", "--format", "org")
    triples = set(ox.parse(done.stdout, format=ox.RdfFormat.TURTLE))
    assert "http://www.w3.org/ns/org#OrganizationalUnit" in done.stdout or "org:OrganizationalUnit" in done.stdout
    assert run("export", "--format", "org", "-o", str(tmp_path / "org.rdf")).returncode == 0
    assert set(ox.parse(path=str(tmp_path / "org.rdf"), format=ox.RdfFormat.RDF_XML)) == triples


def test_a_folder_that_is_not_there_is_no_traceback(tmp_path: Path) -> None:
    done = run("export", "-o", str(tmp_path / "nowhere" / "all.trig"))
    assert done.returncode == 1
    assert "No such file or directory" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_disk_that_is_full_is_no_traceback() -> None:
    done = run("export", "-o", "/dev/full")
    assert (done.returncode, done.stderr) == (1, "/dev/full: No space left on device\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_file_of_an_unknown_kind_is_refused_and_one_that_cannot_be_written_is_left_as_it_was(tmp_path: Path) -> None:
    assert run("export", "-o", str(tmp_path / "all.dump")).returncode == 2
    data, kept = tmp_path / "data.ttl", tmp_path / "kept.rdf"
    data.write_text("<https://example.org/a> <https://example.org/1> 5 .")
    kept.write_text("precious")
    done = run("export", "--bundle", str(data), "-o", str(kept))
    assert done.returncode == 1
    assert "RDF/XML cannot say this" in done.stderr
    assert kept.read_text() == "precious"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["data.ttl", "kept.rdf"]


def test_a_site_is_written_and_said_where(tmp_path: Path) -> None:
    file = tmp_path / "small.ttl"
    file.write_text("<id/a> <p> <id/b> .")
    folder = tmp_path / "site"
    done = run("export", "--site", str(folder), "--bundle", str(file))
    assert (done.returncode, done.stdout) == (0, "")
    assert re.search(r"site: [0-9]+ files", done.stderr)
    assert (folder / "fr" / "a" / "index.html").is_file()
    assert run("export", "--site", str(tmp_path), "--bundle", str(file)).returncode == 2
    assert run("export", "--site", str(folder), "--format", "trig").returncode == 2


@pytest.mark.parametrize("words", [("export",), ("query", "services")])
def test_nor_is_a_standard_output_that_takes_no_more(words: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*COMMAND, *words], stdout=full, stderr=subprocess.PIPE, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (1, "No space left on device\n")


def nested(depth: int) -> str:
    return "SELECT (" + "(" * depth + "1" + ")" * depth + " AS ?x) {}"


def test_a_query_that_overflows_the_stack_is_said_to() -> None:
    done = run("query", "-", stdin=nested(50_000))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("The query exhausted the process")


def test_so_is_a_file_that_does(tmp_path: Path) -> None:
    deep = "<a:b> <a:c> " + "<<( <a:a> <a:b> " * 200_000 + "1" + " )>>" * 200_000 + " ."
    (tmp_path / "deep.ttl").write_text(deep)
    for verb in (("check",), ("export", "--bundle")):
        done = run(*verb, str(tmp_path / "deep.ttl"))
        assert done.returncode == 1
        assert "nested too deeply" in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("data", [b"\x00\xff\xfe", b"#+\xff"])
def test_a_query_that_is_no_text_is_said_not_to_be(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "bin.rq").write_bytes(data)
    done = run("query", "bin.rq", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("bin.rq: not UTF-8 at byte")
    with (tmp_path / "bin.rq").open("rb") as stream:
        piped = subprocess.run([*COMMAND, "query", "-"], stdin=stream, capture_output=True, text=True, timeout=120)
    assert piped.stderr.startswith("standard input: not UTF-8 at byte")


@pytest.mark.parametrize("head", ["", "#+ title: {en: a}\n#+ description: {en: a}\n"])
def test_a_byte_order_mark_before_a_query_is_passed_over(tmp_path: Path, head: str) -> None:
    (tmp_path / "own.rq").write_text(f"\ufeff{head}ASK {{}}", encoding="utf-8")
    assert run("query", str(tmp_path / "own.rq")).stdout.strip() == "true"


def test_a_question_need_not_have_an_english_title(tmp_path: Path) -> None:
    (tmp_path / "queries").mkdir()
    (tmp_path / "atlas.toml").write_text('name.fr = "x"\nbase_iri = "https://example.org/"\n')
    (tmp_path / "queries" / "une.rq").write_text("#+ title: {fr: Une}\n#+ description: {fr: a}\nASK {}")
    assert "Une" in run("query", "--bundle", str(tmp_path)).stdout


def test_the_reader_of_a_pipe_may_leave_early() -> None:
    command = " ".join(["exec", *map(repr, [*COMMAND[:3]]), f'"{COMMAND[3]}"', "export"])
    done = subprocess.run(f"{command} | head -c 10", shell=True, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_statement_is_explained_down_to_the_passages(shared: Path) -> None:
    words = ("explain", "CSC", "oversees", "technical assistance to Barbados")
    done = run(*words, "--sources", str(shared / "sources"))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(
        "Correctional Service of Canada — oversees → technical assistance to Barbados  [derived]"
    )
    assert (
        "by the rule “chain of properties” (prp-spo2): “is accountable for”, then “is the kind of” make" in done.stdout
    )
    assert "passage sourceB:s04, International relations overview, characters 604 to 723" in done.stdout
    assert done.stdout.count("technical assistance projects.”") == 1
    french = run(*words, "--lang", "fr")
    assert (
        "par la règle «\u00a0enchaînement de propriétés\u00a0» (prp-spo2)\u00a0: «\u00a0répond de\u00a0»"
        in french.stdout
    )


def test_what_does_not_hold_is_told_by_the_exit_code_and_what_is_missing() -> None:
    done = run("explain", "International Relations Directorate", "oversees", "visit of a delegation from Japan")
    assert (done.returncode, done.stderr) == (1, "")
    assert "- International Relations Directorate — is accountable for → delegation visit  [missing]" in done.stdout
    forbidden = run("explain", "England", "a", "country", "--lang", "fr")
    assert "rien n’est à la fois «\u00a0pays\u00a0» et «\u00a0subdivision\u00a0»" in forbidden.stdout


def test_an_explanation_is_json_ld() -> None:
    done = run("explain", "Research Branch", "skos:prefLabel", "Research Branch", "--format", "jsonld")
    document = json.loads(done.stdout)
    assert document["status"] == "added"
    assert [graph["@id"].rpartition("/")[2] for graph in document["triple"]["statedIn"]] == ["curation"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nobody", "a", "atlas:Sector"), "Parameter 's'"),
        (("CSC", "a", "atlas:Sector", "--format", "xls"), "xls"),
        (("CSC", "a", "atlas:Sector", "--lang", "de"), "de"),
    ],
)
def test_a_wrong_call_of_explain_is_told(words: tuple[str, ...], said: str) -> None:
    done = run("explain", *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stdout == ""


def test_a_query_searches_in_what_is_asked(tmp_path: Path) -> None:
    done = run("query", "search", "-p", "text=DRI", "-p", "lang=fr")
    assert (done.returncode, done.stderr) == (0, "")
    assert [row["label"] for row in csv.DictReader(io.StringIO(done.stdout))] == [
        "Direction des relations internationales"
    ]
    text = 'SELECT ?name { ?thing skos:prefLabel ?name FILTER(atlas:matches(?thing, "quux")) } ORDER BY ?name'
    file = tmp_path / "units.ttl"
    label = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
    file.write_text(f'<https://example.org/a> {label} "Quüx Branch" . <https://example.org/b> {label} "Grault" .')
    own = run("query", "-", "--bundle", str(file), "--base", "--format", "csv", stdin=text, TMPDIR=str(tmp_path))
    assert (own.returncode, own.stdout.split()) == (0, ["name", "Quüx", "Branch"])
    assert list(tmp_path.iterdir()) == [file], "the index is left behind"
