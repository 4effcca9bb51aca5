//! `Pattern.sub` and `subn`. A callable replacement is called by the prelude, one match after the other.
use super::engine::Subject;
use super::pattern::each_match;
use super::template::{Joiner, Piece, fill, pieces};
use crate::heap::{Owned, Ref};
use crate::natives::text::util::{bound_arg, same_or};
use crate::vm::{Args, Ask, Step, Vm, n, t};

pub fn sub(vm: &mut Vm, a: Args) -> Step {
    if is_callable(vm, a[1]) {
        return call_python(vm, a, "sre_sub");
    }
    let (result, _) = replaced(vm, a)?;
    Ok(result)
}
pub fn subn(vm: &mut Vm, a: Args) -> Step {
    if is_callable(vm, a[1]) {
        return call_python(vm, a, "sre_subn");
    }
    let (result, count) = replaced(vm, a)?;
    let count = vm.int(count);
    Ok(vm.tuple(vec![result, count]))
}
fn is_callable(vm: &mut Vm, r: Ref) -> bool {
    vm.str_of(r).is_none() && vm.lookup_special(r, n::__CALL__).is_some()
}
fn call_python(vm: &mut Vm, a: Args, name: &str) -> Step {
    let count = bound_arg(vm, a.opt(3), 0)?;
    Subject::new(vm, a[0], a[2])?;
    let count = vm.int(count);
    let count = vm.keep(count);
    vm.tail_prelude(name, &[a[0], a[1], a[2], count])
}
/// The replacement as pieces: a literal without backslashes stands for itself.
fn parsed(vm: &mut Vm, pattern: Ref, repl: Ref) -> Result<Vec<Piece>, Ask> {
    let literal = match (vm.str_of(repl), vm.bytes_of(repl)) {
        (Some(s), _) => !s.wtf8().as_bytes().contains(&b'\\'),
        (_, Some(b)) => !b.contains(&b'\\'),
        _ => false,
    };
    if literal {
        return Ok(vec![Piece::Literal(repl)]);
    }
    let filter = vm.prelude("sre_template", &[pattern, repl])?;
    Ok(pieces(vm, filter).unwrap_or_else(|| vec![Piece::Literal(filter)]))
}
/// The new text and the number of replacements.
fn replaced(vm: &mut Vm, a: Args) -> Result<(Owned, i64), Ask> {
    let (pattern, string) = (a[0], a[2]);
    let max = bound_arg(vm, a.opt(3), 0)?;
    let repl = parsed(vm, pattern, a[1])?;
    let subject = Subject::new(vm, pattern, string)?;
    let mut out = Joiner::new(vm.str_of(string).is_none());
    let (mut last, mut done, mut failed) = (0, 0, None);
    if max >= 0 {
        each_match(vm, pattern, &subject, (0, subject.len), |vm, found| {
            if last < found.start() {
                out.push_slice(vm, string, last, found.start());
            }
            if let Err(e) = fill(vm, &repl, string, &found.spans, &mut out) {
                failed = Some(e);
                return false;
            }
            last = found.end();
            done += 1;
            max == 0 || done < max
        });
    }
    if let Some(e) = failed {
        return Err(e);
    }
    if done == 0 && vm.str_of(string).is_some() {
        return Ok((same_or(vm, string, None), 0));
    }
    if done == 0 && vm.ty(string) == t::BYTES {
        return Ok((vm.incref(string), 0));
    }
    if last < subject.len {
        out.push_slice(vm, string, last, subject.len);
    }
    Ok((out.finish(vm), done))
}
