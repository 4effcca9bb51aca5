//! The view of `%refs`: who holds an object, and where.
use super::kit::sheet::{self, Band, LineRow, Lines};
use super::labels;
use crate::render::measure::thousands;
use crate::render::scene::Role;
use crate::render::view::{Lang, View};
use crate::snapshot::Refcount;
use crate::snapshot::memory::{HolderKind, RefsSnapshot};

pub fn view(snapshot: &RefsSnapshot, lang: Lang) -> View {
    let bands = vec![Band::Lines(lines(snapshot, lang))];
    let headline = headline(snapshot, lang);
    let alt = format!("{headline} {}", snapshot.holders.iter().map(|h| h.text.clone()).collect::<Vec<_>>().join("; "));
    let outline = sheet::outline(&bands);
    View { lens: "refs", lang, headline, notes: vec![], scene: sheet::draw(&bands), alt, outline, tables: vec![], data: super::data(snapshot) }
}

fn headline(s: &RefsSnapshot, lang: Lang) -> String {
    let strong = s.holders.iter().filter(|h| h.kind != HolderKind::Weak).count();
    let what = format!("`{}` ({} {})", s.expr, s.type_name, s.value);
    match s.refcount {
        Refcount::Immortal => lang.pick(format!("{what} is immortal: its references are not counted; {} places hold it.", thousands(s.total)), format!("{what} 是永生对象：不计引用；有 {} 处持有它。", thousands(s.total))),
        Refcount::Counted(0) => lang.pick(format!("Nothing but this lens refers to {what}."), format!("除本镜头外没有引用指向 {what}。")),
        Refcount::Counted(n) => {
            let names = s.holders.iter().filter(|h| matches!(h.kind, HolderKind::Name | HolderKind::Local)).count();
            lang.pick(
                format!("{n} {} to {what}: {names} from names, {} from elsewhere.", if n == 1 { "reference leads" } else { "references lead" }, strong.saturating_sub(names)),
                format!("{n} 个引用指向 {what}：{names} 个来自名字，{} 个来自别处。", strong.saturating_sub(names)),
            )
        }
    }
}

pub(super) fn kind(kind: HolderKind, lang: Lang) -> (&'static str, Role) {
    let (en, zh, role) = match kind {
        HolderKind::Name => ("name", "名字", Role::Note),
        HolderKind::Local => ("local variable", "局部变量", Role::Note),
        HolderKind::Temporary => ("temporary", "临时值", Role::Idle),
        HolderKind::Container => ("container", "容器", Role::Sequence),
        HolderKind::Attribute => ("attribute", "属性", Role::Instance),
        HolderKind::Cell => ("closure", "闭包", Role::Function),
        HolderKind::Class => ("class", "类", Role::Class),
        HolderKind::Code => ("code", "代码", Role::Function),
        HolderKind::Machine => ("machine", "机器", Role::Idle),
        HolderKind::Weak => ("weak reference", "弱引用", Role::Idle),
    };
    (lang.pick(en, zh), role)
}

fn lines(s: &RefsSnapshot, lang: Lang) -> Lines {
    let rows = s.holders.iter().map(|h| {
        let (word, role) = kind(h.kind, lang);
        LineRow { cells: vec![word.to_owned(), h.text.clone()], role: Some(role) }
    });
    let left = s.total - s.holders.len() as u64;
    let rest = (left > 0).then(|| lang.pick(format!("… {} more of {}", thousands(left), thousands(s.total)), format!("… 另有 {} 个，共 {} 个", thousands(left), thousands(s.total))));
    let title = format!("{} {}", labels::REFCOUNT.get(lang), labels::refcount(s.refcount, lang));
    Lines { title, columns: vec![lang.pick("held by", "持有者").to_owned(), lang.pick("where", "所在").to_owned()], rows: rows.collect(), rest }
}
