/** The Python around a program. It runs in the program's own interpreter, so what it says is believed no more than the program is. */

/** C modules that reach past the language: memory, calls of any address, the bridge to JavaScript, and those made to crash. */
export const withheldModules = [
  ...['_ctypes', '_pyodide_core', '_posixsubprocess', '_socket', '_sqlite3', '_remote_debugging', 'mmap', 'termios'],
  ...['fcntl', 'faulthandler', '_testcapi', '_testclinic', '_testclinic_limited', '_testinternalcapi'],
  ...['_testlimitedcapi', '_testbuffer', '_xxtestfuzz', 'xxsubtype'],
]

/** Run once, before the first program: what a program's interpreter begins with, and `_machine`, which runs one. */
export const preparation = `
def _prepare(withheld):
    import gc, sys
    # what programs import most is loaded already
    import array, bisect, cmath, collections, copy, dataclasses, datetime, decimal, fractions, functools, heapq, io
    import itertools, json, math, operator, queue, random, re, statistics, string, time, traceback, typing
    import os, posix
    bridge = ('js', 'pyodide', '_pyodide', 'pyodide_js', 'micropip', 'asyncio', 'socket', 'ssl', 'subprocess', 'ctypes')
    sys.meta_path[:] = [f for f in sys.meta_path if isinstance(f, type) and f.__module__.startswith('_frozen_importlib')]
    sys.path_importer_cache.clear()
    for name in list(sys.modules):
        if name in withheld or name.split('.')[0] in bridge:
            module = sys.modules.pop(name)
            if hasattr(module, '__dict__') and type(module) is type(sys):
                module.__dict__.clear()
    sys.builtin_module_names = tuple(n for n in sys.builtin_module_names if n not in withheld)
    def leave(status=0):
        raise SystemExit(status)
    for module in (os, posix):
        module._exit = leave
        module.abort = lambda: leave(134)
        del module.system
    sys.stdout.reconfigure(line_buffering=False, write_through=False)
    sys.stderr.reconfigure(line_buffering=False, write_through=False)
    random.seed(0)
    gc.collect()

def _machine():
    import atexit, builtins, json, sys, types, typing

    class Unsuitable(Exception):
        pass

    def plain(value, depth=0):
        kind = type(value)
        if value is None or kind in (bool, int, str):
            return value
        if kind is float:
            if value != value or value in (float('inf'), float('-inf')):
                raise Unsuitable(f'returned {value}')
            return value
        if depth > 100:
            raise Unsuitable('returned something nested too deeply')
        if kind in (list, tuple):
            return [plain(v, depth + 1) for v in value]
        if kind is dict or issubclass(kind, dict):
            return {str(k): plain(v, depth + 1) for k, v in dict.items(value)}
        raise Unsuitable(f'returned a value of the type {kind.__name__}')

    def line_of(error):
        line, tb = None, error.__traceback__
        while tb:
            if tb.tb_frame.f_code.co_filename == '<program>':
                line = tb.tb_lineno
            tb = tb.tb_next
        return line

    def described(error):
        text = str(error) if type(error).__module__ == 'builtins' else ''
        return (type(error).__name__ + (': ' + text if text else ''))[:300]

    def function_of(space, name):
        if name in space:
            return space[name]
        if 'Solution' in space:
            return getattr(space['Solution'](), name)
        raise NameError(f'the program has no function {name}')

    def run(job):
        job = json.loads(job)
        try:
            code = compile(job['code'], '<program>', 'exec', dont_inherit=True)
        except SyntaxError as error:
            return {'end': 'syntax', 'message': f'{type(error).__name__}: {error.msg}', 'line': error.lineno}
        except (ValueError, MemoryError, RecursionError, OverflowError) as error:
            return {'end': 'syntax', 'message': described(error)}
        main = types.ModuleType('__main__')
        main.__builtins__ = builtins
        sys.modules['__main__'] = main
        space = main.__dict__
        called = 'name' in job
        if called:
            space.update((name, getattr(typing, name)) for name in typing.__all__)
        outcome = {'end': 'done', 'message': ''}
        try:
            try:
                exec(code, space)
                if called:
                    outcome['returned'] = json.dumps(plain(function_of(space, job['name'])(*job['arguments'])))
            finally:
                atexit._run_exitfuncs()
        except SystemExit as error:
            if called or error.code not in (None, 0):
                status = 0 if error.code is None else error.code
                outcome = {'end': 'error', 'message': f'ended itself with the status {status!s:.100}', 'line': line_of(error)}
        except Unsuitable as error:
            outcome = {'end': 'error', 'message': str(error)[:300]}
        except MemoryError as error:
            outcome = {'end': 'memory', 'message': '', 'line': line_of(error)}
        except BaseException as error:
            outcome = {'end': 'error', 'message': described(error), 'line': line_of(error)}
        try:
            sys.stdout.flush()
        except BaseException:
            pass
        try:
            if sys.__stdout__ is not sys.stdout:
                sys.__stdout__.flush()
        except BaseException:
            pass
        return outcome

    def machine(job):
        global _outcome
        own = sys.modules['__main__']
        outcome = None
        try:
            outcome = run(job)
        finally:
            sys.modules['__main__'] = own
            _outcome = json.dumps(outcome)
    return machine

_prepare(${JSON.stringify(withheldModules)})
_machine = _machine()
del _prepare
`
