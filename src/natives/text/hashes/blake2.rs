//! BLAKE2b and BLAKE2s with all their parameters (RFC 7693; tree parameters from the BLAKE2 paper, section 2.5).
//!
//! Both run on 64-bit words here; BLAKE2s keeps 32 bits of each.
use super::state::{Algorithm, Hash};
use super::{METHODS, data_arg, hash, type_of};
use crate::heap::Ref;
use crate::natives::text::{modules::put, util};
use crate::objects::class::Layout;
use crate::vm::native::{Def, ModuleDef, TypeDef};
use crate::vm::{Args, Ask, Step, Vm, t};

pub static BLAKE2B: TypeDef = TypeDef {
    place: None,
    name: "blake2b",
    module: "_blake2",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: 0,
    size: (64, 0),
    doc: "A BLAKE2b hash object.",
    defs: &[&[Def::new(SIG, |vm, a| new(vm, a, true))], METHODS],
};
pub static BLAKE2S: TypeDef =
    TypeDef { name: "blake2s", doc: "A BLAKE2s hash object.", defs: &[&[Def::new(SIG, |vm, a| new(vm, a, false))], METHODS], ..BASE };
const BASE: TypeDef = TypeDef {
    place: None,
    name: "",
    module: "_blake2",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: 0,
    size: (64, 0),
    doc: "",
    defs: &[],
};
const SIG: &str = "(cls, data=b'', /, *, digest_size=64, key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0, node_offset=0, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True, string=None)";
pub static MODULE: ModuleDef =
    ModuleDef { name: "_blake2", doc: "", functions: &[], types: &[&BLAKE2B, &BLAKE2S], init: Some(init) };

fn init(vm: &mut Vm, module: Ref) -> Result<(), Ask> {
    for (letter, wide, def) in [("B", true, &BLAKE2B), ("S", false, &BLAKE2S)] {
        let half = if wide { 16 } else { 8 };
        let ty = vm.type_of_def(def);
        let dict = vm.type_obj(ty).dict;
        for (name, value) in [("SALT_SIZE", half), ("PERSON_SIZE", half), ("MAX_KEY_SIZE", 4 * half), ("MAX_DIGEST_SIZE", 4 * half)] {
            let k = vm.int(value);
            put(vm, module, &format!("BLAKE2{letter}_{name}"), k);
            let k = vm.int(value);
            vm.dict_set_str(dict, name, k);
        }
        vm.type_modified(ty);
    }
    super::alias(vm, module, &[]);
    Ok(())
}

const IV64: [u64; 8] = [
    0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
    0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
];
const SIGMA: [[usize; 16]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
    [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
    [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
    [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
    [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
    [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
    [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
    [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];

/// Parameters of a hash; the default is sequential hashing without a key.
#[derive(Clone, Debug, Default)]
pub struct Params {
    /// Bytes of output; 0 means the greatest.
    pub digest_size: usize,
    pub key: Vec<u8>,
    pub salt: Vec<u8>,
    pub person: Vec<u8>,
    /// fanout, depth, leaf size, node offset, node depth, inner size: None for sequential hashing.
    pub tree: Option<[u64; 6]>,
    pub last_node: bool,
}

/// A running BLAKE2 hash.
#[derive(Clone)]
pub struct Blake2 {
    wide: bool,
    h: [u64; 8],
    /// Bytes compressed so far.
    count: u128,
    buffer: Vec<u8>,
    out: usize,
    last_node: bool,
}
impl Blake2 {
    /// `wide`: BLAKE2b.
    pub fn new(wide: bool, p: &Params) -> Blake2 {
        let word = if wide { 8 } else { 4 };
        let out = if p.digest_size == 0 { 8 * word } else { p.digest_size };
        let [fanout, depth, leaf, offset, node_depth, inner] = p.tree.unwrap_or([1, 1, 0, 0, 0, 0]);
        let mut block = vec![out as u8, p.key.len() as u8, fanout as u8, depth as u8];
        block.extend((leaf as u32).to_le_bytes());
        if wide {
            block.extend(offset.to_le_bytes());
            block.extend([node_depth as u8, inner as u8]);
            block.resize(32, 0);
        } else {
            block.extend(&offset.to_le_bytes()[..6]);
            block.extend([node_depth as u8, inner as u8]);
        }
        for part in [&p.salt, &p.person] {
            let end = block.len() + 2 * word;
            block.extend(part);
            block.resize(end, 0);
        }
        let mut h = [0; 8];
        for (i, x) in h.iter_mut().enumerate() {
            let iv = if wide { IV64[i] } else { IV64[i] >> 32 };
            *x = iv ^ read_word(&block[i * word..(i + 1) * word]);
        }
        let mut state = Blake2 { wide, h, count: 0, buffer: vec![], out, last_node: p.last_node };
        if !p.key.is_empty() {
            let mut first = p.key.clone();
            first.resize(16 * word, 0);
            state.update(&first);
        }
        state
    }
    fn word(&self) -> usize {
        if self.wide { 8 } else { 4 }
    }
    pub fn update(&mut self, b: &[u8]) {
        let block = 16 * self.word();
        self.buffer.extend_from_slice(b);
        // The last block is compressed with the final flag, so one always stays behind.
        let mut at = 0;
        while self.buffer.len() - at > block {
            let chunk = self.buffer[at..at + block].to_vec();
            self.count += block as u128;
            self.compress(&chunk, false);
            at += block;
        }
        self.buffer.drain(..at);
    }
    pub fn digest(&self) -> Vec<u8> {
        let mut end = self.clone();
        let word = self.word();
        let mut last = std::mem::take(&mut end.buffer);
        end.count += last.len() as u128;
        last.resize(16 * word, 0);
        end.compress(&last, true);
        let bytes: Vec<u8> = end.h.iter().flat_map(|x| x.to_le_bytes()[..word].to_vec()).collect();
        bytes[..self.out].to_vec()
    }
    fn compress(&mut self, block: &[u8], last: bool) {
        let word = self.word();
        let mask = if self.wide { u64::MAX } else { u64::from(u32::MAX) };
        let m: Vec<u64> = block.chunks(word).map(read_word).collect();
        let mut v = [0u64; 16];
        v[..8].copy_from_slice(&self.h);
        for i in 0..8 {
            v[8 + i] = if self.wide { IV64[i] } else { IV64[i] >> 32 };
        }
        v[12] ^= self.count as u64 & mask;
        v[13] ^= (self.count >> (8 * word)) as u64 & mask;
        if last {
            v[14] ^= mask;
            if self.last_node {
                v[15] ^= mask;
            }
        }
        for round in 0..if self.wide { 12 } else { 10 } {
            let s = &SIGMA[round % 10];
            for (i, [a, b, c, d]) in LANES.into_iter().enumerate() {
                self.mix(&mut v, [a, b, c, d], m[s[2 * i]], m[s[2 * i + 1]]);
            }
        }
        for i in 0..8 {
            self.h[i] ^= v[i] ^ v[i + 8];
        }
    }
    fn mix(&self, v: &mut [u64; 16], [a, b, c, d]: [usize; 4], x: u64, y: u64) {
        let turns = if self.wide { [32, 24, 16, 63] } else { [16, 12, 8, 7] };
        let add = |x: u64, y: u64| if self.wide { x.wrapping_add(y) } else { u64::from((x as u32).wrapping_add(y as u32)) };
        let turn = |x: u64, k: u32| if self.wide { x.rotate_right(k) } else { u64::from((x as u32).rotate_right(k)) };
        v[a] = add(add(v[a], v[b]), x);
        v[d] = turn(v[d] ^ v[a], turns[0]);
        v[c] = add(v[c], v[d]);
        v[b] = turn(v[b] ^ v[c], turns[1]);
        v[a] = add(add(v[a], v[b]), y);
        v[d] = turn(v[d] ^ v[a], turns[2]);
        v[c] = add(v[c], v[d]);
        v[b] = turn(v[b] ^ v[c], turns[3]);
    }
}
const LANES: [[usize; 4]; 8] = [
    [0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15],
    [0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14],
];
fn read_word(b: &[u8]) -> u64 {
    b.iter().rev().fold(0, |v, c| v << 8 | u64::from(*c))
}

/// A bytes parameter of at most `most` bytes.
fn short_bytes(vm: &mut Vm, r: Option<Ref>, what: &str, most: usize) -> Result<Vec<u8>, Ask> {
    let Some(r) = r else { return Ok(vec![]) };
    let b = crate::natives::text::buffer::required(vm, r)?;
    if b.len() > most {
        return Err(vm.value_error(format!("maximum {what} length is {most} bytes")));
    }
    Ok(b)
}
fn small(vm: &mut Vm, r: Option<Ref>, what: &str, default: i64, low: i64, high: i64) -> Result<u64, Ask> {
    let i = util::int_arg(vm, r, default)?;
    if i < low || i > high {
        return Err(vm.value_error(format!("{what} must be between {low} and {high}")));
    }
    Ok(i as u64)
}
fn new(vm: &mut Vm, a: Args, wide: bool) -> Step {
    let (algorithm, half, title) = if wide { (Algorithm::Blake2b, 16, "Blake2b") } else { (Algorithm::Blake2s, 8, "Blake2s") };
    let data = match a.opt(1).or(a.not_none(14)) {
        Some(r) => data_arg(vm, r)?,
        None => vec![],
    };
    let most = 4 * half as i64;
    let digest_size = util::int_arg(vm, a.opt(2), most)?;
    if digest_size <= 0 || digest_size > most {
        return Err(vm.value_error(format!("digest_size for {title} must be between 1 and {most} bytes, here it is {digest_size}")));
    }
    let salt = short_bytes(vm, a.opt(4), "salt", half)?;
    let person = short_bytes(vm, a.opt(5), "person", half)?;
    let fanout = small(vm, a.opt(6), "fanout", 1, 0, 255)?;
    let depth = small(vm, a.opt(7), "depth", 1, 1, 255)?;
    let leaf = small(vm, a.opt(8), "leaf_size", 0, 0, u32::MAX.into())?;
    let offset = small(vm, a.opt(9), "node_offset", 0, 0, if wide { i64::MAX } else { (1 << 48) - 1 })?;
    let node_depth = small(vm, a.opt(10), "node_depth", 0, 0, 255)?;
    let inner = small(vm, a.opt(11), "inner_size", 0, 0, most)?;
    let last_node = util::bool_arg(vm, a.opt(12), false)?;
    let key = short_bytes(vm, a.opt(3), "key", most as usize)?;
    let tree = Some([fanout, depth, leaf, offset, node_depth, inner]);
    let params = Params { digest_size: digest_size as usize, key, salt, person, tree, last_node };
    let mut state = Blake2::new(wide, &params);
    state.update(&data);
    let ty = type_of(vm, algorithm);
    let made = vm.opaque(ty, Hash::blake2(algorithm, state));
    debug_assert!(hash(vm, made.get()).algorithm == algorithm);
    Ok(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(b: Vec<u8>) -> String {
        b.iter().map(|c| format!("{c:02x}")).collect()
    }
    #[test]
    fn known_digests() {
        let mut s = Blake2::new(false, &Params::default());
        s.update(b"abc");
        assert_eq!(hex(s.digest()), "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982");
        let p = Params { digest_size: 4, key: b"k".into(), salt: b"s".into(), person: b"p".into(), ..Params::default() };
        let mut b = Blake2::new(true, &p);
        b.update(b"a");
        assert_eq!(hex(b.digest()), "7043d275");
    }
}
