//! The picture of `%net`: each connection's two ends with their receive buffers, and the segments on the way between them.
use super::net::{buffer, due, flight, owner, state};
use crate::render::measure::{fit, pixels};
use crate::render::scene::{Corners, Head, Paint, Rect, Role, Scene, Size, Stroke, Text};
use crate::render::theme::MARGIN;
use crate::render::view::Lang;
use crate::snapshot::net::*;

const CARD: i32 = 290;
const WAY: i32 = 300;
const HEIGHT: i32 = 92;
const GAP: i32 = 26;
/// Segments that are drawn on a lane.
const CHIPS: usize = 2;

pub fn draw(connections: &[Connection], more: &Option<String>, lang: Lang) -> Scene {
    let mut scene = Scene::default();
    let (left, right) = (MARGIN, MARGIN + CARD + WAY);
    let mut y = MARGIN;
    for c in connections {
        end(&mut scene, left, y, &c.left, lang);
        match &c.right {
            Some(r) => end(&mut scene, right, y, r, lang),
            None => nobody(&mut scene, right, y, &c.left, lang),
        }
        let ends = |from: Option<&SocketRow>, to: Option<&SocketRow>| {
            from.is_none_or(|s| matches!(s.state, SocketState::SendsNoMore | SocketState::Ended | SocketState::Broken))
                && to.is_none_or(|s| matches!(s.state, SocketState::PeerSendsNoMore | SocketState::Ended | SocketState::Broken))
        };
        let (l, r) = (Some(&c.left), c.right.as_ref());
        lane(&mut scene, y + 30, &c.to_right, c.more[0], true, ends(l, r), lang);
        lane(&mut scene, y + 66, &c.to_left, c.more[1], false, ends(r, l) && c.left.state != SocketState::Connecting, lang);
        y += HEIGHT + GAP;
    }
    if let Some(more) = more {
        scene.text(Text::new(MARGIN, y - 6, more.clone()).small().paint(Paint::Muted));
        y += 16;
    }
    scene.width = right + CARD + MARGIN;
    scene.height = y - GAP + MARGIN + 8;
    scene
}

/// A card: address and descriptors, state, and the receive buffer as a bar.
fn end(scene: &mut Scene, x: i32, y: i32, s: &SocketRow, lang: Lang) {
    let (words, role) = state(s.state, lang);
    scene.shape(Rect::new(x, y, CARD, HEIGHT), Corners::All(6), Paint::Card, Stroke::new(Paint::Edge(role)));
    scene.shape(Rect::new(x, y, CARD, 24), Corners::All(6), Paint::Tint(role), None);
    let name = if s.local.is_empty() { s.kind.clone() } else { s.local.clone() };
    let tag = fit(&owner(s, lang), 18);
    let room = (CARD - 24 - pixels(&tag, Size::Small)) / 8;
    scene.text(Text::new(x + 8, y + 16, fit(&name, room.max(8) as usize)).bold());
    if s.service.is_none() {
        scene.text(Text::new(x + CARD - 8, y + 16, tag).small().end().paint(Paint::Muted));
    }
    let error = s.error.as_ref().map(|e| format!(" · {e}")).unwrap_or_default();
    scene.text(Text::new(x + 8, y + 41, fit(&format!("{words}{error}"), 35)).paint(Paint::On(role)));
    if let Some(host) = &s.service {
        let text = lang.pick(format!("virtual host {host}"), format!("虚拟主机 {host}"));
        scene.text(Text::new(x + 8, y + 64, fit(&text, 36)).small().paint(Paint::Muted));
        return;
    }
    let bar = Rect::new(x + 8, y + 50, CARD - 16, 14);
    scene.shape(bar, Corners::All(3), Paint::Canvas, Stroke::thin(Paint::Edge(Role::Idle)));
    if s.received.bytes > 0 {
        let w = (bar.w as u64 * s.received.bytes / s.received.room.max(1)).clamp(4, bar.w as u64) as i32;
        let full = s.received.bytes >= s.received.room;
        scene.shape(Rect::new(bar.x, bar.y, w, bar.h), Corners::All(3), Paint::Edge(if full { Role::Bad } else { Role::Sequence }), None);
    }
    let waiters = if s.waiters.is_empty() { String::new() } else { format!("{} ", s.waiters.join(", ")) };
    let text = match waiters.is_empty() {
        true => buffer(&s.received, lang),
        false => lang.pick(format!("waits: {waiters}"), format!("等待：{waiters}")),
    };
    scene.text(Text::new(x + 8, y + 81, fit(&text, 42)).small().paint(Paint::Muted));
}
/// The far end where there is none.
fn nobody(scene: &mut Scene, x: i32, y: i32, s: &SocketRow, lang: Lang) {
    scene.shape(Rect::new(x, y, CARD, HEIGHT), Corners::All(6), Paint::Card, Stroke::new(Paint::Edge(Role::Idle)).dashed());
    let name = if s.remote.is_empty() { s.kind.clone() } else { s.remote.clone() };
    let words = if s.state == SocketState::Connecting { lang.pick("has not answered", "尚未应答") } else { lang.pick("closed", "已关闭") };
    scene.text(Text::new(x + 8, y + 16, fit(&name, 30)).bold());
    scene.text(Text::new(x + 8, y + 41, words).paint(Paint::Muted));
}
/// One direction: an arrow, and on it what is under way, nearer to the goal the sooner it arrives.
fn lane(scene: &mut Scene, y: i32, flights: &[Flight], more: u64, to_right: bool, over: bool, lang: Lang) {
    let (from, to) = if to_right { (MARGIN + CARD + 6, MARGIN + CARD + WAY - 6) } else { (MARGIN + CARD + WAY - 6, MARGIN + CARD + 6) };
    let stroke = if flights.is_empty() { Stroke::thin(Paint::Edge(Role::Idle)) } else { Stroke::new(Paint::Line) };
    if over && flights.is_empty() {
        scene.rule((from, y), (to, y), Stroke::thin(Paint::Edge(Role::Idle)).dotted());
        scene.text(Text::new(MARGIN + CARD + WAY / 2, y - 5, lang.pick("FIN: no more this way", "FIN：此方向已结束")).small().middle().paint(Paint::Muted));
        return;
    }
    scene.arrow(vec![(from, y), (to, y)], stroke, Head::Arrow);
    let shown = flights.len().min(CHIPS);
    for (i, f) in flights.iter().take(CHIPS).enumerate() {
        let label = fit(&flight(f, lang), 16);
        let w = pixels(&label, Size::Small) + 12;
        // The one that arrives first is the nearest to the arrow's head.
        let place = if shown == 1 { WAY / 2 } else { WAY / 4 + 10 + (shown - 1 - i) as i32 * (WAY / 2 - 20) };
        let middle = MARGIN + CARD + if to_right { WAY - (WAY - place) } else { WAY - place };
        let role = if f.lost { Role::Bad } else { Role::Sequence };
        let border = Stroke::new(Paint::Edge(role));
        scene.shape(Rect::new(middle - w / 2, y - 10, w, 19), Corners::All(4), Paint::Tint(role), if f.lost { border.dashed() } else { border });
        scene.text(Text::new(middle, y + 4, label).small().middle());
        let when = if f.lost { format!("✗ {}", due(f, lang)) } else { due(f, lang) };
        if shown == 1 || f.lost {
            scene.text(Text::new(middle, y + 23, fit(&when, 34)).small().middle().paint(Paint::Muted));
        } else {
            scene.text(Text::new(middle, y + 23, format!("+{}", super::timeline::time(f.left))).small().middle().paint(Paint::Muted));
        }
    }
    let rest = more + flights.len().saturating_sub(CHIPS) as u64;
    if rest > 0 {
        let text = Text::new(from + if to_right { 2 } else { -2 }, y - 5, format!("+{rest}")).small().paint(Paint::Muted);
        scene.text(if to_right { text } else { text.end() });
    }
}
