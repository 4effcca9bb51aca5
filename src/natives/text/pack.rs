//! Numbers as bytes: the items of `struct`, `array` and `memoryview` formats. Pure but for the two functions on objects.
use crate::heap::{Owned, Ref};
use crate::vm::{Ask, Vm, n};
use num_bigint::BigInt;
use num_traits::ToPrimitive;

/// An unpacked value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Item {
    Int(i64),
    Unsigned(u64),
    Float(f64),
    Complex(f64, f64),
    Bool(bool),
    /// `c`: one byte as a bytes object.
    Byte(u8),
}

/// Size of a format character in native mode (64-bit Linux), which is its alignment too (but for complex numbers).
pub fn native_size(code: u8) -> Option<usize> {
    Some(match code {
        b'x' | b'b' | b'B' | b'c' | b's' | b'p' | b'?' => 1,
        b'h' | b'H' | b'e' => 2,
        b'i' | b'I' | b'f' => 4,
        b'l' | b'L' | b'q' | b'Q' | b'n' | b'N' | b'P' | b'd' | b'F' => 8,
        b'D' => 16,
        _ => return None,
    })
}
/// Alignment in native mode.
pub fn native_align(code: u8) -> usize {
    match code {
        b'F' => 4,
        b'D' => 8,
        _ => native_size(code).unwrap_or(1),
    }
}
/// Size in standard mode (`<`, `>`, `=`, `!`).
pub fn standard_size(code: u8) -> Option<usize> {
    match code {
        b'l' | b'L' => Some(4),
        b'n' | b'N' | b'P' => None,
        _ => native_size(code),
    }
}
/// Whether a format character stands for an integer, and whether it is signed.
pub fn integer_sign(code: u8) -> Option<bool> {
    match code {
        b'b' | b'h' | b'i' | b'l' | b'q' | b'n' => Some(true),
        b'B' | b'H' | b'I' | b'L' | b'Q' | b'N' | b'P' => Some(false),
        _ => None,
    }
}
/// Least and greatest value of an integer of this size.
pub fn bounds(size: usize, signed: bool) -> (i128, i128) {
    let bits = size as u32 * 8;
    if signed { (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) } else { (0, (1 << bits) - 1) }
}

fn raw(b: &[u8], big: bool) -> u64 {
    let step = |v: u64, c: &u8| v << 8 | u64::from(*c);
    if big { b.iter().fold(0, step) } else { b.iter().rev().fold(0, step) }
}
/// Reads one item; `b` has exactly its size.
pub fn read(code: u8, b: &[u8], big: bool) -> Item {
    let float = |b: &[u8]| match b.len() {
        4 => f64::from(f32::from_bits(raw(b, big) as u32)),
        _ => f64::from_bits(raw(b, big)),
    };
    match code {
        b'?' => Item::Bool(b.iter().any(|c| *c != 0)),
        b'c' => Item::Byte(b[0]),
        b'e' => Item::Float(half_to_f64(raw(b, big) as u16)),
        b'f' | b'd' => Item::Float(float(b)),
        b'F' | b'D' => {
            let (re, im) = b.split_at(b.len() / 2);
            Item::Complex(float(re), float(im))
        }
        _ => match integer_sign(code) {
            Some(true) => {
                let shift = 64 - 8 * b.len() as u32;
                Item::Int((raw(b, big) << shift) as i64 >> shift)
            }
            _ => Item::Unsigned(raw(b, big)),
        },
    }
}
/// An integer's lowest `size` bytes.
pub fn write_int(v: i128, size: usize, big: bool, out: &mut Vec<u8>) {
    let b = &v.to_le_bytes()[..size];
    if big { out.extend(b.iter().rev()) } else { out.extend(b) }
}
/// A float as `e`, `f` or `d`; None when it is too large for the format.
pub fn write_float(code: u8, x: f64, big: bool, out: &mut Vec<u8>) -> Option<()> {
    match code {
        b'e' => write_int(i128::from(f64_to_half(x)?), 2, big, out),
        b'f' | b'F' => {
            let y = x as f32;
            if y.is_infinite() && x.is_finite() {
                return None;
            }
            write_int(i128::from(y.to_bits()), 4, big, out)
        }
        _ => write_int(i128::from(x.to_bits()), 8, big, out),
    }
    Some(())
}

/// IEEE 754 binary16.
fn half_to_f64(h: u16) -> f64 {
    let sign = if h & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(h >> 10 & 0x1F), f64::from(h & 0x3FF));
    sign * match exponent {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        e => (1.0 + fraction / 1024.0) * 2f64.powi(e - 15),
    }
}
/// Rounds half to even; None on overflow.
fn f64_to_half(x: f64) -> Option<u16> {
    let sign = if x.is_sign_negative() { 0x8000u16 } else { 0 };
    let a = x.abs();
    if a.is_nan() {
        return Some(sign | 0x7E00);
    }
    if a.is_infinite() {
        return Some(sign | 0x7C00);
    }
    // In units of the last place: 2^-24 for subnormals, else 2^(e-10).
    let e = if a < 2f64.powi(-14) { -14 } else { (a.to_bits() >> 52) as i32 - 1023 };
    let units = (a / 2f64.powi(e - 10)).round_ties_even();
    let bits = if a < 2f64.powi(-14) { units as i64 } else { (i64::from(e) + 15 << 10) + (units as i64 - 1024) };
    (bits < 0x7C00).then_some(sign | bits as u16)
}

/// The object of an unpacked value.
pub fn object(vm: &mut Vm, item: Item) -> Owned {
    match item {
        Item::Int(i) => vm.int(i),
        Item::Unsigned(u) => vm.bigint(BigInt::from(u)),
        Item::Float(x) => vm.float(x),
        Item::Complex(re, im) => vm.complex(re, im),
        Item::Bool(b) => vm.bool(b),
        Item::Byte(b) => vm.bytes(vec![b]),
    }
}
/// An index-like object as an integer: None when it is none, `Some(None)` when it exceeds 127 bits.
pub fn integer(vm: &mut Vm, r: Ref) -> Result<Option<Option<i128>>, Ask> {
    if !vm.is_int(r) && vm.lookup_special(r, n::__INDEX__).is_none() {
        return Ok(None);
    }
    let i = vm.index_big(r)?;
    Ok(Some(i.to_i128()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves() {
        for (x, h) in [(1.5, 0x3E00), (65504.0, 0x7BFF), (6e-8, 0x0001), (-2.0, 0xC000), (0.0, 0)] {
            assert_eq!(f64_to_half(x), Some(h), "{x}");
        }
        assert_eq!(f64_to_half(65520.0), None);
        assert_eq!(half_to_f64(0x3555), 0.333251953125);
    }
    #[test]
    fn integers() {
        assert_eq!(read(b'h', &[0xFE, 0xFF], false), Item::Int(-2));
        assert_eq!(read(b'H', &[1, 2], true), Item::Unsigned(258));
        let mut out = vec![];
        write_int(-2, 4, true, &mut out);
        assert_eq!(out, [255, 255, 255, 254]);
        assert_eq!(bounds(8, true), (i128::from(i64::MIN), i128::from(i64::MAX)));
    }
}
