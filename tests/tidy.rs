//! The house rules that a program can check: layering, first lines, length of files, no unsafe code.
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What each top-level module may import from the others, as the table of `src/ARCHITECTURE.md` has it.
/// A module that is not listed fails the test: add it with its place.
const LAYERS: &[(&str, &[&str])] = &[
    ("face", &[]),
    ("snapshot", &[]),
    ("trace", &[]),
    ("heap", &[]),
    ("objects", &["heap"]),
    ("code", &[]),
    ("vm", &["code", "heap", "objects", "trace"]),
    ("natives", &["code", "heap", "objects", "vm"]),
    ("sim", &["face", "trace", "vm"]),
    ("inspect", &["code", "heap", "objects", "snapshot", "trace", "vm", "machine"]),
    ("render", &["face"]),
    ("lens", &["explore", "face", "render", "sim", "snapshot", "trace"]),
    ("machine", &["code", "face", "heap", "natives", "objects", "sim", "trace", "vm"]),
    ("explore", &["face", "machine", "sim", "snapshot", "vm"]),
    ("session", &["code", "objects", "explore", "face", "heap", "inspect", "lens", "machine", "natives", "render", "sim", "snapshot", "vm"]),
];

/// Imports that the table forbids and that are there all the same, each with its reason.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("vm", "natives", "starting a machine reads the tables of natives, and three entry points of theirs"),
    ("vm", "face", "what the front end may refuse (`InputRefused`) is part of an answer to a system call"),
    ("natives", "face", "what the front end may refuse (`InputRefused`) is part of an answer to a system call"),
    ("sim", "objects", "an inode's number is a hash of its path, which `str` has"),
    ("inspect", "natives", "sizes and names are asked of the natives that Python asks"),
    ("inspect", "sim", "who waits for what is the system's to say"),
    ("lens", "natives", "the switch interval is kept where `sys` keeps it"),
    ("lens", "code", "a lens compiles its expression"),
    ("lens", "inspect", "a lens asks `inspect` for its snapshot"),
    ("lens", "heap", "a lens's memory names objects by handle until the reader is done"),
    ("lens", "objects", "the same"),
    ("lens", "vm", "a lens evaluates its expression on the machine"),
    ("lens", "machine", "a lens evaluates its expression on the machine"),
    ("natives", "inspect", "the functions of the module `pellucid` are natives over the lenses"),
    ("natives", "lens", "the functions of the module `pellucid` are natives over the lenses"),
    ("natives", "render", "the functions of the module `pellucid` are natives over the lenses"),
    ("natives", "snapshot", "the same"),
    ("face", "session", "only in a link of the documentation"),
];

/// Files that may be longer than the limit, each with its reason.
const LONG_FILES: &[(&str, &str)] = &[];
const LONGEST: usize = 600;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below a folder, sorted.
fn rust_files(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(f) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&f) else { continue };
        for entry in entries {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                if path.file_name().is_none_or(|n| n != "target") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn ours() -> Vec<PathBuf> {
    ["src", "kernel/src", "stdlib", "tests", "examples"].into_iter().flat_map(rust_files).collect()
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).expect("inside the project").display().to_string()
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a readable file")
}

/// The names after each `crate::` in a text, outside comments.
fn crate_paths(source: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for line in source.lines().filter(|l| !l.trim_start().starts_with("//")) {
        for rest in line.split("crate::").skip(1) {
            match rest.strip_prefix('{') {
                Some(group) => group.split(',').for_each(|part| {
                    names.insert(word(part.trim()));
                }),
                None => {
                    names.insert(word(rest));
                }
            }
        }
    }
    names.remove("");
    names
}

fn word(s: &str) -> String {
    s.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
}

#[test]
fn a_layer_imports_only_from_those_above_it() {
    let modules: BTreeMap<&str, &[&str]> = LAYERS.iter().copied().collect();
    let mut wrong = Vec::new();
    let mut used = BTreeSet::new();
    for path in rust_files("src") {
        let inside = path.strip_prefix(root().join("src")).expect("inside src");
        let name = inside.iter().next().expect("a name").to_string_lossy().trim_end_matches(".rs").to_owned();
        // A layer's own tests may use what they need.
        if name == "lib" || path.file_stem().is_some_and(|s| s == "tests") {
            continue;
        }
        let Some(allowed) = modules.get(name.as_str()) else {
            wrong.push(format!("{}: {name} has no place in the table of layers", shown(&path)));
            continue;
        };
        for import in crate_paths(&text(&path)) {
            // Names that are no layer are macros of the crate.
            if import == name || !modules.contains_key(import.as_str()) || allowed.contains(&import.as_str()) {
                continue;
            }
            match EXCEPTIONS.iter().find(|x| x.0 == name && x.1 == import) {
                Some(x) => {
                    used.insert((x.0, x.1));
                }
                None => wrong.push(format!("{}: {name} may not import {import}", shown(&path))),
            }
        }
    }
    let known = [("face", "session")];
    let idle = EXCEPTIONS.iter().filter(|x| !used.contains(&(x.0, x.1)) && !known.contains(&(x.0, x.1)));
    wrong.extend(idle.map(|x| format!("the exception {} → {} is not needed any more", x.0, x.1)));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_objects_name_nothing_of_the_machine() {
    for path in rust_files("src/objects").into_iter().chain(rust_files("src/heap")) {
        let names = crate_paths(&text(&path));
        for forbidden in ["vm", "natives", "sim", "machine", "session", "lens", "render"] {
            assert!(!names.contains(forbidden), "{} names {forbidden}", shown(&path));
        }
    }
}

#[test]
fn the_first_line_says_what_lives_there() {
    let silent: Vec<String> = ours()
        .iter()
        .filter(|p| !text(p).lines().next().is_some_and(|l| l.starts_with("//! ") && l.len() > 12))
        .map(|p| shown(p))
        .collect();
    assert!(silent.is_empty(), "no `//! …` in line 1 of {}", silent.join(", "));
}

#[test]
fn no_file_is_a_giant() {
    let mut wrong = Vec::new();
    for path in ours() {
        let (name, lines) = (shown(&path), text(&path).lines().count());
        let listed = LONG_FILES.iter().any(|x| x.0 == name);
        if lines > LONGEST && !listed {
            wrong.push(format!("{name} has {lines} lines, more than {LONGEST}"));
        }
        if lines <= LONGEST && listed {
            wrong.push(format!("{name} is short enough to leave the list"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_unsafe_code() {
    let needle = ["un", "safe"].concat();
    for path in ours() {
        for (i, line) in text(&path).lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            let words = code.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            let keyword = words.into_iter().any(|w| w == needle) && !code.contains('"');
            assert!(!keyword || path.ends_with("tests/tidy.rs"), "{}:{}: {line}", shown(&path), i + 1);
        }
    }
}
