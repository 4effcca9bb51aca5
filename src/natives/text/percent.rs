//! `%` formatting of `str` and `bytes`. A bytes format is treated as text of Latin-1 characters.
//!
//! Source: library reference "printf-style String Formatting"; order of checks and messages of CPython 3.14.
use super::{buffer, format};
use crate::heap::Ref;
use crate::objects::float_text::{self, Style};
use crate::vm::{Ask, Vm, n, t};
use num_bigint::BigInt;
use crate::vm::step::Refs;
use num_traits::Signed;
use smallvec::SmallVec;
use rustpython_wtf8::{CodePoint, Wtf8Buf};

/// `format % args` of a `str` format.
pub fn format_str(vm: &mut Vm, fmt: Ref, args: Ref) -> Result<Wtf8Buf, Ask> {
    let points = vm.str_of(fmt).expect("a str").wtf8().code_points().collect();
    Percent::new(vm, points, args, false).run(vm)
}
/// `format % args` of a bytes format.
pub fn format_bytes(vm: &mut Vm, fmt: &[u8], args: Ref) -> Result<Vec<u8>, Ask> {
    let points = fmt.iter().map(|b| CodePoint::from(*b as char)).collect();
    let out = Percent::new(vm, points, args, true).run(vm)?;
    Ok(out.code_points().map(|c| c.to_u32() as u8).collect())
}

/// One directive: `%[(key)][flags][width][.precision][length]type`.
#[derive(Default)]
struct Directive {
    left: bool,
    plus: bool,
    blank: bool,
    alt: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
    kind: char,
}

type Format = SmallVec<[CodePoint; 32]>;

struct Percent {
    fmt: Format,
    at: usize,
    bytes: bool,
    /// The arguments: the tuple's items, or the single one.
    items: Refs,
    is_tuple: bool,
    next: usize,
    /// The operand, when it may be looked up by key.
    mapping: Option<Ref>,
    out: Wtf8Buf,
}

impl Percent {
    fn new(vm: &mut Vm, fmt: Format, args: Ref, bytes: bool) -> Percent {
        let tuple = vm.tuple_items(args).map(Refs::from_slice);
        let text = vm.str_of(args).is_some() || bytes && vm.bytes_of(args).is_some();
        let mapping = (tuple.is_none() && !text && vm.lookup_special(args, n::__GETITEM__).is_some()).then_some(args);
        let is_tuple = tuple.is_some();
        let out = Wtf8Buf::with_capacity(fmt.len() + 8);
        Percent { fmt, at: 0, bytes, items: tuple.unwrap_or_else(|| Refs::from_slice(&[args])), is_tuple, next: 0, mapping, out }
    }
    fn run(mut self, vm: &mut Vm) -> Result<Wtf8Buf, Ask> {
        while let Some(c) = self.fmt.get(self.at).copied() {
            self.at += 1;
            if c.to_char() != Some('%') {
                self.out.push(c);
            } else if self.peek() == Some('%') {
                self.out.push(c);
                self.at += 1;
            } else {
                self.directive(vm)?;
            }
        }
        if self.next < self.items.len() && self.mapping.is_none() {
            let what = if self.bytes { "bytes" } else { "string" };
            return Err(vm.type_error(format!("not all arguments converted during {what} formatting")));
        }
        Ok(self.out)
    }
    fn peek(&self) -> Option<char> {
        self.fmt.get(self.at).map(|c| c.to_char_lossy())
    }
    fn argument(&mut self, vm: &mut Vm) -> Result<Ref, Ask> {
        match self.items.get(self.next) {
            Some(r) => {
                self.next += 1;
                Ok(*r)
            }
            None => Err(vm.type_error("not enough arguments for format string")),
        }
    }
    fn directive(&mut self, vm: &mut Vm) -> Result<(), Ask> {
        let mut d = Directive::default();
        if self.peek() == Some('(') {
            self.keyed(vm)?;
        }
        while let Some(c) = self.peek() {
            match c {
                '-' => d.left = true,
                '+' => d.plus = true,
                ' ' => d.blank = true,
                '#' => d.alt = true,
                '0' => d.zero = true,
                _ => break,
            }
            self.at += 1;
        }
        self.width(vm, &mut d)?;
        self.precision(vm, &mut d)?;
        if matches!(self.peek(), Some('h' | 'l' | 'L')) {
            self.at += 1;
        }
        let Some(c) = self.fmt.get(self.at).copied() else { return Err(vm.value_error("incomplete format")) };
        self.at += 1;
        d.kind = c.to_char_lossy();
        let value = self.argument(vm)?;
        self.convert(vm, &d, c, value)
    }
    /// `(key)`: the argument is looked up in the mapping.
    fn keyed(&mut self, vm: &mut Vm) -> Result<(), Ask> {
        let Some(mapping) = self.mapping else { return Err(vm.type_error("format requires a mapping")) };
        let start = self.at + 1;
        let mut open = 1;
        self.at = start;
        while open > 0 {
            match self.peek() {
                None => return Err(vm.value_error("incomplete format key")),
                Some('(') => open += 1,
                Some(')') => open -= 1,
                _ => {}
            }
            self.at += 1;
        }
        let key = &self.fmt[start..self.at - 1];
        let key = if self.bytes {
            vm.bytes(key.iter().map(|c| c.to_u32() as u8).collect::<Vec<_>>())
        } else {
            vm.str(key.iter().copied().collect::<Wtf8Buf>())
        };
        let key = vm.keep(key);
        let value = super::util::get_item(vm, mapping, key)?;
        (self.items, self.is_tuple, self.next) = (Refs::from_slice(&[value]), false, 0);
        Ok(())
    }
    /// The argument of a `*`.
    fn star(&mut self, vm: &mut Vm) -> Result<Ref, Ask> {
        self.at += 1;
        // A single operand cannot also be a width.
        let v = if self.is_tuple { self.argument(vm)? } else { return Err(vm.type_error("not enough arguments for format string")) };
        if vm.is_int(v) { Ok(v) } else { Err(vm.type_error("* wants int")) }
    }
    fn digits(&mut self, vm: &mut Vm, limit: u64, message: &str) -> Result<Option<usize>, Ask> {
        let mut value = None;
        while let Some(d) = self.peek().and_then(|c| c.to_digit(10)) {
            let next = value.unwrap_or(0u64).saturating_mul(10).saturating_add(u64::from(d));
            if next > limit {
                return Err(vm.value_error(message));
            }
            value = Some(next);
            self.at += 1;
        }
        Ok(value.map(|v| v as usize))
    }
    fn width(&mut self, vm: &mut Vm, d: &mut Directive) -> Result<(), Ask> {
        if self.peek() == Some('*') {
            let v = self.star(vm)?;
            let w = vm.index_i64(v)?;
            d.left |= w < 0;
            d.width = w.unsigned_abs() as usize;
        } else {
            d.width = self.digits(vm, i64::MAX as u64, "width too big")?.unwrap_or(0);
        }
        super::util::check_size(vm, Some(d.width)).map(|_| ())
    }
    fn precision(&mut self, vm: &mut Vm, d: &mut Directive) -> Result<(), Ask> {
        if self.peek() != Some('.') {
            return Ok(());
        }
        self.at += 1;
        let p = if self.peek() == Some('*') {
            let v = self.star(vm)?;
            vm.index_i32(v)?.max(0) as usize
        } else {
            self.digits(vm, i32::MAX as u64, "precision too big")?.unwrap_or(0)
        };
        d.precision = Some(super::util::check_size(vm, Some(p))?);
        Ok(())
    }

    fn convert(&mut self, vm: &mut Vm, d: &Directive, kind: CodePoint, v: Ref) -> Result<(), Ask> {
        match d.kind {
            'd' | 'i' | 'u' | 'o' | 'x' | 'X' => {
                if d.kind == 'd' && d.precision.is_none() && let Some(i) = vm.i64_of(v) {
                    let mut room = [0; 20];
                    self.number(d, i < 0, "", decimal(i.unsigned_abs(), &mut room));
                    return Ok(());
                }
                let i = integer(vm, d, v)?;
                let (prefix, digits) = int_digits(d, &i);
                self.number(d, i.is_negative(), prefix, &digits);
            }
            'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
                let x = self.float(vm, v)?;
                let style = Style { alt: d.alt, dot_zero: false, upper: d.kind.is_uppercase() };
                let digits = float_text::unsigned(x, d.kind.to_ascii_lowercase(), d.precision.unwrap_or(6), style);
                self.number(d, x.is_sign_negative() && !x.is_nan(), "", &digits);
            }
            'c' => {
                let c = self.character(vm, v)?;
                self.text(&Directive { precision: None, left: d.left, width: d.width, ..Default::default() }, [c].into_iter().collect());
            }
            's' | 'b' | 'r' | 'a' if self.bytes || d.kind != 'b' => {
                let shown = self.shown(vm, d.kind, v)?;
                self.text(d, shown);
            }
            _ => {
                let u = kind.to_u32();
                let c = if (32..127).contains(&u) { d.kind } else { '?' };
                let at = self.at - 1;
                return Err(vm.value_error(format!("unsupported format character '{c}' ({u:#x}) at index {at}")));
            }
        }
        Ok(())
    }
    fn float(&self, vm: &mut Vm, v: Ref) -> Result<f64, Ask> {
        let number = vm.f64_of(v).is_some() || vm.is_int(v) || vm.lookup_special(v, n::__FLOAT__).is_some()
            || vm.lookup_special(v, n::__INDEX__).is_some();
        if self.bytes && !number {
            let message = format!("float argument required, not {}", vm.dotted_type_name(v));
            return Err(vm.type_error(message));
        }
        vm.to_f64(v)
    }
    /// Text of `%s`, `%r`, `%a`, and of `%b` and `%s` in bytes.
    fn shown(&self, vm: &mut Vm, kind: char, v: Ref) -> Result<Wtf8Buf, Ask> {
        let latin1 = |b: &[u8]| b.iter().map(|b| CodePoint::from(*b as char)).collect();
        let s = match kind {
            _ if self.bytes && matches!(kind, 's' | 'b') => {
                let data = bytes_operand(vm, v)?;
                return Ok(latin1(&data));
            }
            's' => vm.to_str(v)?,
            'r' if !self.bytes => vm.repr(v)?,
            _ => format::ascii(vm, v)?,
        };
        Ok(vm.str_of(s).expect("a str").wtf8().to_owned())
    }
    fn character(&self, vm: &mut Vm, v: Ref) -> Result<CodePoint, Ask> {
        let limit = if self.bytes { 256 } else { 0x11_0000 };
        let what = if self.bytes { "an integer in range(256) or a single byte" } else { "an int or a unicode character" };
        let wrong = if let (Some(s), false) = (vm.str_of(v), self.bytes) {
            if s.len() == 1 {
                return Ok(s.at(0));
            }
            format!("a string of length {}", s.len())
        } else if let (Some(b), true) = (vm.bytes_of(v), self.bytes) {
            if let [c] = b {
                return Ok(CodePoint::from(*c as char));
            }
            let kind = if vm.is_a(v, t::BYTES) { "bytes" } else { "bytearray" };
            format!("a {kind} object of length {}", b.len())
        } else if vm.is_int(v) || vm.lookup_special(v, n::__INDEX__).is_some() {
            let i = vm.index_ref(v)?;
            let c = vm.i64_of(i).filter(|i| *i < limit).and_then(super::util::point);
            let range = if self.bytes { "256" } else { "0x110000" };
            return c.ok_or_else(|| vm.overflow_error(format!("%c arg not in range({range})")));
        } else {
            vm.full_type_name(v)
        };
        Err(vm.type_error(format!("%c requires {what}, not {wrong}")))
    }

    fn push(&mut self, s: &str) {
        self.out.push_str(s);
    }
    fn fill(&mut self, c: char, count: usize) {
        (0..count).for_each(|_| self.out.push_char(c));
    }
    fn text(&mut self, d: &Directive, s: Wtf8Buf) {
        if d.precision.is_none() && d.width == 0 {
            return self.out.push_wtf8(&s);
        }
        let shown: Format = s.code_points().take(d.precision.unwrap_or(usize::MAX)).collect();
        let missing = d.width.saturating_sub(shown.len());
        self.fill(' ', if d.left { 0 } else { missing });
        self.out.extend(shown);
        self.fill(' ', if d.left { missing } else { 0 });
    }
    fn number(&mut self, d: &Directive, negative: bool, prefix: &str, digits: &str) {
        let sign = match (negative, d.plus, d.blank) {
            (true, ..) => "-",
            (_, true, _) => "+",
            (_, _, true) => " ",
            _ => "",
        };
        let missing = d.width.saturating_sub(sign.len() + prefix.len() + digits.len());
        let (before, zeros, after) = match (d.left, d.zero) {
            (true, _) => (0, 0, missing),
            (_, true) => (0, missing, 0),
            _ => (missing, 0, 0),
        };
        self.fill(' ', before);
        self.push(sign);
        self.push(prefix);
        self.fill('0', zeros);
        self.push(digits);
        self.fill(' ', after);
    }
}

/// The digits of a number, at the end of `room`.
fn decimal(mut i: u64, room: &mut [u8; 20]) -> &str {
    let mut at = room.len();
    loop {
        at -= 1;
        room[at] = b'0' + (i % 10) as u8;
        i /= 10;
        if i == 0 {
            return std::str::from_utf8(&room[at..]).expect("digits");
        }
    }
}
/// Prefix and digits of an integer directive.
fn int_digits(d: &Directive, i: &BigInt) -> (&'static str, String) {
    let (radix, prefix) = match d.kind {
        'o' => (8, "0o"),
        'x' => (16, "0x"),
        'X' => (16, "0X"),
        _ => (10, ""),
    };
    let mut digits = i.abs().to_str_radix(radix);
    if d.kind == 'X' {
        digits.make_ascii_uppercase();
    }
    let zeros = d.precision.unwrap_or(0).saturating_sub(digits.len());
    (if d.alt { prefix } else { "" }, "0".repeat(zeros) + &digits)
}
/// The integer of `%d` and its kin.
fn integer(vm: &mut Vm, d: &Directive, v: Ref) -> Result<BigInt, Ask> {
    if let Some(i) = vm.bigint_of(v) {
        return Ok(i);
    }
    let index = vm.lookup_special(v, n::__INDEX__).is_some();
    let radix = matches!(d.kind, 'o' | 'x' | 'X');
    let found = match radix {
        true if index => Some(vm.index_ref(v)?),
        true => None,
        false if vm.str_of(v).is_none() && vm.lookup_special(v, n::__INT__).is_some() => vm.call_pure(v, n::__INT__, &[])?,
        false if index => Some(vm.index_ref(v)?),
        false => None,
    };
    match found.and_then(|i| vm.bigint_of(i)) {
        Some(i) => Ok(i),
        None => {
            let what = if radix { "an integer" } else { "a real number" };
            let message = format!("%{} format: {what} is required, not {}", d.kind, vm.dotted_type_name(v));
            Err(vm.type_error(message))
        }
    }
}
/// Bytes of a `%b` operand: a buffer, or what `__bytes__` gives.
fn bytes_operand(vm: &mut Vm, v: Ref) -> Result<Vec<u8>, Ask> {
    if let Some(b) = buffer::contents(vm, v) {
        return Ok(b);
    }
    if let Some(b) = vm.call_pure(v, n::__BYTES__, &[])? {
        return match vm.bytes_of(b) {
            Some(b) => Ok(b.to_vec()),
            None => {
                let message = format!("__bytes__ returned non-bytes (type {})", vm.dotted_type_name(b));
                Err(vm.type_error(message))
            }
        };
    }
    let message = format!("%b requires a bytes-like object, or an object that implements __bytes__, not '{}'", vm.dotted_type_name(v));
    Err(vm.type_error(message))
}
