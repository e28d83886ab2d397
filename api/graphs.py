"""Graph Store Protocol: read, replace, add to and delete whole graphs.

https://www.w3.org/TR/sparql11-http-rdf-update/
"""

from http import HTTPStatus
from uuid import uuid4

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from orgatlas.api.access import require_writer
from orgatlas.api.answers import send
from orgatlas.api.atlas import Atlas
from orgatlas.api.changes import make
from orgatlas.api.limits import absolute_iri, content_of, content_type, query_pairs
from orgatlas.api.negotiation import encoding_for
from orgatlas.api.sparql import VARY, graph_form
from orgatlas.graph.commit import Change, Operation
from orgatlas.graph.documents import MEDIA_TYPES, MULTIPART

PATH, NAME = "/graphs", "The name of a graph"
ACCEPTED = (*MEDIA_TYPES, MULTIPART)
"""What may be posted; only one document takes the place of a graph."""

OF_WRITES = ("graph", "default")
OF_READS = (*OF_WRITES, "format")


async def read(request: Request, atlas: Atlas) -> Response:
    """A graph, whole. The default graph is what queries see as such."""
    name = _named(request)
    form, media_type = graph_form(request, [value for key, value in query_pairs(request) if key == "format"])
    opened = atlas.readers.graph(name, form.name, encoding_for(request))
    return await send(request, opened, ("", media_type), VARY)


async def replace(request: Request, atlas: Atlas) -> Response:
    """Put a graph in the place of what is there. What was sent is read before anything changes."""
    require_writer(request, atlas)
    return await _store("put", request, atlas, _named(request))


async def add(request: Request, atlas: Atlas) -> Response:
    """Add to a graph; at the graph store itself, make a new graph with a name of our own."""
    require_writer(request, atlas)
    pairs = {key for key, _ in query_pairs(request)}
    if request.scope["path"].rstrip("/") == PATH and not pairs & {"graph", "default"}:
        made = f"{_address(request).rstrip('/')}/{uuid4()}"
        return await _store("post", request, atlas, made, made)
    return await _store("post", request, atlas, _named(request))


async def delete(request: Request, atlas: Atlas) -> Response:
    """Delete a graph; of the default graph, what is stated there."""
    require_writer(request, atlas)
    return await make(request, atlas, Change("delete", graph=_named(request)), content_of(request, 0))


async def _store(
    operation: Operation, request: Request, atlas: Atlas, name: str | None, location: str | None = None
) -> Response:
    media_type = content_type(request)
    if media_type not in ACCEPTED or (media_type == MULTIPART and operation != "post"):
        accepted = ACCEPTED if operation == "post" else tuple(MEDIA_TYPES)
        headers = {"Accept-Post" if operation == "post" else "Accept": ", ".join(accepted)}
        detail = f"Send a graph as one of {', '.join(accepted)}."
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail, headers)
    base = name if name is not None else _address(request)
    change = Change(operation, graph=name, media_type=request.headers["content-type"], base=base)
    return await make(request, atlas, change, content_of(request, atlas.settings.max_upload), location)


def _named(request: Request) -> str | None:
    """The graph that a request is about, None being the default graph.

    By the parameter `graph` or `default`, or else the address itself is its name.
    """
    pairs = query_pairs(request)
    graphs = [value for key, value in pairs if key == "graph"]
    defaults = [value for key, value in pairs if key == "default"]
    direct = request.scope["path"].rstrip("/") != PATH
    if direct and not graphs and not defaults:
        return absolute_iri(_address(request), NAME)
    if direct or len(graphs) + len(defaults) != 1:
        detail = (
            f"Name one graph: {PATH}?graph=IRI, {PATH}?default, or an address below {PATH}/ that is itself the name."
        )
        raise HTTPException(HTTPStatus.BAD_REQUEST, detail)
    return absolute_iri(graphs[0], NAME) if graphs else None


def _address(request: Request) -> str:
    """The address of a request as it was sent, without its query."""
    path = request.scope.get("raw_path", b"").decode("ascii", "replace")
    return f"{request.url.scheme}://{request.url.netloc}{path}"
