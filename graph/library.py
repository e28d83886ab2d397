"""Questions: SPARQL files whose head of `#+` comments says in YAML what they ask and what a user may choose.

https://www.w3.org/TR/sparql11-query/; the head follows grlc, https://grlc.io/

A parameter is a variable of the answer. Binding it narrows the answer, as a filter on that column would; left
unbound, the answer holds every value. The engine binds only what the outermost SELECT projects or what the
template of a CONSTRUCT uses, so a head that names another variable is broken.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import yaml
from pyoxigraph import Literal, NamedNode, Store, Variable

from orgatlas.graph.bundle import Bundle
from orgatlas.graph.errors import (
    BrokenBundle,
    OutboundRefused,
    ParameterError,
    QuestionError,
    UnknownQuestion,
    shortened,
)
from orgatlas.graph.federation import refuse_outbound
from orgatlas.graph.matching import unknowing
from orgatlas.graph.syntax import syntax_error
from orgatlas.graph.terms import expanded
from orgatlas.graph.tokens import TOKENS
from orgatlas.graph.vocabulary import PREFIXES

XSD = PREFIXES["xsd"]
HEAD_KEYS = ("title", "description", "tags", "parameters", "inference", "cq")
PARAMETER_KEYS = ("name", "type", "class", "default", "optional", "label")
ANY_BASE = "https://example.org/atlas/"
"""Stands in for the base of a bundle where a file is only checked."""

Term = NamedNode | Literal
Read = TypeVar("Read")


class ParameterType(StrEnum):
    """What the text of a user has to be."""

    IRI = "iri"
    LANGUAGE = "language"
    INTEGER = "integer"
    DATE = "date"
    TEXT = "text"
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A variable of the answer that a user may bind.

    `choices` is the class or concept scheme to choose an IRI from. It is written with the prefixes of the
    question, and so is the `default` of an IRI. An `optional` parameter may stay unbound.
    """

    name: str
    type: ParameterType
    label: Mapping[str, str]
    choices: str | None = None
    default: str | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A named query: `prefixes` are its PREFIX lines, `inference` the terms whose axioms it rests on.

    `profile` is the IRI of the profile that the answer keeps to, where the query is one of those in queries/profiles.
    """

    name: str
    path: Path
    text: str
    prefixes: Mapping[str, str]
    title: Mapping[str, str]
    description: Mapping[str, str]
    tags: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    inference: tuple[str, ...] = ()
    cq: tuple[int, ...] = ()
    profile: str | None = None

    @property
    def names(self) -> frozenset[str]:
        """The names of its parameters."""
        return frozenset(each.name for each in self.parameters)


# Reading files.


def read_library(folder: Path) -> dict[str, Question]:
    """The questions of a folder by name, or none at all: raises BrokenBundle naming every broken file."""
    return read_all(folder, read_question)


def read_all(folder: Path, read: Callable[[Path], Read]) -> dict[str, Read]:
    """What is read of every query file of a folder, by name, or nothing at all: raises BrokenBundle naming every broken one."""
    found: dict[str, Read] = {}
    faults: list[QuestionError] = []
    for path in sorted(folder.glob("*.rq")):
        try:
            found[path.stem] = read(path)
        except QuestionError as fault:
            faults.append(fault)
    if faults:
        raise BrokenBundle(faults)
    return found


def library_of(bundle: Bundle) -> dict[str, Question]:
    """The questions that can be asked of a bundle, by name, less those whose files are broken."""
    return questions_of(bundle)[0]


def questions_of(
    bundle: Bundle, names: Collection[str] | None = None
) -> tuple[dict[str, Question], list[QuestionError]]:
    """The questions that can be asked of a bundle, by name, and what is wrong with the others; only of these names if given."""
    questions: dict[str, Question] = {}
    faults: list[QuestionError] = []
    for file in bundle.question_files:
        if names is None or file.stem in names:
            try:
                questions[file.stem] = question_of(bundle, file)
            except QuestionError as fault:
                faults.append(fault)
    return questions, faults


def titles_of(bundle: Bundle) -> list[tuple[str, Mapping[str, str]]]:
    """The names and titles of the questions that can be asked of a bundle; those that cannot be read are left out."""
    titles = list[tuple[str, Mapping[str, str]]]()
    for file in sorted(bundle.question_files, key=lambda each: each.stem):
        with suppress(QuestionError):
            titles.append((file.stem, read_question(file).title))
    return titles


def question_of(bundle: Bundle, file: Path) -> Question:
    """The question in a file, as it can be asked of a bundle: a standard one does without what names another's units."""
    question = read_question(file)
    if file.parent == bundle.questions:
        return question
    asked = (replace(each, default=None) if each.type is ParameterType.IRI else each for each in question.parameters)
    return replace(question, parameters=tuple(asked))


def read_question(path: Path, more: Sequence[str] = ()) -> Question:
    """The question in a file; raises QuestionError with the line where its head or its SPARQL is broken.

    `more` are keys that its head must have beside those of every question.
    """
    text, root = _read(path)
    head = _mapping(path, root, (*HEAD_KEYS, *more), required=("title", "description", *more))
    prefixes = dict(re.findall(r"^\s*PREFIX\s+([\w.-]*):\s*<([^<>\s]*)>", text, re.IGNORECASE | re.MULTILINE))
    declared = _items(head.get("parameters"))
    parameters = tuple(_parameter(path, node, prefixes) for node in declared)
    _check_query(path, text, [(_line(node), each.name) for node, each in zip(declared, parameters, strict=True)])
    return Question(
        name=path.stem,
        path=path,
        text=text,
        prefixes=prefixes,
        title=_wordings(path, head["title"]),
        description=_wordings(path, head["description"]),
        tags=tuple(_text(path, node) for node in _items(head.get("tags"))),
        parameters=parameters,
        inference=tuple(_text(path, node) for node in _items(head.get("inference"))),
        cq=tuple(_number(path, node) for node in _items(head.get("cq"))),
        profile=_iri(path, head["profile"]) if "profile" in head else None,
    )


def read_path_forms(folder: Path) -> dict[str, str]:
    """By the name of the question, the query that gives its answer by property paths, without inference."""
    forms: dict[str, str] = {}
    for path in sorted(folder.glob("*.rq")):
        text, root = _read(path)
        forms[_text(path, _mapping(path, root, ("for",), required=("for",))["for"])] = text
    return forms


def read_text(path: Path) -> str:
    """The text of a query file, less a byte order mark. Raises QuestionError."""
    if path.exists() and not path.is_file():
        raise QuestionError(path, None, "not a regular file")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise QuestionError(path, None, f"not UTF-8 at byte {error.start}") from None
    except OSError as error:
        raise QuestionError(path, None, error.strerror or str(error)) from None


def _read(path: Path) -> tuple[str, yaml.Node]:
    """The text of a query file and the YAML of its head, whose lines are those of the file."""
    text = read_text(path)
    lines = text.split("\n")
    head = next((number for number, line in enumerate(lines) if not line.startswith("#+")), len(lines))
    for number, line in enumerate(lines[head:], head + 1):
        if line.startswith("#+"):
            raise QuestionError(path, number, "lines that begin with #+ stand together at the top")
    head_text = "\n".join(line.removeprefix("#+").removeprefix(" ") for line in lines[:head])
    try:
        root = yaml.compose(head_text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line_number = error.problem_mark.line + 1 if error.problem_mark else None
        raise QuestionError(path, line_number, f"the head is not YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise QuestionError(path, None, f"the head is not YAML: {' '.join(str(error).split())}") from None
    except RecursionError:
        raise QuestionError(path, 1, "the head is nested too deeply") from None
    if root is None:
        raise QuestionError(path, 1, "a question begins with a head of lines that begin with #+")
    return text, root


def _check_query(path: Path, text: str, parameters: Sequence[tuple[int, str]]) -> None:
    """Let the engine say, on no data, whether it understands the query and can bind each parameter."""
    try:
        refuse_outbound(text)  # what asks another server does so on no data as well
    except OutboundRefused as error:
        raise QuestionError(path, None, str(error)) from None
    try:
        Store().query(text, base_iri=ANY_BASE, custom_functions=unknowing())
    except SyntaxError as error:
        fault = syntax_error(error, text)
        raise QuestionError(path, fault.line, f"not SPARQL: {fault.reason}") from None
    if found := _valueless(text, {name for _, name in parameters}):
        reason = f"{found[0]} is in the answer, and nothing in the query gives it a value"
        raise QuestionError(path, text.count("\n", 0, found.start()) + 1, reason)
    times = Counter(name for _, name in parameters)
    for line, name in parameters:
        if times[name] > 1:
            raise QuestionError(path, line, f"the parameter {name} is declared twice")
        try:
            Store().query(
                text,
                base_iri=ANY_BASE,
                substitutions={Variable(name): NamedNode(ANY_BASE)},
                custom_functions=unknowing(),
            )
        except RuntimeError:
            reason = f"the answer has no variable ?{name}, so there is nothing to bind"
            raise QuestionError(path, line, reason) from None


def _valueless(text: str, given: Collection[str]) -> re.Match[str] | None:
    """A variable that the query selects and mentions nowhere else; what is given needs no mention."""
    tokens = [token for token in TOKENS.finditer(text) if not token["space"]]
    opening = next((place for place, token in enumerate(tokens) if token[0] == "{"), 0)
    times = Counter(token[0][1:] for token in tokens if token[0][0] in "?$")
    for before, token in pairwise(tokens[:opening]):
        if token[0][0] in "?$" and times[token[0][1:]] == 1 and before[0].upper() != "AS" and token[0][1:] not in given:
            return token
    return None


def _parameter(path: Path, node: yaml.Node, prefixes: Mapping[str, str]) -> Parameter:
    fields = _mapping(path, node, PARAMETER_KEYS, required=("name", "type", "label"))
    name = _text(path, fields["name"])
    if not re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII):
        raise QuestionError(path, _line(fields["name"]), f"{shortened(name)!r} is not the name of a variable")
    default, choices, optional = (fields.get(key) for key in ("default", "class", "optional"))
    parameter = Parameter(
        name=name,
        type=ParameterType(_one_of(path, fields["type"], list(ParameterType))),
        label=_wordings(path, fields["label"]),
        choices=_text(path, choices) if choices else None,
        default=_text(path, default) if default else None,
        optional=optional is not None and _one_of(path, optional, ["true", "false"]) == "true",
    )
    at = node
    try:
        if choices:
            at = choices
            expanded(_text(path, choices), ANY_BASE, prefixes)
        if default:
            at = default
            _term(parameter, _text(path, default), ANY_BASE, prefixes)
    except ValueError as error:
        raise QuestionError(path, _line(at), f"parameter {name}: expected {error}") from None
    return parameter


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _mapping(path: Path, node: yaml.Node, known: Sequence[str], required: Sequence[str] = ()) -> dict[str, yaml.Node]:
    """The values of a mapping by key; `known` may be empty, and then any key will do."""
    if not isinstance(node, yaml.MappingNode):
        raise QuestionError(path, _line(node), "expected keys and values")
    found: dict[str, yaml.Node] = {}
    for key_node, value in node.value:
        key = _text(path, key_node)
        if known and key not in known:
            hint = " or ".join(get_close_matches(key, known)) or ", ".join(known)
            raise QuestionError(path, _line(key_node), f"unknown key {key!r}; expected {hint}")
        if key in found:
            raise QuestionError(path, _line(key_node), f"the key {key!r} stands here a second time")
        found[key] = value
    for key in required:
        if key not in found:
            raise QuestionError(path, _line(node), f"the key {key!r} is missing")
    return found


def _wordings(path: Path, node: yaml.Node) -> dict[str, str]:
    """A text in one or more languages, by language tag."""
    wordings = {tag: _text(path, value) for tag, value in _mapping(path, node, known=()).items()}
    if not wordings or not all(wordings.values()):
        raise QuestionError(path, _line(node), "expected a text for each language, such as en and fr")
    return wordings


def _items(node: yaml.Node | None) -> list[yaml.Node]:
    """The members of a list; one thing alone is a list of one."""
    if node is None:
        return []
    return list(node.value) if isinstance(node, yaml.SequenceNode) else [node]


def _text(path: Path, node: yaml.Node) -> str:
    """A scalar as it is written: a date stays text, and so does a number."""
    if not isinstance(node, yaml.ScalarNode):
        raise QuestionError(path, _line(node), "expected a single text")
    return str(node.value)


def _iri(path: Path, node: yaml.Node) -> str:
    """An absolute IRI, written out: a prefix would tie it to the query below the head."""
    try:
        return expanded(_text(path, node), ANY_BASE, {}).value
    except ValueError:
        raise QuestionError(path, _line(node), "expected an absolute IRI") from None


def _number(path: Path, node: yaml.Node) -> int:
    text = _text(path, node)
    if not re.fullmatch(r"\d{1,9}", text):
        raise QuestionError(path, _line(node), f"expected a number of at most 9 digits, but got {shortened(text)!r}")
    return int(text)


def _one_of(path: Path, node: yaml.Node, known: Sequence[str]) -> str:
    if (text := _text(path, node)) not in known:
        raise QuestionError(path, _line(node), f"expected one of {', '.join(known)}, but got {shortened(text)!r}")
    return text


# Asking.


def find(library: Mapping[str, Question], name: str) -> Question:
    """The question of a name; raises UnknownQuestion with the nearest names."""
    if name not in library:
        raise UnknownQuestion(name, get_close_matches(name, library, cutoff=0.5))
    return library[name]


def bind(
    question: Question,
    values: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    base: str = ANY_BASE,
    prefixes: Mapping[str, str] = PREFIXES,
) -> dict[str, Term]:
    """The terms that a user's texts stand for, by variable, with defaults: text never becomes SPARQL.

    An empty text leaves an optional parameter unbound. `base` and `prefixes` are those of the bundle; the
    question's own prefixes come first. Raises ParameterError.
    """
    pairs = list(values.items() if isinstance(values, Mapping) else values)
    names = [parameter.name for parameter in question.parameters]
    for name, times in Counter(name for name, _ in pairs).items():
        if name not in names:
            hint = " or ".join(get_close_matches(name, names)) or ", ".join(names) or "it has none"
            raise ParameterError(name, f"a parameter of {question.name} ({hint})")
        if times > 1:
            raise ParameterError(name, "one value", ", ".join(value for key, value in pairs if key == name))
    given = dict(pairs)
    bound: dict[str, Term] = {}
    for parameter in question.parameters:
        text = given.get(parameter.name, parameter.default)
        if parameter.optional and not text:
            continue
        if text is None:
            raise ParameterError(parameter.name, f"a value of type {parameter.type}")
        try:
            bound[parameter.name] = _term(parameter, text, base, {**prefixes, **question.prefixes})
        except ValueError as error:
            raise ParameterError(parameter.name, str(error), text) from None
    return bound


def _term(parameter: Parameter, text: str, base: str, prefixes: Mapping[str, str]) -> Term:
    """The term a text stands for; raises ValueError saying what was expected."""
    if re.search("[\0\ud800-\udfff]", text):
        raise ValueError("text of Unicode characters")
    if parameter.type is ParameterType.IRI:
        return expanded(text, base, prefixes)
    return READERS[parameter.type](text)


def _language(text: str) -> Literal:
    try:
        return Literal(str(Literal("", language=text).language))
    except ValueError:
        raise ValueError("a language tag of BCP 47, such as en or fr-CA") from None


def _integer(text: str) -> Literal:
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", text):
        raise ValueError("a whole number of at most 18 digits")
    return Literal(str(int(text)), datatype=NamedNode(XSD + "integer"))


def _date(text: str) -> Literal:
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError
        return Literal(date.fromisoformat(text).isoformat(), datatype=NamedNode(XSD + "date"))
    except ValueError:
        raise ValueError("a date as YYYY-MM-DD") from None


def _boolean(text: str) -> Literal:
    if text not in ("true", "false"):
        raise ValueError("true or false")
    return Literal(text == "true")


READERS: Mapping[ParameterType, Callable[[str], Literal]] = {
    ParameterType.LANGUAGE: _language,
    ParameterType.INTEGER: _integer,
    ParameterType.DATE: _date,
    ParameterType.TEXT: Literal,
    ParameterType.BOOLEAN: _boolean,
}
