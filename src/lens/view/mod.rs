//! Snapshot → view: for each lens the sentence, the picture, the details and the alternative text.
pub mod build;
pub mod claims;
pub mod dis;
pub mod dispatch;
pub mod explore;
pub mod event_loop;
pub mod frames;
pub mod gc;
mod gc_picture;
pub mod growth;
pub mod heap;
mod heap_picture;
mod heap_words;
pub mod kit;
pub mod labels;
pub mod layout;
pub mod lookup;
pub mod mro;
pub mod net;
mod net_picture;
pub mod object;
pub mod probe;
pub mod refcounts;
pub mod refs;
pub mod step;
pub mod system;
pub mod timeline;
mod timeline_picture;
pub mod types;

use crate::render::scene::Scene;
use crate::render::theme::MARGIN;

/// Sets the picture's size from its content's lower right corner.
fn close(mut scene: Scene, right: i32, bottom: i32) -> Scene {
    scene.width = right + MARGIN;
    scene.height = bottom + MARGIN;
    scene
}

/// The snapshot as JSON; a snapshot always can be.
fn data(snapshot: &impl serde::Serialize) -> serde_json::Value {
    serde_json::to_value(snapshot).unwrap_or_default()
}
