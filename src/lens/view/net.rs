//! The view of `%net`: a sentence, the connections as a picture, and lists of the rest.
use super::kit::sheet::{self, Band, Grid, LineRow, Lines, Look, Square};
use super::net_picture;
use super::timeline::time;
use crate::render::measure::thousands;
use crate::render::scene::{Role, Scene};
use crate::render::view::{Lang, View};
use crate::snapshot::net::*;

/// The largest backlog that is drawn place by place.
const PLACES: u64 = 24;

/// A state in words, and how it looks.
pub fn state(s: SocketState, lang: Lang) -> (&'static str, Role) {
    let (en, zh, role) = match s {
        SocketState::Fresh => ("not connected", "未连接", Role::Idle),
        SocketState::Bound => ("bound", "已绑定", Role::Note),
        SocketState::Listens => ("listens", "监听", Role::Class),
        SocketState::Connecting => ("connecting: SYN sent", "连接中：已发 SYN", Role::Note),
        SocketState::HalfOpen => ("half open: SYN received", "半开：已收到 SYN", Role::Note),
        SocketState::Queued => ("waits for accept", "等待 accept", Role::Accent),
        SocketState::Connected => ("connected", "已连接", Role::Good),
        SocketState::SendsNoMore => ("half closed: sends no more", "半关闭：不再发送", Role::Accent),
        SocketState::PeerSendsNoMore => ("half closed: peer sends no more", "半关闭：对端不再发送", Role::Accent),
        SocketState::Ended => ("closed both ways", "双向已关闭", Role::Idle),
        SocketState::Broken => ("broken: reset or given up", "已断开：重置或放弃", Role::Bad),
    };
    (lang.pick(en, zh), role)
}
/// Which descriptors a socket has.
pub fn owner(s: &SocketRow, lang: Lang) -> String {
    match (&s.service, s.owners.is_empty()) {
        (Some(host), _) => host.clone(),
        (None, true) => lang.pick("no descriptor yet", "尚无描述符").to_owned(),
        (None, false) => s.owners.join(", "),
    }
}
/// What waits to be read.
pub fn buffer(b: &Buffer, lang: Lang) -> String {
    let room = thousands(b.room);
    let messages = if b.messages > 1 { lang.pick(format!(" in {} messages", b.messages), format!("，{} 条消息", b.messages)) } else { String::new() };
    let first = if b.first.is_empty() { String::new() } else { format!("{}{}", lang.pick(": ", "："), b.first) };
    lang.pick(format!("{} of {room} bytes{messages}{first}", thousands(b.bytes)), format!("{} / {room} 字节{messages}{first}", thousands(b.bytes)))
}
/// A segment in words, without where from and to.
pub fn flight(f: &Flight, lang: Lang) -> String {
    let what = match (f.what.as_str(), lang) {
        ("data", Lang::Zh) => "数据",
        ("datagram", Lang::Zh) => "数据报",
        ("answer", Lang::Zh) => "应答",
        (w, _) => w,
    };
    let bytes = if f.bytes > 0 { lang.pick(format!(" {} B", thousands(f.bytes)), format!(" {} 字节", thousands(f.bytes))) } else { String::new() };
    format!("{what}{bytes}")
}
/// When it arrives, or is sent again.
pub fn due(f: &Flight, lang: Lang) -> String {
    match (f.lost, f.what == "answer") {
        (true, _) => lang.pick(format!("lost; sent again in {}", time(f.left)), format!("丢失；{} 后重发", time(f.left))),
        (_, true) => lang.pick(format!("sent in {}", time(f.left)), format!("{} 后发出", time(f.left))),
        _ => lang.pick(format!("arrives in {}", time(f.left)), format!("{} 后到达", time(f.left))),
    }
}

pub fn view(s: &NetSnapshot, lang: Lang) -> View {
    let bands = bands(s, lang);
    let headline = headline(s, lang);
    let mut outline = Vec::new();
    if !s.connections.is_empty() {
        outline.push(lang.pick("Connections", "连接").to_owned());
        outline.extend(s.connections.iter().flat_map(|c| connection_words(c, lang)));
        outline.extend(more(s.more_connections, lang));
        outline.push(String::new());
    }
    outline.extend(sheet::outline(&bands));
    let mut notes = Vec::new();
    if s.counts[0] > 0 {
        let [sent, lost, refused, resets] = s.counts.map(thousands);
        notes.push(lang.pick(
            format!("Since the start: {sent} segments sent, {lost} lost, {refused} connections refused, {resets} resets."),
            format!("累计：发送 {sent} 段，丢失 {lost}，拒绝连接 {refused}，重置 {resets}。"),
        ));
    }
    View { lens: "net", lang, alt: headline.clone(), headline, notes, scene: picture(s, &bands, lang), outline, tables: vec![], data: super::data(s) }
}

fn picture(s: &NetSnapshot, bands: &[Band], lang: Lang) -> Scene {
    let lists = sheet::draw(bands);
    if s.connections.is_empty() {
        return lists;
    }
    let mut out = net_picture::draw(&s.connections, &more(s.more_connections, lang), lang);
    if bands.is_empty() {
        return out;
    }
    let lowered = lists.lowered(out.height);
    out.items.extend(lowered.items);
    out.width = out.width.max(lowered.width);
    out.height = lowered.height;
    out
}

fn headline(s: &NetSnapshot, lang: Lang) -> String {
    let all: u64 = s.states.iter().map(|x| x.1).sum();
    if all == 0 {
        let settings = s.rules.len();
        return match settings {
            0 => lang.pick("No sockets.", "没有套接字。").to_owned(),
            n => lang.pick(format!("No sockets; {n} rule{} in force.", if n == 1 { " is" } else { "s are" }), format!("没有套接字；{n} 条规则生效。")),
        };
    }
    let mut words: Vec<(&str, u64)> = Vec::new();
    for (x, n) in &s.states {
        match words.iter_mut().find(|w| w.0 == short(*x, lang)) {
            Some(w) => w.1 += n,
            None => words.push((short(*x, lang), *n)),
        }
    }
    let parts: Vec<String> = words.iter().map(|(w, n)| lang.pick(format!("{} {w}", thousands(*n)), format!("{} 个{w}", thousands(*n)))).collect();
    let mut text = lang.pick(
        format!("{} socket{}: {}", thousands(all), if all == 1 { "" } else { "s" }, parts.join(", ")),
        format!("{} 个套接字：{}", thousands(all), parts.join("，")),
    );
    let flights = s.flights.len() as u64 + s.more_flights;
    if flights > 0 {
        text += &lang.pick(format!("; {} on the way", count(flights, "segment", "segments")), format!("；{flights} 段在途中"));
    }
    if s.waiting > 0 {
        text += &lang.pick(format!("; {} for I/O", count(s.waiting, "thread waits", "threads wait")), format!("；{} 个线程等待 I/O", s.waiting));
    }
    text + lang.pick(".", "。")
}
fn count(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(n), if n == 1 { one } else { many })
}
/// A state as part of the headline.
fn short(s: SocketState, lang: Lang) -> &'static str {
    let (en, zh) = match s {
        SocketState::Fresh => ("not connected", "未连接"),
        SocketState::Bound => ("bound", "已绑定"),
        SocketState::Listens => ("listening", "监听"),
        SocketState::Connecting => ("connecting", "连接中"),
        SocketState::HalfOpen => ("half open", "半开"),
        SocketState::Queued => ("waiting for accept", "等待 accept"),
        SocketState::Connected => ("connected", "已连接"),
        SocketState::SendsNoMore | SocketState::PeerSendsNoMore => ("half closed", "半关闭"),
        SocketState::Ended => ("closed both ways", "双向已关闭"),
        SocketState::Broken => ("broken", "已断开"),
    };
    lang.pick(en, zh)
}
fn more(n: u64, lang: Lang) -> Option<String> {
    (n > 0).then(|| lang.pick(format!("… {} more", thousands(n)), format!("……另有 {} 个", thousands(n))))
}

/// An end in one line.
fn end_words(s: &SocketRow, lang: Lang) -> String {
    let name = if s.local.is_empty() { lang.pick("unnamed", "无名").to_owned() } else { s.local.clone() };
    let mut text = format!("{name} ({}) {}", owner(s, lang), state(s.state, lang).0);
    if s.service.is_none() {
        text += &lang.pick(format!(", has received {}", buffer(&s.received, lang)), format!("，已收到 {}", buffer(&s.received, lang)));
    }
    if s.early > 0 {
        text += &lang.pick(format!(", {} out of order", s.early), format!("，{} 段失序", s.early));
    }
    if let Some(e) = &s.error {
        text += &lang.pick(format!(", next call: {e}"), format!("，下次调用：{e}"));
    }
    if !s.waiters.is_empty() {
        text += &lang.pick(format!(", waited for by {}", s.waiters.join(", ")), format!("，等待者：{}", s.waiters.join(", ")));
    }
    text
}
fn connection_words(c: &Connection, lang: Lang) -> Vec<String> {
    let mut out = vec![format!("  {}", end_words(&c.left, lang))];
    let comma = lang.pick(", ", "，");
    let lane = |mark: &str, list: &[Flight], rest: u64| {
        let told = list.iter().map(|f| format!("    {mark} {}{comma}{}", flight(f, lang), due(f, lang)));
        told.chain(more(rest, lang).map(|m| format!("    {mark} {m}"))).collect::<Vec<_>>()
    };
    out.extend(lane("->", &c.to_right, c.more[0]));
    out.extend(lane("<-", &c.to_left, c.more[1]));
    out.push(match &c.right {
        Some(r) => format!("    {}", end_words(r, lang)),
        None if c.left.state == SocketState::Connecting => format!("    {} {}", c.left.remote, lang.pick("has not answered", "尚未应答")),
        None => format!("    {} {}", c.left.remote, lang.pick("is closed", "已关闭")),
    });
    out
}

fn bands(s: &NetSnapshot, lang: Lang) -> Vec<Band> {
    let mut out = Vec::new();
    let in_connection = |id: u32| s.connections.iter().any(|c| c.left.id == id || c.right.as_ref().is_some_and(|r| r.id == id));
    let rest: Vec<&SocketRow> = s.sockets.iter().filter(|r| !in_connection(r.id) && r.state != SocketState::Listens).collect();
    if s.more_sockets > 0 {
        let rows = s.states.iter().map(|(x, n)| LineRow { cells: vec![state(*x, lang).0.to_owned(), thousands(*n)], role: Some(state(*x, lang).1) });
        out.push(table(lang.pick("All sockets, by state", "全部套接字（按状态）"), lang.pick(["state", "sockets"], ["状态", "套接字"]), rows.collect(), None));
    }
    if !rest.is_empty() {
        let rows = rest.iter().map(|r| LineRow {
            cells: vec![owner(r, lang), r.kind.clone(), state(r.state, lang).0.to_owned(), dash(&r.local), dash(&r.remote), buffer(&r.received, lang), list(&r.waiters)],
            role: Some(state(r.state, lang).1),
        });
        let columns = lang.pick(["socket", "kind", "state", "address", "peer", "received", "who waits"], ["套接字", "种类", "状态", "地址", "对端", "已收到", "等待者"]);
        let title = if s.connections.is_empty() { lang.pick("Sockets", "套接字") } else { lang.pick("Other sockets", "其他套接字") };
        out.push(table(title, columns, rows.collect(), more(s.more_sockets, lang)));
    }
    listeners(s, lang, &mut out);
    s.pollers.iter().for_each(|p| out.push(poller(p, lang)));
    if let (Some(text), Some(Band::Lines(last))) = (more(s.more_pollers, lang), out.last_mut()) {
        last.rest = Some(text + lang.pick(" pollers", "轮询器"));
    }
    if !s.flights.is_empty() {
        let rows = s.flights.iter().map(|f| LineRow { cells: vec![f.from.clone(), f.to.clone(), flight(f, lang), f.first.clone(), due(f, lang)], role: Some(if f.lost { Role::Bad } else { Role::Sequence }) });
        let columns = lang.pick(["from", "to", "what", "first bytes", "when"], ["从", "到", "内容", "前几个字节", "时间"]);
        out.push(table(lang.pick("On the way, in order of time", "在途中（按时间）"), columns, rows.collect(), more(s.more_flights, lang)));
    }
    if !s.hosts.is_empty() {
        let pages = |h: &Host| h.pages.map_or(lang.pick("this machine", "本机").to_owned(), |n| lang.pick(format!("{n} pages"), format!("{n} 个页面")));
        let rows = s.hosts.iter().map(|h| LineRow { cells: vec![h.name.clone(), h.address.clone(), pages(h), h.connections.to_string(), h.requests.to_string()], role: Some(Role::Instance) });
        let columns = lang.pick(["host", "address", "serves", "connections", "requests on them"], ["主机", "地址", "提供", "连接", "其上请求"]);
        out.push(table(lang.pick("Virtual hosts", "虚拟主机"), columns, rows.collect(), None));
    }
    settings(s, lang, &mut out);
    out
}
fn dash(text: &str) -> String {
    if text.is_empty() { "·".to_owned() } else { text.to_owned() }
}
fn list(names: &[String]) -> String {
    dash(&names.join(", "))
}
fn table<const N: usize>(title: &str, columns: [&str; N], rows: Vec<LineRow>, rest: Option<String>) -> Band {
    let rows = if rows.is_empty() { vec![LineRow { cells: vec!["·".to_owned()], role: None }] } else { rows };
    Band::Lines(Lines { title: title.to_owned(), columns: columns.map(str::to_owned).to_vec(), rows, rest })
}
/// Each listener with its backlog: small ones place by place.
fn listeners(s: &NetSnapshot, lang: Lang, out: &mut Vec<Band>) {
    if s.listeners.is_empty() {
        return;
    }
    let rows = s.listeners.iter().map(|l| LineRow {
        cells: vec![l.name.clone(), l.address.clone(), lang.pick(format!("{} of {}", l.queued, l.backlog), format!("{} / {}", l.queued, l.backlog)), l.half_open.to_string(), l.overflowed.to_string(), list(&l.waiters)],
        role: Some(if l.queued >= l.backlog { Role::Bad } else { Role::Class }),
    });
    let columns = lang.pick(["listener", "address", "backlog", "half open", "found it full", "who waits"], ["监听者", "地址", "积压队列", "半开", "遇满", "等待者"]);
    out.push(table(lang.pick("Listeners", "监听者"), columns, rows.collect(), more(s.more_listeners, lang)));
    for l in s.listeners.iter().filter(|l| l.backlog <= PLACES && l.queued > 0) {
        let place = |i: u64| match l.queue.get(i as usize) {
            Some(who) => Square::new((i + 1).to_string(), tail(who), Look::Used(Role::Accent)),
            None => Square::new((i + 1).to_string(), "·", Look::Free),
        };
        let title = lang.pick(format!("Backlog of {}: complete connections that wait for accept, the first is next", l.name), format!("{} 的积压队列：已完成、等待 accept 的连接，最前者先出", l.name));
        out.push(Band::Grid(Grid { title, cells: (0..l.backlog).map(place).collect(), rest: None }));
    }
}
/// The port of an address, where the host is the same for all.
fn tail(address: &str) -> String {
    address.rsplit_once(':').map_or(address.to_owned(), |(_, port)| format!(":{port}"))
}
fn poller(p: &Poller, lang: Lang) -> Band {
    let mode = |m: Mode| match m {
        Mode::Level => lang.pick("level", "水平触发"),
        Mode::Edge => lang.pick("edge", "边沿触发"),
        Mode::OneShot => lang.pick("one shot", "单次"),
        Mode::Disarmed => lang.pick("one shot, disarmed", "单次（已解除）"),
        Mode::Once => lang.pick("asked anew", "每次询问"),
    };
    let rows = p.members.iter().map(|m| {
        let role = if m.listed.is_some() || !m.ready.is_empty() { Role::Good } else { Role::Idle };
        LineRow { cells: vec![format!("fd {}", m.fd), m.what.clone(), dash(&m.events), mode(m.mode).to_owned(), dash(&m.ready), m.listed.map_or("·".to_owned(), |n| n.to_string())], role: Some(role) }
    });
    let columns = lang.pick(["watched", "what", "for", "mode", "ready now", "place on the ready list"], ["监视", "对象", "事件", "方式", "现在就绪", "就绪列表位置"]);
    let waits = if p.waiters.is_empty() { String::new() } else { lang.pick(format!("; {} waits in it", p.waiters.join(", ")), format!("；{} 在其中等待", p.waiters.join(", "))) };
    let title = lang.pick(
        format!("{}: watches {}, {} on its ready list{waits}", p.name, count(p.count, "descriptor", "descriptors"), p.ready),
        format!("{}：监视 {} 个描述符，就绪列表 {} 项{waits}", p.name, p.count, p.ready),
    );
    table(&title, columns, rows.collect(), more(p.count.saturating_sub(p.members.len() as u64), lang))
}
fn settings(s: &NetSnapshot, lang: Lang, out: &mut Vec<Band>) {
    let fault = |r: &Rule| ["drop", "partition", "refuse", "delay"].contains(&r.what.as_str());
    let place = |r: &Rule| if r.place.is_empty() { lang.pick("every link", "所有链路").to_owned() } else { r.place.clone() };
    let mut rows: Vec<LineRow> = s.rules.iter().map(|r| LineRow { cells: vec![r.what.clone(), dash(&r.amount), place(r)], role: Some(if fault(r) { Role::Bad } else { Role::Note }) }).collect();
    if !s.rules.iter().any(|r| r.what == "latency" && r.place.is_empty()) {
        let words = lang.pick("loopback; 10 ms one way to other hosts", "回环；到其他主机单程 10 毫秒");
        rows.push(LineRow { cells: vec!["latency".to_owned(), "0".to_owned(), words.to_owned()], role: None });
    }
    let title = lang.pick("Links: %net latency, bandwidth, drop, delay, partition, refuse", "链路：%net latency、bandwidth、drop、delay、partition、refuse");
    out.push(table(title, lang.pick(["rule", "amount", "where"], ["规则", "量", "范围"]), rows, None));
}
