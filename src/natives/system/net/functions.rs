//! Functions of `_socket`: pairs, name look-up in a network of one machine, byte orders.
use super::address::{self, AF_INET, AF_INET6, AF_UNIX, resolve4, resolve6};
use super::{gaierror, socket};
use crate::heap::{Owned, Ref};
use crate::vm::step::Step;
use crate::vm::syscall::{Address, SysResult, Syscall};
use crate::vm::{Args, Ask, Def, Vm, fixed, t};
use std::net::{Ipv4Addr, Ipv6Addr};

pub const FUNCTIONS: &[Def] = &[
    Def::function("socketpair", "(family=<unrepresentable>, type=1, proto=0, /)", socketpair, "A pair of connected sockets."),
    Def::function("getaddrinfo", "(host, port, family=0, type=0, proto=0, flags=0)", getaddrinfo, "Addresses of a host and port."),
    Def::function("getnameinfo", "(sockaddr, flags, /)", getnameinfo, "Host and service of an address."),
    Def::function("gethostname", "()", |vm, _| Ok(vm.str("pellucid")), "The host's name."),
    Def::function("gethostbyname", "(host, /)", gethostbyname, "The IPv4 address of a host."),
    Def::function("gethostbyname_ex", "(host, /)", gethostbyname_ex, "Name, aliases and addresses of a host."),
    Def::function("gethostbyaddr", "(host, /)", gethostbyname_ex, "Name, aliases and addresses of a host."),
    Def::function("getservbyname", "(servicename, protocolname=<unrepresentable>, /)", getservbyname, "The port of a service."),
    Def::function("getservbyport", "(port, protocolname=<unrepresentable>, /)", getservbyport, "The service of a port."),
    Def::function("getprotobyname", "(protocolname, /)", getprotobyname, "The number of a protocol."),
    Def::function("close", "(fd, /)", close, "Close a socket's descriptor."),
    Def::function("dup", "(fd, /)", dup, "Duplicate a socket's descriptor."),
    Def::function("getdefaulttimeout", "()", getdefaulttimeout, "Default timeout of new sockets."),
    Def::function("setdefaulttimeout", "(timeout, /)", setdefaulttimeout, "Set the default timeout of new sockets."),
    Def::function("inet_aton", "(ip_addr, /)", inet_aton, "Dotted address to four bytes."),
    Def::function("inet_ntoa", "(packed_ip, /)", inet_ntoa, "Four bytes to a dotted address."),
    Def::function("inet_pton", "(address_family, ip_string, /)", inet_pton, "Address text to bytes."),
    Def::function("inet_ntop", "(address_family, packed_ip, /)", inet_ntop, "Address bytes to text."),
    Def::function("htons", "(integer, /)", |vm, a| swap16(vm, a), "16 bits to network order."),
    Def::function("ntohs", "(integer, /)", |vm, a| swap16(vm, a), "16 bits from network order."),
    Def::function("htonl", "(integer, /)", |vm, a| swap32(vm, a), "32 bits to network order."),
    Def::function("ntohl", "(integer, /)", |vm, a| swap32(vm, a), "32 bits from network order."),
    Def::function("if_nameindex", "()", if_nameindex, "Network interfaces."),
];

const SERVICES: &[(&str, u16)] = &[
    ("ftp", 21), ("ssh", 22), ("telnet", 23), ("smtp", 25), ("domain", 53), ("http", 80), ("pop3", 110), ("ntp", 123),
    ("imap2", 143), ("https", 443), ("imaps", 993), ("pop3s", 995),
];

fn number(vm: &mut Vm, given: Option<Ref>, default: i32) -> Result<i32, Ask> {
    match given.filter(|r| *r != fixed::NONE) {
        Some(r) => vm.index_i32(r),
        None => Ok(default),
    }
}
fn socketpair(vm: &mut Vm, a: Args) -> Step {
    let (family, kind, proto) = (number(vm, a.opt(0), AF_UNIX)?, number(vm, a.opt(1), 1)?, number(vm, a.opt(2), 0)?);
    let SysResult::Pair(x, y) = vm.sys(Syscall::SocketPair { family, kind }, None)? else { panic!("a pair") };
    let items = vec![socket::make(vm, x as i32, family, kind, proto), socket::make(vm, y as i32, family, kind, proto)];
    Ok(vm.tuple(items))
}
fn text(vm: &mut Vm, r: Ref) -> Result<Option<String>, Ask> {
    if r == fixed::NONE {
        return Ok(None);
    }
    if let Some(b) = vm.bytes_of(r) {
        return Ok(Some(String::from_utf8_lossy(b).into_owned()));
    }
    match vm.str_of(r) {
        Some(s) => Ok(Some(s.lossy().into_owned())),
        None => Err(vm.type_error("getaddrinfo() argument 1 must be string or None")),
    }
}
fn port_of(vm: &mut Vm, r: Ref) -> Result<u16, Ask> {
    if r == fixed::NONE {
        return Ok(0);
    }
    if vm.is_int(r) {
        return Ok(vm.index_i64(r)? as u16);
    }
    let name = text(vm, r)?.unwrap_or_default();
    match name.parse().ok().or(SERVICES.iter().find(|s| s.0 == name).map(|s| s.1)) {
        Some(p) => Ok(p),
        None => Err(gaierror(vm, -8, "Servname not supported for ai_socktype")),
    }
}
/// List of (family, type, proto, canonname, address).
fn getaddrinfo(vm: &mut Vm, a: Args) -> Step {
    let host = text(vm, a[0])?;
    let port = port_of(vm, a[1])?;
    let family = number(vm, a.opt(2), 0)?;
    let (kind, proto, flags) = (number(vm, a.opt(3), 0)?, number(vm, a.opt(4), 0)?, number(vm, a.opt(5), 0)?);
    let mut found = Vec::new();
    let passive = flags & 1 != 0;
    let name = host.clone().unwrap_or_default();
    let wants6 = name.contains(':') || family == AF_INET6;
    if family != AF_INET && (wants6 || host.is_none()) {
        let ip = if host.is_none() { if passive { "::" } else { "::1" }.into() } else { resolve6(vm, &name)? };
        found.push((AF_INET6, Address::Inet6(ip, port)));
    }
    if family != AF_INET6 && !name.contains(':') {
        let ip = if host.is_none() { if passive { "0.0.0.0" } else { "127.0.0.1" }.into() } else { resolve4(vm, &name)? };
        found.push((AF_INET, Address::Inet(ip, port)));
    }
    if found.is_empty() {
        return Err(gaierror(vm, -9, "Address family for hostname not supported"));
    }
    let kinds: Vec<(i32, i32)> = [(1, 6), (2, 17), (3, 0)].into_iter().filter(|k| (kind == 0 || kind == k.0) && (proto == 0 || k.1 == proto)).collect();
    let mut rows = Vec::new();
    for (family, address) in found {
        for (kind, proto) in &kinds {
            let items = vec![
                vm.int(family as i64),
                vm.int(*kind as i64),
                vm.int(*proto as i64),
                vm.str(""),
                address::object(vm, &address),
            ];
            rows.push(vm.tuple(items));
        }
    }
    Ok(vm.list(rows))
}
fn getnameinfo(vm: &mut Vm, a: Args) -> Step {
    let items = vm.tuple_items(a[0]).map(<[Ref]>::to_vec).unwrap_or_default();
    let [host, port, ..] = items[..] else { return Err(vm.type_error("getnameinfo() argument 1 must be a tuple")) };
    let (host, port, flags) = (text(vm, host)?.unwrap_or_default(), port_of(vm, port)?, vm.index_i32(a[1])?);
    let local = matches!(host.as_str(), "127.0.0.1" | "::1");
    let name = if local && flags & 1 == 0 { "localhost".into() } else { host };
    let service = SERVICES.iter().find(|s| s.1 == port && flags & 2 == 0).map_or(port.to_string(), |s| s.0.into());
    let items = vec![vm.str(name), vm.str(service)];
    Ok(vm.tuple(items))
}
fn gethostbyname(vm: &mut Vm, a: Args) -> Step {
    let host = text(vm, a[0])?.unwrap_or_default();
    let ip = resolve4(vm, &host)?;
    Ok(vm.str(ip))
}
fn gethostbyname_ex(vm: &mut Vm, a: Args) -> Step {
    let host = text(vm, a[0])?.unwrap_or_default();
    let ip = resolve4(vm, &host)?;
    let ip = vm.str(ip);
    let items = vec![vm.str(host), vm.list(vec![]), vm.list(vec![ip])];
    Ok(vm.tuple(items))
}
fn getservbyname(vm: &mut Vm, a: Args) -> Step {
    let name = text(vm, a[0])?.unwrap_or_default();
    match SERVICES.iter().find(|s| s.0 == name) {
        Some(s) => Ok(vm.int(s.1 as i64)),
        None => Err(vm.error(t::OS_ERROR, "service/proto not found")),
    }
}
fn getservbyport(vm: &mut Vm, a: Args) -> Step {
    let port = vm.index_i64(a[0])?;
    match SERVICES.iter().find(|s| s.1 as i64 == port) {
        Some(s) => Ok(vm.str(s.0)),
        None => Err(vm.error(t::OS_ERROR, "port/proto not found")),
    }
}
fn getprotobyname(vm: &mut Vm, a: Args) -> Step {
    let name = text(vm, a[0])?.unwrap_or_default();
    match name.as_str() {
        "ip" => Ok(vm.int(0)),
        "icmp" => Ok(vm.int(1)),
        "tcp" => Ok(vm.int(6)),
        "udp" => Ok(vm.int(17)),
        _ => Err(vm.error(t::OS_ERROR, "protocol not found")),
    }
}
fn close(vm: &mut Vm, a: Args) -> Step {
    let fd = vm.index_i32(a[0])?;
    vm.sys_done(Syscall::Close { fd }, None)
}
fn dup(vm: &mut Vm, a: Args) -> Step {
    let fd = vm.index_i32(a[0])?;
    let n = vm.sys_int(Syscall::Dup { fd, to: None, inheritable: false })?;
    Ok(vm.int(n))
}
fn getdefaulttimeout(vm: &mut Vm, _: Args) -> Step {
    match socket::default_timeout(vm) {
        Some(ns) => Ok(vm.float(ns as f64 / 1e9)),
        None => Ok(vm.none()),
    }
}
fn setdefaulttimeout(vm: &mut Vm, a: Args) -> Step {
    let ns = match a.not_none(0) {
        Some(r) => vm.timeout_ns(r)?,
        None => -1,
    };
    if ns < 0 && a.not_none(0).is_some() {
        return Err(vm.value_error("Timeout value out of range"));
    }
    let new = vm.int(ns).into_raw();
    let old = vm.registry.insert("socket default timeout", new);
    vm.replace_raw(old);
    Ok(vm.none())
}
fn ip4(vm: &mut Vm, text: &str) -> Result<Owned, Ask> {
    match text.parse::<Ipv4Addr>() {
        Ok(ip) => Ok(vm.bytes(ip.octets())),
        Err(_) => Err(vm.error(t::OS_ERROR, "illegal IP address string passed to inet_aton")),
    }
}
fn inet_aton(vm: &mut Vm, a: Args) -> Step {
    let s = vm.expect_str(a[0], "inet_aton() argument 1")?;
    ip4(vm, &s)
}
fn inet_ntoa(vm: &mut Vm, a: Args) -> Step {
    let b = vm.buffer_bytes(a[0])?;
    match <[u8; 4]>::try_from(b) {
        Ok(b) => Ok(vm.str(Ipv4Addr::from(b).to_string())),
        Err(_) => Err(vm.error(t::OS_ERROR, "packed IP wrong length")),
    }
}
fn inet_pton(vm: &mut Vm, a: Args) -> Step {
    let family = vm.index_i32(a[0])?;
    let s = vm.expect_str(a[1], "inet_pton() argument 2")?;
    let packed = match family {
        AF_INET => s.parse::<Ipv4Addr>().ok().map(|ip| ip.octets().to_vec()),
        AF_INET6 => s.parse::<Ipv6Addr>().ok().map(|ip| ip.octets().to_vec()),
        _ => return Err(vm.os_error(97, None, None)),
    };
    match packed {
        Some(b) => Ok(vm.bytes(b)),
        None => Err(vm.error(t::OS_ERROR, "illegal IP address string passed to inet_pton")),
    }
}
fn inet_ntop(vm: &mut Vm, a: Args) -> Step {
    let family = vm.index_i32(a[0])?;
    let b = vm.buffer_bytes(a[1])?;
    let text = match family {
        AF_INET => <[u8; 4]>::try_from(b).ok().map(|b| Ipv4Addr::from(b).to_string()),
        AF_INET6 => <[u8; 16]>::try_from(b).ok().map(|b| Ipv6Addr::from(b).to_string()),
        _ => {
            let message = format!("unknown address family {family}");
            return Err(vm.value_error(message));
        }
    };
    match text {
        Some(s) => Ok(vm.str(s)),
        None => Err(vm.value_error("invalid length of packed IP address string")),
    }
}
fn swap16(vm: &mut Vm, a: Args) -> Step {
    let i = vm.index_i64(a[0])?;
    match u16::try_from(i) {
        Ok(x) => Ok(vm.int(x.swap_bytes() as i64)),
        Err(_) if i < 0 => Err(vm.overflow_error("can't convert negative Python int to C 16-bit unsigned integer")),
        Err(_) => Err(vm.overflow_error("Python int too large to convert to C 16-bit unsigned integer")),
    }
}
fn swap32(vm: &mut Vm, a: Args) -> Step {
    let i = vm.index_i64(a[0])?;
    match u32::try_from(i) {
        Ok(x) => Ok(vm.int(x.swap_bytes() as i64)),
        Err(_) if i < 0 => Err(vm.overflow_error("can't convert negative value to unsigned int")),
        Err(_) => Err(vm.overflow_error("int larger than 32 bits")),
    }
}
fn if_nameindex(vm: &mut Vm, _: Args) -> Step {
    let row = vec![vm.int(1), vm.str("lo")];
    let row = vm.tuple(row);
    Ok(vm.list(vec![row]))
}
