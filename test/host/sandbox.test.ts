/** Programs that mean harm, and some that do not: what becomes of them, and of the program after them. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { confinement } from '../../src-main/sandbox/process.ts'
import type { Limits, ProgramLanguage, Task } from '../../src-main/sandbox/program.ts'
import { closeSandbox, runProgram } from '../../src-main/sandbox/sandbox.ts'

afterAll(closeSandbox)

const usual: Limits = { seconds: 1, megabytes: 128, outputBytes: 10_000 }
const run = (language: ProgramLanguage, code: string, task: Task = { kind: 'program', stdin: '' }, limits = {}) =>
  runProgram({ language, code, task, limits: { ...usual, ...limits } })
const python = (code: string, stdin = '') => run('python', code, { kind: 'program', stdin })
const javascript = (code: string, stdin = '') => run('javascript', code, { kind: 'program', stdin })

describe('python', () => {
  it('reads stdin and writes stdout', async () => {
    expect(await python('a, b = map(int, input().split())\nprint(a + b)', '3 4\n')).toMatchObject({
      end: 'done',
      stdout: '7\n',
    })
    const all = await python('import sys\nprint(len(sys.stdin.read().split()), open(0).read() == "")', 'a b\nc é\n')
    expect(all.stdout).toBe('4 True\n')
  })

  it('has the standard library, atexit and a main module', async () => {
    const code = `
import atexit, collections, dataclasses, heapq, pickle, sys
@dataclasses.dataclass
class Point:
    x: int
atexit.register(lambda: print('last'))
if __name__ == '__main__':
    print(collections.Counter('aab')['a'], pickle.loads(pickle.dumps(Point(3))).x, sys.modules['__main__'].Point is Point)`
    expect((await python(code)).stdout).toBe('2 3 True\nlast\n')
  })

  it.each([
    ['def f(:', 'syntax', 'SyntaxError'],
    ['1/0', 'error', 'ZeroDivisionError: division by zero'],
    ['import sys\nsys.exit(3)', 'error', 'ended itself with the status 3'],
    ['import os\nos._exit(3)', 'error', 'ended itself with the status 3'],
    ['import os\nos.abort()', 'error', 'ended itself with the status 134'],
    ['def f(n): return f(n + 1)\nf(0)', 'error', 'RecursionError'],
    ['while True: pass', 'time', 'took more than 1 s'],
    ['while True:\n try:\n  while True: pass\n except BaseException: pass', 'time', 'took more than 1 s'],
    ['x = "a" * 10**9', 'memory', 'needed more than 128 MB'],
    ['x = []\nwhile True: x.append("y" * 10**6)', 'memory', 'needed more than 128 MB'],
    ['while True: print("x" * 1000)', 'output', 'wrote more than 10 kB'],
    ['import os\nwhile True: os.fork()', 'error', 'OSError'],
    ['import threading\nwhile True: threading.Thread(target=print).start()', 'error', 'RuntimeError'],
    ['import subprocess\nsubprocess.run(["ls"])', 'error', ''],
    ['import multiprocessing\nmultiprocessing.Process(target=print).start()', 'error', ''],
    ['import os\nos.system("ls") and exit(5)', 'error', ''],
    ['open("/tmp/x", "w")', 'error', 'Read-only file system'],
    ['import os\nos.remove("/lib/python314.zip")', 'error', 'Read-only file system'],
    ['import os\nos.rename("/lib/python314.zip", "/lib/x")', 'error', 'Read-only file system'],
    ['with open("/lib/python314.zip", "r+b") as f: f.write(b"x" * 100)', 'error', 'Read-only file system'],
    ['open("/etc/passwd")', 'error', 'FileNotFoundError'],
    ['import socket', 'error', 'ModuleNotFoundError'],
    ['import urllib.request\nurllib.request.urlopen("http://127.0.0.1")', 'error', ''],
    ['import ctypes', 'error', 'ModuleNotFoundError'],
    ['import js', 'error', 'ModuleNotFoundError'],
    ['import pyodide_js', 'error', 'ModuleNotFoundError'],
    ['from pyodide.code import run_js', 'error', ''],
    ['import micropip', 'error', 'ModuleNotFoundError'],
    ['import _pyodide_core', 'error', 'ModuleNotFoundError'],
    ['import sys\nsys.modules.clear()\nimport _pyodide_core', 'error', ''],
    [
      'import importlib.util, _imp\nspec = importlib.util.spec_from_loader("_ctypes", None)\nm = _imp.create_builtin(spec)\nm.dlopen',
      'error',
      '',
    ],
  ])('%s: %s', async (code, end, message) => {
    const outcome = await python(code)
    expect(outcome.end, outcome.message).toBe(end)
    expect(outcome.message).toContain(message)
    expect((await python('print(2 + 2)')).stdout).toBe('4\n')
  })

  it('says in which line', async () => {
    expect(await python('x = 1\n\nx.y')).toMatchObject({ end: 'error', line: 3 })
    expect(await python('def f():\n  return 1/0\n\nf()')).toMatchObject({ end: 'error', line: 2 })
  })

  it('survives a stack that is deeper than any', async () => {
    const deep = await python('import sys\nsys.setrecursionlimit(10**9)\ndef f(n): return f(n + 1)\nf(0)')
    expect(['memory', 'error', 'crash']).toContain(deep.end)
    expect(
      (await python('import sys\nsys.setrecursionlimit(10**6)\ndef f(n): return n and f(n - 1)\nprint(f(50000))'))
        .stdout,
    ).toBe('0\n')
    expect((await python('print(eval("(" * 5000 + ")" * 5000))')).end).toBe('error')
  })

  it('leaves nothing to the next program', async () => {
    const spoil = `
import builtins, sys, os, math, json, random
builtins.print = lambda *a: None
builtins.len = lambda x: 42
builtins.compile = builtins.exec = None
sys.modules['math'] = None
json.dumps = lambda *a, **k: '"forged"'
random.seed(5)
sys.stdout = sys.stdin = None
os.close(0); os.close(1); os.close(2)
os.chdir('/lib')
os.environ['X'] = '1'
sys.setrecursionlimit(50)
sys.settrace(lambda *a: None)
import __main__
__main__.__dict__.clear()
def spoil(frame):
    while frame:
        frame.f_globals.clear()
        frame = frame.f_back
spoil(sys._getframe())
`
    for (let i = 0; i < 3; i++) await python(spoil)
    const code = `
import math, os, json, random, sys
print(len([1]), math.sqrt(4), os.getcwd(), 'X' in os.environ, json.dumps([1]), random.random(), sys.getrecursionlimit())`
    const after = await python(code, '')
    expect(after.stdout).toMatch(/^1 2\.0 \/ False \[1\] 0\.\d+ 1000\n$/)
    closeSandbox()
    expect((await python(code)).stdout).toBe(after.stdout)
  })

  it('is cut off from JavaScript, whatever a program finds among the objects', async () => {
    const search = `
import gc
seen, todo, found = set(), gc.get_objects() + object.__subclasses__(), []
while todo:
    o = todo.pop()
    if id(o) in seen: continue
    seen.add(id(o))
    t = type(o)
    if 'JsProxy' in t.__name__ and not isinstance(o, type): found.append(o)
    if getattr(t, '__name__', '') == 'builtin_function_or_method' and o.__name__ in ('to_js', 'create_proxy', 'run_sync'): found.append(o)
    todo.extend(gc.get_referents(o))
`
    const roomy = { seconds: 20, megabytes: 192 }
    const count = await run('python', `${search}print(len(found) > 3)`, undefined, roomy)
    expect(count.stdout).toBe('True\n')
    for (const way of ['o.process', 'o()', 'o["a"]', 'str(o)', 'list(o)', 'dir(o)']) {
      const use = `for o in found:
    try:
        result = ${way}
    except BaseException:
        continue
    if type(result) not in (str, list, type(None)) or 'process' in result: print('reached', type(result))`
      expect((await run('python', search + use, undefined, roomy)).stdout, way).toBe('')
    }
    expect((await run('python', 'print(2 + 2)', undefined, roomy)).stdout).toBe('4\n')
  })

  it('calls a function, or a method of Solution', async () => {
    const call = (code: string, ...args: unknown[]) => run('python', code, { kind: 'call', name: 'f', arguments: args })
    expect((await call('def f(a, b): return (a + b, [True, None, 1.5, "é"])', 1, 2)).returned).toBe(
      '[3, [true, null, 1.5, "\\u00e9"]]',
    )
    expect(
      (await call('class Solution:\n  def f(self, x: List[int]) -> int:\n    return sum(x)', [1, 2])).returned,
    ).toBe('3')
    expect(await call('x = 1')).toMatchObject({ end: 'error', message: 'NameError: the program has no function f' })
    expect(await call('def f(): return {1, 2}')).toMatchObject({ message: 'returned a value of the type set' })
    expect(await call('def f(): return float("nan")')).toMatchObject({ message: 'returned nan' })
    expect(await call('class E(int):\n  def __eq__(self, o): return True\ndef f(): return E(1)')).toMatchObject({
      message: 'returned a value of the type E',
    })
    expect(await call('import sys\ndef f(): sys.exit(0)')).toMatchObject({ end: 'error' })
    expect(await call('def f(): return "x" * 20000')).toMatchObject({ end: 'output' })
  })
})

describe('javascript', () => {
  it('reads stdin in the ways of Node', async () => {
    const ways = [
      'const [a, b] = require("fs").readFileSync(0, "utf8").split(" ").map(Number); console.log(a + b)',
      'const t = require("node:fs").readFileSync("/dev/stdin").toString().trim().split(" "); console.log(+t[0] + +t[1])',
      'require("readline").createInterface({ input: process.stdin }).on("line", (l) => console.log(l.split(" ").reduce((a, b) => +a + +b)))',
      'let s = ""; process.stdin.on("data", (d) => { s += d }); process.stdin.on("end", () => process.stdout.write(eval(s.trim().replace(" ", "+")) + "\\n"))',
      'import { createInterface } from "readline"; for await (const l of createInterface({ input: process.stdin })) console.log(l.split(" ").reduce((a, b) => +a + +b))',
      'const [x, y] = readline().split(" "); print(+x + +y)',
    ]
    for (const code of ways) expect(await javascript(code, '3 4\n'), code).toMatchObject({ end: 'done', stdout: '7\n' })
  })

  it.each([
    ['let a = ;', 'syntax', 'SyntaxError'],
    ['null.x', 'error', 'TypeError'],
    ['throw { toString() { throw 1 }, get name() { throw 2 } }', 'error', ''],
    ['process.exit(3)', 'error', 'ended itself with the status 3'],
    ['try { process.exit(3) } catch {} for (;;);', 'error', 'ended itself with the status 3'],
    ['for (;;);', 'time', 'took more than 1 s'],
    ['for (;;) try { for (;;); } catch {}', 'time', 'took more than 1 s'],
    ['const f = () => Promise.resolve().then(f); f()', 'time', 'took more than 1 s'],
    ['const f = () => setTimeout(f, 1000); f()', 'time', 'took more than 1 s'],
    ['/(a+)+$/.test("a".repeat(40) + "b")', 'time', 'took more than 1 s'],
    ['"x".repeat(1e9)', 'memory', 'needed more than 128 MB'],
    ['const a = []; for (;;) a.push(new Uint8Array(1e6))', 'memory', 'needed more than 128 MB'],
    ['new Uint8Array(1e9)', 'memory', 'needed more than 128 MB'],
    ['for (;;) console.log("x".repeat(1000))', 'output', 'wrote more than 10 kB'],
    ['function f() { return f() + 1 } f()', 'error', 'InternalError: stack overflow'],
    ['JSON.parse("[".repeat(1e6))', 'error', ''],
    ['require("child_process").execSync("ls")', 'error', 'Cannot find module'],
    ['import "node:os"', 'error', 'Cannot find module'],
    ['await import("node:os"); print("reached")', 'error', 'Cannot find module'],
    ['fetch("http://127.0.0.1")', 'error', "'fetch' is not defined"],
    ['require("fs").readFileSync("/etc/passwd")', 'error', 'ENOENT'],
    ['require("fs").writeFileSync("/tmp/x", "")', 'error', 'EROFS'],
    ['std.exit(1)', 'error', "'std' is not defined"],
    ['process.binding("fs")', 'error', 'not a function'],
  ])('%s: %s', async (code, end, message) => {
    const outcome = await javascript(code)
    expect(outcome.end, outcome.message).toBe(end)
    expect(outcome.message).toContain(message)
    expect((await javascript('print(2 + 2)')).stdout).toBe('4\n')
  })

  it('knows no host behind its prototypes and constructors', async () => {
    const code = `
const roots = [globalThis, print, require, process, console.log, setTimeout, (() => {}).constructor('return this')()]
const seen = new Set(), names = []
const look = (o, path) => {
  if ((typeof o !== 'object' && typeof o !== 'function') || o === null || seen.has(o) || path.length > 6) return
  seen.add(o)
  for (const key of Reflect.ownKeys(o)) {
    if (['mainModule', 'binding', 'dlopen', 'getBuiltinModule', 'child_process', 'WebAssembly', 'fetch'].includes(key)) names.push(key)
    try { look(o[key], [...path, key]) } catch {}
  }
  look(Object.getPrototypeOf(o), [...path, 'prototype'])
}
for (const root of roots) look(root, [])
print(names.join(), seen.size > 500, Object.keys(process.env).length)`
    expect((await javascript(code)).stdout).toBe(' true 0\n')
  })

  it('leaves nothing to the next program', async () => {
    const spoil = `
Object.prototype.polluted = 1
Array.prototype.map = Array.prototype.push = JSON.stringify = JSON.parse = String.prototype.split = () => 'forged'
Object.defineProperty(Object.prototype, 'then', { get() { throw 1 } })
globalThis.console = null`
    await javascript(spoil)
    expect((await javascript('console.log({}.polluted, [1].map((x) => x + 1), JSON.stringify([1]))')).stdout).toBe(
      'undefined [ 2 ] [1]\n',
    )
    const called = await run('javascript', `${spoil}\nfunction f() { return 1 }`, {
      kind: 'call',
      name: 'f',
      arguments: [],
    })
    expect(called.returned ?? '').not.toContain('2')
  })

  it('calls a function, typed or not, a promise too', async () => {
    const call = (language: ProgramLanguage, code: string, ...args: unknown[]) =>
      run(language, code, { kind: 'call', name: 'f', arguments: args })
    expect((await call('javascript', 'const f = (a, b) => [a + b, null, "é"]', 1, 2)).returned).toBe('[3,null,"é"]')
    expect(
      (await call('typescript', 'enum E { A = 3 }\nfunction f(a: number): number { return a * E.A }', 2)).returned,
    ).toBe('6')
    expect(
      (await call('javascript', 'class Solution { f(x) { return this.g(x) } g(x) { return x } }', 2)).returned,
    ).toBe('2')
    expect((await call('javascript', 'export async function f(x) { return x }', 2)).returned).toBe('2')
    expect(await call('javascript', 'const f = async () => { throw new TypeError("no") }')).toMatchObject({
      end: 'error',
      message: 'TypeError: no',
    })
    expect(await call('javascript', 'const f = () => new Promise(() => {})')).toMatchObject({
      message: 'returned a promise that never settles',
    })
    expect(await call('javascript', 'let x')).toMatchObject({ message: 'the program has no function f' })
    expect(await call('javascript', 'const f = () => {}')).toMatchObject({ message: 'returned nothing' })
    expect(await call('javascript', 'const f = () => { const a = []; a.push(a); return a }')).toMatchObject({
      end: 'error',
    })
    expect(await call('typescript', 'let x: = 3')).toMatchObject({ end: 'syntax' })
  })
})

it('gives the same program the same chance and the same clock', async () => {
  const code = 'import os, random, time\nprint(random.random(), os.urandom(4), time.time(), hash("a"), id(object()))'
  const [a, b] = [await python(code), await python(code)]
  expect(a.stdout).toBe(b.stdout)
  const script = 'print(Math.random(), Date.now(), new Date().toISOString())'
  expect((await javascript(script)).stdout).toBe((await javascript(script)).stdout)
})

it('has no host for what gets out of an interpreter', async () => {
  const here = (file: string) => fileURLToPath(new URL(file, import.meta.url))
  const folders = [here('./support/escaped.ts'), here('../../node_modules/zod')]
  const child = fork(here('./support/escaped.ts'), [], {
    execArgv: [...confinement(), ...folders.map((folder) => `--allow-fs-read=${folder}`)],
    env: {},
  })
  const [outcomes] = (await once(child, 'message')) as [Record<string, string>]
  child.kill()
  expect(Object.keys(outcomes)).toHaveLength(18)
  expect(Object.entries(outcomes).filter(([, outcome]) => outcome !== 'refused')).toEqual([])
})
