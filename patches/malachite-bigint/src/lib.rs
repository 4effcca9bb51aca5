//! num-bigint under the name that the compiler crates ask for (see Cargo.toml).
pub use num_bigint::*;
