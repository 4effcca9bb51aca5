//! `%net latency 20ms site-1.test` and its kin: the words that set up the network.
use super::Net;
use super::links::{Effect, Rule};
use crate::sim::rand::Random;

const HELP: &str = "latency TIME [HOST[:PORT]], bandwidth RATE [HOST[:PORT]], drop PERCENT [HOST[:PORT]], delay TIME [HOST[:PORT]], partition [HOST], heal [HOST], refuse HOST[:PORT], host NAME [ADDRESS], seed N, reset";
const WORDS: &[&str] = &["latency", "bandwidth", "drop", "delay", "partition", "heal", "refuse", "host", "seed", "reset"];

/// A number with one of these units.
fn quantity(text: &str, units: &[(&str, f64)]) -> Option<f64> {
    let at = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(at);
    let factor = units.iter().find(|u| u.0 == unit.trim())?.1;
    number.parse::<f64>().ok().map(|n| n * factor).filter(|n| n.is_finite() && *n >= 0.0)
}
fn time(text: &str) -> Result<u64, String> {
    let units = [("ns", 1.0), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9)];
    let plain = if text == "0" { Some(0.0) } else { None };
    let ns = plain.or_else(|| quantity(text, &units)).filter(|ns| *ns <= 3.6e12);
    ns.map(|ns| ns.round() as u64).ok_or_else(|| format!("`{text}` is no time: a number with ns, us, ms or s, at most an hour, such as 20ms"))
}
fn rate(text: &str) -> Result<u64, String> {
    if ["none", "unlimited"].contains(&text) {
        return Ok(0);
    }
    let units = [("B/s", 1.0), ("kB/s", 1e3), ("KB/s", 1e3), ("MB/s", 1e6), ("GB/s", 1e9), ("kbit/s", 125.0), ("Mbit/s", 125e3), ("Gbit/s", 125e6)];
    let n = quantity(text, &units).filter(|n| *n >= 1.0);
    n.map(|n| n.round() as u64).ok_or_else(|| format!("`{text}` is no rate: a number with B/s, kB/s, MB/s, GB/s, kbit/s or Mbit/s such as 1MB/s, or none"))
}
fn percent(text: &str) -> Result<u32, String> {
    let n = quantity(text, &[("%", 1e4)]).filter(|n| *n <= 1e6);
    n.map(|n| n.round() as u32).ok_or_else(|| format!("`{text}` is no share: a number from 0% to 100%, such as 10%"))
}

impl Net {
    /// Carries out one command; what it has done, in words.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn configure(&mut self, words: &[&str]) -> Result<String, String> {
        let (name, rest) = words.split_first().ok_or_else(|| HELP.to_owned())?;
        match (*name, rest) {
            ("latency", [t, place @ ..]) => self.rule(Effect::Latency(time(t)?), place, name),
            ("bandwidth", [r, place @ ..]) => self.rule(Effect::Bandwidth(rate(r)?), place, name),
            ("drop", [p, place @ ..]) => self.rule(Effect::Drop(percent(p)?), place, name),
            ("delay", [t, place @ ..]) => self.rule(Effect::Delay(time(t)?), place, name),
            ("partition", place) => self.rule(Effect::Partition, place, name),
            ("refuse", [place]) => self.rule(Effect::Refuse, &[place], name),
            ("heal", place) => self.heal(place),
            ("host", [host]) => self.host(host, None),
            ("host", [host, address]) => self.host(host, Some(address)),
            ("seed", [n]) => {
                let seed = n.parse().map_err(|_| format!("`{n}` is no seed: a whole number"))?;
                self.random = Random::new(seed);
                Ok(format!("seed {seed}: chance in the network begins anew"))
            }
            ("reset", []) => {
                self.links = Default::default();
                self.hosts.reset();
                self.counts = Default::default();
                Ok("every link as at the start, no registered hosts".to_owned())
            }
            (word, _) if WORDS.contains(&word) => Err(format!("%net {word} takes other arguments: {HELP}")),
            (word, _) => {
                let near = WORDS.iter().find(|w| w.starts_with(&word[..word.len().min(3)])).map(|w| format!(" Did you mean {w}?")).unwrap_or_default();
                Err(format!("%net has no command `{word}`.{near} It takes: {HELP}"))
            }
        }
    }
    fn host(&mut self, name: &str, address: Option<&str>) -> Result<String, String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
        if name.is_empty() || !name.chars().all(plain) || !name.contains('.') {
            return Err(format!("`{name}` is no host's name: letters, digits, hyphens and dots, such as api.test"));
        }
        if let Some(ip) = address && ip.parse::<std::net::Ipv4Addr>().is_err() {
            return Err(format!("`{ip}` is no IPv4 address, such as 127.0.0.1"));
        }
        let ip = self.hosts.register(&name.to_ascii_lowercase(), address);
        Ok(format!("{name} has the address {ip}"))
    }
    fn place(&self, words: &[&str]) -> Result<(String, Vec<String>, Option<u16>), String> {
        let text = match words {
            [] => return Ok((String::new(), vec![], None)),
            [one] => *one,
            [_, more @ ..] => return Err(format!("one HOST or HOST:PORT at a time; `{}` is too much", more.join(" "))),
        };
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) => {
                let port = port.parse().map_err(|_| format!("`{port}` is no port: a number from 0 to 65535"))?;
                (host, Some(port))
            }
            None => (text, None),
        };
        if host.is_empty() || host == "*" {
            return Ok((host.to_owned(), vec![], port));
        }
        let addresses = match host.parse::<std::net::IpAddr>() {
            Ok(_) => vec![host.to_owned()],
            Err(_) => self.hosts.resolve(host),
        };
        if addresses.is_empty() {
            return Err(format!("no host is called `{host}`: site-0.test … are there, %net host NAME makes another"));
        }
        Ok((host.to_owned(), addresses, port))
    }
    fn rule(&mut self, effect: Effect, place: &[&str], name: &str) -> Result<String, String> {
        let (host, addresses, port) = self.place(place)?;
        let rule = Rule { effect, host, addresses, port };
        let told = format!("{name} {}", rule.told());
        self.links.set(rule);
        Ok(told)
    }
    /// Faults end: partitions, losses and refusals; latency and bandwidth stay.
    fn heal(&mut self, place: &[&str]) -> Result<String, String> {
        let (host, addresses, port) = self.place(place)?;
        let fault = |r: &Rule| matches!(r.effect, Effect::Drop(_) | Effect::Partition | Effect::Refuse);
        let here = |r: &Rule| (addresses.is_empty() || r.addresses == addresses) && (port.is_none() || r.port == port);
        let before = self.links.rules.len();
        self.links.rules.retain(|r| !(fault(r) && here(r)));
        let gone = before - self.links.rules.len();
        let at = if host.is_empty() { String::new() } else { format!(" at {host}") };
        Ok(format!("{gone} fault{} ended{at}", if gone == 1 { "" } else { "s" }))
    }
}

/// 20 ms, 1.5 s.
fn span(ns: u64) -> String {
    match ns {
        0 => "0".to_owned(),
        n if n < 1_000 => format!("{n}ns"),
        n if n < 1_000_000 => format!("{}us", n as f64 / 1e3),
        n if n < 1_000_000_000 => format!("{}ms", n as f64 / 1e6),
        n => format!("{}s", n as f64 / 1e9),
    }
}

impl Rule {
    /// The rule's command.
    pub fn name(&self) -> &'static str {
        match self.effect {
            Effect::Latency(_) => "latency",
            Effect::Bandwidth(_) => "bandwidth",
            Effect::Drop(_) => "drop",
            Effect::Delay(_) => "delay",
            Effect::Partition => "partition",
            Effect::Refuse => "refuse",
        }
    }
    /// How much.
    pub fn amount(&self) -> String {
        match self.effect {
            Effect::Latency(ns) => span(ns),
            Effect::Delay(ns) => format!("0…{}", span(ns)),
            Effect::Bandwidth(0) => "unlimited".to_owned(),
            Effect::Bandwidth(n) if n >= 1_000_000 => format!("{}MB/s", n as f64 / 1e6),
            Effect::Bandwidth(n) if n >= 1_000 => format!("{}kB/s", n as f64 / 1e3),
            Effect::Bandwidth(n) => format!("{n}B/s"),
            Effect::Drop(n) => format!("{}%", n as f64 / 1e4),
            Effect::Partition | Effect::Refuse => String::new(),
        }
    }
    /// Where.
    pub fn place(&self) -> String {
        let host = if self.addresses.is_empty() { "" } else { &self.host };
        match (host, self.port) {
            ("", None) => String::new(),
            ("", Some(p)) => format!("*:{p}"),
            (h, None) => h.to_owned(),
            (h, Some(p)) => format!("{h}:{p}"),
        }
    }
    fn told(&self) -> String {
        let place = self.place();
        let place = if place.is_empty() { "on every link".to_owned() } else { format!("at {place}") };
        format!("{} {place}", self.amount()).trim().to_owned()
    }
}
