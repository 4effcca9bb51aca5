//! Every built-in exception but `BaseException`: name, base, size, and the rows of those with more than their base.
//!
//! `ExceptionGroup` has a second base, `Exception`: see [`SECOND_BASES`].
use super::{group, named, os_error, single, syntax_error, unicode_error};
use crate::heap::Ref;
use crate::objects::class::{Layout, type_flags};
use crate::vm::native::{Def, TypeDef};
use crate::vm::t;

/// Bases after the first one.
pub const SECOND_BASES: &[(Ref, Ref)] = &[(t::EXCEPTION_GROUP, t::EXCEPTION)];

const fn exception(place: Ref, name: &'static str, base: Ref, size: usize, defs: &'static [&'static [Def]], doc: &'static str) -> TypeDef {
    let module = if place.raw() == t::UNSUPPORTED.raw() { "pellucid" } else { "builtins" };
    TypeDef { place: Some(place), name, module, base, layout: Layout::Exception, flags: type_flags::BASE, size: (size, 0), doc, defs }
}

pub static EXCEPTION: TypeDef =
    exception(t::EXCEPTION, "Exception", t::BASE_EXCEPTION, 72, &[], "Base class of all exceptions that do not end the program on purpose.");
pub static BASE_EXCEPTION_GROUP: TypeDef =
    exception(t::BASE_EXCEPTION_GROUP, "BaseExceptionGroup", t::BASE_EXCEPTION, 88, &[group::DEFS], "Several exceptions at once.");
pub static EXCEPTION_GROUP: TypeDef = {
    let plain = exception(t::EXCEPTION_GROUP, "ExceptionGroup", t::BASE_EXCEPTION_GROUP, 88, &[], "");
    TypeDef { flags: plain.flags | type_flags::WEAK_IN_FRONT, ..plain }
};
pub static TYPE_ERROR: TypeDef =
    exception(t::TYPE_ERROR, "TypeError", t::EXCEPTION, 72, &[], "An argument is of the wrong type.");
pub static VALUE_ERROR: TypeDef =
    exception(t::VALUE_ERROR, "ValueError", t::EXCEPTION, 72, &[], "An argument has the right type but a wrong value.");
pub static ATTRIBUTE_ERROR: TypeDef =
    exception(t::ATTRIBUTE_ERROR, "AttributeError", t::EXCEPTION, 88, &[named::ATTRIBUTE], "There is no such attribute.");
pub static NAME_ERROR: TypeDef =
    exception(t::NAME_ERROR, "NameError", t::EXCEPTION, 80, &[named::NAME], "There is no such name.");
pub static UNBOUND_LOCAL_ERROR: TypeDef =
    exception(t::UNBOUND_LOCAL_ERROR, "UnboundLocalError", t::NAME_ERROR, 80, &[], "A local variable has no value yet.");
pub static LOOKUP_ERROR: TypeDef =
    exception(t::LOOKUP_ERROR, "LookupError", t::EXCEPTION, 72, &[], "Base class of failed look-ups.");
pub static INDEX_ERROR: TypeDef =
    exception(t::INDEX_ERROR, "IndexError", t::LOOKUP_ERROR, 72, &[], "An index is outside the sequence.");
pub static KEY_ERROR: TypeDef =
    exception(t::KEY_ERROR, "KeyError", t::LOOKUP_ERROR, 72, &[single::KEY_ERROR], "The mapping has no such key.");
pub static ARITHMETIC_ERROR: TypeDef =
    exception(t::ARITHMETIC_ERROR, "ArithmeticError", t::EXCEPTION, 72, &[], "Base class of arithmetic errors.");
pub static ZERO_DIVISION_ERROR: TypeDef =
    exception(t::ZERO_DIVISION_ERROR, "ZeroDivisionError", t::ARITHMETIC_ERROR, 72, &[], "The divisor is zero.");
pub static OVERFLOW_ERROR: TypeDef =
    exception(t::OVERFLOW_ERROR, "OverflowError", t::ARITHMETIC_ERROR, 72, &[], "The result is too large.");
pub static FLOATING_POINT_ERROR: TypeDef =
    exception(t::FLOATING_POINT_ERROR, "FloatingPointError", t::ARITHMETIC_ERROR, 72, &[], "A floating-point operation failed.");
pub static RUNTIME_ERROR: TypeDef =
    exception(t::RUNTIME_ERROR, "RuntimeError", t::EXCEPTION, 72, &[], "An error that fits no other class.");
pub static RECURSION_ERROR: TypeDef =
    exception(t::RECURSION_ERROR, "RecursionError", t::RUNTIME_ERROR, 72, &[], "Calls are nested too deeply.");
pub static NOT_IMPLEMENTED_ERROR: TypeDef =
    exception(t::NOT_IMPLEMENTED_ERROR, "NotImplementedError", t::RUNTIME_ERROR, 72, &[], "A method that a subclass must supply.");
pub static PYTHON_FINALIZATION_ERROR: TypeDef =
    exception(t::PYTHON_FINALIZATION_ERROR, "PythonFinalizationError", t::RUNTIME_ERROR, 72, &[], "The interpreter is ending.");
pub static UNSUPPORTED: TypeDef =
    exception(t::UNSUPPORTED, "Unsupported", t::RUNTIME_ERROR, 72, &[], "Something that this machine does not do.");
pub static STOP_ITERATION: TypeDef =
    exception(t::STOP_ITERATION, "StopIteration", t::EXCEPTION, 80, &[single::STOP_ITERATION], "The iterator has no more items.");
pub static STOP_ASYNC_ITERATION: TypeDef =
    exception(t::STOP_ASYNC_ITERATION, "StopAsyncIteration", t::EXCEPTION, 72, &[], "The asynchronous iterator has no more items.");
pub static GENERATOR_EXIT: TypeDef =
    exception(t::GENERATOR_EXIT, "GeneratorExit", t::BASE_EXCEPTION, 72, &[], "Asks a generator to end.");
pub static KEYBOARD_INTERRUPT: TypeDef =
    exception(t::KEYBOARD_INTERRUPT, "KeyboardInterrupt", t::BASE_EXCEPTION, 72, &[], "The user interrupted the program.");
pub static SYSTEM_EXIT: TypeDef =
    exception(t::SYSTEM_EXIT, "SystemExit", t::BASE_EXCEPTION, 80, &[single::SYSTEM_EXIT], "Asks the interpreter to end.");
pub static IMPORT_ERROR: TypeDef =
    exception(t::IMPORT_ERROR, "ImportError", t::EXCEPTION, 104, &[named::IMPORT], "A module or a name in it cannot be imported.");
pub static MODULE_NOT_FOUND_ERROR: TypeDef =
    exception(t::MODULE_NOT_FOUND_ERROR, "ModuleNotFoundError", t::IMPORT_ERROR, 104, &[], "There is no such module.");
pub static OS_ERROR: TypeDef =
    exception(t::OS_ERROR, "OSError", t::EXCEPTION, 112, &[os_error::DEFS], "Base class of errors of the operating system.");
pub static BLOCKING_IO_ERROR: TypeDef =
    exception(t::BLOCKING_IO_ERROR, "BlockingIOError", t::OS_ERROR, 112, &[], "The operation would have to wait.");
pub static CHILD_PROCESS_ERROR: TypeDef =
    exception(t::CHILD_PROCESS_ERROR, "ChildProcessError", t::OS_ERROR, 112, &[], "An operation on a child process failed.");
pub static CONNECTION_ERROR: TypeDef =
    exception(t::CONNECTION_ERROR, "ConnectionError", t::OS_ERROR, 112, &[], "Base class of connection errors.");
pub static BROKEN_PIPE_ERROR: TypeDef =
    exception(t::BROKEN_PIPE_ERROR, "BrokenPipeError", t::CONNECTION_ERROR, 112, &[], "The other end is closed.");
pub static CONNECTION_ABORTED_ERROR: TypeDef =
    exception(t::CONNECTION_ABORTED_ERROR, "ConnectionAbortedError", t::CONNECTION_ERROR, 112, &[], "The peer aborted the connection.");
pub static CONNECTION_REFUSED_ERROR: TypeDef =
    exception(t::CONNECTION_REFUSED_ERROR, "ConnectionRefusedError", t::CONNECTION_ERROR, 112, &[], "The peer refused the connection.");
pub static CONNECTION_RESET_ERROR: TypeDef =
    exception(t::CONNECTION_RESET_ERROR, "ConnectionResetError", t::CONNECTION_ERROR, 112, &[], "The peer reset the connection.");
pub static FILE_EXISTS_ERROR: TypeDef =
    exception(t::FILE_EXISTS_ERROR, "FileExistsError", t::OS_ERROR, 112, &[], "The file exists already.");
pub static FILE_NOT_FOUND_ERROR: TypeDef =
    exception(t::FILE_NOT_FOUND_ERROR, "FileNotFoundError", t::OS_ERROR, 112, &[], "There is no such file.");
pub static INTERRUPTED_ERROR: TypeDef =
    exception(t::INTERRUPTED_ERROR, "InterruptedError", t::OS_ERROR, 112, &[], "A signal interrupted the call.");
pub static IS_A_DIRECTORY_ERROR: TypeDef =
    exception(t::IS_A_DIRECTORY_ERROR, "IsADirectoryError", t::OS_ERROR, 112, &[], "The operation does not work on directories.");
pub static NOT_A_DIRECTORY_ERROR: TypeDef =
    exception(t::NOT_A_DIRECTORY_ERROR, "NotADirectoryError", t::OS_ERROR, 112, &[], "The operation works only on directories.");
pub static PERMISSION_ERROR: TypeDef =
    exception(t::PERMISSION_ERROR, "PermissionError", t::OS_ERROR, 112, &[], "The operation is not permitted.");
pub static PROCESS_LOOKUP_ERROR: TypeDef =
    exception(t::PROCESS_LOOKUP_ERROR, "ProcessLookupError", t::OS_ERROR, 112, &[], "There is no such process.");
pub static TIMEOUT_ERROR: TypeDef = exception(t::TIMEOUT_ERROR, "TimeoutError", t::OS_ERROR, 112, &[], "The time ran out.");
pub static MEMORY_ERROR: TypeDef =
    exception(t::MEMORY_ERROR, "MemoryError", t::EXCEPTION, 72, &[], "There is not enough memory.");
pub static BUFFER_ERROR: TypeDef =
    exception(t::BUFFER_ERROR, "BufferError", t::EXCEPTION, 72, &[], "A buffer cannot be changed now.");
pub static REFERENCE_ERROR: TypeDef =
    exception(t::REFERENCE_ERROR, "ReferenceError", t::EXCEPTION, 72, &[], "The object behind a weak proxy is gone.");
pub static SYSTEM_ERROR: TypeDef =
    exception(t::SYSTEM_ERROR, "SystemError", t::EXCEPTION, 72, &[], "The interpreter found itself in a wrong state.");
pub static ASSERTION_ERROR: TypeDef =
    exception(t::ASSERTION_ERROR, "AssertionError", t::EXCEPTION, 72, &[], "An assertion does not hold.");
pub static EOF_ERROR: TypeDef = exception(t::EOF_ERROR, "EOFError", t::EXCEPTION, 72, &[], "The input is at its end.");
pub static SYNTAX_ERROR: TypeDef =
    exception(t::SYNTAX_ERROR, "SyntaxError", t::EXCEPTION, 144, &[syntax_error::DEFS], "The text is not Python.");
pub static INDENTATION_ERROR: TypeDef =
    exception(t::INDENTATION_ERROR, "IndentationError", t::SYNTAX_ERROR, 144, &[], "The indentation is wrong.");
pub static TAB_ERROR: TypeDef =
    exception(t::TAB_ERROR, "TabError", t::INDENTATION_ERROR, 144, &[], "Tabs and spaces are mixed inconsistently.");
pub static INCOMPLETE_INPUT_ERROR: TypeDef =
    exception(t::INCOMPLETE_INPUT_ERROR, "_IncompleteInputError", t::SYNTAX_ERROR, 144, &[], "The input is not complete yet.");
pub static UNICODE_ERROR: TypeDef =
    exception(t::UNICODE_ERROR, "UnicodeError", t::VALUE_ERROR, 72, &[], "Base class of encoding and decoding errors.");
pub static UNICODE_ENCODE_ERROR: TypeDef =
    exception(t::UNICODE_ENCODE_ERROR, "UnicodeEncodeError", t::UNICODE_ERROR, 112, &[unicode_error::ENCODE], "A text cannot be encoded.");
pub static UNICODE_DECODE_ERROR: TypeDef =
    exception(t::UNICODE_DECODE_ERROR, "UnicodeDecodeError", t::UNICODE_ERROR, 112, &[unicode_error::DECODE], "Bytes cannot be decoded.");
pub static UNICODE_TRANSLATE_ERROR: TypeDef =
    exception(t::UNICODE_TRANSLATE_ERROR, "UnicodeTranslateError", t::UNICODE_ERROR, 112, &[unicode_error::TRANSLATE], "A text cannot be translated.");
pub static WARNING: TypeDef = exception(t::WARNING, "Warning", t::EXCEPTION, 72, &[], "Base class of warning categories.");
pub static USER_WARNING: TypeDef =
    exception(t::USER_WARNING, "UserWarning", t::WARNING, 72, &[], "A warning that a program gives.");
pub static DEPRECATION_WARNING: TypeDef =
    exception(t::DEPRECATION_WARNING, "DeprecationWarning", t::WARNING, 72, &[], "Something that programmers should no longer use.");
pub static PENDING_DEPRECATION_WARNING: TypeDef =
    exception(t::PENDING_DEPRECATION_WARNING, "PendingDeprecationWarning", t::WARNING, 72, &[], "Something that will be deprecated.");
pub static SYNTAX_WARNING: TypeDef =
    exception(t::SYNTAX_WARNING, "SyntaxWarning", t::WARNING, 72, &[], "Syntax that is allowed but doubtful.");
pub static RUNTIME_WARNING: TypeDef =
    exception(t::RUNTIME_WARNING, "RuntimeWarning", t::WARNING, 72, &[], "Behaviour that is allowed but doubtful.");
pub static FUTURE_WARNING: TypeDef =
    exception(t::FUTURE_WARNING, "FutureWarning", t::WARNING, 72, &[], "Something whose meaning will change.");
pub static IMPORT_WARNING: TypeDef =
    exception(t::IMPORT_WARNING, "ImportWarning", t::WARNING, 72, &[], "A probable mistake in an import.");
pub static UNICODE_WARNING: TypeDef =
    exception(t::UNICODE_WARNING, "UnicodeWarning", t::WARNING, 72, &[], "A doubtful use of Unicode.");
pub static BYTES_WARNING: TypeDef = exception(t::BYTES_WARNING, "BytesWarning", t::WARNING, 72, &[], "A doubtful use of bytes.");
pub static RESOURCE_WARNING: TypeDef =
    exception(t::RESOURCE_WARNING, "ResourceWarning", t::WARNING, 72, &[], "A resource that was not closed.");
pub static ENCODING_WARNING: TypeDef =
    exception(t::ENCODING_WARNING, "EncodingWarning", t::WARNING, 72, &[], "An encoding that was left to chance.");

/// All of them, bases before subclasses.
pub static ALL: &[&TypeDef] = &[
    &super::base::BASE_EXCEPTION,
    &EXCEPTION,
    &BASE_EXCEPTION_GROUP,
    &EXCEPTION_GROUP,
    &TYPE_ERROR,
    &VALUE_ERROR,
    &ATTRIBUTE_ERROR,
    &NAME_ERROR,
    &UNBOUND_LOCAL_ERROR,
    &LOOKUP_ERROR,
    &INDEX_ERROR,
    &KEY_ERROR,
    &ARITHMETIC_ERROR,
    &ZERO_DIVISION_ERROR,
    &OVERFLOW_ERROR,
    &FLOATING_POINT_ERROR,
    &RUNTIME_ERROR,
    &RECURSION_ERROR,
    &NOT_IMPLEMENTED_ERROR,
    &PYTHON_FINALIZATION_ERROR,
    &UNSUPPORTED,
    &STOP_ITERATION,
    &STOP_ASYNC_ITERATION,
    &GENERATOR_EXIT,
    &KEYBOARD_INTERRUPT,
    &SYSTEM_EXIT,
    &IMPORT_ERROR,
    &MODULE_NOT_FOUND_ERROR,
    &OS_ERROR,
    &BLOCKING_IO_ERROR,
    &CHILD_PROCESS_ERROR,
    &CONNECTION_ERROR,
    &BROKEN_PIPE_ERROR,
    &CONNECTION_ABORTED_ERROR,
    &CONNECTION_REFUSED_ERROR,
    &CONNECTION_RESET_ERROR,
    &FILE_EXISTS_ERROR,
    &FILE_NOT_FOUND_ERROR,
    &INTERRUPTED_ERROR,
    &IS_A_DIRECTORY_ERROR,
    &NOT_A_DIRECTORY_ERROR,
    &PERMISSION_ERROR,
    &PROCESS_LOOKUP_ERROR,
    &TIMEOUT_ERROR,
    &MEMORY_ERROR,
    &BUFFER_ERROR,
    &REFERENCE_ERROR,
    &SYSTEM_ERROR,
    &ASSERTION_ERROR,
    &EOF_ERROR,
    &SYNTAX_ERROR,
    &INDENTATION_ERROR,
    &TAB_ERROR,
    &INCOMPLETE_INPUT_ERROR,
    &UNICODE_ERROR,
    &UNICODE_ENCODE_ERROR,
    &UNICODE_DECODE_ERROR,
    &UNICODE_TRANSLATE_ERROR,
    &WARNING,
    &USER_WARNING,
    &DEPRECATION_WARNING,
    &PENDING_DEPRECATION_WARNING,
    &SYNTAX_WARNING,
    &RUNTIME_WARNING,
    &FUTURE_WARNING,
    &IMPORT_WARNING,
    &UNICODE_WARNING,
    &BYTES_WARNING,
    &RESOURCE_WARNING,
    &ENCODING_WARNING,
];
