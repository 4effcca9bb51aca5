//! Panics of the machine's thread: remembered with their place instead of printed, so that the cell can show them.
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

/// Name of the threads whose panics are caught; those of others are printed as usual.
pub const THREAD: &str = "session";

/// Native stack for the compiler's recursion on deeply nested source. Only what is touched takes memory.
const STACK: usize = 256 << 20;
/// For hosts that limit address space.
const SMALL_STACK: usize = 16 << 20;

static LAST: Mutex<Option<String>> = Mutex::new(None);

/// To be called once, before the first [`caught`].
pub fn remember() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().name() != Some(THREAD) {
            return usual(info);
        }
        if std::env::var_os("PELLUCID_BACKTRACE").is_some() {
            eprintln!("{}", std::backtrace::Backtrace::force_capture());
        }
        let payload = info.payload();
        let said = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let place = info.location().map(|l| format!(" ({}:{})", l.file(), l.line())).unwrap_or_default();
        let sentence = format!("{}{place}", said.unwrap_or("a panic without a message"));
        *LAST.lock().unwrap_or_else(PoisonError::into_inner) = Some(sentence);
    }));
}

/// Runs work of the machine; a panic in it becomes the sentence that was violated. What the work had mutable access to
/// must not be used after an error.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| {
        let last = LAST.lock().unwrap_or_else(PoisonError::into_inner).take();
        last.unwrap_or_else(|| "a panic without a message".into())
    })
}

/// Starts the machine's thread.
pub fn spawn<T: Send + 'static>(work: impl FnOnce() -> T + Send + Clone + 'static) -> std::io::Result<std::thread::JoinHandle<T>> {
    let start = |stack, work| std::thread::Builder::new().name(THREAD.into()).stack_size(stack).spawn(work);
    start(STACK, work.clone()).or_else(|_| start(SMALL_STACK, work))
}
