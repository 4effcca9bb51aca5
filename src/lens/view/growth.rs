//! The view of `%%growth`: each change of a container's room while a cell ran.
use super::kit::sheet::{self, Band, Chart, LineRow, Lines};
use crate::render::measure::thousands;
use crate::render::scene::Role;
use crate::render::view::{Lang, View};
use crate::snapshot::memory::GrowthSnapshot;

pub fn view(snapshot: &GrowthSnapshot, lang: Lang) -> View {
    let mut bands = vec![];
    if !snapshot.steps.is_empty() {
        bands.push(Band::Chart(chart(snapshot, lang)));
        bands.push(Band::Lines(lines(snapshot, lang)));
    }
    let headline = headline(snapshot, lang);
    let outline = sheet::outline(&bands);
    View { lens: "growth", lang, alt: headline.clone(), headline, notes: vec![], scene: sheet::draw(&bands), outline, tables: vec![], data: super::data(snapshot) }
}

fn headline(s: &GrowthSnapshot, lang: Lang) -> String {
    if s.type_name.is_empty() {
        return lang.pick(format!("No list, dict, set or deque was bound to `{}` while the cell ran.", s.name), format!("单元运行期间没有容器绑定到 `{}`。", s.name));
    }
    let changes = s.steps.len() as u64 + s.more;
    let per = if s.added == 0 { 0.0 } else { s.copied as f64 / s.added as f64 };
    lang.pick(
        format!("The {} `{}` ends with length {}; changes of room on the way: {changes}. Items moved by them, at most: {}; for each item added: {per:.2}.", s.type_name, s.name, thousands(s.length), thousands(s.copied)),
        format!("{} `{}` 最终长度 {}；途中容量变化 {changes} 次，至多移动 {} 项，平均每加入一项 {per:.2}。", s.type_name, s.name, thousands(s.length), thousands(s.copied)),
    )
}

fn chart(s: &GrowthSnapshot, lang: Lang) -> Chart {
    let first = s.steps.first().map(|p| (p.length, p.before, p.length));
    let mut points: Vec<(u64, u64, u64)> = first.into_iter().chain(s.steps.iter().map(|p| (p.length, p.room, p.length))).collect();
    if s.more == 0 {
        points.push((s.length, s.room, s.length));
    }
    Chart { title: lang.pick("Room against length", "容量与长度").to_owned(), across: lang.pick("items", "项数").to_owned(), points, upper: lang.pick("room", "容量").to_owned(), lower: lang.pick("length", "长度").to_owned() }
}

fn lines(s: &GrowthSnapshot, lang: Lang) -> Lines {
    let columns = [("line", "行"), ("length", "长度"), ("room before", "原容量"), ("room after", "新容量"), ("bytes", "字节")];
    let rows = s.steps.iter().map(|p| LineRow {
        cells: vec![p.line.to_string(), thousands(p.length), thousands(p.before), thousands(p.room), thousands(p.bytes)],
        role: (p.room < p.before).then_some(Role::Note),
    });
    let rest = (s.more > 0).then(|| lang.pick(format!("… {} more changes", thousands(s.more)), format!("… 另有 {} 次变化", thousands(s.more))));
    Lines { title: lang.pick("Every change of room", "每次容量变化").to_owned(), columns: columns.map(|(en, zh)| lang.pick(en, zh).to_owned()).to_vec(), rows: rows.collect(), rest }
}
