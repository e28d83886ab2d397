"""IRIs as people write them: a prefixed name where there is a prefix for it.

https://www.w3.org/TR/turtle/#prefixed-name
"""

import re
from collections.abc import Mapping

_LOCAL = re.compile(r"[\w](?:[\w.-]*[\w-])?$")


def abbreviated(iri: str, prefixes: Mapping[str, str]) -> str:
    """The prefixed name of an IRI by its longest namespace, or the IRI in angle brackets."""
    for prefix, namespace in sorted(prefixes.items(), key=lambda each: -len(each[1])):
        if iri.startswith(namespace) and _LOCAL.match(local := iri.removeprefix(namespace)):
            return f"{prefix}:{local}"
    return f"<{iri}>"
