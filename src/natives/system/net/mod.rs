//! `_socket` and `select`: sockets inside the machine, and waiting for descriptors.
pub mod address;
mod constants;
mod epoll;
mod functions;
mod messages;
pub mod select;
mod socket;
mod transfer;
pub mod virtual_net;

use crate::heap::Ref;
use crate::vm::native::ModuleDef;
use crate::vm::{Ask, Vm, t};

pub static MODULE: ModuleDef = ModuleDef {
    name: "_socket",
    doc: "Sockets of the simulated system: the loopback and socket pairs.",
    functions: &[functions::FUNCTIONS, messages::FUNCTIONS],
    types: &[&socket::SOCKET],
    init: Some(init),
};

fn init(vm: &mut Vm, module: Ref) -> Result<(), Ask> {
    vm.set_ints(module, constants::SOCKET);
    let ty = vm.type_of_def(&socket::SOCKET);
    vm.set_borrowed(module, "SocketType", ty);
    vm.set_borrowed(module, "error", t::OS_ERROR);
    vm.set_borrowed(module, "timeout", t::TIMEOUT_ERROR);
    let gai = gaierror_type(vm);
    vm.set_borrowed(module, "gaierror", gai);
    let herror = herror_type(vm);
    vm.set_borrowed(module, "herror", herror);
    let yes = vm.bool(true);
    vm.set_global(module, "has_ipv6", yes);
    Ok(())
}
fn gaierror_type(vm: &mut Vm) -> Ref {
    vm.make_exception_class("socket.gaierror", "socket", "gaierror", &[t::OS_ERROR])
}
fn herror_type(vm: &mut Vm) -> Ref {
    vm.make_exception_class("socket.herror", "socket", "herror", &[t::OS_ERROR])
}
/// `herror(code, text)`.
fn herror(vm: &mut Vm, code: i64, text: &str) -> Ask {
    let ty = herror_type(vm);
    let (code, text) = (vm.int(code), vm.str(text));
    let args = [vm.keep(code), vm.keep(text)];
    vm.raise_call(ty, &args)
}
/// `gaierror(code, text)`.
fn gaierror(vm: &mut Vm, code: i64, text: &str) -> Ask {
    let ty = gaierror_type(vm);
    let (code, text) = (vm.int(code), vm.str(text));
    let args = [vm.keep(code), vm.keep(text)];
    vm.raise_call(ty, &args)
}
