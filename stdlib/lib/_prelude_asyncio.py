# What `_asyncio`'s natives (src/natives/system/asyncio) leave to Python: reprs, messages, futures that are not ours.

def asyncio_exception(name):
    import asyncio.exceptions
    return getattr(asyncio.exceptions, name)

def asyncio_event_loop():
    from asyncio import events
    loop = _asyncio_running()
    if loop is not None:
        return loop
    return events._get_event_loop_policy().get_event_loop()

def _asyncio_running():
    import _asyncio
    return _asyncio._get_running_loop()

def asyncio_stack():
    import traceback
    return traceback.extract_stack()

def asyncio_iscoroutine(x):
    from asyncio import coroutines
    return coroutines.iscoroutine(x)

def asyncio_future_repr(self):
    from asyncio import base_futures
    return base_futures._future_repr(self)

def asyncio_task_repr(self):
    from asyncio import base_tasks
    return base_tasks._task_repr(self)

def asyncio_get_stack(self, limit):
    from asyncio import base_tasks
    return base_tasks._task_get_stack(self, limit)

def asyncio_print_stack(self, limit, file):
    from asyncio import base_tasks
    return base_tasks._task_print_stack(self, limit, file)

def asyncio_future_del(self):
    if not self._log_traceback:
        return
    self._log_traceback = False
    context = {'message': f'{type(self).__name__} exception was never retrieved',
               'exception': self._exception, 'future': self}
    if self._source_traceback:
        context['source_traceback'] = self._source_traceback
    self._loop.call_exception_handler(context)

def asyncio_task_del(self):
    if self._state == 'PENDING' and self._log_destroy_pending:
        context = {'task': self, 'message': 'Task was destroyed but it is pending!'}
        if self._source_traceback:
            context['source_traceback'] = self._source_traceback
        self._loop.call_exception_handler(context)
    asyncio_future_del(self)

def asyncio_schedule(loop, future, pairs):
    for i in range(0, len(pairs), 2):
        loop.call_soon(pairs[i], future, context=pairs[i + 1])

def asyncio_iter_throw(kind, value, tb):
    if value is not None or tb is not None:
        import warnings
        warnings.warn('the (type, exc, tb) signature of throw() is deprecated, use the single-arg signature instead.',
                      DeprecationWarning, stacklevel=2)
    raise _exception_from(kind, value, tb)

def asyncio_send(coro):
    return coro.send(None)

def asyncio_throw(coro, exc):
    return coro.throw(exc)

def asyncio_error_of(future):
    try:
        future.result()
    except BaseException as e:
        return e

def asyncio_step_done(task, exc):
    import asyncio.exceptions
    raise asyncio.exceptions.InvalidStateError(f'__step(): already done: {task!r} {exc!r}')

def asyncio_cannot_enter(loop, task):
    import _asyncio
    _asyncio._enter_task(loop, task)

def asyncio_wait_for_other(task, result, wakeup):
    """What a task yielded that is no plain future of its loop: has the task woken by it, or gives what to throw."""
    blocking = getattr(result, '_asyncio_future_blocking', None)
    if blocking is None:
        if type(result).__name__ == 'generator':
            return RuntimeError(f'yield was used instead of yield from for generator in task {task!r} with {result!r}')
        return RuntimeError(f'Task got bad yield: {result!r}')
    if result is task:
        return RuntimeError(f'Task cannot await on itself: {task!r}')
    get_loop = getattr(result, 'get_loop', None)
    if (get_loop() if get_loop is not None else result._loop) is not task._loop:
        return RuntimeError(f'Task {task!r} got Future {result!r} attached to a different loop')
    if not blocking:
        return RuntimeError(f'yield was used instead of yield from in task {task!r} with {result!r}')
    result._asyncio_future_blocking = False
    result.add_done_callback(wakeup, context=task.get_context())

def _asyncio_others(kind):
    import _asyncio
    try:
        return getattr(_asyncio, kind)
    except AttributeError:
        import weakref
        found = weakref.WeakSet() if kind == '_scheduled_tasks' else set()
        setattr(_asyncio, kind, found)
        return found

def asyncio_register(task):
    _asyncio_others('_scheduled_tasks').add(task)

def asyncio_register_eager(task):
    _asyncio_others('_eager_tasks').add(task)

def asyncio_unregister(task):
    _asyncio_others('_scheduled_tasks').discard(task)

def asyncio_unregister_eager(task):
    _asyncio_others('_eager_tasks').discard(task)

def asyncio_all_tasks(loop, ours):
    found = set(ours)
    eager = list(_asyncio_others('_eager_tasks'))
    for task in [*eager, *_asyncio_others('_scheduled_tasks')]:
        get_loop = getattr(task, 'get_loop', None)
        if (get_loop() if get_loop is not None else task._loop) is loop and not task.done():
            found.add(task)
    return found
