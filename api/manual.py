"""The manual of a library: what each question asks and takes, from its head alone, in Markdown.

https://spec.commonmark.org/0.31.2/ and, for tables, https://github.github.com/gfm/#tables-extension-
"""

import re
from collections.abc import Iterable
from urllib.parse import quote, urlencode

from orgatlas.api.languages import N_, translations, worded
from orgatlas.graph.formats import GRAPH_FORMATS, TABLE_FORMATS
from orgatlas.graph.library import Parameter, Question
from orgatlas.graph.syntax import verb

HEADINGS = (N_("Parameter"), N_("Type"), N_("Without it"), N_("Meaning"))
NEEDED, ANY = N_("must be given"), N_("any value")
ANSWERED, RESTS = N_("Its answer as a file:"), N_("The answer rests on what follows from these terms:")

MEDIA_TYPE = "text/markdown"

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~])")


def manual(questions: Iterable[Question], language: str) -> str:
    """The manual of some questions, one below another."""
    return "\n".join(entry(question, language) for question in questions)


def entry(question: Question, language: str) -> str:
    """What the manual says of one question: its title, description, parameters, addresses and query."""
    say = translations(language).gettext
    title, description = (_plain(worded(each, language).text) for each in (question.title, question.description))
    parts = [f"# {title}", description]
    if question.parameters:
        rows = [[say(each) for each in HEADINGS], ["---"] * len(HEADINGS)]
        rows += [_row(each, language) for each in question.parameters]
        parts.append("\n".join(f"| {' | '.join(row)} |" for row in rows))
    given = [(each.name, each.default) for each in question.parameters if each.default is not None]
    asked = f"?{urlencode(given, safe=':/')}" if given else ""
    forms = GRAPH_FORMATS if verb(question.text) in ("CONSTRUCT", "DESCRIBE") else TABLE_FORMATS
    addresses = "\n".join(f"- `/queries/{quote(question.name)}.{form.suffix}{asked}`" for form in forms)
    parts.append(f"{say(ANSWERED)}\n\n{addresses}")
    if question.inference:
        parts.append(f"{say(RESTS)} {', '.join(f'`{term}`' for term in question.inference)}")
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", question.text)), 3)
    parts.append(f"{fence}sparql\n{without_head(question.text).rstrip()}\n{fence}")
    return "\n\n".join(parts) + "\n"


def without_head(text: str) -> str:
    """A query without its comments at the top."""
    return re.sub(r"\A(?:#[^\n]*\n|\s*\n)*", "", text)


def _row(parameter: Parameter, language: str) -> list[str]:
    say = translations(language).gettext
    otherwise = say(ANY) if parameter.optional else say(NEEDED)
    if parameter.default is not None:
        otherwise = f"`{parameter.default}`".replace("|", "\\|")
    kind = f"{parameter.type} (`{parameter.choices}`)" if parameter.choices else str(parameter.type)
    return [f"`{parameter.name}`", kind, otherwise, _plain(worded(parameter.label, language).text)]


def _plain(text: str) -> str:
    """A text in which nothing is markup, on one line."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
