//! The renderer kit: a view (plain data) → HTML, text, JSON, SVG, PNG, PDF. It cannot see the machine.
pub mod html;
pub mod measure;
pub mod player;
#[cfg(feature = "figures")]
#[path = "raster.rs"]
pub mod raster;
#[cfg(not(feature = "figures"))]
#[path = "raster_off.rs"]
pub mod raster;
pub mod scene;
mod sheets;
pub mod svg;
pub mod text;
pub mod theme;
pub mod view;

use crate::face::Bundle;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
pub use view::{Lang, View};

/// The MIME type of the JSON form.
pub const JSON_TYPE: &str = "application/vnd.pellucid.v1+json";

/// Which forms are wanted beside HTML, text and JSON (`%figures`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    pub png: bool,
    pub pdf: bool,
    /// The language of what the renderer itself says.
    pub lang: Lang,
}

/// All forms of a view. A PNG or PDF that cannot be made is left out: the others say the same.
pub fn bundle(view: &View, opts: &Figures) -> Bundle {
    let mut out = Bundle::new();
    out.insert("text/plain".to_string(), Value::String(text::page(view)));
    out.insert("text/html".to_string(), Value::String(html::page(view, opts.lang)));
    out.insert(JSON_TYPE.to_string(), to_json(view));
    let figures = [(opts.png, "image/png", to_png as fn(&View) -> _), (opts.pdf, "application/pdf", to_pdf)];
    for (wanted, mime, make) in figures {
        if wanted && let Ok(bytes) = make(view) {
            out.insert(mime.to_string(), Value::String(STANDARD.encode(bytes)));
        }
    }
    out
}

/// The JSON form: what a front end needs to step or zoom. The picture itself is in the HTML beside it.
pub fn to_json(view: &View) -> Value {
    json!({
        "version": 1,
        "lens": view.lens,
        "lang": view.lang.tag(),
        "headline": view.headline,
        "alt": view.alt,
        "notes": view.notes,
        "data": view.data,
    })
}

/// The figure as a PNG, two pixels to each of the scene's: the picture with its headline and notes.
pub fn to_png(view: &View) -> Result<Vec<u8>, raster::Failed> {
    raster::png(&figure(view))
}

/// The figure as a PDF page of its own size.
pub fn to_pdf(view: &View) -> Result<Vec<u8>, raster::Failed> {
    raster::pdf(&figure(view))
}

/// A figure stands alone on paper, so it carries the words that HTML sets around the picture.
fn figure(view: &View) -> scene::Scene {
    const LINE: i32 = 20;
    const NARROWEST: i32 = 560;
    let width = view.scene.width.max(NARROWEST);
    let cells = (width - 2 * theme::MARGIN) as usize * 1000 / (602 * 15);
    let headline = measure::wrap(&view.headline.replace('`', ""), cells);
    let room = theme::MARGIN + LINE * headline.len() as i32;
    let mut scene = view.scene.clone().lowered(room);
    scene.width = width;
    for (index, line) in headline.into_iter().enumerate() {
        scene.text(scene::Text::new(theme::MARGIN, theme::MARGIN + 14 + LINE * index as i32, line).head().bold());
    }
    for line in view.notes.iter().flat_map(|note| measure::wrap(note, cells)) {
        scene.text(scene::Text::new(theme::MARGIN, scene.height, line).small());
        scene.height += LINE;
    }
    scene
}

/// The picture as SVG that follows the reader's light or dark scheme.
pub fn to_svg(view: &View) -> String {
    svg::adaptive(&view.scene)
}
