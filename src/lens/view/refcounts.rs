//! The view of `%%refcounts`: the counts after each line, and what changed them.
use super::kit::sheet::{self, Band, LineRow, Lines};
use super::labels;
use crate::render::measure::thousands;
use crate::render::scene::Role;
use crate::render::view::{Lang, View};
use crate::snapshot::memory::{ChangeKind, RefcountsSnapshot};

pub fn view(snapshot: &RefcountsSnapshot, lang: Lang) -> View {
    let bands = if snapshot.rows.is_empty() { vec![] } else { vec![Band::Lines(lines(snapshot, lang))] };
    let headline = headline(snapshot, lang);
    let outline = sheet::outline(&bands);
    View { lens: "refcounts", lang, alt: headline.clone(), headline, notes: vec![], scene: sheet::draw(&bands), outline, tables: vec![], data: super::data(snapshot) }
}

fn headline(s: &RefcountsSnapshot, lang: Lang) -> String {
    let names: Vec<String> = s.names.iter().map(|n| format!("`{n}`")).collect();
    if s.objects.is_empty() {
        return lang.pick(format!("Nothing was bound to {} while the cell ran.", labels::and(&names, lang)), format!("单元运行期间没有对象绑定到 {}。", labels::and(&names, lang)));
    }
    let mut died = Vec::new();
    let mut line = 0;
    for row in &s.rows {
        // A death inside of a call is told at the cell's own line.
        line = if row.depth == 0 || line == 0 { row.line } else { line };
        for c in row.changes.iter().filter(|c| c.what == ChangeKind::Died) {
            died.push(lang.pick(format!("{} died at line {line}", s.objects[c.object]), format!("{} 在第 {line} 行消亡", s.objects[c.object])));
        }
    }
    let n = s.objects.len();
    let tail = if died.is_empty() { lang.pick("none died".to_owned(), "无一消亡".to_owned()) } else { labels::and(&died, lang) };
    lang.pick(format!("{n} {} watched through {}; {tail}.", if n == 1 { "object" } else { "objects" }, labels::and(&names, lang)), format!("通过 {} 观察 {n} 个对象；{tail}。", labels::and(&names, lang)))
}

fn change(what: &ChangeKind, lang: Lang) -> String {
    match what {
        ChangeKind::Gained(by) => format!("+ {by}"),
        ChangeKind::Lost(by) => format!("− {by}"),
        ChangeKind::Born => lang.pick("made", "创建").to_owned(),
        ChangeKind::Died => lang.pick("✗ dies", "✗ 消亡").to_owned(),
        ChangeKind::Finalized => lang.pick("__del__ is called", "调用 __del__").to_owned(),
        ChangeKind::WeakrefsCleared => lang.pick("its weak references are cleared", "其弱引用被清除").to_owned(),
    }
}

fn lines(s: &RefcountsSnapshot, lang: Lang) -> Lines {
    let rows = s.rows.iter().map(|row| {
        let mut cells = vec![row.line.to_string(), format!("{}{}", "  ".repeat(row.depth as usize), row.source.trim_end())];
        let count = |at: usize| row.counts.get(at).copied().flatten();
        cells.extend((0..s.objects.len()).map(|at| count(at).map_or("·".to_owned(), |c| labels::refcount(c, lang))));
        let many = s.objects.len() > 1;
        let said = row.changes.iter().map(|c| if many { format!("{}: {}", s.objects[c.object], change(&c.what, lang)) } else { change(&c.what, lang) });
        cells.push(said.collect::<Vec<_>>().join("; "));
        let dies = row.changes.iter().any(|c| c.what == ChangeKind::Died);
        let gains = row.changes.iter().any(|c| matches!(c.what, ChangeKind::Gained(_) | ChangeKind::Born));
        LineRow { cells, role: if dies { Some(Role::Bad) } else if row.changes.is_empty() { None } else if gains { Some(Role::Good) } else { Some(Role::Note) } }
    });
    let mut columns = vec![lang.pick("line", "行").to_owned(), lang.pick("source", "源代码").to_owned()];
    columns.extend(s.objects.iter().cloned());
    columns.push(lang.pick("what changed", "变化").to_owned());
    let rest = (s.more > 0).then(|| lang.pick(format!("… {} more lines ran", thousands(s.more)), format!("… 另有 {} 行", thousands(s.more))));
    Lines { title: lang.pick("The count after each line", "每行之后的计数").to_owned(), columns, rows: rows.collect(), rest }
}
