"""One page of each kind. A new kind of page is one line here, and is then tested in every way."""

from tests.browser.chromium import NOWHERE

PAGES = {
    "home": "/",
    "organisation": "/org",
    "organisation as a tree": "/org?view=tree",
    "organisation as a table": "/org?view=table",
    "countries": "/countries",
    "services": "/services",
    "search": "/search?q=relations",
    "search of nothing": "/search",
    "search in vain": "/search?q=zzzz",
    "help": "/help",
    "unit": "/unit/international-relations-directorate",
    "the whole": "/org/csc",
    "service": "/service/chaplaincy",
    "population": "/concept/population/aging-offenders",
    "concept": "/concept/activity/assisting-offenders",
    "place": "/place/BB",
    "engagement": "/engagement/assistance-BB",
    "source": "/source/A",
    "passage": "/source/A/s01",
    "questions": "/queries/",
    "question": "/queries/branches-of-sector",
    "answer as bars": "/queries/engagements-per-kind?view=bars&order=-records",
    "answer as map": "/queries/engagements?view=map",
    "answer as tree": "/queries/unit-tree?view=tree",
    "editor": "/sparql",
    "query answered": "/sparql?query=SELECT+*+%7B+%3Fs+a+%3Fo+%7D&rows=10&page=2&order=s",
    "why, asked": "/explain",
    "why, answered": "/explain?s=CSC&p=oversees&o=technical+assistance+to+Barbados",
    "ontology": "/ns",
    "rules": "/shapes",
    "data set": "/dataset",
    "not found": NOWHERE,
}
"""The path of each, behind the language."""

LONG = ("ontology", "rules")
"""Pages that tell of everything of a kind."""
