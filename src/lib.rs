//! Pellucid: a deterministic Python 3.14 machine that can be looked into. `ARCHITECTURE.md` beside this file is the map.
#![forbid(unsafe_code)]
pub mod code;
pub mod explore;
pub mod face;
pub mod heap;
pub mod inspect;
pub mod lens;
pub mod machine;
pub mod natives;
pub mod objects;
pub mod render;
pub mod session;
pub mod sim;
pub mod snapshot;
pub mod trace;
pub mod vm;
