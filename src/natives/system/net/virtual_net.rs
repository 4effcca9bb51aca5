//! Functions of `pellucid` behind its modules `network` and `web`: rules of the virtual network, and sites on it.
use crate::heap::Ref;
use crate::vm::step::Step;
use crate::vm::syscall::{SitePage, SysResult, Syscall};
use crate::vm::{Args, Ask, Def, Vm};

pub const FUNCTIONS: &[Def] = &[
    Def::function("_network", "(*words)", network, "A command of %net; what it has done."),
    Def::function("_serve", "(name, pages, /)", serve, "A web site; its address."),
];

fn network(vm: &mut Vm, a: Args) -> Step {
    let mut words = Vec::new();
    for r in vm.tuple_items(a[0]).map(<[Ref]>::to_vec).unwrap_or_default() {
        words.push(vm.expect_str(r, "a word of the command")?);
    }
    match vm.sys(Syscall::Configure { words }, None)? {
        SysResult::Text(text) => Ok(vm.str(text)),
        SysResult::Refused(why) => Err(vm.value_error(why)),
        other => panic!("Configure answered {other:?}"),
    }
}
/// A page: (path, status, headers, body, delay in ns or None for ever, bytes until the connection is reset or None).
fn page(vm: &mut Vm, r: Ref) -> Result<(String, SitePage), Ask> {
    let Some(&[path, status, headers, body, delay, cut]) = vm.items_of(r) else {
        return Err(vm.type_error("a page is a tuple of six"));
    };
    let path = vm.expect_str(path, "a page's path")?;
    let status = u16::try_from(vm.index_i32(status)?).unwrap_or(500);
    let mut pairs = Vec::new();
    for pair in vm.collect(headers)? {
        let Some(&[key, value]) = vm.items_of(pair) else { return Err(vm.type_error("a header is a pair")) };
        pairs.push((vm.expect_str(key, "a header's name")?, vm.expect_str(value, "a header's value")?));
    }
    let body = vm.buffer_bytes(body)?;
    let none = crate::vm::fixed::NONE;
    let delay_ns = if delay == none { u64::MAX } else { vm.index_i64(delay)?.max(0) as u64 };
    let cut = if cut == none { None } else { Some(vm.index_i64(cut)?.max(0) as usize) };
    Ok((path, SitePage { status, headers: pairs, body, delay_ns, cut }))
}
fn serve(vm: &mut Vm, a: Args) -> Step {
    let name = vm.expect_str(a[0], "a site's name")?;
    let mut pages = Vec::new();
    for r in vm.collect(a[1])? {
        pages.push(page(vm, r)?);
    }
    match vm.sys(Syscall::Serve { name, pages }, None)? {
        SysResult::Text(ip) => Ok(vm.str(ip)),
        other => panic!("Serve answered {other:?}"),
    }
}
