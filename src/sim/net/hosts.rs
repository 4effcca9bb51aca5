//! Hosts and their names: this machine, names that the program registered, and virtual hosts that serve pages.
use super::links::ip_of;
use super::port_of;
use super::site::{Service, Site};
use crate::vm::syscall::Address;
use std::collections::BTreeMap;

/// This machine's address for other hosts.
pub const OUTER: &str = "10.0.0.1";
/// Built-in sites: `site-0.test` and on; site N has the address 10.1.x.y with N = 256 x + y.
const BUILT_IN: u32 = 1 << 16;

#[derive(Clone, Debug, Default)]
pub struct Hosts {
    /// Registered names: `example.test` and its address.
    pub names: BTreeMap<String, String>,
    /// Addresses that are this machine's own beside the loopback: names of hosts that the program plays itself.
    own: Vec<String>,
    /// Sites that the program has made, by address.
    pub sites: BTreeMap<String, Site>,
    last: u32,
}

pub fn is_loopback(ip: &str) -> bool {
    ip.starts_with("127.") || ip == "::1"
}
/// The number of a built-in site, from its name or its address.
fn number_of_name(name: &str) -> Option<u32> {
    let digits = name.strip_prefix("site-")?.strip_suffix(".test")?;
    let plain = digits == "0" || !digits.starts_with('0');
    digits.parse().ok().filter(|n| plain && *n < BUILT_IN)
}
fn number_of_address(ip: &str) -> Option<u32> {
    let (x, y) = ip.strip_prefix("10.1.")?.split_once('.')?;
    let (x, y): (u32, u32) = (x.parse().ok()?, y.parse().ok()?);
    (x < 256 && y < 256).then_some(256 * x + y)
}

impl Hosts {
    /// The addresses of a name; empty: nobody has it.
    pub fn resolve(&self, name: &str) -> Vec<String> {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        if let Some(ip) = self.names.get(&name) {
            return vec![ip.clone()];
        }
        if ["localhost", "pellucid", "localhost.localdomain", "ip6-localhost"].contains(&name.as_str()) {
            return vec!["127.0.0.1".to_owned(), "::1".to_owned()];
        }
        match number_of_name(&name) {
            Some(n) => vec![format!("10.1.{}.{}", n / 256, n % 256)],
            None => vec![],
        }
    }
    /// The name of an address.
    pub fn name_of(&self, ip: &str) -> Option<String> {
        if is_loopback(ip) {
            return Some("localhost".to_owned());
        }
        if ip == OUTER {
            return Some("pellucid".to_owned());
        }
        let given = self.names.iter().find(|(_, a)| *a == ip).map(|(n, _)| n.clone());
        given.or_else(|| number_of_address(ip).map(|n| format!("site-{n}.test")))
    }
    /// A name for an address; without one, for a fresh address of this machine.
    pub fn register(&mut self, name: &str, address: Option<&str>) -> String {
        let ip = match address {
            Some(ip) => ip.to_owned(),
            None => {
                let known = self.names.get(name).filter(|ip| self.own.contains(ip));
                known.cloned().unwrap_or_else(|| {
                    let ip = self.fresh(2);
                    self.own.push(ip.clone());
                    ip
                })
            }
        };
        self.names.insert(name.to_owned(), ip.clone());
        ip
    }
    /// A site that the program has made; its address.
    pub fn serve(&mut self, site: Site) -> String {
        let name = site.name.clone();
        let built_in = number_of_name(&name).map(|n| format!("10.1.{}.{}", n / 256, n % 256));
        let known = self.names.get(&name).filter(|ip| self.sites.contains_key(*ip)).cloned();
        let ip = known.or(built_in).unwrap_or_else(|| self.fresh(3));
        self.names.insert(name, ip.clone());
        self.sites.insert(ip.clone(), site);
        ip
    }
    fn fresh(&mut self, network: u32) -> String {
        self.last += 1;
        format!("10.{network}.{}.{}", self.last / 250, 1 + self.last % 250)
    }
    /// Whether an address is this machine's own.
    pub fn is_here(&self, a: &Address) -> bool {
        match a {
            Address::Inet(ip, _) => is_loopback(ip) || ip == "0.0.0.0" || ip == OUTER || self.own.contains(ip),
            Address::Inet6(ip, _) => ip == "::1" || ip == "::" || ip.strip_prefix("::ffff:").is_some_and(|ip| self.is_here(&Address::Inet(ip.to_owned(), 0))),
            Address::Unix(_) => true,
            Address::None => false,
        }
    }
    /// Whether an address is in the virtual network: this machine or 10.0.0.0/8.
    pub fn is_near(&self, a: &Address) -> bool {
        self.is_here(a) || ip_of(a).is_some_and(|ip| ip.starts_with("10.") || ip == "255.255.255.255")
    }
    /// Whether some host has an address.
    pub fn is_known(&self, a: &Address) -> bool {
        self.is_here(a) || ip_of(a).is_some_and(|ip| self.sites.contains_key(ip) || number_of_address(ip).is_some())
    }
    /// The address from which this machine sends to another.
    pub(super) fn source_for(&self, to: &Address, port: u16) -> Address {
        match to {
            Address::Inet(ip, _) if is_loopback(ip) || ip == "0.0.0.0" => Address::Inet("127.0.0.1".into(), port),
            Address::Inet(..) => Address::Inet(OUTER.into(), port),
            Address::Inet6(ip, _) if ip.starts_with("::ffff:") => Address::Inet6("::ffff:127.0.0.1".into(), port),
            Address::Inet6(..) => Address::Inet6("::1".into(), port),
            other => other.clone(),
        }
    }
    /// The program of a virtual host that answers at an address; None: there is none, or not at this port.
    pub(super) fn service(&self, a: &Address) -> Option<Service> {
        let ip = ip_of(a)?;
        let there = self.sites.contains_key(ip) || number_of_address(ip).is_some();
        match port_of(a) {
            Some(80) if there => Some(Service::web(ip)),
            Some(7) if there => Some(Service::echo()),
            _ => None,
        }
    }
    /// The site at an address.
    pub fn site(&self, ip: &str) -> Option<Site> {
        self.sites.get(ip).cloned().or_else(|| number_of_address(ip).map(Site::built_in))
    }
    /// Forgets what the program has registered.
    pub fn reset(&mut self) {
        *self = Hosts::default();
    }
}
