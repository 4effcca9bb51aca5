"""An object's forms: the MIME bundle that a front end chooses from."""
import sys

import _display
from IPython import _pretty

# Name of the method, MIME type; text/plain is apart.
_METHODS = (
    ("_repr_html_", "text/html"),
    ("_repr_markdown_", "text/markdown"),
    ("_repr_svg_", "image/svg+xml"),
    ("_repr_png_", "image/png"),
    ("_repr_pdf_", "application/pdf"),
    ("_repr_jpeg_", "image/jpeg"),
    ("_repr_latex_", "text/latex"),
    ("_repr_json_", "application/json"),
    ("_repr_javascript_", "application/javascript"),
)
_CANARY = "_ipython_canary_method_should_not_exist_"


def complain(exc):
    import pellucid

    sys.stderr.write(pellucid._format_exception(exc))


def method_of(obj, name):
    """A method that the object really has: classes and objects that answer to any name have none."""
    if isinstance(obj, type):
        return None
    try:
        if getattr(obj, _CANARY, None) is not None:
            return None
        method = getattr(obj, name, None)
    except Exception:
        return None
    return method if callable(method) else None


def bundle(obj, include=None, exclude=None):
    """(data, metadata); both are empty when the object displayed itself."""
    kind = type(obj)
    if kind is int or kind is str or kind is float or kind is bool or kind is list or kind is dict or kind is tuple:
        return {"text/plain": _pretty.pretty(obj)}, {}
    own = method_of(obj, "_ipython_display_")
    if own is not None:
        try:
            own()
            return {}, {}
        except NotImplementedError:
            pass
        except Exception as e:
            complain(e)
            return {}, {}
    data, metadata = {}, {}
    whole = method_of(obj, "_repr_mimebundle_")
    if whole is not None:
        try:
            found = whole(include=include, exclude=exclude)
            if isinstance(found, tuple):
                found, metadata = found
                metadata = dict(metadata)
            data.update(found or {})
        except NotImplementedError:
            pass
        except Exception as e:
            complain(e)
    for name, mime in _METHODS:
        if mime in data:
            continue
        method = method_of(obj, name)
        if method is None:
            continue
        try:
            value = method()
        except NotImplementedError:
            continue
        except Exception as e:
            complain(e)
            continue
        if value is None:
            continue
        if isinstance(value, tuple) and len(value) == 2:
            value, more = value
            if more:
                metadata[mime] = more
        data[mime] = _display.base64(value) if isinstance(value, bytes) else value
    if "text/plain" not in data:
        try:
            data["text/plain"] = _pretty.pretty(obj)
        except Exception as e:
            complain(e)
    if include is not None:
        data = {k: v for k, v in data.items() if k in include}
    if exclude is not None:
        data = {k: v for k, v in data.items() if k not in exclude}
    return data, metadata
