"""The manual and the API description say of a question what its head says."""

from pathlib import Path

import httpx

from orgatlas.api.manual import entry, manual
from orgatlas.graph.bundle import BUILT_IN
from orgatlas.graph.library import read_library, read_question

HEAD = """\
#+ title: {en: "A | *title*", fr: Un titre}
#+ description: {en: "Two\\nlines <b>", fr: Oui}
#+ inference: [org:hasUnit]
#+ parameters:
#+   - {name: unit, type: iri, class: "org:Unit", label: {en: "The | unit", fr: L’unité}}
#+   - {name: n, type: integer, default: 7, label: {en: How many, fr: Combien}}
#+   - {name: since, type: date, optional: true, label: {en: Since, fr: Depuis}}
PREFIX org: <http://www.w3.org/ns/org#>
# ```
SELECT ?unit ?n ?since { ?unit a org:Unit VALUES (?n ?since) { (UNDEF UNDEF) } }
"""


def test_an_entry_says_what_the_head_says(tmp_path: Path) -> None:
    (tmp_path / "units.rq").write_text(HEAD)
    told = entry(read_question(tmp_path / "units.rq"), "en")
    assert told.startswith("# A \\| \\*title\\*\n\nTwo lines \\<b\\>\n")
    assert "| `unit` | iri (`org:Unit`) | must be given | The \\| unit |" in told
    assert "| `n` | integer | `7` | How many |" in told
    assert "| `since` | date | any value | Since |" in told
    assert "- `/queries/units.csv?n=7`" in told
    assert "`org:hasUnit`" in told
    assert told.rstrip().endswith("````")
    assert "Combien" in entry(read_question(tmp_path / "units.rq"), "fr")


def test_the_manual_has_every_question() -> None:
    library = read_library(BUILT_IN / "queries")
    told = manual(library.values(), "en")
    for name in library:
        assert f"`/queries/{name}." in told


def test_a_question_has_its_manual_at_its_address(client: httpx.Client) -> None:
    english = client.get("/queries/units-inside.md")
    assert english.headers["content-type"].startswith("text/markdown")
    assert english.text.startswith("# ")
    french = client.get("/queries/units-inside.md", headers={"Accept-Language": "fr"})
    assert french.headers["content-language"] == "fr"
    assert french.text != english.text
    assert client.get("/queries/nothing.md").status_code == 404


def test_the_api_description_has_a_typed_operation_for_each_question(client: httpx.Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    told = paths["/queries/engagements-on-date.{form}"]["get"]
    date = next(each for each in told["parameters"] if each["schema"].get("format") == "date")
    assert date["example"] == date["schema"]["default"]
    assert client.get("/queries/engagements-on-date.json", params={date["name"]: date["example"]}).status_code == 200
    for path, item in paths.items():
        if path.endswith(".{form}"):
            given = {each["name"]: each["example"] for each in item["get"]["parameters"] if "example" in each}
            form = item["get"]["parameters"][0]["schema"]["enum"][0]
            assert client.get(path.replace("{form}", form), params=given).status_code == 200, path
