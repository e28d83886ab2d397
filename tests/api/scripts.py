"""The scripts that a page runs: those of ours are files, and there are no others."""

import re

OURS = re.compile(r'<script(?: type="module")? src="(?:\.\./|/)*static/[a-z]+\.js(?:\?v=[0-9a-f]{12})?"></script>')
DATA = re.compile(r'<script type="application/ld\+json">')


def strange_scripts(page: str) -> list[str]:
    """What a browser would take for a script and is none of ours, nor data."""
    rest = DATA.sub("", OURS.sub("", page))
    return re.findall(r"<script[^>]*>?", rest, re.IGNORECASE)
