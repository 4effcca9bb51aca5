//! The view of `%probe`: the arithmetic of a search, its steps, and the table with the steps marked.
use super::kit::sheet::{self, Band, Grid, LineRow, Lines};
use super::layout::squares;
use crate::render::measure::thousands;
use crate::render::scene::Role;
use crate::render::view::{Lang, View};
use crate::snapshot::layout::{Part, ProbeFound, ProbeSnapshot};

pub fn view(snapshot: &ProbeSnapshot, lang: Lang) -> View {
    let bands = bands(snapshot, lang);
    let headline = headline(snapshot, lang);
    View {
        lens: "probe",
        lang,
        alt: headline.clone(),
        headline,
        notes: notes(snapshot, lang),
        scene: sheet::draw(&bands),
        outline: sheet::outline(&bands),
        tables: vec![],
        data: super::data(snapshot),
    }
}

fn headline(s: &ProbeSnapshot, lang: Lang) -> String {
    let (n, key, c) = (s.steps.len(), &s.key, &s.container);
    let looks = lang.pick(format!("{n} {}", if n == 1 { "slot" } else { "slots" }), format!("{n} 个槽"));
    match (&s.found, s.steps.last().map(|x| &x.found)) {
        (_, None) => lang.pick(format!("{key} is not in `{c}`: it has no table yet, nothing is looked at."), format!("{key} 不在 `{c}` 中：还没有表，什么都不用看。")),
        (_, Some(ProbeFound::NotAsked { .. })) => lang.pick(format!("After {looks} of `{c}` an equal hash is found: `==` must decide, and it is the program's own."), format!("看过 `{c}` 的 {looks} 后遇到相等的哈希：须由程序自己的 `==` 决定。")),
        (Some(found), _) if s.entries.is_empty() => lang.pick(format!("{found} is found in `{c}` after {looks}."), format!("看 {looks} 后在 `{c}` 中找到 {found}。")),
        (Some(found), _) => lang.pick(format!("{key} is found in `{c}` after {looks}: its value is {found}."), format!("看 {looks} 后在 `{c}` 中找到 {key}：值为 {found}。")),
        (None, _) => lang.pick(format!("{key} is not in `{c}`: {looks} looked at, the last one is free."), format!("{key} 不在 `{c}` 中：看了 {looks}，最后一个为空。")),
    }
}

fn found(f: &ProbeFound, lang: Lang) -> (String, Role) {
    let text = |en: String, zh: String| lang.pick(en, zh);
    match f {
        ProbeFound::Free => (text("free: the key is not here".into(), "空：没有这个键".into()), Role::Idle),
        ProbeFound::Dummy => (text("deleted entry: go on".into(), "已删除的条目：继续".into()), Role::Note),
        ProbeFound::OtherHash { key } => (text(format!("{key} has another hash: go on"), format!("{key} 的哈希不同：继续")), Role::Accent),
        ProbeFound::Identical { key } => (text(format!("{key}: the very object (is)"), format!("{key}：同一对象 (is)")), Role::Good),
        ProbeFound::Equal { key } => (text(format!("{key}: equal hash, and == says True"), format!("{key}：哈希相等，== 为真")), Role::Good),
        ProbeFound::Unequal { key } => (text(format!("{key}: equal hash, but == says False: go on"), format!("{key}：哈希相等，但 == 为假：继续")), Role::Accent),
        ProbeFound::NotAsked { key } => (text(format!("{key}: equal hash, == would run the program's __eq__"), format!("{key}：哈希相等，== 会运行程序的 __eq__")), Role::Note),
    }
}

fn bands(s: &ProbeSnapshot, lang: Lang) -> Vec<Band> {
    let bits = s.slots.checked_ilog2().unwrap_or(0);
    let row = |cells: [String; 2]| LineRow { cells: cells.to_vec(), role: None };
    let low = s.hash as u64 & s.mask;
    let mut sums = vec![row([format!("hash({})", s.key), s.hash.to_string()])];
    if s.slots > 0 {
        sums.push(row([format!("hash & {}", s.mask), lang.pick(format!("{low}: the lowest {bits} bits, the first slot of {}", thousands(s.slots)), format!("{low}：最低 {bits} 位，共 {} 槽中的第一个", thousands(s.slots)))]));
    }
    let mut steps = Lines { title: lang.pick("The search", "查找过程").to_owned(), columns: ["", "slot", "how", "found"].map(|c| match c { "slot" => lang.pick("slot", "槽"), "how" => lang.pick("how it comes there", "如何到达"), "found" => lang.pick("what is there", "那里有什么"), c => c }.to_owned()).to_vec(), ..Lines::default() };
    for (number, step) in s.steps.iter().enumerate() {
        let (what, role) = found(&step.found, lang);
        let how = match (number, step.linear) {
            (0, _) => "hash & mask".to_owned(),
            (_, true) => lang.pick("the neighbour", "相邻槽").to_owned(),
            _ if s.entries.is_empty() => format!("(5·i + 1 + {}) & mask", step.perturb),
            _ => format!("(5·i + {} + 1) & mask", step.perturb),
        };
        steps.rows.push(LineRow { cells: vec![(number + 1).to_string(), step.slot.to_string(), how, what], role: Some(role) });
    }
    let mut out = vec![Band::Lines(Lines { title: lang.pick("The first slot", "第一个槽").to_owned(), columns: vec![String::new(); 2], rows: sums, rest: None })];
    if !s.steps.is_empty() {
        out.push(Band::Lines(steps));
    }
    let dict = !s.entries.is_empty();
    let part = if dict { Part::Index } else { Part::SetTable };
    let title = match (dict, (s.cells.len() as u64) < s.slots) {
        (_, true) => lang.pick(format!("The slots near the search, of {}", thousands(s.slots)), format!("查找经过的槽附近，共 {} 槽", thousands(s.slots))),
        (true, _) => lang.pick("The index table", "索引表").to_owned(),
        (false, _) => lang.pick("The table", "表").to_owned(),
    };
    if !s.cells.is_empty() {
        out.push(Band::Grid(Grid { title, cells: squares(part, &s.cells), rest: None }));
    }
    if dict {
        let rest = (s.more_entries > 0).then(|| lang.pick(format!("… {} more", thousands(s.more_entries)), format!("… 另有 {} 个", thousands(s.more_entries))));
        let title = lang.pick("The entries, in order of insertion", "条目，按插入顺序").to_owned();
        out.push(Band::Grid(Grid { title, cells: squares(Part::Entries, &s.entries), rest }));
    }
    out
}

fn notes(s: &ProbeSnapshot, lang: Lang) -> Vec<String> {
    match s.slots {
        0 => vec![],
        n => vec![lang.pick(format!("{} of {} slots in use.", thousands(s.used), thousands(n)), format!("{} 个槽中已用 {} 个。", thousands(n), thousands(s.used)))],
    }
}
