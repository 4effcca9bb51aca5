//! Writing through a buffer.
use super::buffered::{forget_ahead, get, get_mut, give_back, open};
use super::raw;
use crate::heap::Ref;
use crate::vm::step::Step;
use crate::vm::{Args, Ask, Def, Vm};

pub const METHODS: &[Def] =
    &[Def::method("write", "(self, buffer, /)", write, "Write bytes; how many. What fits stays in the buffer.")];

fn write(vm: &mut Vm, a: Args) -> Step {
    let raw = open(vm, a[0], "write to closed file")?;
    let data = vm.buffer_bytes(a[1])?;
    store(vm, a[0], raw, &data)?;
    Ok(vm.int(data.len() as i64))
}

/// Takes bytes: into the buffer while they fit; otherwise what waits is written first, and a large piece goes straight on.
fn store(vm: &mut Vm, r: Ref, raw: Ref, data: &[u8]) -> Result<(), Ask> {
    give_back(vm, r, raw)?;
    let x = get(vm, r);
    let size = x.size;
    if x.pending.len() + data.len() <= size {
        forget_ahead(vm, r);
        get_mut(vm, r).pending.extend_from_slice(data);
        return Ok(());
    }
    let waiting = x.pending.clone();
    // A piece that fits into an empty buffer stays there; a larger one is written together with what waits.
    let direct = if data.len() > size { data } else { &[] };
    let (done, failed) = raw::write_all(vm, raw, &waiting)?;
    let (more, failed) = match failed {
        Some(ask) => (0, Some(ask)),
        None => raw::write_all(vm, raw, direct)?,
    };
    forget_ahead(vm, r);
    let kept = &mut get_mut(vm, r).pending;
    kept.drain(..done);
    match failed {
        None if direct.is_empty() => {
            kept.extend_from_slice(data);
            Ok(())
        }
        None => Ok(()),
        Some(ask) => {
            // What the stream did not take is kept as far as the buffer goes.
            let rest = &data[more.min(data.len())..];
            let room = size.saturating_sub(kept.len()).min(rest.len());
            kept.extend_from_slice(&rest[..room]);
            Err(ask)
        }
    }
}
