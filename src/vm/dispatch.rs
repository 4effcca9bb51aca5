//! The dispatch loop: one line an opcode. What each does is in `ops/`.
pub(super) use crate::code::opcode::op;
use super::Vm;
use super::exec::{Exec, pick};
use super::frames::Regs;
use super::ops::nb::{ADD, MULTIPLY, SUBTRACT};
use super::run::{Flow, Tracer};
use super::thread::Activation;
use crate::code::opcode::{caches_of, special};
use crate::heap::Owned;
use crate::objects::code::CodeObj;

impl Vm {
    /// Runs the Python frame on top, and those it calls, until the top is no Python frame or the machine is wanted.
    ///
    /// Longer than other functions: it is the table of opcodes. The registers are copied for each operation and copied
    /// back, so that those whose code is part of this function keep them out of memory.
    pub(super) fn interpret<T: Tracer>(&mut self, tracer: &mut T, budget: &mut u64) -> bool {
        loop {
            let Some(Activation::Py(f)) = self.cur.activations.last() else { return false };
            if *budget == 0 || self.heap.attention || T::PROGRAM && !self.is_watched() {
                return false;
            }
            let (number, globals, builtins) = (f.exec, f.globals, f.builtins);
            let mut r = Regs { pc: f.pc as usize, sp: f.sp as usize, base: f.base as usize };
            let mut exec = self.take_exec(number, f.code_ref);
            let Exec { units, hints, code } = &mut *exec;
            let units = &mut units[..];
            let code: &CodeObj = code;
            let flow = 'next: loop {
                let mut at = r.pc;
                if T::ON {
                    if T::PROGRAM && self.before_instruction(&r, at) {
                        break Flow::Reload;
                    }
                    self.save(&r, at);
                    self.ticks_left = *budget;
                    if tracer.instruction(self, at) {
                        break Flow::Stop;
                    }
                }
                let mut unit = pick(units, at);
                let mut arg = (unit >> 8) as usize;
                macro_rules! step {
                    ($base:ident, $method:ident $(::<$n:tt>)? $(, $a:expr)*) => {{
                        let mut t = r;
                        t.pc = at + 1 + const { caches_of(op::$base) };
                        let flow = self.$method$(::<$n>)?(&mut t $(, $a)*);
                        r = t;
                        flow
                    }};
                }
                // Each instruction goes on by itself: a common end would be a jump more, and a test of what is known here.
                macro_rules! run {
                    ($($x:tt)*) => {{
                        let flow = step!($($x)*);
                        if flow == Flow::Next && !self.heap.attention {
                            continue 'next;
                        }
                        flow
                    }};
                }
                // For what gives back nothing that could have a finalizer (`settled` is called where it may be otherwise).
                macro_rules! quiet {
                    ($($x:tt)*) => {{
                        let flow = step!($($x)*);
                        if flow == Flow::Next {
                            continue 'next;
                        }
                        flow
                    }};
                }
                // A second turn only for what EXTENDED_ARG announces.
                let flow = loop {
                    break match (unit & 0xFF) as u8 {
                    op::LOAD_FAST_BORROW => quiet!(LOAD_FAST_BORROW, load_fast_borrow, arg),
                    op::LOAD_FAST => quiet!(LOAD_FAST, load_fast, arg),
                    op::LOAD_CONST => quiet!(LOAD_CONST, load_const, code, arg),
                    op::LOAD_SMALL_INT => run!(LOAD_SMALL_INT, load_small_int, units, arg, T::ON),
                    op::STORE_FAST => run!(STORE_FAST, store_fast, arg),
                    op::LOAD_FAST_BORROW_LOAD_FAST_BORROW => quiet!(LOAD_FAST_BORROW_LOAD_FAST_BORROW, load_fast_pair, arg, true),
                    op::LOAD_FAST_LOAD_FAST => quiet!(LOAD_FAST_LOAD_FAST, load_fast_pair, arg, false),
                    op::STORE_FAST_LOAD_FAST => run!(STORE_FAST_LOAD_FAST, store_load_fast, arg),
                    op::STORE_FAST_STORE_FAST => run!(STORE_FAST_STORE_FAST, store_store_fast, arg),
                    op::LOAD_FAST_CHECK => run!(LOAD_FAST_CHECK, load_fast_check, code, at, arg),
                    op::LOAD_FAST_AND_CLEAR => run!(LOAD_FAST_AND_CLEAR, load_fast_and_clear, arg),
                    op::DELETE_FAST => run!(DELETE_FAST, delete_fast, code, at, arg),
                    op::POP_TOP | op::POP_ITER | op::END_FOR => run!(POP_TOP, pop_top),
                    op::PUSH_NULL => quiet!(PUSH_NULL, push_null),
                    op::COPY => quiet!(COPY, copy, arg),
                    op::SWAP => quiet!(SWAP, swap, arg),
                    op::BINARY_OP => run!(BINARY_OP, binary_op, units, at, arg),
                    op::COMPARE_OP => run!(COMPARE_OP, compare_op, units, at, arg),
                    op::POP_JUMP_IF_FALSE => quiet!(POP_JUMP_IF_FALSE, pop_jump_if, units, arg, false, T::ON),
                    op::POP_JUMP_IF_TRUE => quiet!(POP_JUMP_IF_TRUE, pop_jump_if, units, arg, true, T::ON),
                    op::POP_JUMP_IF_NONE => run!(POP_JUMP_IF_NONE, pop_jump_if_none, units, arg, true, T::ON),
                    op::POP_JUMP_IF_NOT_NONE => run!(POP_JUMP_IF_NOT_NONE, pop_jump_if_none, units, arg, false, T::ON),
                    op::JUMP_FORWARD => quiet!(JUMP_FORWARD, jump, arg),
                    op::JUMP_BACKWARD => quiet!(JUMP_BACKWARD, jump_backward, at, arg, budget),
                    op::JUMP_BACKWARD_NO_INTERRUPT => quiet!(JUMP_BACKWARD_NO_INTERRUPT, jump_back_quietly, arg),
                    op::TO_BOOL => quiet!(TO_BOOL, to_bool, units, at, T::ON),
                    op::UNARY_NOT => quiet!(UNARY_NOT, unary_not),
                    op::UNARY_NEGATIVE => run!(UNARY_NEGATIVE, unary, at, 0),
                    op::UNARY_INVERT => run!(UNARY_INVERT, unary, at, 1),
                    op::IS_OP => run!(IS_OP, is_op, units, arg, T::ON),
                    op::CONTAINS_OP => run!(CONTAINS_OP, contains_op, units, at, arg, T::ON),
                    op::CALL => run!(CALL, op_call, at, arg, T::ON),
                    op::CALL_KW => run!(CALL_KW, op_call_kw, at, arg),
                    op::CALL_FUNCTION_EX => run!(CALL_FUNCTION_EX, op_call_ex, at),
                    op::RETURN_VALUE => run!(RETURN_VALUE, return_value, at),
                    op::FOR_ITER => run!(FOR_ITER, for_iter, units, at, arg),
                    op::GET_ITER => run!(GET_ITER, get_iter_op, at),
                    op::LOAD_GLOBAL => run!(LOAD_GLOBAL, load_global_op, units, code, at, arg),
                    op::LOAD_NAME => run!(LOAD_NAME, load_name, hints, code, at, arg),
                    op::STORE_NAME => run!(STORE_NAME, store_name, hints, code, at, arg),
                    op::DELETE_NAME => run!(DELETE_NAME, delete_name, code, at, arg),
                    op::STORE_GLOBAL => run!(STORE_GLOBAL, store_global, hints, code, arg),
                    op::DELETE_GLOBAL => run!(DELETE_GLOBAL, delete_global, code, at, arg),
                    op::LOAD_ATTR => run!(LOAD_ATTR, load_attr, units, code, at, arg),
                    op::STORE_ATTR => run!(STORE_ATTR, store_attr_op, units, code, at, arg),
                    op::DELETE_ATTR => run!(DELETE_ATTR, delete_attr_op, code, at, arg),
                    op::LOAD_SUPER_ATTR => run!(LOAD_SUPER_ATTR, load_super_attr, code, at, arg),
                    op::STORE_SUBSCR => run!(STORE_SUBSCR, store_subscr, at),
                    op::DELETE_SUBSCR => run!(DELETE_SUBSCR, delete_subscr, at),
                    op::BINARY_SLICE => run!(BINARY_SLICE, binary_slice, at),
                    op::STORE_SLICE => run!(STORE_SLICE, store_slice, at),
                    op::BUILD_TUPLE => run!(BUILD_TUPLE, build_tuple, arg),
                    op::BUILD_LIST => run!(BUILD_LIST, build_list, arg),
                    op::BUILD_SET => run!(BUILD_SET, build_set, at, arg),
                    op::BUILD_MAP => run!(BUILD_MAP, build_map, at, arg),
                    op::BUILD_SLICE => run!(BUILD_SLICE, build_slice, arg),
                    op::BUILD_STRING => run!(BUILD_STRING, build_string, arg),
                    op::BUILD_TEMPLATE => run!(BUILD_TEMPLATE, build_template, at),
                    op::BUILD_INTERPOLATION => run!(BUILD_INTERPOLATION, build_interpolation, at, arg),
                    op::LIST_APPEND => run!(LIST_APPEND, list_append, arg),
                    op::SET_ADD => run!(SET_ADD, set_add_op, at, arg),
                    op::MAP_ADD => run!(MAP_ADD, map_add, at, arg),
                    op::LIST_EXTEND => run!(LIST_EXTEND, list_extend, at, arg),
                    op::SET_UPDATE => run!(SET_UPDATE, set_update, at, arg),
                    op::DICT_UPDATE => run!(DICT_UPDATE, dict_update, at, arg, false),
                    op::DICT_MERGE => run!(DICT_MERGE, dict_update, at, arg, true),
                    op::UNPACK_SEQUENCE => run!(UNPACK_SEQUENCE, unpack_sequence, at, arg),
                    op::UNPACK_EX => run!(UNPACK_EX, unpack_ex, at, arg),
                    op::CONVERT_VALUE => run!(CONVERT_VALUE, convert_value, at, arg),
                    op::FORMAT_SIMPLE => run!(FORMAT_SIMPLE, format_simple, at),
                    op::FORMAT_WITH_SPEC => run!(FORMAT_WITH_SPEC, format_with_spec, at),
                    op::MAKE_FUNCTION => run!(MAKE_FUNCTION, make_function),
                    op::SET_FUNCTION_ATTRIBUTE => run!(SET_FUNCTION_ATTRIBUTE, set_function_attribute, arg),
                    op::MAKE_CELL => run!(MAKE_CELL, make_cell, arg),
                    op::COPY_FREE_VARS => run!(COPY_FREE_VARS, copy_free_vars, code, arg),
                    op::LOAD_DEREF => run!(LOAD_DEREF, load_deref, code, at, arg),
                    op::STORE_DEREF => run!(STORE_DEREF, store_deref, arg),
                    op::DELETE_DEREF => run!(DELETE_DEREF, delete_deref, code, at, arg),
                    op::LOAD_FROM_DICT_OR_DEREF => run!(LOAD_FROM_DICT_OR_DEREF, load_from_dict_or, code, at, arg, true),
                    op::LOAD_FROM_DICT_OR_GLOBALS => run!(LOAD_FROM_DICT_OR_GLOBALS, load_from_dict_or, code, at, arg, false),
                    op::LOAD_LOCALS => run!(LOAD_LOCALS, load_locals, at),
                    op::LOAD_BUILD_CLASS => run!(LOAD_BUILD_CLASS, load_build_class, at),
                    op::LOAD_COMMON_CONSTANT => run!(LOAD_COMMON_CONSTANT, load_common_constant, arg),
                    op::SETUP_ANNOTATIONS => run!(SETUP_ANNOTATIONS, setup_annotations),
                    op::IMPORT_NAME => run!(IMPORT_NAME, import_name, code, at, arg),
                    op::IMPORT_FROM => run!(IMPORT_FROM, import_from, code, at, arg),
                    op::RAISE_VARARGS => run!(RAISE_VARARGS, raise_varargs, at, arg),
                    op::RERAISE => run!(RERAISE, reraise_op, at, arg),
                    op::PUSH_EXC_INFO => run!(PUSH_EXC_INFO, push_exc_info),
                    op::POP_EXCEPT => run!(POP_EXCEPT, pop_except),
                    op::CHECK_EXC_MATCH => run!(CHECK_EXC_MATCH, check_exc_match, at),
                    op::CHECK_EG_MATCH => run!(CHECK_EG_MATCH, check_eg_match, at),
                    op::LOAD_SPECIAL => run!(LOAD_SPECIAL, load_special, at, arg),
                    op::WITH_EXCEPT_START => run!(WITH_EXCEPT_START, with_except_start, at),
                    op::RETURN_GENERATOR => run!(RETURN_GENERATOR, return_generator, at),
                    op::YIELD_VALUE => run!(YIELD_VALUE, yield_value, at),
                    op::SEND => run!(SEND, send_op, at, arg),
                    op::END_SEND => run!(END_SEND, end_send),
                    op::CLEANUP_THROW => run!(CLEANUP_THROW, cleanup_throw, at),
                    op::GET_YIELD_FROM_ITER => run!(GET_YIELD_FROM_ITER, get_yield_from_iter, at, code),
                    op::GET_AWAITABLE => run!(GET_AWAITABLE, get_awaitable, at, arg),
                    op::GET_AITER => run!(GET_AITER, get_aiter, at),
                    op::GET_ANEXT => run!(GET_ANEXT, get_anext, at),
                    op::END_ASYNC_FOR => run!(END_ASYNC_FOR, end_async_for, at),
                    op::CALL_INTRINSIC_1 => run!(CALL_INTRINSIC_1, intrinsic_1, at, arg),
                    op::CALL_INTRINSIC_2 => run!(CALL_INTRINSIC_2, intrinsic_2, at, arg),
                    op::GET_LEN => run!(GET_LEN, get_len, at),
                    op::MATCH_CLASS => run!(MATCH_CLASS, match_class, at, arg),
                    op::MATCH_KEYS => run!(MATCH_KEYS, match_keys, at),
                    op::MATCH_MAPPING => run!(MATCH_MAPPING, match_kind, crate::objects::class::type_flags::MAPPING),
                    op::MATCH_SEQUENCE => run!(MATCH_SEQUENCE, match_kind, crate::objects::class::type_flags::SEQUENCE),
                    op::RESUME => quiet!(RESUME, resume, at),
                    op::NOP | op::NOT_TAKEN | op::CACHE => quiet!(NOP, nothing),
                    special::BINARY_OP_ADD_INT => quiet!(BINARY_OP, int_op::<ADD>, units, at, arg),
                    special::BINARY_OP_SUBTRACT_INT => quiet!(BINARY_OP, int_op::<SUBTRACT>, units, at, arg),
                    special::BINARY_OP_MULTIPLY_INT => quiet!(BINARY_OP, int_op::<MULTIPLY>, units, at, arg),
                    special::BINARY_OP_ADD_FLOAT => quiet!(BINARY_OP, float_op::<ADD>, units, at, arg),
                    special::BINARY_OP_SUBTRACT_FLOAT => quiet!(BINARY_OP, float_op::<SUBTRACT>, units, at, arg),
                    special::BINARY_OP_MULTIPLY_FLOAT => quiet!(BINARY_OP, float_op::<MULTIPLY>, units, at, arg),
                    special::BINARY_OP_SUBSCR_LIST_INT => run!(BINARY_OP, subscript_int::<false>, units, at, arg),
                    special::BINARY_OP_SUBSCR_TUPLE_INT => run!(BINARY_OP, subscript_int::<true>, units, at, arg),
                    special::BINARY_OP_SUBSCR_DICT => run!(BINARY_OP, subscript_dict, units, at, arg),
                    special::BINARY_OP_EXTEND => run!(BINARY_OP, number_op, units, at, arg),
                    special::COMPARE_OP_INT => quiet!(COMPARE_OP, compare_ints, units, at, arg, T::ON),
                    special::COMPARE_OP_FLOAT => quiet!(COMPARE_OP, compare_float_pair, units, at, arg, T::ON),
                    special::FOR_ITER_RANGE => run!(FOR_ITER, for_iter_range, units, at, arg, T::ON),
                    special::FOR_ITER_LIST => run!(FOR_ITER, for_iter_list, units, at, arg, T::ON),
                    special::FOR_ITER_GEN => run!(FOR_ITER, for_iter_generator, units, at, arg),
                    special::LOAD_GLOBAL_MODULE => quiet!(LOAD_GLOBAL, load_global_module, units, code, globals, at, arg),
                    special::LOAD_GLOBAL_BUILTIN => quiet!(LOAD_GLOBAL, load_global_builtin, units, code, (globals, builtins), at, arg),
                    special::LOAD_ATTR_INSTANCE_VALUE => run!(LOAD_ATTR, load_attr_value, units, code, at, arg),
                    special::LOAD_ATTR_WITH_HINT => run!(LOAD_ATTR, load_attr_hint, units, code, at, arg),
                    special::LOAD_ATTR_SLOT => run!(LOAD_ATTR, load_attr_slot, units, code, at, arg),
                    special::LOAD_ATTR_METHOD_WITH_VALUES => quiet!(LOAD_ATTR, load_attr_method, units, code, at, arg),
                    special::LOAD_ATTR_METHOD_NO_DICT => quiet!(LOAD_ATTR, load_attr_method_no_dict, units, code, at, arg),
                    special::LOAD_ATTR_NONDESCRIPTOR_WITH_VALUES => run!(LOAD_ATTR, load_attr_of_type, units, code, at, arg),
                    special::LOAD_ATTR_MODULE => run!(LOAD_ATTR, load_attr_module, units, code, at, arg),
                    special::LOAD_ATTR_CLASS => run!(LOAD_ATTR, load_attr_class, units, code, at, arg),
                    special::LOAD_ATTR_PROPERTY => run!(LOAD_ATTR, load_attr_property, units, code, at, arg, T::ON),
                    special::STORE_ATTR_INSTANCE_VALUE => run!(STORE_ATTR, store_attr_value, units, code, at, arg),
                    special::STORE_ATTR_SLOT => run!(STORE_ATTR, store_attr_slot, units, code, at, arg),
                    op::EXTENDED_ARG => {
                        at += 1;
                        r.pc = at;
                        unit = pick(units, at);
                        arg = arg << 8 | (unit >> 8) as usize;
                        if T::ON {
                            self.save(&r, at);
                        }
                        continue;
                    }
                    _ => panic!("the compiler emitted {}, which no frame should meet", crate::code::opcode::name(unit & 0xFF)),
                    };
                };
                match flow {
                    Flow::Next => {
                        self.save(&r, at);
                        break Flow::Reload;
                    }
                    Flow::Raise => {
                        self.save(&r, at);
                        break Flow::Raise;
                    }
                    Flow::Reload | Flow::Stop => break flow,
                }
            };
            self.put_exec(number, exec);
            if flow == Flow::Stop {
                return true;
            }
            *budget = budget.saturating_sub(1);
            if flow == Flow::Raise {
                let exc = Owned::adopt(self.raising.take().expect("an exception is on its way"));
                self.unwind(exc);
            }
        }
    }
}
