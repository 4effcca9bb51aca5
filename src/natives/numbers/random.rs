//! The module `_random`: the Mersenne Twister MT19937.
//!
//! Source: M. Matsumoto, T. Nishimura, ACM TOMACS 8 (1998); seeding as in CPython `Modules/_randommodule.c`.
use super::arith;
use crate::heap::Ref;
use crate::objects::class::{Layout, type_flags};
use crate::objects::int_ops;
use crate::native_state;
use crate::objects::Payload;
use crate::vm::native::ModuleDef;
use crate::vm::syscall::{SysResult, Syscall};
use crate::vm::{Args, Ask, Def, Step, TypeDef, Vm, t};
use num_bigint::{BigInt, Sign};
use num_traits::ToPrimitive;

const N: usize = 624;
const M: usize = 397;

/// 624 words, and which of them is next.
#[derive(Clone)]
struct Twister {
    words: Box<[u32; N]>,
    index: usize,
}

native_state!(Twister, |_s, _f| {}, false);

impl Twister {
    fn from_word(seed: u32) -> Twister {
        let mut words = Box::new([0u32; N]);
        words[0] = seed;
        for i in 1..N {
            let before = words[i - 1];
            words[i] = 1812433253u32.wrapping_mul(before ^ (before >> 30)).wrapping_add(i as u32);
        }
        Twister { words, index: N }
    }
    fn from_key(key: &[u32]) -> Twister {
        let mut t = Twister::from_word(19650218);
        let w = &mut t.words;
        let (mut i, mut j) = (1, 0);
        for _ in 0..N.max(key.len()) {
            let before = w[i - 1] ^ (w[i - 1] >> 30);
            w[i] = (w[i] ^ before.wrapping_mul(1664525)).wrapping_add(key[j]).wrapping_add(j as u32);
            i += 1;
            if i == N {
                w[0] = w[N - 1];
                i = 1;
            }
            j = (j + 1) % key.len();
        }
        for _ in 1..N {
            let before = w[i - 1] ^ (w[i - 1] >> 30);
            w[i] = (w[i] ^ before.wrapping_mul(1566083941)).wrapping_sub(i as u32);
            i += 1;
            if i == N {
                w[0] = w[N - 1];
                i = 1;
            }
        }
        w[0] = 0x8000_0000;
        t
    }
    fn next(&mut self) -> u32 {
        if self.index >= N {
            self.refill();
        }
        let mut y = self.words[self.index];
        self.index += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }
    fn refill(&mut self) {
        let w = &mut self.words;
        for k in 0..N {
            let y = (w[k] & 0x8000_0000) | (w[(k + 1) % N] & 0x7fff_ffff);
            let odd = if y & 1 == 1 { 0x9908_b0df } else { 0 };
            w[k] = w[(k + M) % N] ^ (y >> 1) ^ odd;
        }
        self.index = 0;
    }
    /// 53 random bits as a number in [0, 1).
    fn float(&mut self) -> f64 {
        let (a, b) = (self.next() >> 5, self.next() >> 6);
        (a as f64 * 67108864.0 + b as f64) * (1.0 / 9007199254740992.0)
    }
}

fn twister<'a>(vm: &'a mut Vm, a: &Args) -> &'a mut Twister {
    vm.state_mut(a[0]).expect("a Random object")
}

/// The generator that a seed argument gives.
fn seeded(vm: &mut Vm, seed: Option<Ref>) -> Result<Twister, Ask> {
    let Some(seed) = seed else { return from_entropy(vm) };
    let value = match arith::int(&vm.heap, seed) {
        Some(i) => i.to_big(),
        None => BigInt::from(vm.hash(seed)? as u64),
    };
    let mut key = value.magnitude().to_u32_digits();
    if key.is_empty() {
        key.push(0);
    }
    Ok(Twister::from_key(&key))
}
fn from_entropy(vm: &mut Vm) -> Result<Twister, Ask> {
    match vm.syscall(Syscall::Random { count: N * 4 })? {
        SysResult::Bytes(b) => {
            let key: Vec<u32> = b.chunks_exact(4).map(|c| u32::from_le_bytes([c[0], c[1], c[2], c[3]])).collect();
            Ok(Twister::from_key(if key.is_empty() { &[0] } else { &key }))
        }
        _ => Err(vm.unsupported("entropy")),
    }
}

fn new(vm: &mut Vm, a: Args) -> Step {
    let state = Twister::from_word(0);
    Ok(vm.alloc(a[0], Payload::Opaque(Box::new(state))))
}
fn init(vm: &mut Vm, a: Args) -> Step {
    let args = vm.tuple_items(a[1]).unwrap_or_default().to_vec();
    if a.not_none(2).is_some() && vm.ty(a[0]) == vm.type_of_def(&RANDOM) {
        return Err(vm.type_error("Random() takes no keyword arguments"));
    }
    if args.len() > 1 {
        return Err(vm.type_error("Random() requires 0 or 1 argument"));
    }
    let seed = args.first().copied().filter(|r| *r != crate::vm::fixed::NONE);
    let state = seeded(vm, seed)?;
    *twister(vm, &a) = state;
    Ok(vm.none())
}
fn seed(vm: &mut Vm, a: Args) -> Step {
    let state = seeded(vm, a.not_none(1))?;
    *twister(vm, &a) = state;
    Ok(vm.none())
}
fn random(vm: &mut Vm, a: Args) -> Step {
    let x = twister(vm, &a).float();
    Ok(vm.float(x))
}
fn getrandbits(vm: &mut Vm, a: Args) -> Step {
    let k = vm.index_big(a[1])?;
    if k.sign() == Sign::Minus {
        return Err(vm.value_error("Cannot convert negative int"));
    }
    let Some(k) = k.to_u64().filter(|k| *k / 8 <= vm.memory_limit as u64) else { return Err(vm.memory_error()) };
    if k == 0 {
        return Ok(vm.int(0));
    }
    if k <= 32 {
        let x = twister(vm, &a).next() >> (32 - k);
        return Ok(vm.int(x as i64));
    }
    let mut left = k;
    let mut bytes = Vec::with_capacity(k.div_ceil(32) as usize * 4);
    while left > 0 {
        let mut word = twister(vm, &a).next();
        if left < 32 {
            word >>= 32 - left;
        }
        bytes.extend_from_slice(&word.to_le_bytes());
        left = left.saturating_sub(32);
    }
    let x = int_ops::from_bytes(&bytes, true, false);
    Ok(vm.int_val(x))
}
fn getstate(vm: &mut Vm, a: Args) -> Step {
    let state = twister(vm, &a).clone();
    let mut items: Vec<_> = state.words.iter().map(|w| vm.int(*w as i64)).collect();
    items.push(vm.int(state.index as i64));
    Ok(vm.tuple(items))
}
fn setstate(vm: &mut Vm, a: Args) -> Step {
    let Some(items) = vm.tuple_items(a[1]).map(<[Ref]>::to_vec) else {
        return Err(vm.type_error("state vector must be a tuple"));
    };
    if items.len() != N + 1 {
        return Err(vm.value_error("state vector is the wrong size"));
    }
    let mut words = Box::new([0u32; N]);
    for (w, r) in words.iter_mut().zip(&items) {
        let Some(i) = arith::int(&vm.heap, *r).map(|i| i.to_big()) else {
            return Err(vm.type_error("an integer is required"));
        };
        match i.to_u64() {
            Some(i) => *w = i as u32,
            None if i.sign() == Sign::Minus => return Err(vm.overflow_error("can't convert negative value to unsigned int")),
            None => return Err(vm.overflow_error("Python int too large to convert to C unsigned long")),
        }
    }
    let index = vm.index_i64(items[N])?;
    if !(0..=N as i64).contains(&index) {
        return Err(vm.value_error("invalid state"));
    }
    *twister(vm, &a) = Twister { words, index: index as usize };
    Ok(vm.none())
}

static METHODS: &[Def] = &[
    Def::new("(cls, /, *args, **kwargs)", new),
    Def::method("__init__", "(self, /, *args, **kwargs)", init, "Initialize self.  See help(type(self)) for accurate signature."),
    Def::method("random", "(self, /)", random, "random() -> x in the interval [0, 1)."),
    Def::method("seed", "(self, n=None, /)", seed, "Put the generator into a known state; without a seed, into one from the system's entropy."),
    Def::method("getstate", "(self, /)", getstate, "getstate() -> tuple containing the current state."),
    Def::method("setstate", "(self, state, /)", setstate, "setstate(state) -> None.  Restores generator state."),
    Def::method("getrandbits", "(self, k, /)", getrandbits, "getrandbits(k) -> x.  Generates an int with k random bits."),
];
static RANDOM: TypeDef = TypeDef {
    place: None,
    name: "Random",
    module: "_random",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::BASE,
    size: (2520, 0),
    doc: "Random() -> create a random number generator with its own internal state.",
    defs: &[METHODS],
};
pub static MODULE: ModuleDef = ModuleDef {
    name: "_random",
    doc: "Module implements the Mersenne Twister random number generator.",
    functions: &[],
    types: &[&RANDOM],
    init: None,
};
