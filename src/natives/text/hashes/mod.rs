//! The modules `_md5`, `_sha1`, `_sha2`, `_sha3`, `_blake2`: what `hashlib` is built on.
mod blake2;
mod state;
use crate::heap::Ref;
use crate::natives::text::{buffer, modules::put, util};
use crate::objects::class::{Layout, type_flags};
use crate::vm::native::{Def, ModuleDef, TypeDef};
use crate::vm::{Args, Ask, Step, Vm, t};
use state::{Algorithm, Hash};

const HASH_TYPE: TypeDef = TypeDef {
    place: None,
    name: "",
    module: "",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::NO_NEW,
    size: (64, 0),
    doc: "",
    defs: &[METHODS],
};
static MD5_TYPE: TypeDef = TypeDef { name: "md5", module: "_md5", ..HASH_TYPE };
static SHA1_TYPE: TypeDef = TypeDef { name: "sha1", module: "_sha1", ..HASH_TYPE };
static SHA224_TYPE: TypeDef = TypeDef { name: "SHA224Type", module: "_sha2", ..HASH_TYPE };
static SHA256_TYPE: TypeDef = TypeDef { name: "SHA256Type", module: "_sha2", ..HASH_TYPE };
static SHA384_TYPE: TypeDef = TypeDef { name: "SHA384Type", module: "_sha2", ..HASH_TYPE };
static SHA512_TYPE: TypeDef = TypeDef { name: "SHA512Type", module: "_sha2", ..HASH_TYPE };
macro_rules! sha3_type {
    ($const:ident, $name:literal, $new:expr, $defs:expr) => {
        static $const: TypeDef = TypeDef { name: $name, module: "_sha3", flags: 0, defs: $defs, ..HASH_TYPE };
    };
}
const SHA3_SIG: &str = "(cls, data=b'', *, usedforsecurity=True, string=None)";
sha3_type!(SHA3_224, "sha3_224", new, &[&[Def::new(SHA3_SIG, |vm, a| new(vm, a, Algorithm::Sha3_224, 1))], METHODS, SHA3_METHODS]);
sha3_type!(SHA3_256, "sha3_256", new, &[&[Def::new(SHA3_SIG, |vm, a| new(vm, a, Algorithm::Sha3_256, 1))], METHODS, SHA3_METHODS]);
sha3_type!(SHA3_384, "sha3_384", new, &[&[Def::new(SHA3_SIG, |vm, a| new(vm, a, Algorithm::Sha3_384, 1))], METHODS, SHA3_METHODS]);
sha3_type!(SHA3_512, "sha3_512", new, &[&[Def::new(SHA3_SIG, |vm, a| new(vm, a, Algorithm::Sha3_512, 1))], METHODS, SHA3_METHODS]);
sha3_type!(SHAKE_128, "shake_128", new, &[&[Def::new(SHA3_SIG, |vm, a| new(vm, a, Algorithm::Shake128, 1))], SHAKE_METHODS, SHA3_METHODS]);
sha3_type!(SHAKE_256, "shake_256", new, &[&[Def::new(SHA3_SIG, |vm, a| new(vm, a, Algorithm::Shake256, 1))], SHAKE_METHODS, SHA3_METHODS]);

pub static MD5: ModuleDef = ModuleDef {
    name: "_md5",
    doc: "",
    functions: &[&[Def::function("md5", SIG, |vm, a| new(vm, a, Algorithm::Md5, 0), "An MD5 hash object.")]],
    types: &[],
    init: Some(|vm, m| { alias(vm, m, &[("MD5Type", &MD5_TYPE)]); Ok(()) }),
};
pub static SHA1: ModuleDef = ModuleDef {
    name: "_sha1",
    doc: "",
    functions: &[&[Def::function("sha1", SIG, |vm, a| new(vm, a, Algorithm::Sha1, 0), "A SHA1 hash object.")]],
    types: &[],
    init: Some(|vm, m| { alias(vm, m, &[("SHA1Type", &SHA1_TYPE)]); Ok(()) }),
};
pub static SHA2: ModuleDef = ModuleDef {
    name: "_sha2",
    doc: "",
    functions: &[&[
        Def::function("sha224", SIG, |vm, a| new(vm, a, Algorithm::Sha224, 0), "A SHA-224 hash object."),
        Def::function("sha256", SIG, |vm, a| new(vm, a, Algorithm::Sha256, 0), "A SHA-256 hash object."),
        Def::function("sha384", SIG, |vm, a| new(vm, a, Algorithm::Sha384, 0), "A SHA-384 hash object."),
        Def::function("sha512", SIG, |vm, a| new(vm, a, Algorithm::Sha512, 0), "A SHA-512 hash object."),
    ]],
    types: &[&SHA224_TYPE, &SHA256_TYPE, &SHA384_TYPE, &SHA512_TYPE],
    init: Some(|vm, m| { alias(vm, m, &[]); Ok(()) }),
};
pub static SHA3: ModuleDef = ModuleDef {
    name: "_sha3",
    doc: "",
    functions: &[],
    types: &[&SHA3_224, &SHA3_256, &SHA3_384, &SHA3_512, &SHAKE_128, &SHAKE_256],
    init: Some(|vm, m| {
        alias(vm, m, &[]);
        let text = vm.str("HACL");
        put(vm, m, "implementation", text);
        Ok(())
    }),
};
pub use blake2::MODULE as BLAKE2;

const SIG: &str = "(data=b'', *, usedforsecurity=True, string=None)";
/// The size from which CPython lets other threads run while it hashes.
const GIL_MINSIZE: i64 = 2048;
fn alias(vm: &mut Vm, module: Ref, types: &[(&str, &'static TypeDef)]) {
    for (name, def) in types {
        let ty = vm.type_of_def(def);
        let ty = vm.incref(ty);
        put(vm, module, name, ty);
    }
    let size = vm.int(GIL_MINSIZE);
    put(vm, module, "_GIL_MINSIZE", size);
}

static METHODS: &[Def] = &[
    Def::method("update", "(self, obj, /)", update, "Update the hash with more bytes."),
    Def::method("digest", "(self, /)", |vm, a| { let d = hash(vm, a[0]).digest(); Ok(vm.bytes(d)) }, "The digest as bytes."),
    Def::method("hexdigest", "(self, /)", |vm, a| { let d = hex(&hash(vm, a[0]).digest()); Ok(vm.str(d)) }, "The digest as hexadecimal text."),
    Def::method("copy", "(self, /)", copy, "A copy of the hash object."),
    Def::get("digest_size", |vm, a| { let k = hash(vm, a[0]).digest_size(); Ok(vm.int(k as i64)) }, ""),
    Def::get("block_size", |vm, a| { let k = hash(vm, a[0]).algorithm.block_size(); Ok(vm.int(k as i64)) }, ""),
    Def::get("name", |vm, a| { let s = hash(vm, a[0]).algorithm.name(); Ok(vm.str(s)) }, ""),
];
static SHAKE_METHODS: &[Def] = &[
    Def::method("update", "(self, obj, /)", update, "Update the hash with more bytes."),
    Def::method("digest", "(self, length)", |vm, a| { let d = shaken(vm, a)?; Ok(vm.bytes(d)) }, "A digest of any length as bytes."),
    Def::method("hexdigest", "(self, length)", |vm, a| { let d = hex(&shaken(vm, a)?); Ok(vm.str(d)) }, "A digest of any length as hexadecimal text."),
    Def::method("copy", "(self, /)", copy, "A copy of the hash object."),
    Def::get("digest_size", |vm, _| Ok(vm.int(0)), ""),
    Def::get("block_size", |vm, a| { let k = hash(vm, a[0]).algorithm.block_size(); Ok(vm.int(k as i64)) }, ""),
    Def::get("name", |vm, a| { let s = hash(vm, a[0]).algorithm.name(); Ok(vm.str(s)) }, ""),
];
static SHA3_METHODS: &[Def] = &[
    Def::get("_rate_bits", |vm, a| { let k = hash(vm, a[0]).algorithm.block_size() * 8; Ok(vm.int(k as i64)) }, ""),
    Def::get("_capacity_bits", |vm, a| { let k = 1600 - hash(vm, a[0]).algorithm.block_size() * 8; Ok(vm.int(k as i64)) }, ""),
    Def::get("_suffix", |vm, a| {
        let shake = matches!(hash(vm, a[0]).algorithm, Algorithm::Shake128 | Algorithm::Shake256);
        Ok(vm.bytes(vec![if shake { 0x1F } else { 6 }]))
    }, ""),
];

fn hash(vm: &Vm, r: Ref) -> &Hash {
    vm.state::<Hash>(r).expect("the receiver is a hash object")
}
fn hex(b: &[u8]) -> String {
    crate::natives::text::bytes::to_hex(b, None)
}
/// The type of a hash object.
fn type_of(vm: &mut Vm, algorithm: Algorithm) -> Ref {
    vm.type_of_def(match algorithm {
        Algorithm::Md5 => &MD5_TYPE,
        Algorithm::Sha1 => &SHA1_TYPE,
        Algorithm::Sha224 => &SHA224_TYPE,
        Algorithm::Sha256 => &SHA256_TYPE,
        Algorithm::Sha384 => &SHA384_TYPE,
        Algorithm::Sha512 => &SHA512_TYPE,
        Algorithm::Sha3_224 => &SHA3_224,
        Algorithm::Sha3_256 => &SHA3_256,
        Algorithm::Sha3_384 => &SHA3_384,
        Algorithm::Sha3_512 => &SHA3_512,
        Algorithm::Shake128 => &SHAKE_128,
        Algorithm::Shake256 => &SHAKE_256,
        Algorithm::Blake2b => &blake2::BLAKE2B,
        Algorithm::Blake2s => &blake2::BLAKE2S,
    })
}
/// Bytes to be hashed.
fn data_arg(vm: &mut Vm, r: Ref) -> Result<Vec<u8>, Ask> {
    if vm.str_of(r).is_some() {
        return Err(vm.type_error("Strings must be encoded before hashing"));
    }
    match buffer::contents(vm, r) {
        Some(b) => Ok(b),
        None => Err(vm.type_error("object supporting the buffer API required")),
    }
}
/// Arguments from `at` on: data, usedforsecurity, string.
fn new(vm: &mut Vm, a: Args, algorithm: Algorithm, at: usize) -> Step {
    let (data, string) = (a.opt(at), a.not_none(at + 2));
    util::bool_arg(vm, a.opt(at + 1), true)?;
    if data.is_some() && string.is_some() {
        return Err(vm.type_error(
            "'data' and 'string' are mutually exclusive and support for 'string' keyword parameter is slated for removal in a future version.",
        ));
    }
    let data = match data.or(string) {
        Some(r) => data_arg(vm, r)?,
        None => vec![],
    };
    let mut h = Hash::new(algorithm);
    h.update(&data);
    let ty = type_of(vm, algorithm);
    Ok(vm.opaque(ty, h))
}
fn update(vm: &mut Vm, a: Args) -> Step {
    let b = data_arg(vm, a[1])?;
    vm.state_mut::<Hash>(a[0]).expect("the receiver is a hash object").update(&b);
    Ok(vm.none())
}
fn copy(vm: &mut Vm, a: Args) -> Step {
    let h = hash(vm, a[0]).clone();
    let ty = type_of(vm, h.algorithm);
    Ok(vm.opaque(ty, h))
}
fn shaken(vm: &mut Vm, a: Args) -> Result<Vec<u8>, Ask> {
    let k = vm.index_i64(a[1])?;
    if k < 0 {
        return Err(vm.value_error("Cannot convert negative int"));
    }
    if k >= 1 << 29 {
        return Err(vm.value_error("length is too large"));
    }
    util::check_size(vm, Some(k as usize))?;
    Ok(hash(vm, a[0]).extended(k as usize))
}
