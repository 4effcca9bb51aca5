//! One line of uuencode.
use super::{ascii_arg, error};
use crate::natives::text::{buffer, util};
use crate::vm::{Args, Step, Vm};

/// Six bits as a printable character; zero is a space or a backtick.
fn letter(v: u32, backtick: bool) -> u8 {
    if v == 0 && backtick { b'`' } else { b' ' + v as u8 }
}
pub fn encode(vm: &mut Vm, a: Args) -> Step {
    let b = buffer::required(vm, a[0])?;
    let backtick = util::bool_arg(vm, a.opt(1), false)?;
    if b.len() > 45 {
        return Err(error(vm, "At most 45 bytes at once"));
    }
    let mut out = vec![letter(b.len() as u32, backtick)];
    for three in b.chunks(3) {
        let byte = |k: usize| u32::from(*three.get(k).unwrap_or(&0));
        let v = byte(0) << 16 | byte(1) << 8 | byte(2);
        (0..4).for_each(|k| out.push(letter(v >> (18 - 6 * k) & 63, backtick)));
    }
    out.push(b'\n');
    Ok(vm.bytes(out))
}
pub fn decode(vm: &mut Vm, a: Args) -> Step {
    let b = ascii_arg(vm, a[0])?;
    let Some((first, rest)) = b.split_first() else { return Ok(vm.bytes(vec![])) };
    let len = usize::from(first.wrapping_sub(b' ') & 63);
    let mut out = Vec::with_capacity(len);
    let (mut held, mut bits) = (0u32, 0);
    let mut chars = rest.iter();
    while out.len() < len {
        let v = match chars.next() {
            // Editors strip trailing spaces: what is missing is zero.
            None | Some(b'\n' | b'\r') => {
                chars = [].iter();
                0
            }
            Some(c) if (b' '..=b' ' + 64).contains(c) => u32::from(c - b' ') & 63,
            Some(_) => return Err(error(vm, "Illegal char")),
        };
        held = held << 6 | v;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((held >> bits & 255) as u8);
        }
    }
    if chars.any(|c| !matches!(c, b' ' | b'`' | b'\n' | b'\r')) {
        return Err(error(vm, "Trailing garbage"));
    }
    Ok(vm.bytes(out))
}
