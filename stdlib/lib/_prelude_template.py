# t-strings (PEP 750): the types of `string.templatelib`, made by the machine when a t-string is evaluated.


class Interpolation:
    """Interpolation object"""

    __slots__ = ("value", "expression", "conversion", "format_spec")
    __match_args__ = ("value", "expression", "conversion", "format_spec")
    __module__ = "string.templatelib"
    __qualname__ = "Interpolation"

    def __new__(cls, *args, **kwargs):
        value, expression, conversion, format_spec = _interpolation_arguments(*args, **kwargs)
        if not isinstance(expression, str):
            raise TypeError(f"Interpolation() argument 'expression' must be str, not {type(expression).__name__}")
        if conversion is not None and conversion not in ("s", "r", "a"):
            if not isinstance(conversion, str):
                raise TypeError(f"Interpolation() argument 'conversion' must be str, not {type(conversion).__name__}")
            raise ValueError("Interpolation() argument 'conversion' must be one of 's', 'a' or 'r'")
        self = object.__new__(cls)
        for name, x in zip(cls.__match_args__, (value, expression, conversion, format_spec)):
            object.__setattr__(self, name, x)
        return self

    def __setattr__(self, name, value):
        raise AttributeError("readonly attribute")

    def __repr__(self):
        return f"Interpolation({self.value!r}, {self.expression!r}, {self.conversion!r}, {self.format_spec!r})"

    def __reduce__(self):
        return Interpolation, (self.value, self.expression, self.conversion, self.format_spec)


class TemplateIter:
    __module__ = "string.templatelib"
    __qualname__ = "TemplateIter"

    def __init__(self, template):
        self._parts = iter(_template_parts(template))

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._parts)


def _template_parts(template):
    out = []
    for i, s in enumerate(template.strings):
        if s:
            out.append(s)
        if i < len(template.interpolations):
            out.append(template.interpolations[i])
    return out


def _interpolation_arguments(*args, **kwargs):
    names = ("value", "expression", "conversion", "format_spec")
    if len(args) + len(kwargs) > 4:
        raise TypeError(f"Interpolation() takes at most 4 arguments ({len(args) + len(kwargs)} given)")
    given = dict(zip(names, args))
    for name, x in kwargs.items():
        if name in given:
            raise TypeError(f"argument for Interpolation() given by name ('{name}') and position ({names.index(name) + 1})")
        if name not in names:
            raise TypeError(f"Interpolation() got an unexpected keyword argument '{name}'")
        given[name] = x
    if "value" not in given:
        raise TypeError("Interpolation() missing required argument 'value' (pos 1)")
    return given["value"], given.get("expression", ""), given.get("conversion"), given.get("format_spec", "")


class Template:
    """Template object"""

    __slots__ = ("strings", "interpolations")
    __module__ = "string.templatelib"
    __qualname__ = "Template"

    def __new__(cls, *parts):
        strings, interpolations = [""], []
        for part in parts:
            if isinstance(part, str):
                strings[-1] += part
            elif isinstance(part, Interpolation):
                interpolations.append(part)
                strings.append("")
            else:
                raise TypeError(
                    f"Template.__new__ *args need to be of type 'str' or 'Interpolation', got {type(part).__name__}"
                )
        self = object.__new__(cls)
        object.__setattr__(self, "strings", tuple(strings))
        object.__setattr__(self, "interpolations", tuple(interpolations))
        return self

    def __setattr__(self, name, value):
        raise AttributeError("readonly attribute")

    @property
    def values(self):
        return tuple(i.value for i in self.interpolations)

    def __iter__(self):
        return TemplateIter(self)

    def __add__(self, other):
        if not isinstance(other, Template):
            raise TypeError(f'can only concatenate string.templatelib.Template (not "{type(other).__name__}") to string.templatelib.Template')
        return Template(*_template_parts(self), *_template_parts(other))

    def __repr__(self):
        return f"Template(strings={self.strings!r}, interpolations={self.interpolations!r})"

    def __reduce__(self):
        return Template, tuple(_template_parts(self))


for _cls in (Interpolation, TemplateIter, Template):
    _stands_for_native(_cls)
    _no_base(_cls)


def make_template(strings, interpolations):
    parts = []
    for i, s in enumerate(strings):
        parts.append(s)
        if i < len(interpolations):
            parts.append(interpolations[i])
    return Template(*parts)


def make_interpolation(value, expression, spec, conversion):
    return Interpolation(value, expression, (None, "s", "r", "a")[conversion], spec)
