//! Replacement fields (`str.format`): the parsers of format strings and field names, and the methods that fill them.
//!
//! Source: PEP 3101, CPython `Objects/stringlib/unicode_format.h` (for the order of checks and the messages).
use super::super::util::{get_item, text};
use crate::heap::Ref;
use crate::vm::native::Def;
use crate::vm::{Args, Ask, Step, Vm, fixed};
use rustpython_wtf8::{CodePoint, Wtf8, Wtf8Buf};

pub static DEFS: &[Def] = &[
    Def::method("format", "(self, /, *args, **kwargs)", format, "With replacement fields filled from the arguments."),
    Def::method("format_map", "(self, mapping, /)", format_map, "With replacement fields filled from a mapping."),
];

/// Literal text and the field behind it.
pub struct MarkupPiece {
    pub literal: Wtf8Buf,
    pub field: Option<Field>,
}
/// A replacement field as written.
pub struct Field {
    pub name: Wtf8Buf,
    pub conversion: Option<CodePoint>,
    pub spec: Wtf8Buf,
    /// The spec holds fields itself.
    pub nested: bool,
}

/// Cuts a format string into pieces; ends with an error's message where it is malformed.
pub fn markup_pieces(s: &Wtf8) -> Vec<Result<MarkupPiece, &'static str>> {
    let points: Vec<CodePoint> = s.code_points().collect();
    let mut p = Markup { points: &points, at: 0 };
    let mut out = Vec::new();
    while p.at < points.len() {
        out.push(p.piece());
        if out.last().is_some_and(Result::is_err) {
            break;
        }
    }
    out
}

struct Markup<'a> {
    points: &'a [CodePoint],
    at: usize,
}
impl Markup<'_> {
    fn take(&mut self) -> Option<char> {
        let c = self.points.get(self.at)?;
        self.at += 1;
        Some(c.to_char_lossy())
    }
    fn span(&self, from: usize, to: usize) -> Wtf8Buf {
        self.points[from.min(to)..to].iter().copied().collect()
    }
    fn piece(&mut self) -> Result<MarkupPiece, &'static str> {
        let start = self.at;
        while let Some(c) = self.take() {
            if c != '{' && c != '}' {
                continue;
            }
            let next = self.points.get(self.at).and_then(|c| c.to_char());
            if next == Some(c) {
                let literal = self.span(start, self.at);
                self.at += 1;
                return Ok(MarkupPiece { literal, field: None });
            }
            let literal = self.span(start, self.at - 1);
            return match (c, next) {
                ('}', _) => Err("Single '}' encountered in format string"),
                (_, None) if self.at >= self.points.len() => Err("Single '{' encountered in format string"),
                _ => Ok(MarkupPiece { literal, field: Some(self.field()?) }),
            };
        }
        Ok(MarkupPiece { literal: self.span(start, self.at), field: None })
    }
    fn field(&mut self) -> Result<Field, &'static str> {
        let start = self.at;
        let mut end = None;
        while let Some(c) = self.take() {
            match c {
                '{' => return Err("unexpected '{' in field name"),
                '[' => {
                    while self.at < self.points.len() && self.points[self.at].to_char() != Some(']') {
                        self.at += 1;
                    }
                }
                '}' | ':' | '!' => {
                    end = Some(c);
                    break;
                }
                _ => {}
            }
        }
        let Some(end) = end else { return Err("expected '}' before end of string") };
        let mut field = Field { name: self.span(start, self.at - 1), conversion: None, spec: Wtf8Buf::new(), nested: false };
        if end == '}' {
            return Ok(field);
        }
        if end == '!' {
            let Some(c) = self.points.get(self.at) else { return Err("end of string while looking for conversion specifier") };
            field.conversion = Some(*c);
            self.at += 1;
            match self.take() {
                Some('}') => return Ok(field),
                Some(':') | None => {}
                Some(_) => return Err("expected ':' after conversion specifier"),
            }
        }
        self.spec(&mut field)?;
        Ok(field)
    }
    fn spec(&mut self, field: &mut Field) -> Result<(), &'static str> {
        let (start, mut open) = (self.at, 1);
        while let Some(c) = self.take() {
            match c {
                '{' => {
                    field.nested = true;
                    open += 1;
                }
                '}' => {
                    open -= 1;
                    if open == 0 {
                        field.spec = self.span(start, self.at - 1);
                        return Ok(());
                    }
                }
                _ => {}
            }
        }
        Err("unmatched '{' in format spec")
    }
}

/// One step into an object.
pub enum Access {
    Attribute(Wtf8Buf),
    /// `[name]`, with its value when it is a number.
    Item(Wtf8Buf, Option<i64>),
}
/// A field's name: the argument (and its number), and the steps into it; an error ends the steps.
pub struct FieldName {
    pub first: Wtf8Buf,
    pub index: Option<i64>,
    pub rest: Vec<Result<Access, &'static str>>,
}

/// The value of a text of decimal digits.
fn integer(points: &[CodePoint]) -> Result<Option<i64>, &'static str> {
    let mut value: Option<i64> = None;
    for c in points {
        let Some(d) = c.to_char().and_then(|c| c.to_digit(10)) else { return Ok(None) };
        let next = value.unwrap_or(0).checked_mul(10).and_then(|v| v.checked_add(i64::from(d)));
        value = Some(next.ok_or("Too many decimal digits in format string")?);
    }
    Ok(value)
}

/// Takes a field's name apart: `a.b[c]`.
pub fn field_name_split(name: &Wtf8) -> Result<FieldName, &'static str> {
    let points: Vec<CodePoint> = name.code_points().collect();
    let is = |i: usize, c: char| points[i].to_char() == Some(c);
    let mut at = (0..points.len()).find(|i| is(*i, '.') || is(*i, '[')).unwrap_or(points.len());
    let index = integer(&points[..at])?;
    let first = points[..at].iter().copied().collect();
    let mut rest = Vec::new();
    while at < points.len() {
        let step = if is(at, '.') {
            let end = (at + 1..points.len()).find(|i| is(*i, '.') || is(*i, '[')).unwrap_or(points.len());
            let part = &points[at + 1..end];
            at = end;
            if part.is_empty() { Err(EMPTY) } else { Ok(Access::Attribute(part.iter().copied().collect())) }
        } else if is(at, '[') {
            match (at + 1..points.len()).find(|i| is(*i, ']')) {
                None => Err("Missing ']' in format string"),
                Some(end) => {
                    let part = &points[at + 1..end];
                    at = end + 1;
                    if part.is_empty() {
                        Err(EMPTY)
                    } else {
                        integer(part).map(|index| Access::Item(part.iter().copied().collect(), index))
                    }
                }
            }
        } else {
            Err("Only '.' or '[' may follow ']' in format field specifier")
        };
        let failed = step.is_err();
        rest.push(step);
        if failed {
            break;
        }
    }
    Ok(FieldName { first, index, rest })
}
const EMPTY: &str = "Empty attribute in format string";

/// Where fields get their values.
#[derive(Clone, Copy)]
struct Source<'a> {
    /// None for `format_map`.
    args: Option<&'a [Ref]>,
    mapping: Option<Ref>,
}
/// How the fields of one string are numbered.
#[derive(Clone, Copy, PartialEq)]
enum Numbering {
    Unknown,
    Automatic(usize),
    Manual,
}

fn format(vm: &mut Vm, a: Args) -> Step {
    let args = a.opt(1).and_then(|r| vm.tuple_items(r)).map_or(vec![], <[Ref]>::to_vec);
    let s = text(vm, a[0]).to_wtf8_buf();
    let source = Source { args: Some(&args), mapping: a.not_none(2) };
    let out = fill(vm, &s, source, &mut Numbering::Unknown, 2)?;
    Ok(vm.str(out))
}
fn format_map(vm: &mut Vm, a: Args) -> Step {
    let s = text(vm, a[0]).to_wtf8_buf();
    let out = fill(vm, &s, Source { args: None, mapping: Some(a[1]) }, &mut Numbering::Unknown, 2)?;
    Ok(vm.str(out))
}

/// Fills the fields of a format string; `depth` more levels of nesting are allowed.
fn fill(vm: &mut Vm, s: &Wtf8, source: Source, numbering: &mut Numbering, depth: usize) -> Result<Wtf8Buf, Ask> {
    if depth == 0 {
        return Err(vm.value_error("Max string recursion exceeded"));
    }
    let mut out = Wtf8Buf::with_capacity(s.len());
    for piece in markup_pieces(s) {
        let piece = piece.map_err(|m| vm.value_error(m))?;
        out.push_wtf8(&piece.literal);
        let Some(field) = piece.field else { continue };
        let value = field_value(vm, &field.name, source, numbering)?;
        let value = convert(vm, value, field.conversion)?;
        let spec = if field.nested { fill(vm, &field.spec, source, numbering, depth - 1)? } else { field.spec };
        let spec = vm.str(spec);
        let spec = vm.keep(spec);
        let shown = vm.format(value, spec)?;
        out.push_wtf8(text(vm, shown));
    }
    Ok(out)
}
fn convert(vm: &mut Vm, value: Ref, conversion: Option<CodePoint>) -> Result<Ref, Ask> {
    let Some(c) = conversion else { return Ok(value) };
    match c.to_char() {
        Some('s') => vm.to_str(value),
        Some('r') => vm.repr(value),
        Some('a') => super::super::format::ascii(vm, value),
        _ => {
            let u = c.to_u32();
            let shown = if u > 32 && u < 127 { c.to_char_lossy().to_string() } else { format!("\\x{u:x}") };
            Err(vm.value_error(format!("Unknown conversion specifier {shown}")))
        }
    }
}
/// The object that a field names.
fn field_value(vm: &mut Vm, name: &Wtf8, source: Source, numbering: &mut Numbering) -> Result<Ref, Ask> {
    let name = field_name_split(name).map_err(|m| vm.value_error(m))?;
    let mut index = name.index.map(|i| i as usize);
    if name.first.is_empty() || index.is_some() {
        index = Some(number(vm, index, numbering)?);
    }
    let mut value = match (index, source.args, source.mapping) {
        (Some(_), None, _) => return Err(vm.value_error("Format string contains positional fields")),
        (Some(i), Some(args), _) => match args.get(i) {
            Some(r) => *r,
            None => return Err(vm.index_error(format!("Replacement index {i} out of range for positional args tuple"))),
        },
        (None, _, mapping) => {
            let key = vm.str(name.first);
            let key = vm.keep(key);
            match mapping.filter(|m| *m != fixed::NONE) {
                Some(m) => get_item(vm, m, key)?,
                None => return Err(vm.key_error(key)),
            }
        }
    };
    for step in name.rest {
        value = match step.map_err(|m| vm.value_error(m))? {
            Access::Attribute(name) => {
                let name = attribute_name(vm, name);
                vm.getattr(value, name)?
            }
            Access::Item(_, Some(i)) => {
                let key = vm.int(i);
                let key = vm.keep(key);
                get_item(vm, value, key)?
            }
            Access::Item(key, None) => {
                let key = vm.str(key);
                let key = vm.keep(key);
                get_item(vm, value, key)?
            }
        };
    }
    Ok(value)
}
fn attribute_name(vm: &mut Vm, name: Wtf8Buf) -> Ref {
    match name.as_str() {
        Ok(s) => {
            let s = vm.intern(s);
            vm.keep(s)
        }
        Err(_) => {
            let s = vm.str(name);
            vm.keep(s)
        }
    }
}
/// The number of a field; mixing automatic and given numbers is an error.
fn number(vm: &mut Vm, given: Option<usize>, numbering: &mut Numbering) -> Result<usize, Ask> {
    match (given, *numbering) {
        (Some(_), Numbering::Automatic(_)) => {
            Err(vm.value_error("cannot switch from automatic field numbering to manual field specification"))
        }
        (None, Numbering::Manual) => {
            Err(vm.value_error("cannot switch from manual field specification to automatic field numbering"))
        }
        (Some(i), _) => {
            *numbering = Numbering::Manual;
            Ok(i)
        }
        (None, Numbering::Unknown) => {
            *numbering = Numbering::Automatic(1);
            Ok(0)
        }
        (None, Numbering::Automatic(i)) => {
            *numbering = Numbering::Automatic(i + 1);
            Ok(i)
        }
    }
}
