//! Snapshots: the plain structs that lenses read. One file a lens; no handle into the machine, only owned data.
//!
//! Whoever fills a snapshot bounds it (length of a repr, number of objects) and says what it left out, so that a
//! picture can state its limit. Reprs are what the machine may compute without running Python code of the user.
pub mod build;
pub mod claims;
pub mod common;
pub mod dispatch;
pub mod explore;
pub mod heap;
pub mod layout;
pub mod lookup;
pub mod memory;
pub mod mro;
pub mod net;
pub mod object;
pub mod step;
pub mod system;
pub mod timeline;
pub mod suspended;
pub mod types;

pub use common::{Kind, Refcount, Repr};
pub use dispatch::DispatchSnapshot;
pub use heap::HeapSnapshot;
pub use lookup::LookupSnapshot;
pub use mro::MroSnapshot;
pub use object::ObjectSnapshot;
pub use types::TypesSnapshot;
