//! Links between hosts: latency, bandwidth, and faults by rule. The loopback is free unless a rule says otherwise.
use super::hosts;
use super::port_of;
use crate::vm::syscall::Address;
use std::collections::BTreeMap;

/// One way to another host, before anybody sets it.
pub const LATENCY_NS: u64 = 10_000_000;

/// What a rule changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// One way, nanoseconds.
    Latency(u64),
    /// Bytes a second; 0: unlimited.
    Bandwidth(u64),
    /// Segments of a million that are lost.
    Drop(u32),
    /// Up to so many nanoseconds more, each segment by chance.
    Delay(u64),
    /// Nothing gets through.
    Partition,
    /// Connection requests are answered by a reset.
    Refuse,
}

impl Effect {
    fn same_kind(self, other: Effect) -> bool {
        std::mem::discriminant(&self) == std::mem::discriminant(&other)
    }
}

/// An effect on a part of the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub effect: Effect,
    /// As it was given: a host's name or address; empty: every link.
    pub host: String,
    /// The addresses that it means; empty: all.
    pub addresses: Vec<String>,
    pub port: Option<u16>,
}

/// What a segment meets on its way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Link {
    pub latency: u64,
    pub bandwidth: u64,
    pub drop: u32,
    pub delay: u64,
    pub cut: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    pub rules: Vec<Rule>,
    /// Until when a direction of a link is busy, by its two hosts.
    busy: BTreeMap<(String, String), u64>,
}

/// The host part of an address.
pub fn ip_of(a: &Address) -> Option<&str> {
    match a {
        Address::Inet(ip, _) => Some(ip),
        Address::Inet6(ip, _) => Some(ip.strip_prefix("::ffff:").unwrap_or(ip)),
        _ => None,
    }
}

impl Rule {
    fn touches(&self, a: &Address) -> bool {
        let host = self.addresses.is_empty() || ip_of(a).is_some_and(|ip| self.addresses.iter().any(|x| x == ip || (x == "127.0.0.1" && hosts::is_loopback(ip))));
        host && self.port.is_none_or(|p| port_of(a) == Some(p))
    }
    fn weight(&self) -> usize {
        2 * usize::from(!self.addresses.is_empty()) + usize::from(self.port.is_some())
    }
}

impl Links {
    /// The most special rule of each effect holds; among equals the last one.
    pub fn set(&mut self, rule: Rule) {
        self.rules.retain(|r| !(r.effect.same_kind(rule.effect) && r.addresses == rule.addresses && r.port == rule.port));
        self.rules.push(rule);
    }
    fn effect(&self, source: &Address, target: &Address, kind: Effect) -> Option<Effect> {
        let fits = |r: &&Rule| r.effect.same_kind(kind) && (r.touches(source) || r.touches(target));
        self.rules.iter().filter(fits).max_by_key(|r| r.weight()).map(|r| r.effect)
    }
    /// The link between two addresses; None: it costs nothing and loses nothing.
    pub fn between(&self, source: &Address, target: &Address) -> Option<Link> {
        let (from, to) = (ip_of(source)?, ip_of(target)?);
        let near = hosts::is_loopback(from) || hosts::is_loopback(to);
        if near && self.rules.is_empty() {
            return None;
        }
        let mut link = Link { latency: if near { 0 } else { LATENCY_NS }, ..Link::default() };
        if !self.rules.is_empty() {
            let get = |kind| self.effect(source, target, kind);
            if let Some(Effect::Latency(ns)) = get(Effect::Latency(0)) {
                link.latency = ns;
            }
            if let Some(Effect::Bandwidth(rate)) = get(Effect::Bandwidth(0)) {
                link.bandwidth = rate;
            }
            if let Some(Effect::Drop(n)) = get(Effect::Drop(0)) {
                link.drop = n;
            }
            if let Some(Effect::Delay(ns)) = get(Effect::Delay(0)) {
                link.delay = ns;
            }
            link.cut = get(Effect::Partition).is_some();
        }
        (link != Link::default()).then_some(link)
    }
    /// Whether nothing gets through between two addresses.
    pub(super) fn cuts(&self, source: &Address, target: &Address) -> bool {
        !self.rules.is_empty() && self.between(source, target).is_some_and(|l| l.cut)
    }
    /// Whether a rule refuses connections to an address.
    pub fn refuses(&self, target: &Address) -> bool {
        self.rules.iter().any(|r| r.effect == Effect::Refuse && r.touches(target))
    }
    /// Puts a segment on a direction of a link that has so long to do with it: when its last bit is sent.
    pub(super) fn busy(&mut self, source: &Address, target: &Address, now: u64, takes: u64) -> u64 {
        let key = (ip_of(source).unwrap_or_default().to_owned(), ip_of(target).unwrap_or_default().to_owned());
        let until = self.busy.entry(key).or_default();
        *until = (*until).max(now) + takes;
        *until
    }
}
