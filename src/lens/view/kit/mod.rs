//! Building blocks of pictures: boxes, notes, chips, ladders of steps, and the board that lays out boxes and wires.
pub mod board;
pub mod boxes;
pub mod chips;
pub mod ladder;
pub mod lanes;
pub mod sheet;

use crate::render::scene::Role;
use crate::snapshot::Kind;

/// How an object of this kind is coloured.
pub fn role_of(kind: Kind) -> Role {
    match kind {
        Kind::Scalar => Role::Scalar,
        Kind::List | Kind::Tuple | Kind::Sequence => Role::Sequence,
        Kind::Dict | Kind::Module => Role::Mapping,
        Kind::Set => Role::Set,
        Kind::Instance => Role::Instance,
        Kind::Class => Role::Class,
        Kind::Function => Role::Function,
        Kind::Cell | Kind::Generator | Kind::Other => Role::Other,
    }
}
