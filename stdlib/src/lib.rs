//! The standard library as one read-only blob: find a module by its dotted name, get its marshal'd code and its source.
//!
//! The blob is written by `build.rs` and embedded; nothing is decoded at start. A look-up is a binary search over the
//! index, code is lent out of the blob, a source is inflated when asked for.
mod format;

use std::borrow::Cow;

pub use format::PREFIX;
use format::{HEADER, IS_OURS, IS_PACKAGE, MAGIC, RECORD};

static BLOB: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/stdlib.bin"));

/// One module of the library.
#[derive(Clone, Copy, Debug)]
pub struct Module {
    /// Dotted name; a package's is the package's own (`json`, not `json.__init__`).
    pub name: &'static str,
    pub is_package: bool,
    /// Pellucid's own module, not one of CPython's.
    pub is_ours: bool,
    /// The module's code object in CPython's marshal format (version 4), starting with its type byte `c`.
    pub code: &'static [u8],
    /// Path under [`PREFIX`], such as `json/__init__.py`.
    pub path: &'static str,
    /// Length of the source in bytes: what `stat` of the file answers, without inflating it.
    pub source_len: usize,
    packed: &'static [u8],
}

impl Module {
    /// `co_filename` of the module's code: [`PREFIX`] and the path.
    pub fn filename(&self) -> String {
        format!("{PREFIX}{}", self.path)
    }

    /// The source text, inflated anew at each call.
    pub fn source(&self) -> Cow<'static, str> {
        let bytes = miniz_oxide::inflate::decompress_to_vec_with_limit(self.packed, self.source_len)
            .expect("a source in the blob inflates: the build script wrote it");
        Cow::Owned(String::from_utf8(bytes).expect("sources in the blob are UTF-8: the build script compiled them as such"))
    }
}

/// How many modules there are.
pub fn len() -> usize {
    debug_assert_eq!(&BLOB[..8], MAGIC);
    word(8)
}

/// The module with this dotted name.
pub fn find(name: &str) -> Option<Module> {
    let (mut low, mut high) = (0, len());
    while low < high {
        let middle = (low + high) / 2;
        match name_at(middle).cmp(name) {
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
            std::cmp::Ordering::Equal => return Some(module(middle)),
        }
    }
    None
}

/// All dotted names, sorted by code point.
pub fn names() -> impl Iterator<Item = &'static str> {
    (0..len()).map(name_at)
}

/// All modules, sorted by name.
pub fn modules() -> impl Iterator<Item = Module> {
    (0..len()).map(module)
}

/// The module whose file is `path` under [`PREFIX`] (`json/__init__.py`), for the machine's file system.
pub fn find_path(path: &str) -> Option<Module> {
    let stem = path.strip_suffix(".py")?;
    let name = stem.strip_suffix("/__init__").unwrap_or(stem).replace('/', ".");
    find(&name).filter(|module| module.path == path)
}

/// Names in the directory `path` under [`PREFIX`] (`""` is the library's root), sorted, and whether each is a directory;
/// None when there is no such directory.
pub fn list_dir(path: &str) -> Option<Vec<(&'static str, bool)>> {
    let path = path.trim_matches('/');
    let mut entries: Vec<(&'static str, bool)> = modules()
        .filter_map(|module| {
            let rest = if path.is_empty() { module.path } else { module.path.strip_prefix(path)?.strip_prefix('/')? };
            Some(rest.split_once('/').map_or((rest, false), |(directory, _)| (directory, true)))
        })
        .collect();
    entries.sort_unstable();
    entries.dedup();
    (!entries.is_empty()).then_some(entries)
}

fn name_at(index: usize) -> &'static str {
    let record = HEADER + index * RECORD;
    text(word(record), word(record + 4))
}

fn module(index: usize) -> Module {
    let record = HEADER + index * RECORD;
    let field = |n: usize| word(record + 4 * n);
    let flags = field(4) as u32;
    Module {
        name: name_at(index),
        is_package: flags & IS_PACKAGE != 0,
        is_ours: flags & IS_OURS != 0,
        code: &BLOB[field(5)..field(5) + field(6)],
        path: text(field(2), field(3)),
        source_len: field(9),
        packed: &BLOB[field(7)..field(7) + field(8)],
    }
}

fn text(offset: usize, len: usize) -> &'static str {
    std::str::from_utf8(&BLOB[offset..offset + len]).expect("names in the blob are UTF-8: the build script wrote them")
}

fn word(at: usize) -> usize {
    u32::from_le_bytes(BLOB[at..at + 4].try_into().expect("four bytes")) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_modules_packages_and_nothing_else() {
        let json = find("json").expect("json is in the library");
        assert!(json.is_package && !json.is_ours);
        assert_eq!(json.filename(), "/usr/lib/python3.14/json/__init__.py");
        assert!(json.source().contains("JSON (JavaScript Object Notation)"));
        assert_eq!(json.source().len(), json.source_len);
        assert_eq!(json.code[0], b'c');
        let decoder = find("json.decoder").expect("json.decoder is in the library");
        assert!(!decoder.is_package);
        assert_eq!(decoder.path, "json/decoder.py");
        for absent in ["", "jso", "json.__init__", "tkinter", "test", "zzz"] {
            assert!(find(absent).is_none(), "{absent}");
        }
    }

    #[test]
    fn names_are_sorted_and_found_again() {
        let all: Vec<&str> = names().collect();
        assert!(all.is_sorted() && all.len() == len() && all.len() > 400);
        for name in all {
            assert_eq!(find(name).map(|module| module.name), Some(name));
        }
    }

    #[test]
    fn shows_itself_as_a_directory_tree() {
        assert_eq!(find_path("json/__init__.py").map(|module| module.name), Some("json"));
        assert_eq!(find_path("abc.py").map(|module| module.name), Some("abc"));
        assert!(find_path("json.py").is_none() && find_path("json").is_none());
        let root = list_dir("").expect("the root is a directory");
        assert!(root.contains(&("json", true)) && root.contains(&("abc.py", false)));
        let json = list_dir("json").expect("json is a directory");
        assert!(json.contains(&("__init__.py", false)) && json.contains(&("decoder.py", false)));
        assert!(list_dir("nothing").is_none());
    }

    #[test]
    fn every_source_inflates() {
        for module in modules() {
            assert_eq!(module.source().len(), module.source_len, "{}", module.name);
        }
    }
}
