//! `str`, `bytes`, `bytearray`, formatting, codecs, and the modules about text and binary data.
pub mod array;
pub mod buffer;
pub mod bytes;
pub mod codec;
pub mod format;
mod hashes;
pub mod memoryview;
mod modules;
pub mod pack;
mod percent;
mod scan;
mod segment;
mod sre;
pub mod str;
pub mod util;
mod zlib;
use crate::vm::native::{ModuleDef, TypeDef};

pub static TYPES: &[&TypeDef] = &[
    &str::STR, &str::STR_ITERATOR, &str::STR_ASCII_ITERATOR, &str::BYTES_ITERATOR, &str::BYTEARRAY_ITERATOR,
    &bytes::BYTES, &bytes::BYTEARRAY, &memoryview::MEMORYVIEW,
];
pub static MODULES: &[&ModuleDef] = &[
    &array::MODULE, &segment::MODULE, &sre::MODULE, &modules::codecs::MODULE, &modules::string::MODULE,
    &modules::binascii::MODULE, &modules::structs::MODULE, &modules::unicodedata::MODULE,
    &hashes::MD5, &hashes::SHA1, &hashes::SHA2, &hashes::SHA3, &hashes::BLAKE2, &zlib::MODULE,
];
