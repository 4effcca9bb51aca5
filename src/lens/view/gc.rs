//! The view of `%gc`: the collector's counters, and with `collect` the phases of a full collection.
use super::gc_picture;
use super::kit::sheet::{self, Band, Grid, LineRow, Lines, Look, Square};
use crate::render::measure::thousands;
use crate::render::scene::Role;
use crate::render::theme::MARGIN;
use crate::render::view::{Lang, Table, View};
use crate::snapshot::memory::{GcPhases, GcSnapshot};

pub fn view(snapshot: &GcSnapshot, lang: Lang) -> View {
    let mut bands = vec![Band::Grid(counters(snapshot, lang))];
    let (mut strip, mut tables, mut objects_told) = (None, vec![], None);
    if let Some(p) = &snapshot.phases {
        bands.insert(0, Band::Lines(phases(p, lang)));
        strip = gc_picture::strip(p, lang);
        if !p.objects.is_empty() {
            let lines = objects(p, lang);
            tables.push(details(&lines));
            objects_told = Some(lines);
        }
    }
    let mut scene = sheet::draw(&bands);
    if let Some(strip) = strip {
        // The strip's lower margin is the sheet's upper one.
        let below = scene.lowered(strip.height - MARGIN);
        scene = strip;
        scene.items.extend(below.items);
        (scene.width, scene.height) = (scene.width.max(below.width), below.height);
    }
    if let Some(lines) = objects_told {
        // In the text form the objects stand where the strip is.
        bands.insert(1, Band::Lines(lines));
    }
    let headline = headline(snapshot, lang);
    let notes = snapshot.phases.iter().flat_map(|p| notes(p, lang)).collect();
    View { lens: "gc", lang, alt: headline.clone(), headline, notes, scene, outline: sheet::outline(&bands), tables, data: super::data(snapshot) }
}

/// The objects of the strip and the others, folded away in HTML.
fn details(lines: &Lines) -> Table {
    let columns: Vec<&str> = lines.columns.iter().map(String::as_str).collect();
    let mut table = Table::new(lines.title.clone(), &columns).numbers(&[1, 2, 3]).html_only();
    table.rows.extend(lines.rows.iter().map(|row| row.cells.clone()));
    table
}

fn notes(p: &GcPhases, lang: Lang) -> Vec<String> {
    let mut out = Vec::new();
    if p.callbacks > 0 {
        out.push(lang.pick(format!("gc.callbacks: {} called before the collection (\"start\") and after it (\"stop\").", p.callbacks), format!("gc.callbacks：{} 个函数在回收前（\"start\"）和回收后（\"stop\"）被调用。", p.callbacks)));
    }
    if p.saved {
        out.push(lang.pick("gc.DEBUG_SAVEALL is set: what was unreachable is now in gc.garbage.", "已设 gc.DEBUG_SAVEALL：不可达对象放入 gc.garbage。").to_owned());
    } else if p.survivors > 0 {
        out.push(lang.pick(format!("Brought back by a finalizer: {} of the program's objects.", p.survivors), format!("被终结方法复活的程序对象：{} 个。", p.survivors)));
    }
    out
}

fn headline(s: &GcSnapshot, lang: Lang) -> String {
    if let Some(p) = &s.phases {
        let fin = match p.finalizers {
            0 => String::new(),
            n => lang.pick(format!(" Finalizers that run first: {n}."), format!("其中 {n} 个的终结方法先运行。")),
        };
        let end_en = if p.saved { "kept in gc.garbage" } else if p.survivors > 0 { "collected, but for what a finalizer brought back" } else { "collected" };
        let end_zh = if p.saved { "放入 gc.garbage" } else if p.survivors > 0 { "已回收，被终结方法复活者除外" } else { "已回收" };
        return match p.unreachable {
            0 => lang.pick(format!("Nothing to collect: all {} tracked objects can be reached.", thousands(p.candidates)), format!("没有可回收的：{} 个被跟踪对象都可达。", thousands(p.candidates))),
            n => lang.pick(
                format!("{} of {} tracked objects hold only each other: {end_en}.{fin}", thousands(n), thousands(p.candidates)),
                format!("{} 个被跟踪对象中有 {} 个只被彼此引用：{end_zh}。{fin}", thousands(p.candidates), thousands(n)),
            ),
        };
    }
    let (c, t) = (s.count[0], s.threshold[0]);
    let on = if s.enabled { lang.pick("on", "开启") } else { lang.pick("off", "关闭") };
    lang.pick(
        format!("The collector is {on}: {} new objects of the {} that start a collection; it tracks {}.", thousands(c.max(0) as u64), thousands(t.max(0) as u64), thousands(s.young + s.old)),
        format!("回收器{on}：新对象 {}，达到 {} 时开始回收；共跟踪 {} 个。", thousands(c.max(0) as u64), thousands(t.max(0) as u64), thousands(s.young + s.old)),
    )
}

fn counters(s: &GcSnapshot, lang: Lang) -> Grid {
    let one = |over: &str, n: u64| Square::new(over, thousands(n), Look::Header);
    let cells = vec![
        one(lang.pick("young", "年轻代"), s.young),
        one(lang.pick("old", "老年代"), s.old),
        one(lang.pick("frozen", "冻结"), s.frozen),
        one("gc.garbage", s.uncollectable),
        one(lang.pick("count 0", "计数 0"), s.count[0].max(0) as u64),
        one(lang.pick("threshold 0", "阈值 0"), s.threshold[0].max(0) as u64),
        one(lang.pick("count 1", "计数 1"), s.count[1].max(0) as u64),
        one(lang.pick("threshold 1", "阈值 1"), s.threshold[1].max(0) as u64),
        one(lang.pick("full runs", "完整回收"), s.stats[2][0]),
        one(lang.pick("collected", "已回收"), s.stats[2][1] + s.stats[0][1]),
    ];
    Grid { title: lang.pick("Generations and counters", "分代与计数").to_owned(), cells, rest: None }
}

fn phases(p: &GcPhases, lang: Lang) -> Lines {
    let row = |n: u64, en: &str, zh: &str, role| LineRow { cells: vec![thousands(n), lang.pick(en, zh).to_owned()], role };
    let rows = vec![
        row(p.candidates, "1. tracked objects: their counts are copied", "1. 被跟踪的对象：复制其引用计数", None),
        row(p.internal, "2. references among them: taken off the copies", "2. 彼此之间的引用：从副本中减去", None),
        row(p.roots, "3. objects still above zero: held from outside", "3. 仍大于零的对象：外部持有", Some(Role::Good)),
        row(p.reached, "   reached from those: kept too", "   从它们可达：同样保留", Some(Role::Good)),
        row(p.unreachable, "   the rest: unreachable, cleared and freed", "   其余：不可达，清除并释放", if p.unreachable > 0 { Some(Role::Bad) } else { None }),
    ];
    Lines { title: lang.pick(format!("The phases (gc.collect() returns {})", p.collected), format!("各阶段（gc.collect() 返回 {}）", p.collected)), columns: vec![String::new(), String::new()], rows, rest: None }
}

fn objects(p: &GcPhases, lang: Lang) -> Lines {
    let rows = p.objects.iter().map(|o| {
        let left = o.count.saturating_sub(o.internal);
        let verdict = match (o.unreachable, left) {
            (true, _) => lang.pick("✗ unreachable", "✗ 不可达"),
            (false, 0) => lang.pick("✓ reached", "✓ 可达"),
            _ => lang.pick("✓ held from outside", "✓ 外部持有"),
        };
        let role = if o.unreachable { Role::Bad } else { Role::Good };
        LineRow { cells: vec![o.text.clone(), o.count.to_string(), format!("−{}", o.internal), left.to_string(), verdict.to_owned(), o.referrers.join(", ")], role: Some(role) }
    });
    let rest = (p.more > 0).then(|| lang.pick(format!("… {} more unreachable objects", thousands(p.more)), format!("… 另有 {} 个不可达对象", thousands(p.more))));
    let columns = [("object", "对象"), ("count", "计数"), ("internal", "内部"), ("left", "剩余"), ("verdict", "结论"), ("held by", "持有者")];
    Lines { title: lang.pick("What is unreachable, and some of what stays", "不可达的对象，以及部分保留的对象").to_owned(), columns: columns.map(|(en, zh)| lang.pick(en, zh).to_owned()).to_vec(), rows: rows.collect(), rest }
}
