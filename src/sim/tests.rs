//! The system alone: files, pipes, locks and timers, without a machine.
use super::fs::NoLibrary;
use super::*;
use crate::face::Stream;

#[derive(Default)]
struct Recorder(String);
impl Host for Recorder {
    fn write(&mut self, _stream: Stream, text: &str) {
        self.0.push_str(text);
    }
}

fn system() -> Os {
    Os::new(&SessionOptions::default(), Arc::new(NoLibrary))
}
fn ask(os: &mut Os, thread: u32, call: Syscall) -> Answer {
    os.answer(call, &mut Ctx { host: &mut Recorder::default(), ticks: 0, thread })
}
fn pick(os: &mut Os) -> Pick {
    os.pick(&mut Ctx { host: &mut Recorder::default(), ticks: 0, thread: 0 })
}
fn int(a: Answer) -> i64 {
    match a {
        Answer::Ready(SysResult::Int(i)) => i,
        other => panic!("no number: {other:?}"),
    }
}
fn opened(os: &mut Os, path: &str, flags: i32) -> i32 {
    int(ask(os, 1, Syscall::Open { path: path.into(), flags, mode: 0o666 })) as i32
}
fn bytes(a: Answer) -> Vec<u8> {
    match a {
        Answer::Ready(SysResult::Bytes(b)) => b,
        other => panic!("no bytes: {other:?}"),
    }
}

#[test]
fn a_file_is_written_and_read_back() {
    let mut os = system();
    let fd = opened(&mut os, "notes.txt", 0o1102);
    assert_eq!(int(ask(&mut os, 1, Syscall::Write { fd, data: b"hello".to_vec() })), 5);
    assert_eq!(int(ask(&mut os, 1, Syscall::Seek { fd, offset: 1, whence: 0 })), 1);
    assert_eq!(bytes(ask(&mut os, 1, Syscall::Read { fd, count: 3 })), b"ell");
    assert_eq!(ask(&mut os, 1, Syscall::Close { fd }), Answer::Ready(SysResult::Done));
    let Answer::Ready(SysResult::Names(names)) = ask(&mut os, 1, Syscall::ListDir { path: "/home/student".into() }) else {
        panic!("a listing")
    };
    assert_eq!(names, ["notes.txt"]);
}

#[test]
fn what_is_not_there_or_not_ours_is_refused() {
    let mut os = system();
    let open = |os: &mut Os, path: &str, flags| ask(os, 1, Syscall::Open { path: path.into(), flags, mode: 0o666 });
    assert_eq!(open(&mut os, "nope", 0), Answer::Ready(SysResult::Error(errno::ENOENT)));
    assert_eq!(open(&mut os, "/etc/x", 0o101), Answer::Ready(SysResult::Error(errno::EACCES)));
    assert_eq!(open(&mut os, "/tmp", 1), Answer::Ready(SysResult::Error(errno::EISDIR)));
    assert_eq!(open(&mut os, "/usr/lib/python3.14/x.py", 0o101), Answer::Ready(SysResult::Error(errno::EROFS)));
}

#[test]
fn links_are_followed_and_loops_end() {
    let mut os = system();
    let link = |os: &mut Os, target: &str, path: &str| ask(os, 1, Syscall::Symlink { target: target.into(), path: path.into() });
    ask(&mut os, 1, Syscall::MakeDir { path: "a".into(), mode: 0o777 });
    link(&mut os, "a", "b");
    opened(&mut os, "b/f", 0o101);
    assert!(matches!(ask(&mut os, 1, Syscall::Stat { path: "a/f".into(), follow: true }), Answer::Ready(SysResult::Stat(_))));
    link(&mut os, "loop", "loop");
    assert_eq!(ask(&mut os, 1, Syscall::Stat { path: "loop".into(), follow: true }), Answer::Ready(SysResult::Error(errno::ELOOP)));
}

#[test]
fn a_reader_waits_for_the_writer_of_a_pipe() {
    let mut os = system();
    let Answer::Ready(SysResult::Pair(r, w)) = ask(&mut os, 1, Syscall::Pipe { flags: 0 }) else { panic!("a pipe") };
    let read = Syscall::Read { fd: r as i32, count: 10 };
    assert_eq!(ask(&mut os, 1, read), Answer::Block(Wait::Io));
    ask(&mut os, 2, Syscall::Write { fd: w as i32, data: b"x".to_vec() });
    assert_eq!(pick(&mut os), Pick::Run(1, Some(SysResult::Bytes(b"x".to_vec()))));
    ask(&mut os, 2, Syscall::Close { fd: w as i32 });
    assert_eq!(bytes(ask(&mut os, 1, Syscall::Read { fd: r as i32, count: 10 })), b"");
}

#[test]
fn a_lock_goes_to_its_waiters_in_order_and_deadlock_is_seen() {
    let mut os = system();
    let lock = int(ask(&mut os, 1, Syscall::LockNew)) as u64;
    let take = Syscall::LockAcquire { lock, blocking: true, timeout_ns: None };
    assert_eq!(int(ask(&mut os, 1, take.clone())), 1);
    assert_eq!(ask(&mut os, 2, take.clone()), Answer::Block(Wait::Lock(lock)));
    assert_eq!(ask(&mut os, 3, take.clone()), Answer::Block(Wait::Lock(lock)));
    ask(&mut os, 1, Syscall::LockRelease { lock });
    assert_eq!(pick(&mut os), Pick::Run(2, Some(SysResult::Int(1))));
    assert_eq!(ask(&mut os, 2, take), Answer::Block(Wait::Lock(lock)));
    let pid = os.process.pid;
    let waiting = vec![(Tid { pid, thread: 2 }, Wait::Lock(lock)), (Tid { pid, thread: 3 }, Wait::Lock(lock))];
    assert_eq!(pick(&mut os), Pick::Deadlock(waiting));
}

#[test]
fn sleepers_wake_in_the_order_of_their_deadlines() {
    let mut os = system();
    ask(&mut os, 1, Syscall::Sleep { ns: 5_000_000 });
    ask(&mut os, 2, Syscall::Sleep { ns: 1_000_000 });
    assert_eq!(pick(&mut os), Pick::Run(2, Some(SysResult::Done)));
    assert_eq!(pick(&mut os), Pick::Run(1, Some(SysResult::Done)));
    assert!(os.clock.now(0) >= 5_000_000 && os.clock.now(0) < 5_100_000);
}

#[test]
fn a_timed_wait_for_a_lock_gives_up() {
    let mut os = system();
    let lock = int(ask(&mut os, 1, Syscall::LockNew)) as u64;
    ask(&mut os, 1, Syscall::LockAcquire { lock, blocking: true, timeout_ns: None });
    let timed = Syscall::LockAcquire { lock, blocking: true, timeout_ns: Some(1000) };
    assert_eq!(ask(&mut os, 2, timed), Answer::Block(Wait::Lock(lock)));
    assert_eq!(pick(&mut os), Pick::Run(2, Some(SysResult::Int(0))));
}

#[test]
fn a_connection_over_the_loopback() {
    let mut os = system();
    let server = int(ask(&mut os, 1, Syscall::Socket { family: 2, kind: 1, proto: 0 })) as i32;
    let here = |port| Address::Inet("127.0.0.1".into(), port);
    use crate::vm::syscall::Address;
    ask(&mut os, 1, Syscall::Bind { fd: server, address: here(8000) });
    ask(&mut os, 1, Syscall::Listen { fd: server, backlog: 5 });
    assert_eq!(ask(&mut os, 1, Syscall::Accept { fd: server }), Answer::Block(Wait::Io));
    let client = int(ask(&mut os, 2, Syscall::Socket { family: 2, kind: 1, proto: 0 })) as i32;
    assert_eq!(ask(&mut os, 2, Syscall::Connect { fd: client, address: here(8000) }), Answer::Ready(SysResult::Done));
    let Pick::Run(1, Some(SysResult::At(end, _))) = pick(&mut os) else { panic!("an accepted connection") };
    ask(&mut os, 2, Syscall::Send { fd: client, data: b"hi".to_vec(), to: None, flags: 0, files: vec![] });
    assert_eq!(bytes(ask(&mut os, 1, Syscall::Read { fd: end as i32, count: 9 })), b"hi");
    let away = Address::Inet("93.184.216.34".into(), 80);
    let refused = Answer::Ready(SysResult::Error(errno::ENETUNREACH));
    let third = int(ask(&mut os, 2, Syscall::Socket { family: 2, kind: 1, proto: 0 })) as i32;
    assert_eq!(ask(&mut os, 2, Syscall::Connect { fd: third, address: away }), refused);
}
