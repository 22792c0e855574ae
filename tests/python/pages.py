"""What must hold of every page that the project writes about itself."""

from html.parser import HTMLParser

VOID = {"meta", "br", "hr", "link", "img", "input"}


class Page(HTMLParser):
    """Checks that tags are closed in order, and collects what a page loads and links to."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: set[str] = set()
        self.links: set[str] = set()
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag and its attributes."""
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.add(value or "")
            elif name == "href":
                self.links.add(value or "")
            elif name in ("src", "srcset", "action"):
                self.loads.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        """Close the tag that was opened last."""
        assert self.open.pop() == tag


def assert_sound_and_silent(text: str) -> None:
    """Assert that a page is well formed, links within itself alone, and calls nobody."""
    page = Page()
    page.feed(text)
    assert page.open == []
    assert page.loads == []
    assert page.links == {f"#{name}" for name in page.ids}
    for call in ("://", "url(", "@import"):
        assert call not in text
