//! Pellucid: a deterministic Python 3.14 machine that can be looked into. `ARCHITECTURE.md` beside this file is the map.
pub mod face;
pub mod lens;
pub mod render;
pub mod session;
pub mod snapshot;
