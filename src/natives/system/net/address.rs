//! Addresses between Python's tuples and the system's.
use super::gaierror;
use crate::heap::{Owned, Ref};
use crate::vm::syscall::{Address, SysResult, Syscall};
use crate::vm::{Ask, Vm};
use rustpython_wtf8::{CodePoint, Wtf8Buf};
use std::net::{Ipv4Addr, Ipv6Addr};

pub const AF_UNIX: i32 = 1;
pub const AF_INET: i32 = 2;
pub const AF_INET6: i32 = 10;
/// The longest name of a Unix socket.
const LONGEST: usize = 108;
/// Where bytes that are no UTF-8 stand in a name's text.
const RAW: u32 = 0xF700;

/// The network's addresses of a name.
pub fn look_up(vm: &mut Vm, name: &str) -> Result<Vec<String>, Ask> {
    match vm.sys(Syscall::Resolve { name: name.to_owned() }, None)? {
        SysResult::Names(found) => Ok(found),
        other => panic!("Resolve answered {other:?}"),
    }
}
fn unknown(vm: &mut Vm) -> Ask {
    gaierror(vm, -2, "Name or service not known")
}
/// The dotted address of a host name.
pub fn resolve4(vm: &mut Vm, host: &str) -> Result<String, Ask> {
    match host {
        "" => Ok("0.0.0.0".into()),
        "<broadcast>" => Ok("255.255.255.255".into()),
        _ => {
            if let Ok(ip) = host.parse::<Ipv4Addr>() {
                return Ok(ip.to_string());
            }
            if host.parse::<Ipv6Addr>().is_ok() {
                return Err(gaierror(vm, -9, "Address family for hostname not supported"));
            }
            match look_up(vm, host)?.into_iter().find(|ip| ip.contains('.')) {
                Some(ip) => Ok(ip),
                None => Err(unknown(vm)),
            }
        }
    }
}
pub fn resolve6(vm: &mut Vm, host: &str) -> Result<String, Ask> {
    if host.is_empty() {
        return Ok("::".into());
    }
    // A link-local address may name its interface; there is one.
    let bare = host.split('%').next().unwrap_or(host);
    if let Ok(ip) = bare.parse::<Ipv6Addr>() {
        return Ok(ip.to_string());
    }
    if host.parse::<Ipv4Addr>().is_ok() {
        return Err(gaierror(vm, -9, "Address family for hostname not supported"));
    }
    let found = look_up(vm, host)?;
    match (found.iter().find(|ip| ip.contains(':')), found.is_empty()) {
        (Some(ip), _) => Ok(ip.clone()),
        (None, false) => Err(gaierror(vm, -9, "Address family for hostname not supported")),
        (None, true) => Err(unknown(vm)),
    }
}
fn host(vm: &mut Vm, r: Ref) -> Result<String, Ask> {
    if let Some(b) = vm.bytes_of(r) {
        return Ok(String::from_utf8_lossy(b).into_owned());
    }
    match vm.str_of(r) {
        Some(s) => Ok(s.lossy().into_owned()),
        None => {
            let message = format!("str, bytes or bytearray expected, not {}", vm.dotted_type_name(r));
            Err(vm.type_error(message))
        }
    }
}
/// A Unix name as text: bytes that are no UTF-8 keep their place.
fn unix_text(bytes: &[u8]) -> String {
    let raw = |b: u8| char::from_u32(RAW + b as u32).expect("a private character");
    bytes.utf8_chunks().fold(String::new(), |all, c| all + c.valid() + &c.invalid().iter().map(|b| raw(*b)).collect::<String>())
}
fn unix_bytes(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for c in text.chars() {
        match (c as u32).checked_sub(RAW).filter(|b| (128..256).contains(b)) {
            Some(b) => out.push(b as u8),
            None => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    out
}
fn unix(vm: &mut Vm, r: Ref) -> Result<Address, Ask> {
    let bytes = match vm.str_of(r).is_some() || vm.bytes_of(r).is_some() {
        true if vm.str_of(r).is_some() => {
            let s = vm.str_of(r).expect("just seen");
            match s.as_str() {
                Some(s) => s.as_bytes().to_vec(),
                None => {
                    // A name with escaped bytes (PEP 383).
                    let module = vm.intern("surrogateescape").into_raw();
                    let utf8 = vm.str("utf-8");
                    let utf8 = vm.keep(utf8);
                    let b = vm.call_method(r, "encode", &[utf8, module])?;
                    vm.bytes_of(b).map(<[u8]>::to_vec).unwrap_or_default()
                }
            }
        }
        true => vm.bytes_of(r).expect("just seen").to_vec(),
        false => vm.buffer_bytes(r)?,
    };
    let room = if bytes.first() == Some(&0) || bytes.is_empty() { LONGEST } else { LONGEST - 1 };
    if bytes.len() > room {
        return Err(vm.error(crate::vm::t::OS_ERROR, "AF_UNIX path too long"));
    }
    Ok(Address::Unix(unix_text(&bytes)))
}
/// An address argument of `function` for a socket of this family.
pub fn parse(vm: &mut Vm, r: Ref, family: i32, function: &str) -> Result<Address, Ask> {
    if family == AF_UNIX {
        return unix(vm, r);
    }
    let name = if family == AF_INET { "AF_INET" } else { "AF_INET6" };
    let Some(items) = vm.tuple_items(r).map(<[Ref]>::to_vec) else {
        let message = format!("{function}(): {name} address must be tuple, not {}", vm.dotted_type_name(r));
        return Err(vm.type_error(message));
    };
    let fits = if family == AF_INET { items.len() == 2 } else { (2..=4).contains(&items.len()) };
    if !fits {
        let message = if family == AF_INET {
            "AF_INET address must be a pair (host, port)"
        } else {
            "AF_INET6 address must be a tuple (host, port[, flowinfo[, scopeid]])"
        };
        return Err(vm.type_error(message));
    }
    let text = host(vm, items[0])?;
    let port = vm.index_i64(items[1])?;
    let Ok(port) = u16::try_from(port) else {
        let message = format!("{function}(): port must be 0-65535.");
        return Err(vm.overflow_error(message));
    };
    if let Some(flow) = items.get(2) {
        let flow = vm.index_i64(*flow)?;
        if !(0..=0xF_FFFF).contains(&flow) {
            let message = format!("{function}(): flowinfo must be 0-1048575.");
            return Err(vm.overflow_error(message));
        }
    }
    if family == AF_INET {
        Ok(Address::Inet(resolve4(vm, &text)?, port))
    } else {
        Ok(Address::Inet6(resolve6(vm, &text)?, port))
    }
}
/// As Python shows an address.
pub fn object(vm: &mut Vm, a: &Address) -> Owned {
    match a {
        Address::None => vm.str(""),
        Address::Unix(path) if path.starts_with('\0') => vm.bytes(unix_bytes(path)),
        Address::Unix(path) => {
            let mut text = Wtf8Buf::new();
            for chunk in unix_bytes(path).utf8_chunks() {
                text.push_str(chunk.valid());
                chunk.invalid().iter().for_each(|b| text.push(CodePoint::from(0xDC00 + *b as u16)));
            }
            vm.str(text)
        }
        Address::Inet(ip, port) => {
            let items = vec![vm.str(ip.as_str()), vm.int(*port as i64)];
            vm.tuple(items)
        }
        Address::Inet6(ip, port) => {
            let items = vec![vm.str(ip.as_str()), vm.int(*port as i64), vm.int(0), vm.int(0)];
            vm.tuple(items)
        }
    }
}
/// The sender of what came: None where the socket names nobody.
pub fn sender(vm: &mut Vm, a: &Address) -> Owned {
    if *a == Address::None { vm.none() } else { object(vm, a) }
}
