//! Chips: small rounded labels in a row, and pills that give a verdict.
use crate::render::measure::pixels;
use crate::render::scene::{Corners, Paint, Rect, Role, Scene, Size, Stroke, Text};

/// Height of a chip.
pub const CHIP: i32 = 22;

/// How a chip looks; each differs in more than colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    Plain,
    /// Strong border, bold, with a check mark.
    Taken,
    /// Dashed border, with a cross.
    Refused,
    /// A class in a result.
    Result,
}

fn label(text: &str, look: Look) -> String {
    match look {
        Look::Plain | Look::Result => text.to_string(),
        Look::Taken => format!("✓ {text}"),
        Look::Refused => format!("✗ {text}"),
    }
}

pub fn chip_width(text: &str, look: Look) -> i32 {
    pixels(&label(text, look), Size::Body) + 16
}

/// Draws a chip and returns its right edge.
pub fn draw_chip(scene: &mut Scene, x: i32, y: i32, text: &str, look: Look) -> i32 {
    let rect = Rect::new(x, y, chip_width(text, look), CHIP);
    let (fill, stroke, ink) = match look {
        Look::Plain => (Paint::Tint(Role::Idle), Stroke::thin(Paint::Edge(Role::Idle)), Paint::Ink),
        Look::Taken => (Paint::Tint(Role::Good), Stroke::strong(Paint::Edge(Role::Good)), Paint::On(Role::Good)),
        Look::Refused => (Paint::Tint(Role::Bad), Stroke::new(Paint::Edge(Role::Bad)).dashed(), Paint::On(Role::Bad)),
        Look::Result => (Paint::Tint(Role::Class), Stroke::new(Paint::Edge(Role::Class)), Paint::On(Role::Class)),
    };
    scene.shape(rect, Corners::All(5), fill, stroke);
    let words = Text::new(rect.mid_x(), y + 15, label(text, look)).middle().paint(ink);
    scene.text(if matches!(look, Look::Taken | Look::Result) { words.bold() } else { words });
    rect.right()
}

/// Chips joined by arrows, broken into lines at `limit` pixels. Returns the rectangle used.
pub fn draw_chain(scene: &mut Scene, x: i32, y: i32, limit: i32, items: &[String]) -> Rect {
    const GAP: i32 = 22;
    let (mut at, mut top, mut right) = (x, y, x);
    for (index, item) in items.iter().enumerate() {
        let w = chip_width(item, Look::Result);
        if at > x && at + w > x + limit {
            at = x;
            top += CHIP + 10;
        }
        if index > 0 {
            let from = if at == x { x - 14 } else { at - GAP + 3 };
            scene.arrow(vec![(from, top + CHIP / 2), (at - 2, top + CHIP / 2)], Stroke::new(Paint::Line), crate::render::scene::Head::Arrow);
        }
        let end = draw_chip(scene, at, top, item, Look::Result);
        right = right.max(end);
        at = end + GAP;
    }
    Rect::new(x, y, right - x, top + CHIP - y)
}

/// Width of a pill.
pub fn pill_width(text: &str) -> i32 {
    pixels(text, Size::Small) + 18
}

/// A verdict: small text in a rounded, tinted shape whose right edge is at `right`.
pub fn draw_pill(scene: &mut Scene, right: i32, y: i32, text: &str, role: Role) {
    let rect = Rect::new(right - pill_width(text), y, pill_width(text), 20);
    let stroke = Stroke::new(Paint::Edge(role));
    let stroke = if role == Role::Idle { stroke.dotted() } else { stroke };
    scene.shape(rect, Corners::All(10), Paint::Tint(role), stroke);
    scene.text(Text::new(rect.mid_x(), y + 14, text).small().bold().middle().paint(Paint::On(role)));
}
