"""The guides: Markdown files a language each (`vi/`, `en/`), read in a terminal, on the operator's page and in the checkout.

What can be generated from the code stands in them between `<!-- begin … -->` and `<!-- end … -->`, written by
`python -m tests.readme --write`; a test fails where it is stale.
"""

from robot.guides.shelf import NAMES, Guide, languages_of, on_shelf, read

__all__ = ["NAMES", "Guide", "languages_of", "on_shelf", "read"]
