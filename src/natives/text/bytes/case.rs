//! ASCII letter case and character classes of `bytes` and `bytearray`.
use super::{data, like};
use crate::vm::native::Def;
use crate::vm::{Args, Step, Vm};

pub static DEFS: &[Def] = &[
    Def::method("lower", "(self, /)", |vm, a| mapped(vm, a, |b| b.to_ascii_lowercase()), "With ASCII letters in lower case."),
    Def::method("upper", "(self, /)", |vm, a| mapped(vm, a, |b| b.to_ascii_uppercase()), "With ASCII letters in upper case."),
    Def::method("swapcase", "(self, /)", |vm, a| mapped(vm, a, swapped), "Upper case to lower case and the reverse, for ASCII letters."),
    Def::method("title", "(self, /)", title, "With each word of ASCII letters capitalized."),
    Def::method("capitalize", "(self, /)", capitalize, "First byte in upper case, the rest in lower case."),
    Def::method("isalpha", "(self, /)", |vm, a| all(vm, a, |b| b.is_ascii_alphabetic()), "Whether all bytes are ASCII letters and there is one."),
    Def::method("isalnum", "(self, /)", |vm, a| all(vm, a, |b| b.is_ascii_alphanumeric()), "Whether all bytes are ASCII letters or digits and there is one."),
    Def::method("isdigit", "(self, /)", |vm, a| all(vm, a, |b| b.is_ascii_digit()), "Whether all bytes are ASCII digits and there is one."),
    Def::method("isspace", "(self, /)", |vm, a| all(vm, a, super::split::is_space), "Whether all bytes are ASCII white space and there is one."),
    Def::method("isascii", "(self, /)", is_ascii, "Whether all bytes are ASCII."),
    Def::method("islower", "(self, /)", |vm, a| only(vm, a, |b| b.is_ascii_lowercase()), "Whether all cased bytes are lower case and there is one."),
    Def::method("isupper", "(self, /)", |vm, a| only(vm, a, |b| b.is_ascii_uppercase()), "Whether all cased bytes are upper case and there is one."),
    Def::method("istitle", "(self, /)", is_title, "Whether the bytes are in title case and have a cased one."),
];

fn mapped(vm: &mut Vm, a: Args, f: fn(u8) -> u8) -> Step {
    let out: Vec<u8> = data(vm, a[0]).iter().map(|b| f(*b)).collect();
    Ok(like(vm, a[0], out))
}
fn swapped(b: u8) -> u8 {
    if b.is_ascii_alphabetic() { b ^ 0x20 } else { b }
}
fn title(vm: &mut Vm, a: Args) -> Step {
    let mut inside = false;
    let out: Vec<u8> = data(vm, a[0])
        .iter()
        .map(|b| {
            let c = if inside { b.to_ascii_lowercase() } else { b.to_ascii_uppercase() };
            inside = b.is_ascii_alphabetic();
            c
        })
        .collect();
    Ok(like(vm, a[0], out))
}
fn capitalize(vm: &mut Vm, a: Args) -> Step {
    let mut out = data(vm, a[0]).to_ascii_lowercase();
    if let Some(b) = out.first_mut() {
        b.make_ascii_uppercase();
    }
    Ok(like(vm, a[0], out))
}
fn all(vm: &mut Vm, a: Args, f: fn(u8) -> bool) -> Step {
    let b = data(vm, a[0]);
    let holds = !b.is_empty() && b.iter().all(|b| f(*b));
    Ok(vm.bool(holds))
}
fn is_ascii(vm: &mut Vm, a: Args) -> Step {
    let holds = data(vm, a[0]).is_ascii();
    Ok(vm.bool(holds))
}
fn only(vm: &mut Vm, a: Args, f: fn(u8) -> bool) -> Step {
    let mut letters = data(vm, a[0]).iter().filter(|b| b.is_ascii_alphabetic()).peekable();
    let holds = letters.peek().is_some() && letters.all(|b| f(*b));
    Ok(vm.bool(holds))
}
fn is_title(vm: &mut Vm, a: Args) -> Step {
    let (mut inside, mut any) = (false, false);
    for b in data(vm, a[0]) {
        if b.is_ascii_uppercase() && inside || b.is_ascii_lowercase() && !inside {
            return Ok(vm.bool(false));
        }
        inside = b.is_ascii_alphabetic();
        any |= inside;
    }
    Ok(vm.bool(any))
}
