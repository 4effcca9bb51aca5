//! The events of PEP 669 by number: the bit of each in a tool's set is `1 << number`.
pub const PY_START: u8 = 0;
pub const PY_RESUME: u8 = 1;
pub const PY_RETURN: u8 = 2;
pub const PY_YIELD: u8 = 3;
pub const CALL: u8 = 4;
pub const LINE: u8 = 5;
pub const INSTRUCTION: u8 = 6;
pub const JUMP: u8 = 7;
pub const BRANCH_LEFT: u8 = 8;
pub const BRANCH_RIGHT: u8 = 9;
pub const STOP_ITERATION: u8 = 10;
pub const RAISE: u8 = 11;
pub const EXCEPTION_HANDLED: u8 = 12;
pub const PY_UNWIND: u8 = 13;
pub const PY_THROW: u8 = 14;
pub const RERAISE: u8 = 15;
pub const C_RETURN: u8 = 16;
pub const C_RAISE: u8 = 17;
/// Both branches, as tools before 3.14 ask for them.
pub const BRANCH: u8 = 18;
/// How many there are.
pub const COUNT: usize = 19;
/// Tools that a program may use.
pub const TOOLS: usize = 6;

/// Names in order of the numbers.
pub const NAMES: [&str; COUNT] = [
    "PY_START", "PY_RESUME", "PY_RETURN", "PY_YIELD", "CALL", "LINE", "INSTRUCTION", "JUMP", "BRANCH_LEFT", "BRANCH_RIGHT",
    "STOP_ITERATION", "RAISE", "EXCEPTION_HANDLED", "PY_UNWIND", "PY_THROW", "RERAISE", "C_RETURN", "C_RAISE", "BRANCH",
];

/// What a trace or profile function calls an event.
pub fn old_name(event: u8) -> &'static str {
    match event {
        PY_START | PY_RESUME | PY_THROW => "call",
        PY_RETURN | PY_YIELD | PY_UNWIND => "return",
        RAISE | STOP_ITERATION => "exception",
        INSTRUCTION => "opcode",
        CALL => "c_call",
        C_RETURN => "c_return",
        C_RAISE => "c_exception",
        _ => "line",
    }
}
/// Whether a callback may turn an event off at one place.
pub fn can_be_disabled(event: u8) -> bool {
    event <= STOP_ITERATION || event == C_RETURN || event == C_RAISE || event == BRANCH
}
