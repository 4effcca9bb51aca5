//! The module `zlib`: DEFLATE by the crate `miniz_oxide`, with zlib, gzip and raw framing.
mod deflate;
mod inflate;
use crate::heap::Ref;
use crate::natives::text::{buffer, modules::binascii::crc32_of, modules::put, util};
use crate::objects::class::{Layout, type_flags};
use crate::vm::native::{Def, ModuleDef, TypeDef};
use crate::vm::{Args, Ask, Step, Vm, t};
use deflate::Compressor;
use inflate::{Decompressor, Reader};

pub static MODULE: ModuleDef = ModuleDef {
    name: "zlib",
    doc: "Compression and decompression compatible with GNU zip.",
    functions: &[FUNCTIONS],
    types: &[&ERROR, &READER],
    init: Some(init),
};
static ERROR: TypeDef = TypeDef {
    place: None,
    name: "error",
    module: "zlib",
    base: t::EXCEPTION,
    layout: Layout::Exception,
    flags: type_flags::BASE,
    size: (72, 0),
    doc: "",
    defs: &[],
};
const OBJECT: TypeDef = TypeDef {
    place: None,
    name: "",
    module: "zlib",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::NO_NEW,
    size: (160, 0),
    doc: "",
    defs: &[],
};
static COMPRESS: TypeDef = TypeDef { name: "Compress", defs: &[COMPRESS_METHODS], ..OBJECT };
static READER: TypeDef =
    TypeDef { name: "_ZlibDecompressor", flags: 0, doc: "Create a decompressor object for decompressing data incrementally.", defs: &[READER_METHODS], ..OBJECT };
static DECOMPRESS: TypeDef = TypeDef { name: "Decompress", defs: &[DECOMPRESS_METHODS], ..OBJECT };

const WBITS: i64 = 15;
fn init(vm: &mut Vm, module: Ref) -> Result<(), Ask> {
    let numbers = [
        ("DEFLATED", 8), ("DEF_BUF_SIZE", 16384), ("DEF_MEM_LEVEL", 8), ("MAX_WBITS", WBITS), ("Z_BEST_COMPRESSION", 9),
        ("Z_BEST_SPEED", 1), ("Z_BLOCK", 5), ("Z_DEFAULT_COMPRESSION", -1), ("Z_DEFAULT_STRATEGY", 0), ("Z_FILTERED", 1),
        ("Z_FINISH", 4), ("Z_FIXED", 4), ("Z_FULL_FLUSH", 3), ("Z_HUFFMAN_ONLY", 2), ("Z_NO_COMPRESSION", 0),
        ("Z_NO_FLUSH", 0), ("Z_PARTIAL_FLUSH", 1), ("Z_RLE", 3), ("Z_SYNC_FLUSH", 2), ("Z_TREES", 6),
    ];
    for (name, value) in numbers {
        let value = vm.int(value);
        put(vm, module, name, value);
    }
    for (name, text) in [("ZLIB_VERSION", "1.3.1"), ("ZLIB_RUNTIME_VERSION", "1.3.1"), ("__version__", "1.0")] {
        let text = vm.str(text);
        put(vm, module, name, text);
    }
    Ok(())
}
static FUNCTIONS: &[Def] = &[
    Def::function("compress", "(data, /, level=-1, wbits=15)", compress, "Compressed data."),
    Def::function("decompress", "(data, /, wbits=15, bufsize=16384)", decompress, "Decompressed data."),
    Def::function("compressobj", "(level=-1, method=8, wbits=15, memLevel=8, strategy=0, zdict=None)", compress_object, "A compressor."),
    Def::function("decompressobj", "(wbits=15, zdict=b'')", decompress_object, "A decompressor."),
    Def::function("adler32", "(data, value=1, /)", adler32, "Adler-32 checksum."),
    Def::function("crc32", "(data, value=0, /)", crc32, "CRC-32 checksum."),
];
static COMPRESS_METHODS: &[Def] = &[
    Def::method("compress", "(self, data, /)", co_compress, "Compress data; what comes out so far."),
    Def::method("flush", "(self, mode=4, /)", co_flush, "Finish; the rest of the output."),
    Def::method("copy", "(self, /)", co_copy, "A copy."),
    Def::method("__copy__", "(self, /)", co_copy, "A copy."),
    Def::method("__deepcopy__", "(self, memo, /)", co_copy, "A copy."),
];
static DECOMPRESS_METHODS: &[Def] = &[
    Def::method("decompress", "(self, data, /, max_length=0)", de_decompress, "Decompress data; what comes out so far."),
    Def::method("flush", "(self, length=16384, /)", de_flush, "The rest of the output."),
    Def::method("copy", "(self, /)", de_copy, "A copy."),
    Def::method("__copy__", "(self, /)", de_copy, "A copy."),
    Def::method("__deepcopy__", "(self, memo, /)", de_copy, "A copy."),
    Def::member("unused_data", |vm, a| { let b = de(vm, a[0]).unused.clone(); Ok(vm.bytes(b)) }, "Data behind the end of the stream."),
    Def::member("unconsumed_tail", |vm, a| { let b = de(vm, a[0]).tail.clone(); Ok(vm.bytes(b)) }, "Data that is not consumed yet."),
    Def::member("eof", |vm, a| { let e = de(vm, a[0]).eof; Ok(vm.bool(e)) }, "Whether the end of the stream was reached."),
];

static READER_METHODS: &[Def] = &[
    Def::new("(cls, wbits=15, zdict=b'')", reader_new),
    Def::method("decompress", "(self, data, max_length=-1)", reader_decompress, "Decompress data; at most max_length bytes."),
    Def::member("unused_data", |vm, a| { let b = reader(vm, a[0]).inner.unused.clone(); Ok(vm.bytes(b)) }, "Data found after the end of the compressed stream."),
    Def::member("needs_input", |vm, a| { let b = reader(vm, a[0]).needs_input; Ok(vm.bool(b)) }, "Whether more input is needed before more output can be produced."),
    Def::member("eof", |vm, a| { let e = reader(vm, a[0]).inner.eof; Ok(vm.bool(e)) }, "True if the end-of-stream marker has been reached."),
];

fn error(vm: &mut Vm, message: impl Into<String>) -> Ask {
    let ty = vm.type_of_def(&ERROR);
    vm.error(ty, message)
}
/// A 32-bit start value.
fn word(vm: &mut Vm, r: Option<Ref>, default: u32) -> Result<u32, Ask> {
    let Some(r) = r else { return Ok(default) };
    let i = vm.index_big(r)?;
    let m = num_integer::Integer::mod_floor(&i, &num_bigint::BigInt::from(1u64 << 32));
    Ok(num_traits::ToPrimitive::to_u32(&m).unwrap_or(0))
}
fn adler32(vm: &mut Vm, a: Args) -> Step {
    let b = buffer::required(vm, a[0])?;
    let start = word(vm, a.opt(1), 1)?;
    Ok(vm.int(deflate::adler32_of(&b, start).into()))
}
fn crc32(vm: &mut Vm, a: Args) -> Step {
    let b = buffer::required(vm, a[0])?;
    let start = word(vm, a.opt(1), 0)?;
    Ok(vm.int(crc32_of(&b, start).into()))
}
fn compress(vm: &mut Vm, a: Args) -> Step {
    let b = buffer::required(vm, a[0])?;
    let level = util::int_arg(vm, a.opt(1), -1)?;
    let wbits = util::int_arg(vm, a.opt(2), WBITS)?;
    let Some(mut c) = Compressor::new(level, wbits) else { return Err(error(vm, "Bad compression level")) };
    let mut out = c.add(b);
    out.extend(c.flush(4));
    Ok(vm.bytes(out))
}
fn decompress(vm: &mut Vm, a: Args) -> Step {
    let b = buffer::required(vm, a[0])?;
    let wbits = util::int_arg(vm, a.opt(1), WBITS)?;
    let Some(mut d) = Decompressor::new(wbits) else { return Err(error(vm, "Invalid initialization option")) };
    let limit = vm.memory_limit;
    let out = match d.feed(&b, limit) {
        Ok(out) => out,
        Err(m) => return Err(error(vm, format!("Error -3 while decompressing data: {m}"))),
    };
    if !d.eof {
        return Err(error(vm, "Error -5 while decompressing data: incomplete or truncated stream"));
    }
    Ok(vm.bytes(out))
}

fn compress_object(vm: &mut Vm, a: Args) -> Step {
    let level = util::int_arg(vm, a.opt(0), -1)?;
    let method = util::int_arg(vm, a.opt(1), 8)?;
    let wbits = util::int_arg(vm, a.opt(2), WBITS)?;
    if a.not_none(5).is_some() {
        return Err(vm.unsupported("a zlib dictionary"));
    }
    match Compressor::new(level, wbits).filter(|_| method == 8) {
        Some(c) => {
            let ty = vm.type_of_def(&COMPRESS);
            Ok(vm.opaque(ty, c))
        }
        None => Err(vm.value_error("Invalid initialization option")),
    }
}
fn co(vm: &mut Vm, r: Ref) -> &mut Compressor {
    vm.state_mut::<Compressor>(r).expect("the receiver is a compressor")
}
fn co_compress(vm: &mut Vm, a: Args) -> Step {
    let b = buffer::required(vm, a[1])?;
    let out = co(vm, a[0]).add(b);
    Ok(vm.bytes(out))
}
fn co_flush(vm: &mut Vm, a: Args) -> Step {
    let mode = util::int_arg(vm, a.opt(1), 4)?;
    if co(vm, a[0]).finished {
        return Err(error(vm, "Error -2 while finishing compression: inconsistent stream state"));
    }
    let out = co(vm, a[0]).flush(mode);
    Ok(vm.bytes(out))
}
fn co_copy(vm: &mut Vm, a: Args) -> Step {
    let c = co(vm, a[0]).clone();
    let ty = vm.type_of_def(&COMPRESS);
    Ok(vm.opaque(ty, c))
}

fn decompress_object(vm: &mut Vm, a: Args) -> Step {
    let d = decompressor(vm, a.opt(0), a.opt(1))?;
    let ty = vm.type_of_def(&DECOMPRESS);
    Ok(vm.opaque(ty, d))
}
/// The state behind both classes that decompress.
fn decompressor(vm: &mut Vm, wbits: Option<Ref>, zdict: Option<Ref>) -> Result<Decompressor, Ask> {
    let wbits = util::int_arg(vm, wbits, WBITS)?;
    if let Some(r) = zdict
        && buffer::contents(vm, r).is_some_and(|b| !b.is_empty())
    {
        return Err(vm.unsupported("a zlib dictionary"));
    }
    Decompressor::new(wbits).ok_or_else(|| vm.value_error("Invalid initialization option"))
}
fn de(vm: &mut Vm, r: Ref) -> &mut Decompressor {
    vm.state_mut::<Decompressor>(r).expect("the receiver is a decompressor")
}
fn fed(vm: &mut Vm, r: Ref, b: &[u8], limit: usize) -> Step {
    match de(vm, r).feed(b, limit) {
        Ok(out) => Ok(vm.bytes(out)),
        Err(m) => Err(error(vm, format!("Error -3 while decompressing data: {m}"))),
    }
}
fn de_decompress(vm: &mut Vm, a: Args) -> Step {
    let b = buffer::required(vm, a[1])?;
    let max = util::int_arg(vm, a.opt(2), 0)?;
    if max < 0 {
        return Err(vm.value_error("max_length must be non-negative"));
    }
    let limit = if max == 0 { vm.memory_limit } else { max as usize };
    fed(vm, a[0], &b, limit)
}
fn de_flush(vm: &mut Vm, a: Args) -> Step {
    let length = util::int_arg(vm, a.opt(1), 16384)?;
    if length <= 0 {
        return Err(vm.value_error("length must be greater than zero"));
    }
    let rest = std::mem::take(&mut de(vm, a[0]).tail);
    let limit = vm.memory_limit;
    fed(vm, a[0], &rest, limit)
}
fn de_copy(vm: &mut Vm, a: Args) -> Step {
    let d = de(vm, a[0]).clone();
    let ty = vm.type_of_def(&DECOMPRESS);
    Ok(vm.opaque(ty, d))
}

fn reader_new(vm: &mut Vm, a: Args) -> Step {
    let inner = decompressor(vm, a.opt(1), a.opt(2))?;
    Ok(vm.opaque(a[0], Reader { inner, needs_input: true }))
}
fn reader(vm: &mut Vm, r: Ref) -> &mut Reader {
    vm.state_mut::<Reader>(r).expect("the receiver is a _ZlibDecompressor")
}
fn reader_decompress(vm: &mut Vm, a: Args) -> Step {
    let data = buffer::required(vm, a[1])?;
    let max = util::int_arg(vm, a.opt(2), -1)?;
    if reader(vm, a[0]).inner.eof {
        return Err(vm.error(t::EOF_ERROR, "End of stream already reached"));
    }
    let limit = usize::try_from(max).unwrap_or(vm.memory_limit);
    match reader(vm, a[0]).feed(&data, limit) {
        Ok(out) => Ok(vm.bytes(out)),
        Err(m) => Err(error(vm, format!("Error -3 while decompressing data: {m}"))),
    }
}
