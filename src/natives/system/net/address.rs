//! Addresses between Python's tuples and the system's.
use super::gaierror;
use crate::heap::{Owned, Ref};
use crate::vm::syscall::Address;
use crate::vm::{Ask, Vm};
use std::net::{Ipv4Addr, Ipv6Addr};

pub const AF_UNIX: i32 = 1;
pub const AF_INET: i32 = 2;
pub const AF_INET6: i32 = 10;

/// The dotted address of a host name: the machine knows itself only.
pub fn resolve4(vm: &mut Vm, host: &str) -> Result<String, Ask> {
    match host {
        "" => Ok("0.0.0.0".into()),
        "<broadcast>" => Ok("255.255.255.255".into()),
        "localhost" | "pellucid" | "localhost.localdomain" => Ok("127.0.0.1".into()),
        _ => match host.parse::<Ipv4Addr>() {
            Ok(ip) => Ok(ip.to_string()),
            Err(_) => Err(gaierror(vm, -2, "Name or service not known")),
        },
    }
}
pub fn resolve6(vm: &mut Vm, host: &str) -> Result<String, Ask> {
    match host {
        "" => Ok("::".into()),
        "localhost" | "pellucid" => Ok("::1".into()),
        _ => match host.parse::<Ipv6Addr>() {
            Ok(ip) => Ok(ip.to_string()),
            Err(_) => Err(gaierror(vm, -2, "Name or service not known")),
        },
    }
}
fn host(vm: &mut Vm, r: Ref) -> Result<String, Ask> {
    if let Some(b) = vm.bytes_of(r) {
        return Ok(String::from_utf8_lossy(b).into_owned());
    }
    match vm.str_of(r) {
        Some(s) => Ok(s.lossy().into_owned()),
        None => {
            let message = format!("str, bytes or bytearray expected, not {}", vm.type_name(r));
            Err(vm.type_error(message))
        }
    }
}
/// An address argument of `function` for a socket of this family.
pub fn parse(vm: &mut Vm, r: Ref, family: i32, function: &str) -> Result<Address, Ask> {
    if family == AF_UNIX {
        return match vm.as_path(r)? {
            Some(p) => Ok(Address::Unix(vm.path_text(p))),
            None => {
                let message = format!("a bytes-like object is required, not '{}'", vm.type_name(r));
                Err(vm.type_error(message))
            }
        };
    }
    let name = if family == AF_INET { "AF_INET" } else { "AF_INET6" };
    let Some(items) = vm.tuple_items(r).map(<[Ref]>::to_vec) else {
        let message = format!("{function}(): {name} address must be tuple, not {}", vm.type_name(r));
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
        Address::Unix(path) => vm.str(path.as_str()),
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
