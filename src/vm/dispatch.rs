//! The dispatch loop: one line an opcode. What each does is in `ops/`.
pub(super) use crate::code::opcode::op;
use super::Vm;
use super::frames::Regs;
use super::run::{Flow, Tracer};
use super::thread::Activation;
use crate::code::opcode::CACHES;
use crate::heap::Owned;

impl Vm {
    /// Runs the Python frame on top, and those it calls, until the top is no Python frame or the machine is wanted.
    pub(super) fn interpret<T: Tracer>(&mut self, tracer: &mut T, budget: &mut u64) {
        loop {
            let Some(Activation::Py(f)) = self.cur.activations.last() else { return };
            if *budget == 0 || self.heap.attention {
                return;
            }
            let code = f.code.clone();
            let mut r = Regs { pc: f.pc as usize, sp: f.sp as usize, base: f.base as usize };
            let flow = self.interpret_frame(tracer, budget, &code, &mut r);
            *budget = budget.saturating_sub(1);
            if flow == Flow::Raise {
                let exc = Owned::adopt(self.raising.take().expect("an exception is on its way"));
                self.unwind(exc);
            }
        }
    }

    /// Instructions of one frame, until the top activation changes or something is raised. Registers are saved then.
    ///
    /// Longer than other functions: it is the table of opcodes.
    fn interpret_frame<T: Tracer>(&mut self, tracer: &mut T, budget: &mut u64, code: &crate::objects::code::CodeObj, r: &mut Regs) -> Flow {
        let units = &code.units[..];
        let mut high = 0usize;
        loop {
            let at = r.pc;
            let unit = units[at];
            let (o, arg) = ((unit & 0xFF) as u8, (unit >> 8) as usize | high);
            if T::ON {
                tracer.instruction(self, at);
            }
            r.pc = at + 1 + CACHES[o as usize] as usize;
            high = 0;
            let flow = match o {
                op::LOAD_FAST_BORROW => self.load_fast_borrow(r, arg),
                op::LOAD_FAST => self.load_fast(r, arg),
                op::LOAD_CONST => self.load_const(r, code, arg),
                op::LOAD_SMALL_INT => self.load_small_int(r, arg),
                op::STORE_FAST => self.store_fast(r, arg),
                op::LOAD_FAST_BORROW_LOAD_FAST_BORROW => self.load_fast_pair(r, arg, true),
                op::LOAD_FAST_LOAD_FAST => self.load_fast_pair(r, arg, false),
                op::STORE_FAST_LOAD_FAST => self.store_load_fast(r, arg),
                op::STORE_FAST_STORE_FAST => self.store_store_fast(r, arg),
                op::LOAD_FAST_CHECK => self.load_fast_check(r, code, at, arg),
                op::LOAD_FAST_AND_CLEAR => self.load_fast_and_clear(r, arg),
                op::DELETE_FAST => self.delete_fast(r, code, at, arg),
                op::POP_TOP | op::POP_ITER | op::END_FOR => self.pop_top(r),
                op::PUSH_NULL => self.push_null(r),
                op::COPY => self.copy(r, arg),
                op::SWAP => self.swap(r, arg),
                op::BINARY_OP => self.binary_op(r, at, arg),
                op::COMPARE_OP => self.compare_op(r, at, arg),
                op::POP_JUMP_IF_FALSE => self.pop_jump_if(r, arg, false),
                op::POP_JUMP_IF_TRUE => self.pop_jump_if(r, arg, true),
                op::POP_JUMP_IF_NONE => self.pop_jump_if_none(r, arg, true),
                op::POP_JUMP_IF_NOT_NONE => self.pop_jump_if_none(r, arg, false),
                op::JUMP_FORWARD => self.jump(r, arg),
                op::JUMP_BACKWARD => self.jump_backward(r, at, arg, budget),
                op::JUMP_BACKWARD_NO_INTERRUPT => self.jump_back_quietly(r, arg),
                op::TO_BOOL => self.to_bool(r, at),
                op::UNARY_NOT => self.unary_not(r),
                op::UNARY_NEGATIVE => self.unary(r, at, 0),
                op::UNARY_INVERT => self.unary(r, at, 1),
                op::IS_OP => self.is_op(r, arg),
                op::CONTAINS_OP => self.contains_op(r, at, arg),
                op::CALL => self.op_call(r, at, arg),
                op::CALL_KW => self.op_call_kw(r, at, arg),
                op::CALL_FUNCTION_EX => self.op_call_ex(r, at),
                op::RETURN_VALUE => self.return_value(r, at),
                op::FOR_ITER => self.for_iter(r, at, arg),
                op::GET_ITER => self.get_iter_op(r, at),
                op::LOAD_GLOBAL => self.load_global(r, code, at, arg),
                op::LOAD_NAME => self.load_name(r, code, at, arg),
                op::STORE_NAME => self.store_name(r, code, at, arg),
                op::DELETE_NAME => self.delete_name(r, code, at, arg),
                op::STORE_GLOBAL => self.store_global(r, code, arg),
                op::DELETE_GLOBAL => self.delete_global(r, code, at, arg),
                op::LOAD_ATTR => self.load_attr(r, code, at, arg),
                op::STORE_ATTR => self.store_attr_op(r, code, at, arg),
                op::DELETE_ATTR => self.delete_attr_op(r, code, at, arg),
                op::LOAD_SUPER_ATTR => self.load_super_attr(r, code, at, arg),
                op::STORE_SUBSCR => self.store_subscr(r, at),
                op::DELETE_SUBSCR => self.delete_subscr(r, at),
                op::BINARY_SLICE => self.binary_slice(r, at),
                op::STORE_SLICE => self.store_slice(r, at),
                op::BUILD_TUPLE => self.build_tuple(r, arg),
                op::BUILD_LIST => self.build_list(r, arg),
                op::BUILD_SET => self.build_set(r, at, arg),
                op::BUILD_MAP => self.build_map(r, at, arg),
                op::BUILD_SLICE => self.build_slice(r, arg),
                op::BUILD_STRING => self.build_string(r, arg),
                op::BUILD_TEMPLATE => self.build_template(r, at),
                op::BUILD_INTERPOLATION => self.build_interpolation(r, at, arg),
                op::LIST_APPEND => self.list_append(r, arg),
                op::SET_ADD => self.set_add_op(r, at, arg),
                op::MAP_ADD => self.map_add(r, at, arg),
                op::LIST_EXTEND => self.list_extend(r, at, arg),
                op::SET_UPDATE => self.set_update(r, at, arg),
                op::DICT_UPDATE => self.dict_update(r, at, arg, false),
                op::DICT_MERGE => self.dict_update(r, at, arg, true),
                op::UNPACK_SEQUENCE => self.unpack_sequence(r, at, arg),
                op::UNPACK_EX => self.unpack_ex(r, at, arg),
                op::CONVERT_VALUE => self.convert_value(r, at, arg),
                op::FORMAT_SIMPLE => self.format_simple(r, at),
                op::FORMAT_WITH_SPEC => self.format_with_spec(r, at),
                op::MAKE_FUNCTION => self.make_function(r),
                op::SET_FUNCTION_ATTRIBUTE => self.set_function_attribute(r, arg),
                op::MAKE_CELL => self.make_cell(r, arg),
                op::COPY_FREE_VARS => self.copy_free_vars(r, code, arg),
                op::LOAD_DEREF => self.load_deref(r, code, at, arg),
                op::STORE_DEREF => self.store_deref(r, arg),
                op::DELETE_DEREF => self.delete_deref(r, code, at, arg),
                op::LOAD_FROM_DICT_OR_DEREF => self.load_from_dict_or(r, code, at, arg, true),
                op::LOAD_FROM_DICT_OR_GLOBALS => self.load_from_dict_or(r, code, at, arg, false),
                op::LOAD_LOCALS => self.load_locals(r, at),
                op::LOAD_BUILD_CLASS => self.load_build_class(r, at),
                op::LOAD_COMMON_CONSTANT => self.load_common_constant(r, arg),
                op::SETUP_ANNOTATIONS => self.setup_annotations(r),
                op::IMPORT_NAME => self.import_name(r, code, at, arg),
                op::IMPORT_FROM => self.import_from(r, code, at, arg),
                op::RAISE_VARARGS => self.raise_varargs(r, at, arg),
                op::RERAISE => self.reraise_op(r, at, arg),
                op::PUSH_EXC_INFO => self.push_exc_info(r),
                op::POP_EXCEPT => self.pop_except(r),
                op::CHECK_EXC_MATCH => self.check_exc_match(r, at),
                op::CHECK_EG_MATCH => self.check_eg_match(r, at),
                op::LOAD_SPECIAL => self.load_special(r, at, arg),
                op::WITH_EXCEPT_START => self.with_except_start(r, at),
                op::RETURN_GENERATOR => self.return_generator(r, at),
                op::YIELD_VALUE => self.yield_value(r, at),
                op::SEND => self.send_op(r, at, arg),
                op::END_SEND => self.end_send(r),
                op::CLEANUP_THROW => self.cleanup_throw(r, at),
                op::GET_YIELD_FROM_ITER => self.get_yield_from_iter(r, at, code),
                op::GET_AWAITABLE => self.get_awaitable(r, at, arg),
                op::GET_AITER => self.get_aiter(r, at),
                op::GET_ANEXT => self.get_anext(r, at),
                op::END_ASYNC_FOR => self.end_async_for(r, at),
                op::CALL_INTRINSIC_1 => self.intrinsic_1(r, at, arg),
                op::CALL_INTRINSIC_2 => self.intrinsic_2(r, at, arg),
                op::GET_LEN => self.get_len(r, at),
                op::MATCH_CLASS => self.match_class(r, at, arg),
                op::MATCH_KEYS => self.match_keys(r, at),
                op::MATCH_MAPPING => self.match_kind(r, crate::objects::class::type_flags::MAPPING),
                op::MATCH_SEQUENCE => self.match_kind(r, crate::objects::class::type_flags::SEQUENCE),
                op::RESUME => self.resume(r, at),
                op::NOP | op::NOT_TAKEN | op::CACHE => Flow::Next,
                op::EXTENDED_ARG => {
                    high = arg << 8;
                    continue;
                }
                _ => panic!("the compiler emitted {}, which no frame should meet", crate::code::opcode::name(o as u16)),
            };
            match flow {
                Flow::Next if !self.heap.attention => {}
                Flow::Next => {
                    self.save(r, at);
                    return Flow::Reload;
                }
                Flow::Raise => {
                    self.save(r, at);
                    return flow;
                }
                Flow::Reload => return flow,
            }
        }
    }
}
