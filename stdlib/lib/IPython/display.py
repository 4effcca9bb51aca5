"""Rich displays: `display()` and the classes that hold HTML, Markdown, images and the like."""
import _display
from IPython import _format

__all__ = [
    "Audio", "Code", "DisplayHandle", "FileLink", "GeoJSON", "HTML", "IFrame", "Image", "JSON", "Javascript", "Latex",
    "Markdown", "Math", "Pretty", "ProgressBar", "SVG", "Video", "YouTubeVideo", "clear_output", "display",
    "display_html", "display_jpeg", "display_json", "display_latex", "display_markdown", "display_pdf", "display_png",
    "display_pretty", "display_svg", "publish_display_data", "set_matplotlib_formats", "update_display",
]

_next_id = 0


def _new_display_id():
    global _next_id
    _next_id += 1
    return f"pellucid-display-{_next_id}"


def publish_display_data(data, metadata=None, *, transient=None, update=False, **kwargs):
    """Sends a MIME bundle to the front end as it is."""
    if not isinstance(data, dict):
        raise TypeError("data must be a dict, got: %r" % type(data))
    import IPython

    shell = IPython.get_ipython()
    if shell is not None and shell.captured is not None:
        from IPython._habits import shown

        shell.captured.append(shown.RichOutput(dict(data), metadata, transient))
        return
    _display.publish(dict(data), dict(metadata or {}), dict(transient or {}), bool(update))


def display(*objs, include=None, exclude=None, metadata=None, transient=None, display_id=None, raw=False, clear=False, **kwargs):
    """Shows objects in all the forms they have; with a display_id the display can be changed later."""
    transient = dict(transient or {})
    metadata = metadata or {}
    if display_id is True:
        display_id = _new_display_id()
    if display_id is None and kwargs.get("update"):
        raise TypeError("display_id required for update_display")
    if display_id is not None:
        transient["display_id"] = display_id
    if clear:
        clear_output(wait=True)
    if not objs and display_id:
        objs, raw = [{}], True
    for obj in objs:
        if raw:
            publish_display_data(obj, metadata, transient=transient, **kwargs)
            continue
        data, own = _format.bundle(obj, include=include, exclude=exclude)
        if not data:
            continue
        if metadata:
            own = {**own, **metadata}
        publish_display_data(data, own, transient=transient, **kwargs)
    if display_id is not None:
        return DisplayHandle(display_id)


def update_display(obj, *, display_id, **kwargs):
    """Changes an earlier display."""
    kwargs["update"] = True
    display(obj, display_id=display_id, **kwargs)


def clear_output(wait=False):
    """Clears the output of the current cell; with wait, when new output comes."""
    _display.clear_output(bool(wait))


class DisplayHandle:
    """A display that can be changed."""

    def __init__(self, display_id=None):
        self.display_id = _new_display_id() if display_id is None else display_id

    def __repr__(self):
        return f"<{type(self).__name__} display_id={self.display_id}>"

    def display(self, obj, **kwargs):
        display(obj, display_id=self.display_id, **kwargs)

    def update(self, obj, **kwargs):
        update_display(obj, display_id=self.display_id, **kwargs)


def _by_mime(mime):
    def show(*objs, **kwargs):
        raw = kwargs.pop("raw", False)
        for obj in objs:
            if raw:
                publish_display_data({mime: obj}, kwargs.get("metadata"))
            else:
                display(obj, include=["text/plain", mime], **kwargs)

    return show


display_pretty = _by_mime("text/plain")
display_html = _by_mime("text/html")
display_markdown = _by_mime("text/markdown")
display_svg = _by_mime("image/svg+xml")
display_png = _by_mime("image/png")
display_jpeg = _by_mime("image/jpeg")
display_latex = _by_mime("text/latex")
display_json = _by_mime("application/json")
display_pdf = _by_mime("application/pdf")


class DisplayObject:
    """Data with a form of its own; from a value or from a file."""

    _read_mode = "r"
    metadata = None

    def __init__(self, data=None, url=None, filename=None, metadata=None):
        if url is not None and data is None and filename is None and self._read_mode is not None and not self._keeps_url():
            raise ValueError("a URL cannot be opened: the machine has no network; give data or a file's name")
        self.data, self.url, self.filename = data, url, filename
        if metadata is not None:
            self.metadata = metadata
        elif self.metadata is None:
            self.metadata = {}
        self.reload()

    def _keeps_url(self):
        return False

    def reload(self):
        if self.filename is not None:
            encoding = None if "b" in self._read_mode else "utf-8"
            with open(self.filename, self._read_mode, encoding=encoding) as file:
                self.data = file.read()

    def _with_metadata(self):
        return (self.data, dict(self.metadata)) if self.metadata else self.data

    def __repr__(self):
        return f"<{type(self).__module__.replace('IPython.display', 'IPython.core.display')}.{type(self).__name__} object>"


class TextDisplayObject(DisplayObject):
    """Data that is text."""

    def __init__(self, data=None, url=None, filename=None, metadata=None):
        if data is not None and not isinstance(data, str):
            raise TypeError("%s expects text, not %r" % (type(self).__name__, data))
        super().__init__(data, url, filename, metadata)


class Pretty(TextDisplayObject):
    def _repr_pretty_(self, p, cycle):
        p.text(self.data)


class HTML(TextDisplayObject):
    def _repr_html_(self):
        return self._with_metadata()

    def __html__(self):
        return self._repr_html_()


class Markdown(TextDisplayObject):
    def _repr_markdown_(self):
        return self._with_metadata()


class Latex(TextDisplayObject):
    def _repr_latex_(self):
        return self._with_metadata()


class Math(TextDisplayObject):
    def _repr_latex_(self):
        text = "$\\displaystyle %s$" % self.data.strip("$")
        return (text, dict(self.metadata)) if self.metadata else text


class SVG(DisplayObject):
    def reload(self):
        super().reload()
        if isinstance(self.data, bytes):
            self.data = self.data.decode("utf-8", "replace")
        if self.data is not None:
            start = self.data.find("<svg")
            end = self.data.rfind("</svg>")
            if start >= 0 and end >= 0:
                self.data = self.data[start : end + 6]

    def _repr_svg_(self):
        return self._with_metadata()


class JSON(DisplayObject):
    def __init__(self, data=None, url=None, filename=None, expanded=False, metadata=None, root="root", **kwargs):
        self.metadata = {"expanded": expanded, "root": root, **(metadata or {}), **kwargs}
        super().__init__(data, url, filename)

    def reload(self):
        super().reload()
        if isinstance(self.data, str):
            import json

            self.data = json.loads(self.data)

    def _repr_json_(self):
        return self._with_metadata()


class GeoJSON(JSON):
    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"application/geo+json": self.data, "text/plain": "<IPython.display.GeoJSON object>"}


class Javascript(TextDisplayObject):
    def __init__(self, data=None, url=None, filename=None, lib=None, css=None):
        self.lib = [lib] if isinstance(lib, str) else lib or []
        self.css = [css] if isinstance(css, str) else css or []
        super().__init__(data, url, filename)

    def _repr_javascript_(self):
        return self.data


class Code(TextDisplayObject):
    def __init__(self, data=None, url=None, filename=None, language=None):
        self.language = language or "python"
        super().__init__(data, url, filename)

    def __repr__(self):
        return self.data

    def _repr_pretty_(self, p, cycle):
        p.text(self.data)

    def _repr_html_(self):
        import html

        return f'<pre><code class="language-{self.language}">{html.escape(self.data)}</code></pre>'


class IFrame:
    """A page in a frame."""

    def __init__(self, src, width, height, extras=None, **kwargs):
        self.src, self.width, self.height, self.extras, self.params = src, width, height, extras or [], kwargs

    def _repr_html_(self):
        from urllib.parse import urlencode

        query = "?" + urlencode(self.params) if self.params else ""
        extras = " ".join(self.extras)
        return (
            f'\n        <iframe\n            width="{self.width}"\n            height="{self.height}"\n'
            f'            src="{self.src}{query}"\n            frameborder="0"\n            allowfullscreen\n            {extras}\n        ></iframe>\n        '
        )


class YouTubeVideo(IFrame):
    def __init__(self, id, width=400, height=300, allow_autoplay=False, **kwargs):
        self.id = id
        super().__init__(f"https://www.youtube.com/embed/{id}", width, height, **kwargs)


_SIGNATURES = ((b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8", "jpeg"), (b"GIF8", "gif"))


class Image(DisplayObject):
    """A picture: PNG, JPEG or GIF bytes, a file's name, or an address that the front end loads."""

    _read_mode = "rb"

    def __init__(self, data=None, url=None, filename=None, format=None, embed=None, width=None, height=None, retina=False, unconfined=False, metadata=None, alt=None):
        if isinstance(data, str) and filename is None and url is None:
            if data.startswith(("http://", "https://", "data:")):
                data, url = None, data
            else:
                data, filename = None, data
        self.width, self.height, self.alt = width, height, alt
        super().__init__(data, url, filename, metadata)
        self.format = (format or self._found_format()).lower().replace("jpg", "jpeg")
        if self.url is None and self.format not in ("png", "jpeg", "gif"):
            raise ValueError("Cannot embed the '%s' image format" % self.format)

    def _keeps_url(self):
        return True

    def _found_format(self):
        for start, name in _SIGNATURES:
            if isinstance(self.data, bytes) and self.data.startswith(start):
                return name
        name = self.filename or self.url or ""
        return name.rsplit(".", 1)[-1] if "." in name.rsplit("/", 1)[-1] else "png"

    def _extra(self):
        found = {k: v for k, v in (("width", self.width), ("height", self.height), ("alt", self.alt)) if v is not None}
        return {**found, **self.metadata}

    def _repr_mimebundle_(self, include=None, exclude=None):
        if self.url is not None:
            import html

            sizes = "".join(f' {k}="{html.escape(str(v))}"' for k, v in self._extra().items())
            return {"text/html": f'<img src="{html.escape(self.url)}"{sizes}/>'}
        mime = "image/" + self.format
        data = _display.base64(self.data) if isinstance(self.data, bytes) else self.data
        extra = self._extra()
        return {mime: data}, ({mime: extra} if extra else {})


class Audio:
    """Refused: the machine makes no sound."""

    def __init__(self, *args, **kwargs):
        raise NotImplementedError(f"{type(self).__name__} is not supported: this kernel shows text and pictures only")


class Video(Audio):
    """Refused, as Audio is."""


class FileLink:
    """The path of a file."""

    def __init__(self, path, **kwargs):
        self.path = str(path)

    def _repr_html_(self):
        import html

        return f"<a href='{html.escape(self.path)}' target='_blank'>{html.escape(self.path)}</a><br>"

    def __repr__(self):
        return self.path


class ProgressBar:
    """A bar that shows how much of a total is done; iterating over it moves it."""

    def __init__(self, total):
        self.total, self._progress, self.html_width, self.text_width = total, 0, "60ex", 60
        self._display_id = _new_display_id()

    def __repr__(self):
        done = int(self._progress / self.total * self.text_width) if self.total else 0
        return "[{}{}] {}/{}".format("=" * done, " " * (self.text_width - done), self._progress, self.total)

    def _repr_html_(self):
        return f"<progress style='width:{self.html_width}' max='{self.total}' value='{self._progress}'></progress>"

    def display(self):
        display(self, display_id=self._display_id)

    def update(self):
        display(self, display_id=self._display_id, update=True)

    @property
    def progress(self):
        return self._progress

    @progress.setter
    def progress(self, value):
        self._progress = value
        self.update()

    def __iter__(self):
        self.display()
        self._progress = -1
        return self

    def __next__(self):
        self.progress += 1
        if self.progress < self.total:
            return self.progress
        raise StopIteration()


def set_matplotlib_formats(*formats, **kwargs):
    """Refused: matplotlib needs extension modules in C."""
    raise NotImplementedError("matplotlib is not available on this machine")
