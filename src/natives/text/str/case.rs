//! Letter case and character classes of `str`.
use super::super::util::{same_or, text};
use crate::vm::native::Def;
use crate::vm::{Args, Step, Vm};
use rustpython_unicode::{case, classify, identifier};
use rustpython_wtf8::{Wtf8, Wtf8Buf};

pub static DEFS: &[Def] = &[
    Def::method("lower", "(self, /)", |vm, a| mapped(vm, a, Some(Wtf8::to_ascii_lowercase), Wtf8::to_lowercase), "Converted to lower case."),
    Def::method("upper", "(self, /)", |vm, a| mapped(vm, a, Some(Wtf8::to_ascii_uppercase), Wtf8::to_uppercase), "Converted to upper case."),
    Def::method("title", "(self, /)", |vm, a| mapped(vm, a, None, case::title_wtf8), "With each word capitalized."),
    Def::method("capitalize", "(self, /)", |vm, a| mapped(vm, a, None, case::capitalize_wtf8), "First character in title case, the rest in lower case."),
    Def::method("swapcase", "(self, /)", |vm, a| mapped(vm, a, None, case::swapcase_wtf8), "Upper case to lower case and the reverse."),
    Def::method("casefold", "(self, /)", |vm, a| mapped(vm, a, Some(Wtf8::to_ascii_lowercase), case::casefold_wtf8), "For caseless comparison."),
    Def::method("isalpha", "(self, /)", |vm, a| all(vm, a, u8_alpha, classify::is_alpha), "Whether all characters are letters and there is one."),
    Def::method("isalnum", "(self, /)", |vm, a| all(vm, a, u8_alnum, is_alnum), "Whether all characters are letters or digits and there is one."),
    Def::method("isdecimal", "(self, /)", |vm, a| all(vm, a, u8_digit, classify::is_decimal), "Whether all characters are decimal digits and there is one."),
    Def::method("isdigit", "(self, /)", |vm, a| all(vm, a, u8_digit, classify::is_digit), "Whether all characters are digits and there is one."),
    Def::method("isnumeric", "(self, /)", |vm, a| all(vm, a, u8_digit, classify::is_numeric), "Whether all characters are numeric and there is one."),
    Def::method("isspace", "(self, /)", |vm, a| all(vm, a, u8_space, classify::is_space), "Whether all characters are white space and there is one."),
    Def::method("isprintable", "(self, /)", is_printable, "Whether all characters are printable."),
    Def::method("isascii", "(self, /)", is_ascii, "Whether all characters are ASCII."),
    Def::method("isidentifier", "(self, /)", is_identifier, "Whether the text is a valid identifier."),
    Def::method("islower", "(self, /)", is_lower, "Whether all cased characters are lower case and there is one."),
    Def::method("isupper", "(self, /)", is_upper, "Whether all cased characters are upper case and there is one."),
    Def::method("istitle", "(self, /)", is_title, "Whether the text is in title case and has a cased character."),
];

fn mapped(vm: &mut Vm, a: Args, ascii: Option<fn(&Wtf8) -> Wtf8Buf>, any: fn(&Wtf8) -> Wtf8Buf) -> Step {
    let s = vm.str_of(a[0]).expect("a str");
    let out = match ascii {
        Some(f) if s.is_ascii() => f(s.wtf8()),
        _ => any(s.wtf8()),
    };
    Ok(same_or(vm, a[0], Some(out)))
}

fn u8_alpha(b: u8) -> bool {
    b.is_ascii_alphabetic()
}
fn u8_alnum(b: u8) -> bool {
    b.is_ascii_alphanumeric()
}
fn u8_digit(b: u8) -> bool {
    b.is_ascii_digit()
}
fn u8_space(b: u8) -> bool {
    matches!(b, 0x09..=0x0D | 0x1C..=0x20)
}
fn is_alnum(c: char) -> bool {
    classify::is_alpha(c) || classify::is_numeric(c)
}

/// Whether there is a character and all are of a class; lone surrogates are of none.
fn all(vm: &mut Vm, a: Args, ascii: fn(u8) -> bool, any: fn(char) -> bool) -> Step {
    let s = text(vm, a[0]);
    let holds = !s.is_empty()
        && s.code_points().all(|c| match c.to_u32() {
            u @ 0..=0x7F => ascii(u as u8),
            _ => c.is_char_and(any),
        });
    Ok(vm.bool(holds))
}
fn is_printable(vm: &mut Vm, a: Args) -> Step {
    let holds = text(vm, a[0]).code_points().all(|c| c.is_char_and(classify::is_printable));
    Ok(vm.bool(holds))
}
fn is_ascii(vm: &mut Vm, a: Args) -> Step {
    let holds = vm.str_of(a[0]).expect("a str").is_ascii();
    Ok(vm.bool(holds))
}
fn is_identifier(vm: &mut Vm, a: Args) -> Step {
    let holds = vm.utf8(a[0]).is_some_and(|s| {
        let mut chars = s.chars();
        chars.next().is_some_and(|c| c == '_' || identifier::is_xid_start(c)) && chars.all(identifier::is_xid_continue)
    });
    Ok(vm.bool(holds))
}

#[derive(PartialEq, Clone, Copy)]
enum Case {
    Lower,
    Upper,
    Title,
    None,
}
fn case_of(c: char) -> Case {
    match c {
        'a'..='z' => Case::Lower,
        'A'..='Z' => Case::Upper,
        _ if c.is_ascii() => Case::None,
        _ if case::is_titlecase(c) => Case::Title,
        _ if case::is_lowercase(c) => Case::Lower,
        _ if case::is_uppercase(c) => Case::Upper,
        _ => Case::None,
    }
}
fn cases(s: &Wtf8) -> impl Iterator<Item = Case> + '_ {
    s.code_points().map(|c| c.to_char().map_or(Case::None, case_of))
}
fn is_lower(vm: &mut Vm, a: Args) -> Step {
    only(vm, a, Case::Lower)
}
fn is_upper(vm: &mut Vm, a: Args) -> Step {
    only(vm, a, Case::Upper)
}
fn only(vm: &mut Vm, a: Args, wanted: Case) -> Step {
    let s = text(vm, a[0]);
    let holds = cases(s).all(|c| c == wanted || c == Case::None) && cases(s).any(|c| c == wanted);
    Ok(vm.bool(holds))
}
fn is_title(vm: &mut Vm, a: Args) -> Step {
    let (mut inside, mut any) = (false, false);
    for c in cases(text(vm, a[0])) {
        let fits = match c {
            Case::Upper | Case::Title => !inside,
            Case::Lower => inside,
            Case::None => true,
        };
        if !fits {
            return Ok(vm.bool(false));
        }
        inside = c != Case::None;
        any |= inside;
    }
    Ok(vm.bool(any))
}
