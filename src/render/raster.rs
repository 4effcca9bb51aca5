//! Scene → PNG and PDF, through the same SVG as the screen's, in the light palette. The one module that knows those crates.
//!
//! Latin text is set in the embedded font, so its pixels are the same everywhere; Chinese needs a font of the system
//! (searched in the order of the theme), and is left blank by a system that has none.
use super::scene::Scene;
use super::svg;
use super::theme::Mode;
use krilla::geom::Size;
use krilla::page::PageSettings;
use krilla_svg::{SurfaceExt, SvgSettings};
use resvg::{tiny_skia, usvg};
use std::fmt;
use std::sync::{Arc, OnceLock};

const REGULAR: &[u8] = include_bytes!("fonts/DejaVuSansMono.ttf");
const BOLD: &[u8] = include_bytes!("fonts/DejaVuSansMono-Bold.ttf");
/// Pixels of the PNG to a pixel of the scene.
const SCALE: f32 = 2.0;
/// Points to a pixel: 13 px become 9.75 pt.
const POINTS: f32 = 0.75;

/// Why a figure could not be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed(pub String);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no figure: {}", self.0)
    }
}

impl std::error::Error for Failed {}

fn failed(error: impl fmt::Display) -> Failed {
    Failed(error.to_string())
}

/// The embedded font first, then the system's. Read once: a system has hundreds.
fn fonts() -> Arc<usvg::fontdb::Database> {
    static FONTS: OnceLock<Arc<usvg::fontdb::Database>> = OnceLock::new();
    let make = || {
        let mut fonts = usvg::fontdb::Database::new();
        fonts.load_font_data(REGULAR.to_vec());
        fonts.load_font_data(BOLD.to_vec());
        fonts.load_system_fonts();
        fonts.set_monospace_family("DejaVu Sans Mono");
        Arc::new(fonts)
    };
    Arc::clone(FONTS.get_or_init(make))
}

fn tree(scene: &Scene) -> Result<usvg::Tree, Failed> {
    let options = usvg::Options { fontdb: fonts(), font_family: "DejaVu Sans Mono".to_string(), ..usvg::Options::default() };
    usvg::Tree::from_str(&svg::fixed(scene, Mode::Light), &options).map_err(failed)
}

/// A PNG with two pixels to each of the scene's.
pub fn png(scene: &Scene) -> Result<Vec<u8>, Failed> {
    let tree = tree(scene)?;
    let size = tree.size();
    let (w, h) = ((size.width() * SCALE).ceil() as u32, (size.height() * SCALE).ceil() as u32);
    let mut pixels = tiny_skia::Pixmap::new(w, h).ok_or_else(|| failed(format!("{w}×{h} pixels are too many")))?;
    resvg::render(&tree, tiny_skia::Transform::from_scale(SCALE, SCALE), &mut pixels.as_mut());
    pixels.encode_png().map_err(failed)
}

/// A PDF of one page of the picture's size, its text selectable.
pub fn pdf(scene: &Scene) -> Result<Vec<u8>, Failed> {
    let tree = tree(scene)?;
    let (w, h) = (tree.size().width() * POINTS, tree.size().height() * POINTS);
    let settings = PageSettings::from_wh(w, h).ok_or_else(|| failed("the page has no size"))?;
    let size = Size::from_wh(w, h).ok_or_else(|| failed("the page has no size"))?;
    let mut document = krilla::Document::new();
    let mut page = document.start_page_with(settings);
    let mut surface = page.surface();
    surface.draw_svg(&tree, size, SvgSettings::default()).ok_or_else(|| failed("the SVG could not be drawn"))?;
    surface.finish();
    page.finish();
    document.finish().map_err(|error| failed(format!("{error:?}")))
}
