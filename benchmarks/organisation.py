"""An organisation of any size in the terms of the built-in ontology, always the same one.

Units form a tree, in which a unit has up to eight sub-units. Every unit has a level, most provide a service, every tenth has
a remit, and every twentieth an engagement within its remit, with a place that lies in a country.
"""

import itertools
from collections.abc import Iterator
from pathlib import Path

BASE = "https://example.org/"
ATLAS = "https://w3id.org/orgatlas/ns#"
DCT = "http://purl.org/dc/terms/"
ORG = "http://www.w3.org/ns/org#"
SCHEMA = "https://schema.org/"
SKOS = "http://www.w3.org/2004/02/skos/core#"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
LEVELS = ("level-sector", "level-branch", "level-directorate")
KINDS = ("kind-technical-assistance", "kind-delegation-visit", "kind-peace-mission")
FAN = 8


def write_organisation(file: Path, triples: int) -> None:
    """So many triples in N-Triples."""
    with file.open("w", encoding="utf-8") as out:
        out.writelines(itertools.islice(statements(), triples))


def write_units(file: Path, units: int) -> None:
    """An organisation of so many units in N-Triples, about seven triples for each."""
    end = f"<{BASE}unit/{units + 1}> "
    with file.open("w", encoding="utf-8") as out:
        out.writelines(itertools.takewhile(lambda line: not line.startswith(end), statements()))


def statements() -> Iterator[str]:
    """The organisation, a line a triple, without end."""
    for number in range(200):
        yield _line(f"place/{number}", f"{SCHEMA}containedInPlace", f"{BASE}country/{number % 50}")
        yield _line(f"country/{number % 50}", TYPE, f"{ATLAS}Country")
    yield _line("unit/0", TYPE, f"{ORG}FormalOrganization")
    for number in itertools.count(1):
        yield from unit(number, (number - 1) // FAN)


def unit(number: int, parent: int) -> Iterator[str]:
    """What is said of one unit, of its service and of its engagement."""
    name = f"unit/{number}"
    yield _line(name, TYPE, f"{ORG}OrganizationalUnit")
    yield f'<{BASE}{name}> <{SKOS}prefLabel> "Unit {number}"@en .\n'
    yield f'<{BASE}{name}> <{SKOS}prefLabel> "Unité {number}"@fr .\n'
    yield _line(name, f"{ORG}classification", ATLAS + LEVELS[number % 3])
    yield _line(name, f"{ORG}subOrganizationOf", f"{BASE}unit/{parent}")
    if number % 3:
        yield _line(name, f"{ATLAS}provides", f"{BASE}service/{number}")
        yield f'<{BASE}service/{number}> <{SKOS}prefLabel> "Service {number}"@en .\n'
        yield _line(f"service/{number}", f"{DCT}audience", f"{BASE}audience/{number % 40}")
    if number % 10 == 0:
        yield _line(name, f"{ATLAS}responsibleFor", f"{BASE}remit/{number}")
    if number % 20 == 0:
        yield _line(f"engagement/{number}", TYPE, f"{ATLAS}Engagement")
        yield _line(f"engagement/{number}", f"{DCT}type", ATLAS + KINDS[number // 20 % 3])
        yield _line(f"engagement/{number}", f"{DCT}type", f"{BASE}remit/{number}")
        yield _line(f"engagement/{number}", f"{ATLAS}conductedBy", f"{BASE}{name}")
        yield _line(f"engagement/{number}", f"{ATLAS}partner", f"{BASE}place/{number // 20 % 200}")


def _line(subject: str, predicate: str, object: str) -> str:
    return f"<{BASE}{subject}> <{predicate}> <{object}> .\n"
