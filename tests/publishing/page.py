"""What a browser would make of a page, without a browser."""

import re
from html.parser import HTMLParser


class Page(HTMLParser):
    """Collects what a browser would load, places and links, headings and texts, and whether tags are closed."""

    VOID = frozenset({"meta", "link", "img", "br", "hr", "input", "source", "path", "circle", "rect"})

    def __init__(self, text):
        super().__init__()
        self.open, self.loads, self.images, self.headings = [], [], [], []
        self.ids, self.targets, self.links, self.described = [], [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if tag not in self.VOID:
            self.open.append(tag)
        self.loads += [found[k] for k in ("src", "srcset") if k in found]
        self.loads += [found["href"]] if tag == "link" else []
        if tag == "a" and "href" in found:
            (self.targets if found["href"].startswith("#") else self.links).append(found["href"].lstrip("#"))
        self.ids += [found["id"]] if "id" in found else []
        self.described += [found["aria-describedby"]] if "aria-describedby" in found else []
        if tag == "img":
            self.images.append(found.get("alt", ""))
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in self.VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag


def is_sound(text):
    """One file that loads nothing, with one first heading, no level left out, and links within it that lead somewhere."""
    page = Page(text)
    assert all(address.startswith("data:") for address in page.loads)
    bare = re.sub(r'src="data:[^"]*"', "", text)
    assert "url(" not in bare
    assert "@import" not in bare
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    assert all(b - a <= 1 for a, b in zip(page.headings, page.headings[1:], strict=False))
    assert len(page.ids) == len(set(page.ids))
    assert set(page.targets) <= {*page.ids, ""}
    assert set(page.described) <= set(page.ids)
    assert all(len(alt) > 20 for alt in page.images)
    return page
