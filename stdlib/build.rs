//! Compiles the pure-Python standard library, and our own modules over it, into the blob that `src/lib.rs` reads.
//!
//! The result depends on the sources only: modules are sorted by name, and each is compiled alone. All cores are used;
//! each worker has a large stack because the compiler recurses over the syntax tree.
// A build script is no part of the machine: it reads and writes the host's files.
#![allow(clippy::disallowed_methods)]
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustpython_compiler::{CompileOpts, Mode};

#[path = "src/format.rs"]
mod format;
use format::{FIELDS, HEADER, IS_OURS, IS_PACKAGE, MAGIC, PREFIX, RECORD};

/// Stack of a compiling thread. Only touched pages cost memory.
const STACK: usize = 256 << 20;

/// Subtrees and modules that stay out: tests, graphical programs, and what needs a C library or Windows or macOS.
const LEFT_OUT: &[&str] = &[
    "__phello__", "_aix_support", "_android_support", "_apple_support", "_dummy_os", "_dummy_thread", "_ios_support",
    "_osx_support", "ctypes.macholib", "dummy_threading", "ensurepip", "idlelib", "lib2to3", "test", "tkinter", "turtledemo",
];

/// The codecs that are kept; the other modules of `encodings` are tables for scripts that a course on Python has no use for.
const CODECS: &[&str] = &[
    "aliases", "ascii", "base64_codec", "bz2_codec", "charmap", "cp1250", "cp1251", "cp1252", "cp1253", "cp424", "cp437", "cp850",
    "hex_codec", "idna", "iso8859_1", "iso8859_15", "iso8859_2", "iso8859_5", "iso8859_7", "koi8_r", "latin_1", "mac_roman", "punycode",
    "quopri_codec", "raw_unicode_escape", "rot_13", "undefined", "unicode_escape", "utf_16", "utf_16_be", "utf_16_le",
    "utf_32", "utf_32_be", "utf_32_le", "utf_7", "utf_8", "utf_8_sig", "uu_codec", "zlib_codec",
];

/// Modules that may fail to compile and are then left out. Any other failure ends the build.
const MAY_FAIL: &[&str] = &[];

struct Source {
    name: String,
    path: String,
    flags: u32,
    text: String,
}

struct Compiled {
    code: Vec<u8>,
    packed: Vec<u8>,
}

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/format.rs");
    println!("cargo::rerun-if-changed=lib");
    let mut sources = BTreeMap::new();
    collect(Path::new(rustpython_pylib::LIB_PATH), "", 0, &mut sources);
    // Asked when it runs: a build script that was compiled elsewhere (a copied target folder) takes this folder's modules.
    let own = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR")).join("lib");
    collect(&own, "", IS_OURS, &mut sources);
    let sources: Vec<Source> = sources.into_values().collect();
    let compiled = compile_all(&sources);
    let modules: Vec<(&Source, Compiled)> =
        sources.iter().zip(compiled).filter_map(|(source, result)| Some((source, result?))).collect();
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("stdlib.bin");
    std::fs::write(&out, lay_out(&modules)).unwrap_or_else(|error| panic!("cannot write {}: {error}", out.display()));
}

/// Adds the modules below `folder` to `sources`, keyed by dotted name; what is there already is replaced.
fn collect(folder: &Path, package: &str, flags: u32, sources: &mut BTreeMap<String, Source>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.expect("a readable directory entry").path();
        let file = path.file_name().and_then(|name| name.to_str()).expect("a UTF-8 file name").to_owned();
        let dotted = |stem: &str| if package.is_empty() { stem.to_owned() } else { format!("{package}.{stem}") };
        if path.is_dir() {
            let name = dotted(&file);
            if file != "__pycache__" && is_kept(&name, flags) {
                collect(&path, &name, flags, sources);
            }
            continue;
        }
        let Some(stem) = file.strip_suffix(".py") else { continue };
        let is_package = stem == "__init__";
        let name = if is_package { package.to_owned() } else { dotted(stem) };
        // A stray __init__.py at the root has no dotted name; of files such as `my-tool.py` only ours are modules.
        if name.is_empty() || (name.contains('-') && flags & IS_OURS == 0) || !is_kept(&name, flags) {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()));
        let text = String::from_utf8(bytes).unwrap_or_else(|_| panic!("{} is not UTF-8", path.display()));
        let mut module = Source { path: name.replace('.', "/"), name: name.clone(), flags, text };
        if is_package {
            module.flags |= IS_PACKAGE;
            module.path.push_str("/__init__");
        }
        module.path.push_str(".py");
        sources.insert(name, module);
    }
}

fn is_kept(name: &str, flags: u32) -> bool {
    if flags & IS_OURS != 0 {
        return true;
    }
    let within = |tree: &str| name == tree || name.strip_prefix(tree).is_some_and(|rest| rest.starts_with('.'));
    let is_test = name.split('.').any(|part| part == "test" || part == "tests");
    let dropped_codec = name.strip_prefix("encodings.").is_some_and(|codec| !CODECS.contains(&codec));
    !is_test && !dropped_codec && !LEFT_OUT.iter().any(|tree| within(tree))
}

/// Compiles every source on all cores; the result has the order of `sources`, None where a failure is allowed.
fn compile_all(sources: &[Source]) -> Vec<Option<Compiled>> {
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<Option<Compiled>>> = Mutex::new(sources.iter().map(|_| None).collect());
    let failures = Mutex::new(Vec::new());
    let work = || {
        while let Some((index, source)) = take(&next, sources) {
            match compile(source) {
                Ok(compiled) => results.lock().expect("no worker panicked")[index] = Some(compiled),
                Err(_) if MAY_FAIL.contains(&source.name.as_str()) => {}
                Err(problem) => failures.lock().expect("no worker panicked").push(problem),
            }
        }
    };
    let workers = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    std::thread::scope(|scope| {
        for _ in 0..workers {
            std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).expect("a compiling thread starts");
        }
    });
    let mut failures = failures.into_inner().expect("no worker panicked");
    failures.sort();
    assert!(failures.is_empty(), "modules that do not compile:\n{}", failures.join("\n"));
    results.into_inner().expect("no worker panicked")
}

fn take<'a>(next: &AtomicUsize, sources: &'a [Source]) -> Option<(usize, &'a Source)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    sources.get(index).map(|source| (index, source))
}

fn compile(source: &Source) -> Result<Compiled, String> {
    let filename = format!("{PREFIX}{}", source.path);
    let code = rustpython_compiler::compile(&source.text, Mode::Exec, &filename, CompileOpts::default()).map_err(|error| {
        let (line, column) = error.python_location();
        format!("{} ({}:{line}:{column}): {error}", source.name, source.path)
    })?;
    let mut bytes = vec![b'c'];
    rustpython_compiler_core::marshal::serialize_code(&mut bytes, &code);
    Ok(Compiled { code: bytes, packed: miniz_oxide::deflate::compress_to_vec(source.text.as_bytes(), 8) })
}

/// Lays the blob out as `src/format.rs` describes it.
fn lay_out(modules: &[(&Source, Compiled)]) -> Vec<u8> {
    let mut pool = Vec::new();
    let base = HEADER + modules.len() * RECORD;
    let mut put = |bytes: &[u8]| {
        let offset = base + pool.len();
        pool.extend_from_slice(bytes);
        (offset, bytes.len())
    };
    // Names stand together, so that a look-up touches few pages.
    let names: Vec<_> = modules.iter().map(|(source, _)| put(source.name.as_bytes())).collect();
    let paths: Vec<_> = modules.iter().map(|(source, _)| put(source.path.as_bytes())).collect();
    let codes: Vec<_> = modules.iter().map(|(_, compiled)| put(&compiled.code)).collect();
    let texts: Vec<_> = modules.iter().map(|(_, compiled)| put(&compiled.packed)).collect();
    let mut blob = MAGIC.to_vec();
    blob.extend((modules.len() as u32).to_le_bytes());
    for (index, (source, _)) in modules.iter().enumerate() {
        let (name, path, code, text) = (names[index], paths[index], codes[index], texts[index]);
        let flags = source.flags as usize;
        let record: [usize; FIELDS] =
            [name.0, name.1, path.0, path.1, flags, code.0, code.1, text.0, text.1, source.text.len()];
        for number in record {
            blob.extend(u32::try_from(number).expect("the blob is smaller than 4 GiB").to_le_bytes());
        }
    }
    blob.extend(pool);
    blob
}
