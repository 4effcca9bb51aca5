//! Programs of virtual hosts: a web server with pages (HTTP/1.0 and 1.1), and the echo service. They cost the program no
//! thread: a host answers when a request has come, after its page's delay.
use super::wire::Event;
use super::{Net, State};
use crate::sim::rand::Random;
use crate::vm::syscall::SitePage;
use std::collections::{BTreeMap, VecDeque};

/// A request's head at most.
const LONGEST_HEAD: usize = 16_384;
/// What a page takes a server, unless the page says so.
const SERVING_NS: u64 = 5_000_000;
/// The delay of a page that is never answered.
pub const NEVER: u64 = u64::MAX;
/// Sites of the built-in web that link to each other in a ring, and pages of each.
const RING: u32 = 50;
const PAGES: u32 = 20;

/// Pages by path.
#[derive(Clone, Debug)]
pub struct Site {
    pub name: String,
    pages: BTreeMap<String, SitePage>,
    /// A built-in site makes its pages when they are asked for.
    number: Option<u32>,
}

/// What a virtual host does later.
#[derive(Clone, Debug)]
pub enum Action {
    Send(Vec<u8>),
    /// Sends no more once all is sent.
    End,
    Reset,
}

/// The program at a virtual host's end of a connection.
#[derive(Clone, Debug)]
pub struct Service {
    /// The site's address; None: the echo service.
    site: Option<String>,
    request: Vec<u8>,
    /// Bytes that wait for room at the client.
    pub outbox: VecDeque<u8>,
    /// When the answers before this one are done.
    busy_until: u64,
    /// It takes no more requests.
    ends: bool,
    /// It closes when all is sent.
    closing: bool,
    /// Answers that are still to come.
    pending: u32,
    pub requests: u64,
}

struct Request {
    method: String,
    path: String,
    keep: bool,
}

impl Service {
    pub fn web(ip: &str) -> Service {
        Service { site: Some(ip.to_owned()), ..Service::echo() }
    }
    pub fn echo() -> Service {
        Service { site: None, request: vec![], outbox: VecDeque::new(), busy_until: 0, ends: false, closing: false, pending: 0, requests: 0 }
    }
    /// Takes a whole request off what has come.
    fn take_request(&mut self) -> Option<Result<Request, u16>> {
        let Some(end) = self.request.windows(4).position(|w| w == b"\r\n\r\n") else {
            return (self.request.len() > LONGEST_HEAD).then_some(Err(431));
        };
        let head = String::from_utf8_lossy(&self.request[..end]).into_owned();
        let mut lines = head.split("\r\n");
        let mut words = lines.next().unwrap_or_default().split(' ');
        let (Some(method), Some(target), Some(version)) = (words.next(), words.next(), words.next()) else { return Some(Err(400)) };
        let header = |name: &str| head.split("\r\n").skip(1).filter_map(|l| l.split_once(':')).find(|(k, _)| k.trim().eq_ignore_ascii_case(name)).map(|(_, v)| v.trim().to_ascii_lowercase());
        let body: usize = header("content-length").and_then(|v| v.parse().ok()).unwrap_or(0);
        if self.request.len() < end + 4 + body {
            return None;
        }
        let keep = match header("connection").as_deref() {
            Some(c) if c.contains("close") => false,
            Some(c) if c.contains("keep-alive") => true,
            _ => version == "HTTP/1.1",
        };
        let path = target.split(['?', '#']).next().unwrap_or("/");
        let path = path.strip_prefix("http://").map_or(path, |rest| rest.find('/').map_or("/", |at| &rest[at..]));
        let request = Request { method: method.to_owned(), path: path.to_owned(), keep };
        self.request.drain(..end + 4 + body);
        Some(Ok(request))
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        410 => "Gone",
        418 => "I'm a Teapot",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Status",
    }
}
fn page(status: u16, body: String) -> SitePage {
    SitePage { status, headers: vec![], body: body.into_bytes(), delay_ns: SERVING_NS, cut: None }
}
fn html(title: &str, body: &str) -> String {
    format!("<!doctype html>\n<html><head><title>{title}</title></head>\n<body><h1>{title}</h1>\n{body}</body></html>\n")
}
fn failure(status: u16) -> SitePage {
    page(status, html(&format!("{status} {}", reason(status)), ""))
}

impl Site {
    pub fn new(name: &str, pages: Vec<(String, SitePage)>) -> Site {
        Site { name: name.to_owned(), pages: pages.into_iter().collect(), number: None }
    }
    pub fn built_in(number: u32) -> Site {
        Site { name: format!("site-{number}.test"), pages: BTreeMap::new(), number: Some(number) }
    }
    /// How many pages it has; a built-in one: that link to each other.
    pub fn size(&self) -> usize {
        if self.number.is_some() { PAGES as usize } else { self.pages.len() }
    }
    fn find(&self, path: &str) -> SitePage {
        let made = self.number.and_then(|n| built_in_page(n, path));
        self.pages.get(path).cloned().or(made).unwrap_or_else(|| failure(404))
    }
}

/// A page of built-in site `n`: twenty pages that link to each other and to the next of fifty sites, a slow one, and
/// paths that fail in each of the ways in which a server can.
fn built_in_page(n: u32, path: &str) -> Option<SitePage> {
    let moved = |to: &str| SitePage { headers: vec![("Location".into(), to.to_owned())], ..page(301, String::new()) };
    let text = |body: String| SitePage { headers: vec![("Content-Type".into(), "text/plain; charset=utf-8".into())], ..page(200, body) };
    Some(match path {
        "/" => linked_page(n, 0),
        "/slow" => SitePage { delay_ns: 2_000_000_000, ..page(200, html("slow", "<p>This took two seconds.</p>\n")) },
        "/error" => failure(500),
        "/moved" => moved("/page/1"),
        "/loop" => moved("/loop"),
        "/big" => text("0123456789abcdef".repeat(65_536)),
        "/cut" => SitePage { cut: Some(100), ..page(200, html("cut", &"x".repeat(1_000))) },
        "/silent" => SitePage { delay_ns: NEVER, ..page(200, String::new()) },
        "/robots.txt" => text("User-agent: *\nDisallow: /slow\nDisallow: /silent\n".to_owned()),
        _ => match (path.strip_prefix("/page/"), path.strip_prefix("/status/")) {
            (Some(k), _) => linked_page(n, k.parse().ok().filter(|k| (1..PAGES).contains(k))?),
            (_, Some(status)) => failure(status.parse().ok().filter(|s| (200..600).contains(s))?),
            _ => return None,
        },
    })
}
fn linked_page(n: u32, k: u32) -> SitePage {
    let mut links: Vec<String> = Vec::new();
    if k == 0 {
        links.extend((1..PAGES).filter(|i| i % 3 == 1).map(|i| format!("/page/{i}")));
        links.push(format!("http://site-{}.test/", if n < RING { (n + 1) % RING } else { n + 1 }));
    } else {
        links.push("/".to_owned());
        links.extend([k + 1, 2 * k].iter().filter(|i| **i < PAGES).map(|i| format!("/page/{i}")));
    }
    match k {
        5 => links.push("/gone".to_owned()),
        9 => links.push("/error".to_owned()),
        12 => links.push("/moved".to_owned()),
        _ => {}
    }
    let title = if k == 0 { format!("site-{n}.test") } else { format!("site-{n}.test, page {k}") };
    let list: String = links.iter().map(|l| format!("<li><a href=\"{l}\">{l}</a></li>\n")).collect();
    let words = ["pellucid", "socket", "packet", "selector", "future", "coroutine", "backlog", "window"];
    let mut dice = Random::new(u64::from(n) << 8 | u64::from(k));
    let prose: Vec<&str> = (0..12 + (7 * n + 3 * k) % 20).map(|_| words[(dice.next() % 8) as usize]).collect();
    let slow = if k == 15 { 500_000_000 } else { SERVING_NS };
    SitePage { delay_ns: slow, ..page(200, html(&title, &format!("<p>{}.</p>\n<ul>\n{list}</ul>\n", prose.join(" ")))) }
}

fn rendered(request: &Result<Request, u16>, page: &SitePage) -> Vec<u8> {
    let mut out = format!("HTTP/1.1 {} {}\r\nServer: pellucid\r\n", page.status, reason(page.status)).into_bytes();
    let has = |name: &str| page.headers.iter().any(|(k, _)| k.eq_ignore_ascii_case(name));
    let mut head = String::new();
    if !has("content-type") && !page.body.is_empty() {
        head += "Content-Type: text/html; charset=utf-8\r\n";
    }
    if !has("content-length") {
        head += &format!("Content-Length: {}\r\n", page.body.len());
    }
    page.headers.iter().for_each(|(k, v)| head += &format!("{k}: {v}\r\n"));
    if !request.as_ref().is_ok_and(|r| r.keep) {
        head += "Connection: close\r\n";
    }
    out.extend_from_slice(head.as_bytes());
    out.extend_from_slice(b"\r\n");
    if !request.as_ref().is_ok_and(|r| r.method == "HEAD") {
        out.extend_from_slice(&page.body);
    }
    out
}

impl Net {
    /// Bytes have come for a virtual host's program.
    pub(super) fn serve(&mut self, s: u32, data: &[u8]) {
        let mut service = self.get(s).service.take().expect("the caller has seen it");
        match service.site.clone() {
            None => {
                service.pending += 1;
                self.at(self.now, Event::Acts(s, Action::Send(data.to_vec())));
            }
            Some(ip) => {
                service.request.extend_from_slice(data);
                while !service.ends && let Some(request) = service.take_request() {
                    service.requests += 1;
                    let page = match &request {
                        Err(status) => failure(*status),
                        Ok(r) if !["GET", "HEAD", "POST"].contains(&r.method.as_str()) => failure(405),
                        Ok(r) => self.hosts.site(&ip).map_or_else(|| failure(503), |site| site.find(&r.path)),
                    };
                    let mut bytes = rendered(&request, &page);
                    if page.delay_ns == NEVER {
                        service.ends = true;
                        break;
                    }
                    let due = service.busy_until.max(self.now).saturating_add(page.delay_ns);
                    service.busy_until = due;
                    service.pending += 1;
                    service.ends = !request.is_ok_and(|r| r.keep) || page.cut.is_some();
                    if let Some(cut) = page.cut {
                        let head = bytes.len() - page.body.len();
                        bytes.truncate(head + cut.min(page.body.len()));
                    }
                    self.at(due, Event::Acts(s, Action::Send(bytes)));
                    if service.ends {
                        self.at(due, Event::Acts(s, if page.cut.is_some() { Action::Reset } else { Action::End }));
                    }
                }
            }
        }
        if let Some(sock) = self.table.get_mut(&s) {
            sock.service = Some(service);
        }
    }
    pub(super) fn act(&mut self, s: u32, action: Action) {
        let Some(service) = self.table.get_mut(&s).and_then(|x| x.service.as_mut()) else { return };
        match action {
            Action::Send(bytes) => {
                service.pending -= 1;
                service.outbox.extend(bytes);
            }
            Action::End => service.closing = true,
            Action::Reset => {
                // It comes after the bytes.
                let sock = self.get(s);
                let (Some(peer), source, target) = (sock.peer, sock.local.clone(), sock.remote.clone()) else { return };
                self.table.remove(&s);
                return self.send_reset(s, peer, &source, &target);
            }
        }
        self.pump(s);
    }
    /// The client sends no more: what was asked for is still answered.
    pub(super) fn client_ended(&mut self, s: u32) {
        let Some(service) = self.table.get_mut(&s).and_then(|x| x.service.as_mut()) else { return };
        (service.ends, service.closing) = (true, true);
        self.pump(s);
    }
    /// Sends what the client has room for.
    pub(super) fn pump(&mut self, s: u32) {
        let room = self.room(s);
        let Some(service) = self.table.get_mut(&s).and_then(|x| x.service.as_mut()) else { return };
        let k = room.min(service.outbox.len());
        let bytes: Vec<u8> = service.outbox.drain(..k).collect();
        let over = service.outbox.is_empty() && service.closing && service.pending == 0;
        if k > 0 && self.send_stream(s, &bytes, vec![]).is_err() {
            _ = self.table.remove(&s);
            return;
        }
        if over && self.table.get(&s).is_some_and(|x| x.state == State::Connected) {
            self.close(s);
        }
    }
}
