"""Web sites on the virtual network, for programs that crawl offline.

site-0.test, site-1.test … are there without being asked for: twenty pages each, linked to each other and, for the first
fifty, in a ring from site to site; with a slow page, errors, redirects and broken links (see BUILT_IN). `site()` makes
others. They are no threads of the program: a host answers a request when it has come, in virtual time.
"""
import pellucid as _machine

__all__ = ["BUILT_IN", "NEVER", "Page", "Site", "redirect", "site"]

NEVER = None
"""The delay of a page that is never answered."""

BUILT_IN = {
    "/": "links to the pages of the site and to the next site",
    "/page/N": "pages 1 to 19, linked; page 15 takes half a second, pages 5, 9 and 12 link to failures",
    "/slow": "answers after two seconds",
    "/moved": "redirects to /page/1",
    "/loop": "redirects to itself",
    "/gone": "404, like every path that is not here",
    "/error": "500",
    "/status/NNN": "answers with that status",
    "/big": "one mebibyte of text",
    "/cut": "the connection is reset in the middle of the page",
    "/silent": "accepts the request and never answers",
    "/robots.txt": "what a polite crawler leaves out",
}
"""The paths of every site-N.test. Port 80 is HTTP; port 7 sends everything back (echo)."""

_SERVING = 0.005


class Page:
    """What a path answers: a body (str or bytes), a status, headers, a delay in seconds (NEVER: no answer), and after
    how many bytes of the body the connection is reset (None: it is not)."""

    def __init__(self, body="", status=200, headers=None, delay=_SERVING, cut=None):
        if not 100 <= status <= 999:
            raise ValueError(f"a status is a number from 100 to 999, not {status!r}")
        if delay is not None and delay < 0:
            raise ValueError(f"a delay is not negative: {delay!r}")
        self.body, self.status, self.headers = body, status, dict(headers or {})
        self.delay, self.cut = delay, cut

    def __repr__(self):
        return f"Page({len(self.body)} of body, status={self.status})"

    def _row(self, path):
        body = self.body.encode() if isinstance(self.body, str) else bytes(self.body)
        delay = None if self.delay is None else round(self.delay * 1e9)
        return (path, self.status, list(self.headers.items()), body, delay, self.cut)


class Site:
    """A virtual host that serves pages at port 80."""

    def __init__(self, name, pages, address):
        self.name, self.pages, self.address = name, pages, address
        self.url = f"http://{name}/"

    def __repr__(self):
        return f"<Site {self.url} at {self.address}, {len(self.pages)} pages>"


def redirect(to, status=302):
    """A page that sends the reader elsewhere."""
    return Page(status=status, headers={"Location": to})


def _linked(name, count):
    """`count` pages that lead to each other: page k to 2k + 1, 2k + 2 and back to k // 2."""
    pages = {}
    for k in range(count):
        links = [x for x in (2 * k + 1, 2 * k + 2) if x < count] + ([k // 2] if k else [])
        path = f"/{k}" if k else "/"
        items = "".join(f'<li><a href="{f"/{x}" if x else "/"}">page {x}</a></li>\n' for x in links)
        title = f"{name}, page {k}"
        pages[path] = f"<!doctype html>\n<html><head><title>{title}</title></head>\n<body><h1>{title}</h1>\n<ul>\n{items}</ul>\n</body></html>\n"
    return pages


def site(name, pages=20, delay=_SERVING):
    """A site of that name. `pages`: a dict from paths to bodies (str, bytes), statuses (int) or Pages; or a number:
    so many pages that lead to each other. A site of the same name is replaced."""
    if not name or any(not (c.isalnum() and c.isascii() or c in "-.") for c in name) or "." not in name:
        raise ValueError(f"{name!r} is no host's name, such as shop.test")
    if isinstance(pages, int):
        pages = _linked(name, pages)
    rows, made = [], {}
    for path, page in pages.items():
        if not path.startswith("/"):
            raise ValueError(f"a path begins with a slash: {path!r}")
        if isinstance(page, int):
            page = Page(f"<h1>{page}</h1>", status=page, delay=delay)
        elif not isinstance(page, Page):
            page = Page(page, delay=delay)
        made[path] = page
        rows.append(page._row(path))
    return Site(name, made, _machine._serve(name.lower(), rows))
