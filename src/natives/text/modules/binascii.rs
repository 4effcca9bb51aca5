//! The module `binascii`: bytes as ASCII and back (hexadecimal, base64, uuencode, quoted-printable), checksums.
use crate::heap::Ref;
use crate::natives::text::{buffer, bytes, util};
use crate::objects::class::{Layout, type_flags};
use crate::vm::native::{Def, ModuleDef, TypeDef};
use crate::vm::{Args, Ask, Step, Vm, t};

mod quoted;
mod uu;

pub static MODULE: ModuleDef = ModuleDef {
    name: "binascii",
    doc: "Conversion between binary data and ASCII.",
    functions: &[FUNCTIONS],
    types: &[&ERROR, &INCOMPLETE],
    init: None,
};
static ERROR: TypeDef = TypeDef {
    place: None,
    name: "Error",
    module: "binascii",
    base: t::VALUE_ERROR,
    layout: Layout::Exception,
    flags: type_flags::BASE,
    size: (72, 0),
    doc: "",
    defs: &[],
};
static INCOMPLETE: TypeDef = TypeDef {
    place: None,
    name: "Incomplete",
    module: "binascii",
    base: t::EXCEPTION,
    layout: Layout::Exception,
    flags: type_flags::BASE,
    size: (72, 0),
    doc: "",
    defs: &[],
};
static FUNCTIONS: &[Def] = &[
    Def::function("hexlify", "(data, sep=<unrepresentable>, bytes_per_sep=1)", hexlify, "Hexadecimal digits of binary data."),
    Def::function("b2a_hex", "(data, sep=<unrepresentable>, bytes_per_sep=1)", hexlify, "Hexadecimal digits of binary data."),
    Def::function("unhexlify", "(hexstr, /)", unhexlify, "Binary data of hexadecimal digits."),
    Def::function("a2b_hex", "(hexstr, /)", unhexlify, "Binary data of hexadecimal digits."),
    Def::function("b2a_base64", "(data, /, *, newline=True)", to_base64, "Base64 of binary data, as a line."),
    Def::function("a2b_base64", "(data, /, *, strict_mode=False)", from_base64, "Binary data of a line of base64."),
    Def::function("b2a_uu", "(data, /, *, backtick=False)", uu::encode, "A line of uuencoded data."),
    Def::function("a2b_uu", "(data, /)", uu::decode, "Binary data of a uuencoded line."),
    Def::function("b2a_qp", "(data, quotetabs=False, istext=True, header=False)", quoted::encode, "Quoted-printable of data."),
    Def::function("a2b_qp", "(data, header=False)", quoted::decode, "Data of quoted-printable."),
    Def::function("crc32", "(data, crc=0, /)", crc32, "CRC-32 checksum."),
    Def::function("crc_hqx", "(data, crc, /)", crc_hqx, "CRC-CCITT checksum."),
];

fn error(vm: &mut Vm, message: impl Into<String>) -> Ask {
    let ty = vm.type_of_def(&ERROR);
    vm.error(ty, message)
}
/// ASCII text or a buffer.
fn ascii_arg(vm: &mut Vm, r: Ref) -> Result<Vec<u8>, Ask> {
    if let Some(s) = vm.str_of(r) {
        if !s.is_ascii() {
            return Err(vm.value_error("string argument should contain only ASCII characters"));
        }
        return Ok(s.wtf8().as_bytes().to_vec());
    }
    match buffer::contents(vm, r) {
        Some(b) => Ok(b),
        None => {
            let message = format!("argument should be bytes, buffer or ASCII string, not '{}'", vm.dotted_type_name(r));
            Err(vm.type_error(message))
        }
    }
}
fn hexlify(vm: &mut Vm, a: Args) -> Step {
    let b = buffer::required(vm, a[0])?;
    let sep = bytes::hex_args(vm, a.opt(1), a.opt(2))?;
    Ok(vm.bytes(bytes::to_hex(&b, sep).into_bytes()))
}
fn unhexlify(vm: &mut Vm, a: Args) -> Step {
    let b = ascii_arg(vm, a[0])?;
    if b.len() % 2 == 1 {
        return Err(error(vm, "Odd-length string"));
    }
    if !b.iter().all(u8::is_ascii_hexdigit) {
        return Err(error(vm, "Non-hexadecimal digit found"));
    }
    Ok(vm.bytes(bytes::from_hex(&b).expect("checked digits")))
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn to_base64(vm: &mut Vm, a: Args) -> Step {
    let b = buffer::required(vm, a[0])?;
    let newline = util::bool_arg(vm, a.opt(1), true)?;
    let mut out = Vec::with_capacity(b.len() * 4 / 3 + 4);
    for three in b.chunks(3) {
        let v = u32::from(three[0]) << 16 | u32::from(*three.get(1).unwrap_or(&0)) << 8 | u32::from(*three.get(2).unwrap_or(&0));
        for k in 0..4 {
            out.push(if k <= three.len() { ALPHABET[(v >> (18 - 6 * k) & 63) as usize] } else { b'=' });
        }
    }
    if newline {
        out.push(b'\n');
    }
    Ok(vm.bytes(out))
}
fn from_base64(vm: &mut Vm, a: Args) -> Step {
    let b = ascii_arg(vm, a[0])?;
    let strict = util::bool_arg(vm, a.opt(1), false)?;
    match decode_base64(&b, strict) {
        Ok(out) => Ok(vm.bytes(out)),
        Err(message) => Err(error(vm, message)),
    }
}
fn sextet(c: u8) -> Option<u32> {
    ALPHABET.iter().position(|x| *x == c).map(|i| i as u32)
}
/// Lenient decoding skips what is no base64; strict decoding refuses it.
fn decode_base64(b: &[u8], strict: bool) -> Result<Vec<u8>, String> {
    if strict && b.first() == Some(&b'=') {
        return Err("Leading padding not allowed".into());
    }
    let mut out = Vec::with_capacity(b.len() * 3 / 4);
    let (mut quad, mut held, mut pads, mut padded) = (0u32, 0u32, 0, false);
    for (i, c) in b.iter().enumerate() {
        if *c == b'=' {
            padded = true;
            pads += 1;
            if strict && quad == 0 {
                return Err("Excess padding not allowed".into());
            }
            if quad >= 2 && quad + pads >= 4 {
                if strict && i + 1 < b.len() {
                    return Err(if b[i + 1] == b'=' { "Excess padding not allowed" } else { "Excess data after padding" }.into());
                }
                return Ok(out);
            }
            continue;
        }
        let Some(v) = sextet(*c) else {
            if strict {
                return Err("Only base64 data is allowed".into());
            }
            continue;
        };
        if strict && padded {
            return Err("Discontinuous padding not allowed".into());
        }
        pads = 0;
        held = held << 6 | v;
        quad += 1;
        if quad > 1 {
            out.push((held >> (8 - 2 * quad) & 255) as u8);
        }
        if quad == 4 {
            (quad, held) = (0, 0);
        }
    }
    match quad {
        0 => Ok(out),
        1 => {
            let count = out.len() / 3 * 4 + 1;
            Err(format!("Invalid base64-encoded string: number of data characters ({count}) cannot be 1 more than a multiple of 4"))
        }
        _ => Err("Incorrect padding".into()),
    }
}

/// CRC-32 of IEEE 802.3, going on from `crc`.
pub fn crc32_of(b: &[u8], crc: u32) -> u32 {
    let table = crc_table();
    !b.iter().fold(!crc, |c, x| table[((c ^ u32::from(*x)) & 255) as usize] ^ c >> 8)
}
const fn crc_table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let mut c = i as u32;
        let mut k = 0;
        while k < 8 {
            c = if c & 1 == 1 { 0xEDB8_8320 ^ c >> 1 } else { c >> 1 };
            k += 1;
        }
        table[i] = c;
        i += 1;
    }
    table
}
/// The low 32 bits of an int argument.
fn word(vm: &mut Vm, r: Option<Ref>) -> Result<u32, Ask> {
    let Some(r) = r else { return Ok(0) };
    let i = vm.index_big(r)?;
    let m = num_integer::Integer::mod_floor(&i, &num_bigint::BigInt::from(1u64 << 32));
    Ok(num_traits::ToPrimitive::to_u32(&m).unwrap_or(0))
}
fn crc32(vm: &mut Vm, a: Args) -> Step {
    let b = buffer::required(vm, a[0])?;
    let start = word(vm, a.opt(1))?;
    Ok(vm.int(crc32_of(&b, start).into()))
}
fn crc_hqx(vm: &mut Vm, a: Args) -> Step {
    let b = buffer::required(vm, a[0])?;
    let mut crc = word(vm, a.opt(1))? & 0xFFFF;
    for x in b {
        crc ^= u32::from(x) << 8;
        for _ in 0..8 {
            crc = if crc & 0x8000 != 0 { crc << 1 ^ 0x1021 } else { crc << 1 } & 0xFFFF;
        }
    }
    Ok(vm.int(crc.into()))
}
