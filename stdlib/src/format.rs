//! The layout of the blob, shared by the build script that writes it and the library that reads it.
//!
//! ```text
//! magic "PELLIB01" | u32 number of modules | index records, sorted by name | names | paths | code | sources
//! ```
//! A record is [`RECORD`] bytes of little-endian u32: name offset, name length, path offset, path length,
//! flags, code offset, code length, source offset, compressed source length, source length. Offsets count from the
//! start of the blob. Sources are raw DEFLATE streams; code is marshal data and stays as it is, so that it can be lent out.

/// First bytes of a blob; the digits change when the layout does.
pub const MAGIC: &[u8; 8] = b"PELLIB01";
/// Bytes of magic and count, in front of the index.
pub const HEADER: usize = 12;
/// Numbers in one index record.
pub const FIELDS: usize = 10;
/// Bytes of one index record.
pub const RECORD: usize = FIELDS * 4;
/// Record flag: the module is a package.
pub const IS_PACKAGE: u32 = 1;
/// Record flag: the module is Pellucid's own, from `lib/`, not CPython's.
pub const IS_OURS: u32 = 2;
/// Where the library appears to be installed: the start of every `co_filename`, and where the machine's file system shows it.
pub const PREFIX: &str = "/usr/lib/python3.14/";
