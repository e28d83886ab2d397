"""IRIs as people write them: a prefixed name where there is a prefix for it.

https://www.w3.org/TR/turtle/#prefixed-name
"""

import re
from collections.abc import Mapping

from pyoxigraph import NamedNode

_LOCAL = re.compile(r"[\w](?:[\w.-]*[\w-])?$")


def abbreviated(iri: str, prefixes: Mapping[str, str]) -> str:
    """The prefixed name of an IRI by its longest namespace, or the IRI in angle brackets."""
    for prefix, namespace in sorted(prefixes.items(), key=lambda each: -len(each[1])):
        if iri.startswith(namespace) and _LOCAL.match(local := iri.removeprefix(namespace)):
            return f"{prefix}:{local}"
    return f"<{iri}>"


def shown(iri: str, base: str, prefixes: Mapping[str, str]) -> str:
    """An IRI for people: by its prefix, or relative to the base, or as it is."""
    short = abbreviated(iri, prefixes)
    return short if not short.startswith("<") else iri.removeprefix(base) or iri


def expanded(text: str, base: str, prefixes: Mapping[str, str]) -> NamedNode:
    """The IRI that a text stands for: in angle brackets, with a prefix, or absolute.

    A prefix may stand for an IRI that is relative to the base. Raises ValueError, which says what was expected.
    """
    prefix, colon, local = text.partition(":")
    if text.startswith("<") and text.endswith(">"):
        iri = text[1:-1]
    elif colon and prefix in prefixes and not local.startswith("//"):
        namespace = prefixes[prefix]
        iri = (namespace if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", namespace) else base + namespace) + local
    elif "://" in text or text.startswith("urn:"):
        iri = text
    else:
        # It may be an IRI of another scheme, but a misspelt prefix looks like one: such IRIs want brackets.
        raise ValueError(f"an absolute IRI, or a name with a known prefix ({', '.join(sorted(prefixes))})")
    try:
        return NamedNode(iri)
    except ValueError as error:
        raise ValueError(f"an absolute IRI or a prefixed name ({error})") from None
