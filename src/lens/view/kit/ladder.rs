//! A ladder: steps one below the other on a rail, each a card with a verdict, the one that decided standing out.
use super::chips::{draw_pill, pill_width};
use crate::render::measure::{fit, wrap};
use crate::render::scene::{Corners, Head, Paint, Rect, Role, Scene, Size, Stroke, Text};
use crate::render::theme::{self, RADIUS};

/// Width of the cards.
pub const CARD: i32 = 640;
/// From the rail to the cards.
const INDENT: i32 = 44;
const GAP: i32 = 10;
const LINE: i32 = 18;
const TITLE: i32 = 30;
/// How far a card stands to the right of the step that it belongs to; deeper ones than so stand there too.
const NEST: i32 = 24;
const DEEPEST: u32 = 6;

/// One step.
#[derive(Clone, Debug)]
pub struct Rung {
    pub title: String,
    /// Small lines below the title.
    pub lines: Vec<String>,
    pub verdict: String,
    pub role: Role,
    /// This is the step that decided.
    pub decides: bool,
    /// Never reached.
    pub faded: bool,
    /// Steps that it happened inside of: so far its card stands to the right.
    pub depth: u32,
}

/// Width of a whole ladder.
pub const WIDTH: i32 = INDENT + CARD;

fn cells_in(pixels: i32, size: Size) -> usize {
    (i64::from(pixels) * 10_000 / (602 * i64::from(theme::font_tenths(size)))).max(8) as usize
}

/// The lines, broken to the card's width.
fn body(rung: &Rung) -> Vec<String> {
    rung.lines.iter().flat_map(|line| wrap(line, cells_in(CARD - 32 - nest(rung), Size::Small))).collect()
}

fn nest(rung: &Rung) -> i32 {
    NEST * rung.depth.min(DEEPEST) as i32
}

fn height(rung: &Rung) -> i32 {
    let lines = body(rung).len() as i32;
    TITLE + LINE * lines + if lines > 0 { 6 } else { 0 }
}

/// Draws the ladder with its upper left corner at (x, y); returns its lower edge.
pub fn draw(scene: &mut Scene, x: i32, y: i32, rungs: &[Rung]) -> i32 {
    let rail = x + 14;
    let mut top = y;
    for (index, rung) in rungs.iter().enumerate() {
        let middle = top + TITLE / 2;
        if index + 1 < rungs.len() {
            let next = top + height(rung) + GAP + TITLE / 2 - 14;
            let stroke = Stroke::new(Paint::Line);
            let stroke = if rungs[index + 1].faded { stroke.dotted() } else { stroke };
            let head = if rungs[index + 1].faded { Head::None } else { Head::Arrow };
            scene.arrow(vec![(rail, middle + 13), (rail, next)], stroke, head);
        }
        number(scene, rail, middle, index + 1, rung);
        card(scene, Rect::new(x + INDENT + nest(rung), top, CARD - nest(rung), height(rung)), rung);
        top += height(rung) + GAP;
    }
    top - GAP
}

fn number(scene: &mut Scene, x: i32, y: i32, number: usize, rung: &Rung) {
    let role = if rung.faded { Role::Idle } else { rung.role };
    let stroke = Stroke::new(Paint::Edge(role));
    let stroke = if rung.decides { Stroke::strong(Paint::Edge(role)) } else { stroke };
    scene.ring(x, y, 12, Paint::Tint(role), if rung.faded { stroke.dotted() } else { stroke });
    scene.text(Text::new(x, y + 4, number.to_string()).small().bold().middle().paint(Paint::On(role)));
}

fn card(scene: &mut Scene, rect: Rect, rung: &Rung) {
    let stroke = match (rung.decides, rung.faded) {
        (true, _) => Stroke::strong(Paint::Edge(rung.role)),
        (false, true) => Stroke::new(Paint::Edge(Role::Idle)).dotted(),
        (false, false) => Stroke::new(Paint::Edge(Role::Idle)),
    };
    scene.shape(rect, Corners::All(RADIUS), Paint::Card, stroke);
    let ink = if rung.faded { Paint::Muted } else { Paint::Ink };
    let room = rect.w - 40 - pill_width(&rung.verdict);
    let title = Text::new(rect.x + 14, rect.y + 20, fit(&rung.title, cells_in(room, Size::Body))).paint(ink);
    scene.text(if rung.faded { title } else { title.bold() });
    draw_pill(scene, rect.right() - 8, rect.y + 5, &rung.verdict, if rung.faded { Role::Idle } else { rung.role });
    for (index, line) in body(rung).into_iter().enumerate() {
        let y = rect.y + TITLE + LINE * index as i32 + 12;
        scene.text(Text::new(rect.x + 14, y, line).small().paint(Paint::Muted));
    }
}

/// A result below a ladder: a strong box with a bold word and a line. Returns its lower edge.
pub fn draw_result(scene: &mut Scene, x: i32, y: i32, word: &str, line: &str, role: Role) -> i32 {
    let lines = wrap(line, cells_in(WIDTH - 32, Size::Body));
    let rect = Rect::new(x, y, WIDTH, 34 + 20 * lines.len() as i32);
    scene.shape(rect, Corners::All(RADIUS), Paint::Tint(role), Stroke::strong(Paint::Edge(role)));
    scene.text(Text::new(x + 14, y + 20, word).small().bold().paint(Paint::On(role)));
    for (index, line) in lines.into_iter().enumerate() {
        scene.text(Text::new(x + 14, y + 40 + 20 * index as i32, line).bold().paint(Paint::Ink));
    }
    rect.bottom()
}
