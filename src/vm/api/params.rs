//! Binding the arguments of a call to a native's signature, with the messages of CPython's Argument Clinic.
use crate::heap::Ref;
use crate::objects::Payload;
use crate::objects::class::type_flags;
use crate::vm::native::{Arity, DefKind};
use crate::vm::step::Ask;
use crate::vm::{Vm, fixed, n};
use smallvec::SmallVec;
use std::sync::Arc;

/// Bound arguments in signature order.
pub type Bound = SmallVec<[Option<Ref>; 8]>;

/// A parsed signature.
#[derive(Debug, Default)]
pub struct Params {
    /// Names in order; `*args` and `**kw` take their own place.
    pub names: Vec<String>,
    /// How many parameters are positional-only (the receiver included).
    pub posonly: usize,
    /// How many may be given by position.
    pub positional: usize,
    /// Per parameter: must be given.
    pub required: Vec<bool>,
    /// How many positional ones are required.
    pub min: usize,
    pub varargs: Option<usize>,
    pub varkw: Option<usize>,
    /// The first parameter is the receiver (`self`, `cls`), which messages do not count.
    pub receiver: bool,
    /// Every parameter is positional-only and required, or optional positional-only: calls without keywords need no binding.
    pub plain: bool,
}

impl Params {
    /// With how many positional arguments no binding is needed; None with `*args` or a required keyword-only parameter.
    fn arity(&self) -> Option<Arity> {
        let keyword_required = self.required.iter().skip(self.positional).any(|r| *r);
        if self.varargs.is_some() || keyword_required {
            return None;
        }
        let small = |n: usize| u8::try_from(n).ok();
        Some(Arity { min: small(self.min)?, max: small(self.positional)?, total: small(self.names.len())? })
    }
    /// Parses `(self, x, /, y=1, *args, key=None, **kw)`.
    pub fn parse(sig: &str, kind: DefKind) -> Params {
        let inner = sig.trim().trim_start_matches('(').trim_end_matches(')');
        let mut p = Params { receiver: kind != DefKind::Function && kind != DefKind::StaticMethod, ..Default::default() };
        let mut keyword_only = false;
        for part in split_top(inner) {
            let part = part.trim().trim_start_matches('$');
            match part {
                "" => {}
                "/" => p.posonly = p.names.len(),
                "*" => keyword_only = true,
                _ => {
                    let at = p.names.len();
                    let (name, default) = part.split_once('=').map_or((part, None), |(a, b)| (a, Some(b)));
                    let name = name.split(':').next().unwrap_or(name).trim();
                    let required = default.is_none() && !name.starts_with('*');
                    if let Some(name) = name.strip_prefix("**") {
                        p.varkw = Some(at);
                        p.names.push(name.into());
                    } else if let Some(name) = name.strip_prefix('*') {
                        p.varargs = Some(at);
                        keyword_only = true;
                        p.names.push(name.into());
                    } else {
                        p.names.push(name.into());
                        if !keyword_only {
                            p.positional += 1;
                            p.min += required as usize;
                        }
                    }
                    p.required.push(required);
                }
            }
        }
        p.plain = p.posonly == p.names.len() && p.varargs.is_none() && p.varkw.is_none();
        p
    }
}

fn split_top(s: &str) -> Vec<&str> {
    let (mut depth, mut start, mut out) = (0, 0, Vec::new());
    let mut quote = None;
    for (i, c) in s.char_indices() {
        match (quote, c) {
            (Some(q), _) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth -= 1,
            (None, ',') if depth == 0 => {
                out.push(&s[start..i]);
                start = i + 1;
            }
            _ => {}
        }
    }
    out.push(&s[start..]);
    out
}

impl Vm {
    /// The parsed signature of a native.
    pub fn params(&mut self, native: u32) -> Arc<Params> {
        let row = &mut self.natives[native as usize];
        if let Some(p) = &row.params {
            return p.clone();
        }
        let p = Arc::new(Params::parse(row.def.sig, row.def.kind));
        row.arity = p.arity();
        row.params = Some(p.clone());
        p
    }
    /// Binds positional and keyword arguments; the receiver, if any, is the first positional one.
    pub fn bind_native_args(&mut self, native: u32, args: &[Ref], kwargs: &[(Ref, Ref)]) -> Result<Bound, Ask> {
        let p = self.params(native);
        if p.plain && kwargs.is_empty() && args.len() >= p.min && args.len() <= p.positional {
            let mut out: Bound = args.iter().map(|r| Some(*r)).collect();
            out.resize(p.names.len(), None);
            return Ok(out);
        }
        let hidden = p.receiver as usize;
        if args.len() < hidden {
            return Err(self.missing_receiver(native));
        }
        let kwargs = if p.plain && self.keywords_are_others(native, args) { &[] } else { kwargs };
        if !kwargs.is_empty() && p.plain {
            // A class method is called by the class it was reached through.
            let title = match (self.natives[native as usize].def.kind, args.first()) {
                (DefKind::ClassMethod, Some(cls)) if self.is_type(*cls) => {
                    let qualname = self.type_obj(*cls).qualname;
                    format!("{}.{}()", self.lossy(qualname), self.natives[native as usize].def.name)
                }
                _ => self.full_title(native),
            };
            let message = format!("{title} takes no keyword arguments");
            return Err(self.type_error(message));
        }
        if args.len() > p.positional && p.varargs.is_none() {
            return Err(self.too_many(native, &p, args.len(), kwargs.len()));
        }
        let mut out: Bound = smallvec::smallvec![None; p.names.len()];
        for (i, a) in args.iter().take(p.positional).enumerate() {
            out[i] = Some(*a);
        }
        if let Some(v) = p.varargs {
            let rest = self.tuple_of(&args[args.len().min(p.positional)..]);
            out[v] = Some(self.keep(rest));
        }
        self.bind_keywords(native, &p, &mut out, kwargs)?;
        self.check_required(native, &p, &out, args.len())?;
        Ok(out)
    }
    /// A built-in `__new__` leaves keywords to the `__init__` of a subclass, and `__init__` leaves them to its `__new__`.
    fn keywords_are_others(&mut self, native: u32, args: &[Ref]) -> bool {
        let (def, Some(first)) = (self.natives[native as usize].def, args.first().copied()) else { return false };
        let (cls, other) = match (def.kind, def.name) {
            (DefKind::New, _) if self.is_type(first) => (first, n::__INIT__),
            (DefKind::Method, "__init__") => (self.ty(first), n::__NEW__),
            _ => return false,
        };
        self.type_obj(cls).has(type_flags::HEAP)
            && self.lookup(cls, other).is_some_and(|f| matches!(self.heap.get(f), Payload::Function(_) | Payload::Wrapper(..)))
    }
    fn bind_keywords(&mut self, native: u32, p: &Params, out: &mut Bound, kwargs: &[(Ref, Ref)]) -> Result<(), Ask> {
        let mut rest = None;
        let nameless = p.varargs.is_some() && (0..p.names.len()).all(|i| i < p.posonly || Some(i) == p.varargs);
        let receiver = out.first().copied().flatten();
        let others = nameless && !kwargs.is_empty() && self.keywords_are_others(native, receiver.as_slice());
        for (k, v) in kwargs {
            let Some(name) = self.utf8(*k) else { return Err(self.type_error("keywords must be strings")) };
            let at = p.names.iter().enumerate().skip(p.posonly).find(|(i, x)| {
                x.as_str() == name && Some(*i) != p.varargs && Some(*i) != p.varkw
            });
            match (at.map(|(i, _)| i), p.varkw) {
                (Some(i), _) if out[i].is_some() => {
                    let (title, name) = (self.keyword_title(native), self.lossy(*k));
                    let message = format!("argument for {title} given by name ('{name}') and position ({})", i + 1 - p.receiver as usize);
                    return Err(self.type_error(message));
                }
                (Some(i), _) => out[i] = Some(*v),
                (None, Some(place)) => {
                    let dict = match rest {
                        Some(d) => d,
                        None => {
                            let d = self.dict();
                            self.keep(d)
                        }
                    };
                    rest = Some(dict);
                    out[place] = Some(dict);
                    self.dict_set_name(dict, *k, *v);
                }
                (None, None) if others => {}
                (None, None) => {
                    let (title, name) = (self.keyword_title(native), self.lossy(*k));
                    return Err(self.type_error(format!("{title} got an unexpected keyword argument '{name}'")));
                }
            }
        }
        Ok(())
    }
    fn check_required(&mut self, native: u32, p: &Params, out: &Bound, given: usize) -> Result<(), Ask> {
        let Some(i) = (0..p.names.len()).find(|i| p.required[*i] && out[*i].is_none()) else { return Ok(()) };
        let hidden = p.receiver as usize;
        let title = self.keyword_title(native);
        let positional_only = p.posonly >= p.positional;
        let message = if let Some(message) = self.slot_arity(native, p, given) {
            message
        } else if i < p.posonly && !positional_only {
            let need = (0..p.posonly).filter(|k| p.required[*k]).count() - hidden;
            let word = if need == p.positional - hidden { "exactly" } else { "at least" };
            format!("{title} takes {word} {need} positional argument{} ({} given)", plural(need), given - hidden)
        } else if positional_only && i < p.positional {
            let (need, have) = (p.min - hidden, given - hidden);
            if p.min == p.positional && need == 1 && p.varargs.is_none() && !self.is_new(native) {
                format!("{} takes exactly one argument ({have} given)", self.full_title(native))
            } else {
                let word = if p.min == p.positional && p.varargs.is_none() { "" } else { "at least " };
                format!("{} expected {word}{need} argument{}, got {have}", self.short_title(native), plural(need))
            }
        } else if i < p.positional {
            format!("{title} missing required argument '{}' (pos {})", p.names[i], i + 1 - hidden)
        } else {
            format!("{title} missing required keyword-only argument: '{}'", p.names[i])
        };
        Err(self.type_error(message))
    }
    fn too_many(&mut self, native: u32, p: &Params, given: usize, keywords: usize) -> Ask {
        let hidden = p.receiver as usize;
        let (max, min, have) = (p.positional - hidden, p.min - hidden, given - hidden);
        let title = self.keyword_title(native);
        let message = if let Some(message) = self.slot_arity(native, p, given) {
            message
        } else if max == 0 && p.names.len() == hidden {
            format!("{} takes no arguments ({have} given)", self.full_title(native))
        } else if max == 0 {
            format!("{title} takes no positional arguments")
        } else if p.plain && max == 1 && min == 1 && !self.is_new(native) {
            format!("{} takes exactly one argument ({have} given)", self.full_title(native))
        } else if p.plain {
            let word = if max == min { "" } else { "at most " };
            format!("{} expected {word}{max} argument{}, got {have}", self.short_title(native), plural(max))
        } else {
            let word = if min == max && p.names.len() == p.positional { "exactly" } else { "at most" };
            let kind = if p.names.len() > p.positional { " positional" } else { "" };
            format!("{title} takes {word} {max}{kind} argument{} ({} given)", plural(max), have + keywords)
        };
        self.type_error(message)
    }
    /// `__new__` counts its arguments as functions of several do, even if it takes one.
    fn is_new(&self, native: u32) -> bool {
        self.natives[native as usize].def.name == "__new__"
    }
    fn missing_receiver(&mut self, native: u32) -> Ask {
        let title = self.natives[native as usize].title.clone();
        let (ty, name) = title.rsplit_once('.').unwrap_or(("object", &title));
        self.type_error(format!("unbound method {ty}.{name}() needs an argument"))
    }
    /// With the module of a function: `math.sqrt()`.
    fn full_title(&self, native: u32) -> String {
        let row = &self.natives[native as usize];
        format!("{}()", row.title.trim_end_matches(".__new__").trim_end_matches(".__init__"))
    }
    /// The function's own name, the class's for constructors: `sort()`, `len()`, `list()`.
    pub fn call_title(&self, native: u32) -> String {
        let row = &self.natives[native as usize];
        match row.def.kind {
            DefKind::New => format!("{}()", row.title.trim_end_matches(".__new__")),
            _ => format!("{}()", self.short_title(native)),
        }
    }
    /// What the argument parser for keywords shows: `split()`, a type for its constructor.
    fn keyword_title(&self, native: u32) -> String {
        let row = &self.natives[native as usize];
        match (row.def.kind, row.def.name) {
            (DefKind::New, _) => format!("{}()", row.title.trim_end_matches(".__new__")),
            (_, "__init__") => format!("{}()", row.title.trim_end_matches(".__init__")),
            (_, name) => format!("{name}()"),
        }
    }
    /// The message of a slot wrapper called with a wrong number of arguments: "expected 1 argument, got 0".
    fn slot_arity(&self, native: u32, p: &Params, given: usize) -> Option<String> {
        let name = self.natives[native as usize].def.name;
        let kind = self.natives[native as usize].def.kind;
        let dunder = name.starts_with("__") && !matches!(name, "__init__" | "__call__");
        if kind != DefKind::Method || !dunder || !p.plain || crate::vm::bootstrap::NOT_SLOTS.contains(&name) {
            return None;
        }
        let (need, most, have) = (p.min - 1, p.positional - 1, given.max(1) - 1);
        if matches!(name, "__pow__" | "__rpow__") {
            return Some(format!("expected 1 or 2 arguments, got {have}"));
        }
        let (word, shown) = if need == most { ("", need) } else if have < need { ("at least ", need) } else { ("at most ", most) };
        Some(format!("expected {word}{shown} argument{}, got {have}", plural(shown)))
    }
    fn short_title(&self, native: u32) -> String {
        let row = &self.natives[native as usize];
        match row.def.kind {
            DefKind::New => row.title.trim_end_matches(".__new__").to_owned(),
            _ if row.def.name == "__init__" => row.title.trim_end_matches(".__init__").to_owned(),
            _ => row.def.name.to_owned(),
        }
    }
    /// Key–value pairs of a `**kw` parameter.
    pub fn kwargs_of(&self, dict: Option<Ref>) -> Vec<(Ref, Ref)> {
        dict.filter(|d| *d != fixed::NONE).and_then(|d| self.dict_of(d)).map_or(vec![], |d| d.iter().collect())
    }
}

fn plural(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}
