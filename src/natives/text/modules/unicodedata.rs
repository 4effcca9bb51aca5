//! The module `unicodedata`. The data is the crate `rustpython-unicode`'s.
use super::put;
use crate::heap::Ref;
use crate::natives::text::util;
use crate::objects::State;
use crate::objects::class::{Layout, type_flags};
use crate::vm::native::{Def, ModuleDef, TypeDef};
use crate::vm::{Args, Ask, Step, Vm, t};
use rustpython_unicode::{LookupResult, NormalizeForm, Ucd};
use rustpython_wtf8::CodePoint;

pub static MODULE: ModuleDef = ModuleDef {
    name: "unicodedata",
    doc: "The Unicode character database.",
    functions: &[FUNCTIONS],
    types: &[&UCD],
    init: Some(init),
};
static UCD: TypeDef = TypeDef {
    place: None,
    name: "UCD",
    module: "unicodedata",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::NO_NEW,
    size: (40, 0),
    doc: "",
    defs: &[METHODS],
};

/// State of `unicodedata.ucd_3_2_0`.
#[derive(Clone)]
struct Database;
impl State for Database {
    fn visit(&self, _f: &mut dyn FnMut(Ref)) {}
    fn is_container(&self) -> bool {
        false
    }
}
fn init(vm: &mut Vm, module: Ref) -> Result<(), Ask> {
    let version = vm.str("16.0.0");
    put(vm, module, "unidata_version", version);
    let ty = vm.type_of_def(&UCD);
    let old = vm.opaque(ty, Database);
    put(vm, module, "ucd_3_2_0", old);
    Ok(())
}

macro_rules! table {
    ($kind:ident, $new:literal, $first:literal) => {
        &[
            Def::$kind("category", concat!("(", $first, "chr, /)"), |vm, a| category(vm, a, $new), "General category."),
            Def::$kind("bidirectional", concat!("(", $first, "chr, /)"), |vm, a| bidirectional(vm, a, $new), "Bidirectional class."),
            Def::$kind("combining", concat!("(", $first, "chr, /)"), |vm, a| combining(vm, a, $new), "Canonical combining class."),
            Def::$kind("east_asian_width", concat!("(", $first, "chr, /)"), |vm, a| width(vm, a, $new), "East Asian width."),
            Def::$kind("mirrored", concat!("(", $first, "chr, /)"), |vm, a| mirrored(vm, a, $new), "Whether it is mirrored in bidirectional text."),
            Def::$kind("decomposition", concat!("(", $first, "chr, /)"), |vm, a| decomposition(vm, a, $new), "Decomposition mapping."),
            Def::$kind("decimal", concat!("(", $first, "chr, default=<unrepresentable>, /)"), |vm, a| decimal(vm, a, $new), "Value as a decimal digit."),
            Def::$kind("digit", concat!("(", $first, "chr, default=<unrepresentable>, /)"), |vm, a| digit(vm, a, $new), "Value as a digit."),
            Def::$kind("numeric", concat!("(", $first, "chr, default=<unrepresentable>, /)"), |vm, a| numeric(vm, a, $new), "Numeric value."),
            Def::$kind("name", concat!("(", $first, "chr, default=<unrepresentable>, /)"), |vm, a| name(vm, a, $new), "Name of a character."),
            Def::$kind("lookup", concat!("(", $first, "name, /)"), |vm, a| lookup(vm, a, $new), "Character of a name."),
            Def::$kind("normalize", concat!("(", $first, "form, unistr, /)"), |vm, a| normalize(vm, a, $new), "Text in a normal form."),
            Def::$kind("is_normalized", concat!("(", $first, "form, unistr, /)"), |vm, a| is_normalized(vm, a, $new), "Whether a text is in a normal form."),
        ]
    };
}
static FUNCTIONS: &[Def] = table!(function, true, "");
static METHODS: &[Def] = &{
    // The methods, and the version of the data.
    const M: &[Def] = table!(method, false, "self, ");
    let [a, b, c, d, e, f, g, h, i, j, k, l, m] = M else { panic!() };
    [
        copied(a), copied(b), copied(c), copied(d), copied(e), copied(f), copied(g), copied(h), copied(i), copied(j), copied(k),
        copied(l), copied(m), Def::get("unidata_version", |vm, _| Ok(vm.str("3.2.0")), ""),
    ]
};
const fn copied(d: &Def) -> Def {
    Def { name: d.name, sig: d.sig, f: d.f, set: d.set, kind: d.kind, doc: d.doc, shown: d.shown }
}

/// The database, and the arguments without the receiver of a method.
fn parts<'a>(a: Args<'a>, new: bool) -> (Ucd, Args<'a>) {
    (Ucd::new(new), Args(&a.0[!new as usize..]))
}
fn character(vm: &mut Vm, a: &Args, name: &str, position: &str) -> Result<CodePoint, Ask> {
    let Some(s) = vm.str_of(a[0]) else {
        let message = format!("{name}() argument{position} must be a unicode character, not {}", vm.dotted_type_name(a[0]));
        return Err(vm.type_error(message));
    };
    if s.len() != 1 {
        let message = format!("{name}(): argument{position} must be a unicode character, not a string of length {}", s.len());
        return Err(vm.type_error(message));
    }
    Ok(s.at(0))
}
fn category(vm: &mut Vm, a: Args, new: bool) -> Step {
    let (ucd, a) = parts(a, new);
    let c = character(vm, &a, "category", "")?;
    Ok(vm.str(ucd.category(c)))
}
fn bidirectional(vm: &mut Vm, a: Args, new: bool) -> Step {
    let (ucd, a) = parts(a, new);
    let c = character(vm, &a, "bidirectional", "")?;
    let unassigned = ucd.category(c) == "Cn";
    Ok(vm.str(if unassigned { "" } else { ucd.bidirectional(c) }))
}
fn combining(vm: &mut Vm, a: Args, new: bool) -> Step {
    let (ucd, a) = parts(a, new);
    let c = character(vm, &a, "combining", "")?;
    Ok(vm.int(ucd.combining(c).into()))
}
fn width(vm: &mut Vm, a: Args, new: bool) -> Step {
    let (ucd, a) = parts(a, new);
    let c = character(vm, &a, "east_asian_width", "")?;
    Ok(vm.str(ucd.east_asian_width(c)))
}
fn mirrored(vm: &mut Vm, a: Args, new: bool) -> Step {
    let (ucd, a) = parts(a, new);
    let c = character(vm, &a, "mirrored", "")?;
    Ok(vm.int(ucd.mirrored(c).into()))
}
fn decomposition(vm: &mut Vm, a: Args, new: bool) -> Step {
    let (ucd, a) = parts(a, new);
    let c = character(vm, &a, "decomposition", "")?;
    // Hangul syllables decompose by rule, not by the table that this shows.
    let hangul = (0xAC00..=0xD7A3).contains(&c.to_u32());
    Ok(vm.str(if hangul { String::new() } else { ucd.decomposition(c) }))
}
/// The default, or ValueError.
fn missing(vm: &mut Vm, a: &Args, message: &str) -> Step {
    match a.opt(1) {
        Some(d) => Ok(vm.incref(d)),
        None => Err(vm.value_error(message)),
    }
}
fn decimal(vm: &mut Vm, a: Args, new: bool) -> Step {
    let (ucd, a) = parts(a, new);
    let c = character(vm, &a, "decimal", " 1")?;
    match ucd.decimal(c) {
        Some(d) => Ok(vm.int(d as i64)),
        None => missing(vm, &a, "not a decimal"),
    }
}
fn digit(vm: &mut Vm, a: Args, new: bool) -> Step {
    let (ucd, a) = parts(a, new);
    let c = character(vm, &a, "digit", " 1")?;
    match ucd.digit(c) {
        Some(d) => Ok(vm.int(d as i64)),
        None => missing(vm, &a, "not a digit"),
    }
}
fn numeric(vm: &mut Vm, a: Args, new: bool) -> Step {
    let (ucd, a) = parts(a, new);
    let c = character(vm, &a, "numeric", " 1")?;
    match ucd.numeric(c) {
        Some(x) => Ok(vm.float(x)),
        None => missing(vm, &a, "not a numeric character"),
    }
}
fn name(vm: &mut Vm, a: Args, new: bool) -> Step {
    let (ucd, a) = parts(a, new);
    let c = character(vm, &a, "name", " 1")?;
    let found = c.to_char().filter(|c| ucd.membership(*c)).and_then(rustpython_unicode::character_name);
    match found {
        Some(s) => Ok(vm.str(s)),
        None => missing(vm, &a, "no such name"),
    }
}
fn lookup(vm: &mut Vm, a: Args, new: bool) -> Step {
    let (ucd, a) = parts(a, new);
    let Some(name) = vm.utf8(a[0]).map(str::to_owned) else {
        let message = format!("a bytes-like object is required, not '{}'", vm.dotted_type_name(a[0]));
        return Err(vm.type_error(message));
    };
    match ucd.lookup(&name) {
        Some(LookupResult::Character(c)) => Ok(vm.char(CodePoint::from(c))),
        Some(LookupResult::Sequence(s)) => Ok(vm.str(s)),
        None => Err(vm.error(t::KEY_ERROR, format!("undefined character name '{name}'"))),
    }
}
fn form(vm: &mut Vm, a: &Args, function: &str) -> Result<NormalizeForm, Ask> {
    util::str_arg(vm, a, 0, &format!("{function}() argument 1"))?;
    util::str_arg(vm, a, 1, &format!("{function}() argument 2"))?;
    match vm.utf8(a[0]).and_then(|s| s.parse().ok()) {
        Some(f) => Ok(f),
        None => Err(vm.value_error("invalid normalization form")),
    }
}
fn normalize(vm: &mut Vm, a: Args, new: bool) -> Step {
    let (_, a) = parts(a, new);
    let form = form(vm, &a, "normalize")?;
    if vm.str_of(a[1]).is_some_and(|s| s.is_ascii()) {
        return Ok(util::same_or(vm, a[1], None));
    }
    let s = rustpython_unicode::normalize(form, util::text(vm, a[1]));
    Ok(vm.str(s))
}
fn is_normalized(vm: &mut Vm, a: Args, new: bool) -> Step {
    let (_, a) = parts(a, new);
    let form = form(vm, &a, "is_normalized")?;
    let holds = rustpython_unicode::is_normalized(form, util::text(vm, a[1]));
    Ok(vm.bool(holds))
}
