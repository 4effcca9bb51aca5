//! Reading through a buffer.
use super::buffered::{Buffered, get, get_mut, open};
use super::{raw, size_argument};
use crate::heap::Ref;
use crate::vm::step::Step;
use crate::vm::{Args, Ask, Def, Vm, fixed};

pub const METHODS: &[Def] = &[
    Def::method("read", "(self, size=-1, /)", read, "Read up to size bytes, or all."),
    Def::method("peek", "(self, size=0, /)", peek, "Bytes that come next, without moving on."),
    Def::method("read1", "(self, size=-1, /)", read1, "Read with at most one raw read."),
    Def::method("readinto", "(self, buffer, /)", readinto, "Read into a buffer; how many bytes were read."),
    Def::method("readinto1", "(self, buffer, /)", readinto1, "Read into a buffer with at most one raw read."),
    Def::method("readline", "(self, size=-1, /)", readline, "Read a line."),
    Def::method("__next__", "(self, /)", next, "Implement next(self)."),
];

/// Writes what waits before a read of a random-access buffer. Asks only; `done_writing` does the change.
fn before_read(vm: &mut Vm, r: Ref, raw: Ref) -> Result<(), Ask> {
    let pending = get(vm, r).pending.clone();
    let (done, failed) = raw::write_all(vm, raw, &pending)?;
    match failed {
        Some(ask) => {
            get_mut(vm, r).pending.drain(..done);
            Err(ask)
        }
        None => Ok(()),
    }
}
/// Gives out `taken` bytes of what was there and of `fresh`, and keeps the rest.
fn settle(vm: &mut Vm, r: Ref, fresh: Vec<u8>, taken: usize) -> Vec<u8> {
    let x = get_mut(vm, r);
    x.pending.clear();
    if fresh.is_empty() {
        let out = x.rest()[..taken].to_vec();
        x.at += taken;
        return out;
    }
    let mut all = x.rest().to_vec();
    all.extend_from_slice(&fresh);
    let out = all[..taken].to_vec();
    all.drain(..taken);
    (x.ahead, x.at) = (all, 0);
    out
}
/// Reads until `count` bytes are there, or the end, or nothing more for now; the fresh bytes. None: nothing at all now.
fn gather(vm: &mut Vm, r: Ref, raw: Ref, count: usize) -> Result<Option<Vec<u8>>, Ask> {
    let Buffered { size, .. } = *get(vm, r);
    let have = get(vm, r).rest().len();
    let mut fresh: Vec<u8> = Vec::new();
    while have + fresh.len() < count {
        let missing = count - have - fresh.len();
        match raw::read(vm, raw, missing.max(size))? {
            Some(b) if b.is_empty() => break,
            Some(b) => fresh.extend_from_slice(&b),
            None if have + fresh.len() == 0 => return Ok(None),
            None => break,
        }
    }
    Ok(Some(fresh))
}
fn read(vm: &mut Vm, a: Args) -> Step {
    if let Some(r) = a.not_none(1)
        && vm.i64_of(r).is_some_and(|k| k < -1)
    {
        return Err(vm.value_error("read length must be non-negative or -1"));
    }
    let size = size_argument(vm, a.opt(1))?;
    let raw = open(vm, a[0], "read of closed file")?;
    // Fast: it is all there.
    if let Some(k) = size
        && k <= get(vm, a[0]).rest().len()
        && vm.answers.is_empty()
        && get(vm, a[0]).pending.is_empty()
    {
        let out = settle(vm, a[0], vec![], k);
        return Ok(vm.bytes(out));
    }
    before_read(vm, a[0], raw)?;
    let fresh = match size {
        Some(k) => gather(vm, a[0], raw, k)?,
        None => raw::read_all(vm, raw)?,
    };
    let have = get(vm, a[0]).rest().len();
    let Some(fresh) = fresh else {
        if have == 0 {
            return Ok(vm.none());
        }
        let out = settle(vm, a[0], vec![], have);
        return Ok(vm.bytes(out));
    };
    let taken = size.unwrap_or(usize::MAX).min(have + fresh.len());
    let out = settle(vm, a[0], fresh, taken);
    Ok(vm.bytes(out))
}
/// At most one raw read; what is read ahead comes first.
fn read_once(vm: &mut Vm, r: Ref, raw: Ref, count: usize) -> Result<Vec<u8>, Ask> {
    let have = get(vm, r).rest().len();
    if have > 0 || count == 0 {
        return Ok(settle(vm, r, vec![], have.min(count)));
    }
    before_read(vm, r, raw)?;
    let fresh = raw::read(vm, raw, count)?.unwrap_or_default();
    get_mut(vm, r).pending.clear();
    Ok(fresh)
}
fn read1(vm: &mut Vm, a: Args) -> Step {
    let size = size_argument(vm, a.opt(1))?;
    let raw = open(vm, a[0], "read of closed file")?;
    let size = size.unwrap_or(get(vm, a[0]).size);
    let out = read_once(vm, a[0], raw, size)?;
    Ok(vm.bytes(out))
}
fn peek(vm: &mut Vm, a: Args) -> Step {
    let raw = open(vm, a[0], "peek of closed file")?;
    if get(vm, a[0]).rest().is_empty() {
        let size = get(vm, a[0]).size;
        before_read(vm, a[0], raw)?;
        let fresh = raw::read(vm, raw, size)?.unwrap_or_default();
        let x = get_mut(vm, a[0]);
        x.pending.clear();
        (x.ahead, x.at) = (fresh, 0);
    }
    let out = get(vm, a[0]).rest().to_vec();
    Ok(vm.bytes(out))
}
fn readinto(vm: &mut Vm, a: Args) -> Step {
    let raw = open(vm, a[0], "readinto of closed file")?;
    let count = vm.writable_len(a[1])?;
    before_read(vm, a[0], raw)?;
    let Some(fresh) = gather(vm, a[0], raw, count)? else { return Ok(vm.none()) };
    let have = get(vm, a[0]).rest().len();
    let mut all = get(vm, a[0]).rest().to_vec();
    all.extend_from_slice(&fresh);
    let taken = count.min(have + fresh.len());
    vm.fill_buffer(a[1], &all[..taken])?;
    settle(vm, a[0], fresh, taken);
    Ok(vm.int(taken as i64))
}
fn readinto1(vm: &mut Vm, a: Args) -> Step {
    let raw = open(vm, a[0], "readinto of closed file")?;
    let count = vm.writable_len(a[1])?;
    let have = get(vm, a[0]).rest().len();
    if have > 0 || count == 0 {
        let taken = have.min(count);
        let out = get(vm, a[0]).rest()[..taken].to_vec();
        vm.fill_buffer(a[1], &out)?;
        settle(vm, a[0], vec![], taken);
        return Ok(vm.int(taken as i64));
    }
    before_read(vm, a[0], raw)?;
    let fresh = raw::read(vm, raw, count)?.unwrap_or_default();
    vm.fill_buffer(a[1], &fresh)?;
    get_mut(vm, a[0]).pending.clear();
    Ok(vm.int(fresh.len() as i64))
}
/// Bytes of the line that begins here, at most `limit`.
fn line(vm: &mut Vm, r: Ref, limit: Option<usize>) -> Result<Vec<u8>, Ask> {
    let most = limit.unwrap_or(usize::MAX);
    let found = |bytes: &[u8]| bytes.iter().take(most).position(|b| *b == b'\n').map(|i| i + 1);
    if vm.answers.is_empty() {
        let rest = get(vm, r).rest();
        let end = found(rest).or(if rest.len() >= most { Some(most) } else { None });
        if let Some(end) = end
            && get(vm, r).pending.is_empty()
        {
            return Ok(settle(vm, r, vec![], end));
        }
    }
    let raw = open(vm, r, "readline of closed file")?;
    before_read(vm, r, raw)?;
    let size = get(vm, r).size;
    let mut all = get(vm, r).rest().to_vec();
    let have = all.len();
    let end = loop {
        if let Some(end) = found(&all) {
            break end;
        }
        if all.len() >= most {
            break most;
        }
        match raw::read(vm, raw, size)? {
            Some(b) if !b.is_empty() => all.extend_from_slice(&b),
            _ => break all.len(),
        }
    };
    let fresh = all.split_off(have);
    Ok(settle(vm, r, fresh, end))
}
fn readline(vm: &mut Vm, a: Args) -> Step {
    let limit = size_argument(vm, a.opt(1))?;
    open(vm, a[0], "readline of closed file")?;
    let out = line(vm, a[0], limit)?;
    Ok(vm.bytes(out))
}
fn next(vm: &mut Vm, a: Args) -> Step {
    let ty = vm.ty(a[0]);
    let exact = vm.type_of_def(&super::buffered::BUFFERED_READER) == ty || vm.type_of_def(&super::buffered::BUFFERED_RANDOM) == ty;
    if !exact {
        let out = vm.call_method(a[0], "readline", &[])?;
        if out == fixed::EMPTY_BYTES || vm.len(out)? == 0 {
            return Err(vm.stop_iteration(None));
        }
        return Ok(vm.incref(out));
    }
    open(vm, a[0], "I/O operation on closed file.")?;
    let out = line(vm, a[0], None)?;
    if out.is_empty() {
        return Err(vm.stop_iteration(None));
    }
    Ok(vm.bytes(out))
}
