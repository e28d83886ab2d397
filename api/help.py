"""The page of help: how to find, read, cite and take away what is here, and what is done for accessibility."""

from starlette.requests import Request
from starlette.responses import Response

from orgatlas.api.atlas import Atlas
from orgatlas.api.pages import page_url, render, site_root


async def help_page(request: Request, atlas: Atlas, language: str) -> Response:
    """The page of help."""
    questions = list(atlas.library)
    return render(
        request,
        language,
        "help.html",
        root=site_root(request, atlas),
        base=atlas.bundle.base,
        example=questions[0] if questions else None,
        explain=page_url(language, "explain"),
    )
