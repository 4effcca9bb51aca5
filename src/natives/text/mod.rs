//! `str`, `bytes`, `bytearray`, formatting, codecs, and the modules about text and binary data.
use crate::vm::native::{ModuleDef, TypeDef};

pub static TYPES: &[&TypeDef] = &[];
pub static MODULES: &[&ModuleDef] = &[];
