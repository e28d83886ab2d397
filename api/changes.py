"""Changes on their way in: a body is kept, rehearsed, and made if it conforms. One function for every kind of change.

https://www.w3.org/TR/sparql11-protocol/#update-operation and https://www.w3.org/TR/sparql11-http-rdf-update/
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from orgatlas.api.atlas import Atlas
from orgatlas.api.limits import kept
from orgatlas.api.negotiation import choose
from orgatlas.api.problems import MEDIA_TYPE
from orgatlas.graph.commit import Change
from orgatlas.graph.errors import ShapesViolated
from orgatlas.graph.formats import GRAPH_FORMATS

REPORTS = {form.media_type: form for form in GRAPH_FORMATS}
"""The forms of RDF in which a client may want the report on what its change violates."""


async def make(
    request: Request, atlas: Atlas, change: Change, content: AsyncIterator[bytes], location: str | None = None
) -> Response:
    """Have a change made; the answer names the edition, and a `location` where a graph was made there.

    201 where a request to a graph made it, else 204. What it violates is told as a problem, or as a SHACL report to who
    asks for RDF. The change goes on where its client has gone, for it may be made already.
    """
    wanted = choose(request.headers.get("accept"), [MEDIA_TYPE, *REPORTS])
    form = REPORTS.get(wanted or "")
    change = replace(change, report_form=form.name if form else None)
    async with kept(content, atlas.readers.folder) as file:
        try:
            outcome = await atlas.readers.change(change, file)
        except ShapesViolated as error:
            if error.report is None or form is None:
                raise
            return Response(error.report, HTTPStatus.UNPROCESSABLE_ENTITY, {"Vary": "Accept"}, form.media_type)
    made = outcome.made and change.operation != "update"
    headers = {"Orgatlas-Edition": outcome.edition} | ({"Location": location} if location and made else {})
    return Response(status_code=HTTPStatus.CREATED if made else HTTPStatus.NO_CONTENT, headers=headers)
