"""The automatic part of an accessibility review: axe with the rules of WCAG 2.0 to 2.2, levels A and AA, and good practice.

https://github.com/dequelabs/axe-core/blob/develop/doc/API.md
"""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
SCRIPT = Axe().axe_script


def violations(page: Page) -> list[str]:
    """Each element that breaks a rule: the rule, the element, and what is wrong with it."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(SCRIPT)
    found = page.evaluate("options => axe.run(options)", {"runOnly": RULES, "resultTypes": ["violations"]})
    return [
        f"{rule['id']}: {node['html']}: {' '.join(node['failureSummary'].split())}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
