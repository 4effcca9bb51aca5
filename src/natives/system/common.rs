//! What all natives about the operating system share: raising OSError, path arguments, times, module constants.
use crate::face::InputRefused;
use crate::heap::{Owned, Ref};
use crate::objects::Payload;
use crate::vm::step::Ask;
use crate::vm::syscall::{SysResult, Syscall, errno};
use crate::vm::{Vm, fixed, n, t};
use rustpython_wtf8::{CodePoint, Wtf8, Wtf8Buf};

/// A path argument.
#[derive(Clone, Debug)]
pub struct PathArg {
    pub text: String,
    /// What OSError names: the str or bytes.
    pub object: Ref,
    pub is_bytes: bool,
    /// An open descriptor was given instead.
    pub fd: Option<i32>,
}

/// What besides a path is allowed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum PathKind {
    Path,
    OrFd,
    OrFdOrNone,
    OrNone,
}

impl Vm {
    /// The OSError of an errno (the subclass that fits), with file names.
    pub(crate) fn os_error(&mut self, code: i32, path: Option<Ref>, second: Option<Ref>) -> Ask {
        if code == errno::EINTR {
            return Ask::Raise(self.new_exception(t::KEYBOARD_INTERRUPT, vec![]));
        }
        let number = self.int(code as i64);
        let number = self.keep(number);
        let text = self.str(errno::text(code));
        let text = self.keep(text);
        let mut args = vec![number, text];
        if let Some(p) = path {
            args.push(p);
        }
        if let Some(s) = second {
            args.extend([fixed::NONE, s]);
        }
        self.raise_call(t::OS_ERROR, &args)
    }
    /// Raises `ty(*args)`, its constructor run.
    pub(crate) fn raise_call(&mut self, ty: Ref, args: &[Ref]) -> Ask {
        match self.call(ty, args) {
            Ok(exc) => self.reraise(exc),
            Err(ask) => ask,
        }
    }
    /// A syscall whose errors are raised as OSError.
    pub(crate) fn sys(&mut self, call: Syscall, path: Option<Ref>) -> Result<SysResult, Ask> {
        match self.syscall(call)? {
            SysResult::Error(e) => Err(self.os_error(e, path, None)),
            SysResult::NoInput(InputRefused::Interrupted) => Err(self.os_error(errno::EINTR, None, None)),
            other => Ok(other),
        }
    }
    pub(crate) fn sys_int(&mut self, call: Syscall) -> Result<i64, Ask> {
        match self.sys(call, None)? {
            SysResult::Int(i) => Ok(i),
            SysResult::Done => Ok(0),
            other => panic!("the system answered {other:?} where a number was due"),
        }
    }
    /// A syscall that only succeeds or fails.
    pub(crate) fn sys_done(&mut self, call: Syscall, path: Option<Ref>) -> crate::vm::Step {
        self.sys(call, path)?;
        Ok(self.none())
    }

    /// A path argument of `function`; `arg` is the parameter's name.
    pub(crate) fn path_arg(&mut self, given: Option<Ref>, function: &str, arg: &str, kind: PathKind) -> Result<PathArg, Ask> {
        let r = match given {
            Some(r) if r != fixed::NONE => r,
            _ if matches!(kind, PathKind::OrNone | PathKind::OrFdOrNone) => {
                let dot = self.str(".");
                let object = self.keep(dot);
                return Ok(PathArg { text: ".".into(), object, is_bytes: false, fd: None });
            }
            _ => fixed::NONE,
        };
        let fd_allowed = matches!(kind, PathKind::OrFd | PathKind::OrFdOrNone);
        if fd_allowed && self.str_of(r).is_none() && (self.is_int(r) || self.lookup_special(r, n::__INDEX__).is_some()) {
            let fd = self.index_i32(r)?;
            return Ok(PathArg { text: String::new(), object: r, is_bytes: false, fd: Some(fd) });
        }
        let object = match self.as_path(r)? {
            Some(p) => p,
            None => {
                let allowed = match kind {
                    PathKind::Path => "string, bytes or os.PathLike",
                    PathKind::OrFd => "string, bytes, os.PathLike or integer",
                    PathKind::OrNone => "string, bytes, os.PathLike or None",
                    PathKind::OrFdOrNone => "string, bytes, os.PathLike, integer or None",
                };
                let message = format!("{function}: {arg} should be {allowed}, not {}", self.dotted_type_name(r));
                return Err(self.type_error(message));
            }
        };
        let text = self.path_text(object);
        if text.contains('\0') {
            let message = format!("{function}: embedded null character in {arg}");
            return Err(self.value_error(message));
        }
        let is_bytes = self.bytes_of(object).is_some();
        Ok(PathArg { text, object, is_bytes, fd: None })
    }
    /// `os.fspath`: a str or bytes object; None when the object is no path.
    pub(crate) fn as_path(&mut self, r: Ref) -> Result<Option<Ref>, Ask> {
        if self.str_of(r).is_some() || matches!(self.heap.get(r), Payload::Bytes(_)) {
            return Ok(Some(r));
        }
        let Some(p) = self.call_special(r, n::__FSPATH__, &[])? else { return Ok(None) };
        if self.str_of(p).is_some() || matches!(self.heap.get(p), Payload::Bytes(_)) {
            return Ok(Some(p));
        }
        let message =
            format!("expected {}.__fspath__() to return str or bytes, not {}", self.dotted_type_name(r), self.dotted_type_name(p));
        Err(self.type_error(message))
    }
    /// Text of a path object; undecodable bytes become U+FFFD (the simulated tree holds UTF-8 names only).
    pub(crate) fn path_text(&self, r: Ref) -> String {
        match self.bytes_of(r) {
            Some(b) => String::from_utf8_lossy(b).into_owned(),
            None => self.lossy(r),
        }
    }
    /// A name as str or, where the caller gave bytes, as bytes.
    pub(crate) fn name_like(&mut self, text: &str, bytes: bool) -> Owned {
        if bytes { self.bytes(text.as_bytes()) } else { self.str(text) }
    }

    /// Contents of any bytes-like object (bytes, bytearray, or what `memoryview` accepts); TypeError otherwise.
    pub(crate) fn buffer_bytes(&mut self, r: Ref) -> Result<Vec<u8>, Ask> {
        if let Some(b) = self.bytes_of(r) {
            return Ok(b.to_vec());
        }
        if let Some(b) = crate::natives::text::memoryview::contents(self, r) {
            return Ok(b);
        }
        if self.str_of(r).is_some() || self.is_int(r) || matches!(self.heap.get(r), Payload::List(_) | Payload::Tuple(_) | Payload::Unit) {
            let message = format!("a bytes-like object is required, not '{}'", self.dotted_type_name(r));
            return Err(self.type_error(message));
        }
        let view = match self.try_call(t::MEMORYVIEW, &[r])? {
            Ok(v) => v,
            Err(_) => {
                let message = format!("a bytes-like object is required, not '{}'", self.dotted_type_name(r));
                return Err(self.type_error(message));
            }
        };
        let b = self.call_method(view, "tobytes", &[])?;
        Ok(self.bytes_of(b).expect("tobytes gives bytes").to_vec())
    }
    /// How many bytes a writable buffer takes.
    pub(crate) fn writable_len(&mut self, r: Ref) -> Result<usize, Ask> {
        match self.heap.get(r) {
            Payload::ByteArray(b) => Ok(b.data.len()),
            Payload::Bytes(_) | Payload::Str(_) | Payload::Int(_) => {
                let message = format!("read-write bytes-like object expected, not {}", self.dotted_type_name(r));
                Err(self.type_error(message))
            }
            _ => {
                let view = self.call(t::MEMORYVIEW, &[r])?;
                let k = self.getattr_str(view, "nbytes")?;
                self.index_i64(k).map(|k| k as usize)
            }
        }
    }
    /// Puts bytes into the start of a writable buffer; the last thing a native does before its result.
    pub(crate) fn fill_buffer(&mut self, r: Ref, data: &[u8]) -> Result<(), Ask> {
        if let Payload::ByteArray(b) = self.heap.get_mut(r) {
            let k = data.len().min(b.data.len());
            b.data[..k].copy_from_slice(&data[..k]);
            return Ok(());
        }
        let bytes = self.bytes(data);
        let bytes = self.keep(bytes);
        self.prelude("io_fill", &[r, bytes])?;
        Ok(())
    }

    /// Seconds (int or float) as nanoseconds, rounded up; OverflowError beyond 2^63.
    pub(crate) fn timeout_ns(&mut self, r: Ref) -> Result<i64, Ask> {
        if let Some(x) = self.f64_of(r) {
            if x.is_nan() {
                return Err(self.value_error("Invalid value NaN (not a number)"));
            }
            let ns = x * 1e9;
            // 2^63.
            if ns.abs() >= 9_223_372_036_854_775_808.0 {
                return Err(self.overflow_error("timestamp out of range for platform time_t"));
            }
            return Ok(if ns < 0.0 { ns.floor() } else { ns.ceil() } as i64);
        }
        if self.lookup_special(r, n::__INDEX__).is_none() {
            let message = format!("'{}' object cannot be interpreted as an integer or float", self.dotted_type_name(r));
            return Err(self.type_error(message));
        }
        let i = self.index_ref(r)?;
        match self.i64_of(i).and_then(|s| s.checked_mul(1_000_000_000)) {
            Some(ns) => Ok(ns),
            None => Err(self.overflow_error("timestamp too large to convert to C PyTime_t")),
        }
    }

    /// Sets a module's attribute, taking the value over.
    pub(crate) fn set_global(&mut self, module: Ref, name: &str, value: Owned) {
        let Payload::Module(m) = self.heap.get(module) else { panic!("{module:?} is no module") };
        let dict = m.dict;
        self.dict_set_str(dict, name, value);
    }
    pub(crate) fn set_ints(&mut self, module: Ref, values: &[(&str, i64)]) {
        for (name, value) in values {
            let v = self.int(*value);
            self.set_global(module, name, v);
        }
    }
    /// Another name for something the module has.
    pub(crate) fn set_alias(&mut self, module: Ref, name: &str, old: &str) {
        let Payload::Module(m) = self.heap.get(module) else { panic!("{module:?} is no module") };
        let dict = m.dict;
        let value = self.dict_get_str(dict, old).unwrap_or_else(|| panic!("the module has no {old}"));
        let value = self.incref(value);
        self.set_global(module, name, value);
    }
    pub(crate) fn set_borrowed(&mut self, module: Ref, name: &str, value: Ref) {
        let value = self.incref(value);
        self.set_global(module, name, value);
    }

    /// Moves a native type under another base; used where the base has no fixed place. Idempotent.
    pub(crate) fn rebase(&mut self, ty: Ref, base: Ref) {
        if self.type_obj(ty).base == Some(base) {
            return;
        }
        let mut mro = vec![ty];
        mro.extend_from_slice(&self.type_obj(base).mro);
        let (dict, weakref) = (self.type_obj(base).has_dict, self.type_obj(base).has_weakref);
        self.heap.incref_raw(base);
        self.heap.incref_raw(base);
        mro.iter().for_each(|r| self.heap.incref_raw(*r));
        let x = self.type_obj_mut(ty);
        let old_base = x.base.replace(base);
        let (old_bases, old_mro) = (x.replace_bases(vec![base], None), x.replace_mro(mro, None));
        x.has_dict |= dict;
        x.has_weakref |= weakref;
        self.type_obj_mut(base).subclasses.push(ty);
        if let Some(b) = old_base {
            self.type_obj_mut(b).subclasses.retain(|s| *s != ty);
        }
        old_base.iter().chain(&old_bases).chain(&old_mro).for_each(|r| self.heap.decref_raw(*r));
        self.type_modified(ty);
    }
    /// Makes a Python-visible exception class `module.name` with these bases; asks nothing.
    pub(crate) fn make_exception_class(&mut self, key: &'static str, module: &str, name: &str, bases: &[Ref]) -> Ref {
        if let Some(r) = self.registry.get(key) {
            return *r;
        }
        let ty = self.derive_class(module, name, bases);
        self.registry.insert(key, ty);
        ty
    }
    fn derive_class(&mut self, module: &str, name: &str, bases: &[Ref]) -> Ref {
        use crate::objects::class::type_flags;
        let model = self.type_obj(bases[0]).clone();
        let dict = self.dict().into_raw();
        let qualname = self.intern(name).into_raw();
        let mut x = model;
        x.name = name.into();
        x.qualname = qualname;
        x.dict = dict;
        x.base = Some(bases[0]);
        x.bases = bases.to_vec();
        (x.bases_tuple, x.mro_tuple) = (None, None);
        x.subclasses = vec![];
        x.keys = vec![];
        x.flags = (x.flags | type_flags::HEAP | type_flags::BASE) & !(type_flags::IMMUTABLE | type_flags::NO_NEW);
        x.has_dict = true;
        x.has_weakref = true;
        let ty = self.heap.alloc(t::TYPE, Payload::Type(Box::new(x)), 0).into_raw();
        let mut mro = vec![ty];
        for base in bases {
            for k in self.type_obj(*base).mro.clone() {
                mro.retain(|m| *m != k);
                mro.push(k);
            }
        }
        self.type_obj_mut(ty).mro = mro;
        // The clone copied references that nobody had counted yet.
        let mut held = vec![];
        self.type_obj(ty).visit(&mut |r| held.push(r));
        held.into_iter().filter(|r| *r != dict && *r != qualname).for_each(|r| self.heap.incref_raw(r));
        for base in bases {
            self.type_obj_mut(*base).subclasses.push(ty);
        }
        let text = self.intern(module);
        self.dict_set_str(dict, "__module__", text);
        let none = self.none();
        self.dict_set_str(dict, "__doc__", none);
        self.type_modified(ty);
        ty
    }
}

/// Text of bytes, undecodable ones as lone surrogates (PEP 383).
pub fn surrogate_escape(bytes: &[u8]) -> Wtf8Buf {
    let mut out = Wtf8Buf::new();
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        for b in chunk.invalid() {
            out.push(CodePoint::from_u32(0xDC00 + *b as u32).expect("a surrogate is a code point"));
        }
    }
    out
}
/// The reverse of `surrogate_escape`; other lone surrogates are written as WTF-8.
pub fn unescape_surrogates(text: &Wtf8) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for c in text.code_points() {
        match c.to_u32() {
            u @ 0xDC80..=0xDCFF => out.push((u - 0xDC00) as u8),
            _ => out.extend_from_slice(Wtf8Buf::from(c).as_bytes()),
        }
    }
    out
}
